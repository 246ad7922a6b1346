package clerk

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

// defaultPageSize is what an iterator asks for when the caller does not say.
const defaultPageSize = 100

var errNoID = errors.New("last item has no id")

// visit gets the items of a list one by one, or an error. It returns false to end the walk.
type visit func(item any, err error) bool

// listing is a list to walk. Every loop over an iterator is a walk of its own.
type listing struct {
	client *Client
	e      Endpoint
	params CallParams
	paging pagingKind
	opts   []RequestOption
	slice  reflect.Type // of the items of a page
}

// newListing returns a listing that does not depend on what the caller passed staying the same.
func newListing(
	c *Client, e *Endpoint, p *CallParams, paging pagingKind, opts []RequestOption, item reflect.Type,
) *listing {
	params := *p
	params.Query = cloneValues(p.Query)
	params.Path = slices.Clone(p.Path)
	return &listing{
		client: c, e: *e, params: params, paging: paging, opts: slices.Clone(opts), slice: reflect.SliceOf(item),
	}
}

// walk is one run of an iterator.
type walk struct {
	*listing

	raw   *RawResponse // the caller's; written only between pages
	ahead bool
	pages *pager
	asked flights
}

// page is one answer of a walk, cut into items.
type page struct {
	resp  *response
	raw   RawResponse
	items []json.RawMessage
	data  reflect.Value // a slice of the items, decoded
	dec   *fastjson.Decoder
	done  int   // how many items are decoded
	bad   error // why the item after those cannot be
	last  bool
	err   error // follows the items
}

func newWalk(list *listing) *walk {
	w := &walk{listing: list}
	var cfg requestConfig
	if w.client != nil {
		cfg = w.client.defaults
	}
	for _, opt := range w.opts {
		if opt != nil {
			opt(&cfg)
		}
	}
	w.ahead, w.raw = cfg.prefetch, cfg.raw
	depth := 1
	if w.ahead {
		depth = max(cfg.readAhead, 1)
	}
	w.pages = newPager(w.params, w.paging, depth)
	w.asked = flights{walk: w, depth: depth}
	return w
}

// run feeds the loop. The first page is fetched alone: a loop that stops at its first item costs one request.
func (w *walk) run(ctx context.Context, yield visit) {
	var ahead *readAhead
	defer func() { ahead.stop() }()
	start := func() {
		if w.ahead && ahead == nil {
			ahead = w.readAhead(ctx)
		}
	}
	for current := w.fetch(ctx); w.consume(ctx, current, yield, start); {
		if start(); ahead == nil {
			current = w.fetch(ctx)
		} else if current = ahead.take(); current == nil {
			yield(nil, w.canceled(ctx))
			return
		}
	}
}

// consume feeds the items of a page to the loop and reports whether another page follows. It calls half when half
// of the items have been used.
func (w *walk) consume(ctx context.Context, p *page, yield visit, half func()) bool {
	if w.raw != nil {
		*w.raw = p.raw
	}
	for i := range p.items {
		if ctx.Err() != nil {
			yield(nil, w.canceled(ctx))
			return false
		}
		if p.decodeTo(i + 1); i >= p.done {
			yield(nil, p.bad)
			return false
		}
		if !yield(p.item(i), nil) {
			return false
		}
		if i+1 == (len(p.items)+1)/2 && !p.last && p.err == nil {
			half()
		}
	}
	if p.err != nil {
		yield(nil, p.err)
		return false
	}
	return !p.last
}

// canceled returns the error for a context that ended between two items.
func (w *walk) canceled(ctx context.Context) error {
	return &TransportError{Operation: w.e.Operation(), Err: ctx.Err()}
}

// fetch asks for the next page and moves the pager behind it, without decoding the items.
func (w *walk) fetch(ctx context.Context) *page {
	for {
		answer := w.asked.get(ctx)
		p := &page{resp: answer.resp, raw: answer.raw, err: answer.err}
		if p.err != nil {
			if w.pages.recover(p.err) {
				continue
			}
			return p
		}
		list, err := p.resp.split()
		if err != nil {
			p.err = err
			return p
		}
		taken := w.pages.take(list)
		if taken.again {
			continue
		}
		if taken.err != nil {
			p.err = p.resp.decodeError(strings.TrimPrefix(taken.err.Error(), "clerk: "), taken.err)
		}
		p.last, p.items = taken.last, taken.items
		p.data, p.dec = reflect.MakeSlice(w.slice, len(p.items), len(p.items)), w.client.plans.NewDecoder()
		return p
	}
}

// item returns a pointer to item i.
func (p *page) item(i int) any { return p.data.Index(i).Addr().Interface() }

// decodeTo decodes the first n items, as far as that is not done yet.
func (p *page) decodeTo(n int) {
	for p.done < n && p.bad == nil {
		if p.bad = p.resp.decode(p.items[p.done], p.item(p.done), p.dec); p.bad == nil {
			p.done++
		}
	}
}

// readAhead fetches and decodes pages while the loop uses earlier ones: one page while the loop is in its first, two
// from then on, besides those that WithReadAhead asks for at once. The next page is asked for as soon as an answer is
// cut into items, before they are decoded.
type readAhead struct {
	cancel  context.CancelFunc
	permits chan struct{} // one for each page that may be fetched
	decoded chan *page
	running sync.WaitGroup
	taken   bool
}

// readAhead starts the two goroutines; both end with stop.
func (w *walk) readAhead(parent context.Context) *readAhead {
	ctx, cancel := context.WithCancel(parent)
	ra := &readAhead{
		cancel: cancel, permits: make(chan struct{}, 4), decoded: make(chan *page),
	}
	fetched := make(chan *page, 1)
	ra.permits <- struct{}{}
	ra.running.Go(func() {
		defer close(fetched)
		defer w.asked.drop()
		for more := true; more; {
			select {
			case <-ra.permits:
			case <-ctx.Done():
				return
			}
			p := w.fetch(ctx)
			more = p.err == nil && !p.last
			select {
			case fetched <- p:
			case <-ctx.Done():
				return
			}
		}
	})
	ra.running.Go(func() {
		defer close(ra.decoded)
		for p := range fetched {
			p.decodeTo(len(p.items))
			select {
			case ra.decoded <- p:
			case <-ctx.Done():
				return
			}
		}
	})
	return ra
}

// take returns the next page, nil if the context has ended.
func (ra *readAhead) take() *page {
	p := <-ra.decoded
	if !ra.taken {
		ra.taken = true
		ra.permits <- struct{}{}
	}
	if p != nil {
		ra.permits <- struct{}{}
	}
	return p
}

// stop ends the reading ahead and waits until nothing of it is left.
func (ra *readAhead) stop() {
	if ra == nil {
		return
	}
	ra.cancel()
	ra.running.Wait()
}
