package clerk

import (
	"context"
	"slices"
	"sync"
)

// flights are the requests of a walk that asks for several pages at once. It is for one goroutine.
type flights struct {
	walk    *walk
	depth   int // how many pages are asked for at once
	asked   []*flight
	running sync.WaitGroup
}

// flight is one request for a page. What it answers may be read when done is closed.
type flight struct {
	query  string
	cancel context.CancelFunc
	done   chan struct{}
	resp   *response
	raw    RawResponse
	err    error
}

// get returns the answer for the next page. It asks for those after it as well, as far as their queries can be
// predicted; where a prediction was wrong, the requests that follow from it are cancelled.
func (f *flights) get(ctx context.Context) *flight {
	pages := f.walk.pages
	params := pages.next()
	if f.depth <= 1 {
		alone := &flight{}
		f.walk.send(ctx, alone, &params)
		return alone
	}
	if len(f.asked) > 0 && f.asked[0].query != params.Query.Encode() {
		f.drop()
	}
	if len(f.asked) == 0 {
		f.launch(ctx, params)
	}
	for len(f.asked) < f.depth {
		ahead, ok := pages.predict(len(f.asked))
		if !ok {
			break
		}
		f.launch(ctx, ahead)
	}
	first := f.asked[0]
	f.asked = f.asked[1:]
	<-first.done
	first.cancel()
	return first
}

// launch asks for a page on a goroutine of its own.
func (f *flights) launch(ctx context.Context, params CallParams) {
	ctx, cancel := context.WithCancel(ctx)
	next := &flight{query: params.Query.Encode(), cancel: cancel, done: make(chan struct{})}
	f.asked = append(f.asked, next)
	f.running.Go(func() {
		defer close(next.done)
		f.walk.send(ctx, next, &params)
	})
}

// drop cancels the requests that are under way and waits for their ends.
func (f *flights) drop() {
	for _, flight := range f.asked {
		flight.cancel()
	}
	f.asked = nil
	f.running.Wait()
}

// send asks for a page.
func (w *walk) send(ctx context.Context, f *flight, params *CallParams) {
	opts := w.opts
	if w.raw != nil {
		opts = append(slices.Clip(opts), func(cfg *requestConfig) { cfg.raw = &f.raw })
	}
	f.resp, f.err = w.client.send(ctx, &w.e, params, opts)
}
