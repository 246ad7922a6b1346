package clerkmirror

import (
	"cmp"
	"context"
	"sync"
)

// maxPagesAtOnce is how many pages are written at the same time where the database can make use of it: while the
// statement of one is made and sent, the database works on another.
const maxPagesAtOnce = 2

// pageWriter writes the pages of a list as the state at the start of the phase, so that what happens while the list is
// read wins. Where several are written at the same time, one can be there before an earlier one is: the checkpoint stays
// before the first that is not, so that after a crash a page is rather read again than never.
type pageWriter struct {
	*backfill
	table *table
	total int64
	stop  func() // ends the reader and the transactions

	taking sync.Mutex // guards next
	next   checkpoint // behind the page that was taken last

	telling sync.Mutex // calls of Progress do not overlap, and may use the database

	mu      sync.Mutex // guards what follows and the result; its holder moves the checkpoint
	at      checkpoint
	pending []*pendingPage // from the first that is not there on, in the order of the list
	err     error          // the first one
}

// pendingPage is a page that is not there yet, or before which one is not.
type pendingPage struct {
	page
	next   checkpoint // behind the page
	stored bool
}

// pagesAtOnce returns how many pages are written at the same time. Their transactions wait for each other's rows in the
// order of the ids, so never in a circle; what OnChange locks has no such order.
func (m *Mirror) pagesAtOnce() int {
	if m.dialect == PostgreSQL && m.config.OnChange == nil {
		return maxPagesAtOnce
	}
	return 1
}

// writeAll writes pages until the last one or an error. Nothing is being written any more when it returns.
func (w *pageWriter) writeAll(ctx context.Context, pages <-chan page) error {
	var others sync.WaitGroup
	for range w.mirror.pagesAtOnce() - 1 {
		others.Go(func() { w.writeSome(ctx, pages) })
	}
	w.writeSome(ctx, pages)
	others.Wait()
	return cmp.Or(w.err, ctx.Err())
}

// writeSome writes pages that nobody else has taken.
func (w *pageWriter) writeSome(ctx context.Context, pages <-chan page) {
	for p := w.take(pages); p != nil; p = w.take(pages) {
		if err := w.write(ctx, p); err != nil {
			w.fail(err)
			w.stop()
			return
		}
		w.tell()
	}
}

func (w *pageWriter) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = cmp.Or(w.err, err)
}

// take returns the next page of the list, nil if there is none.
func (w *pageWriter) take(pages <-chan page) *pendingPage {
	w.taking.Lock()
	defer w.taking.Unlock()
	p, ok := <-pages
	if !ok {
		return nil
	}
	if p.err != nil { // what has been taken is still written
		w.fail(p.err)
		return nil
	}
	if w.next.started == 0 {
		w.next.started = max(p.observed, w.lease.completed, w.latest) + 1
	}
	w.latest = max(w.latest, w.next.started)
	w.next.position, w.next.done = p.position, w.next.done+p.size()
	for _, r := range p.rows {
		r.observed = w.next.started
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := &pendingPage{page: p, next: w.next}
	w.pending = append(w.pending, taken)
	return taken
}

// write stores a page. From the moment on when it says how far the list is there, until that is committed, nobody else
// does, so that the checkpoint never goes back.
func (w *pageWriter) write(ctx context.Context, p *pendingPage) error {
	return w.commit(ctx, p.rows, func(t *transaction) checkpoint {
		w.mu.Lock()
		t.ended = func(committed bool) {
			defer w.mu.Unlock()
			if committed {
				w.done(p)
			}
		}
		return w.with(p)
	})
}

// with returns the checkpoint once a page is there too.
func (w *pageWriter) with(p *pendingPage) checkpoint {
	at := w.at
	for _, q := range w.pending {
		if q != p && !q.stored {
			break
		}
		at = q.next
	}
	return at
}

// done notes that a page is there.
func (w *pageWriter) done(p *pendingPage) {
	w.at = w.with(p)
	w.result.Listed[w.table.kind.name] += p.size()
	w.result.Skipped += p.skipped
	p.stored, p.rows = true, nil
	for len(w.pending) > 0 && w.pending[0].stored {
		w.pending = w.pending[1:]
	}
}

// tell says how far the list is there.
func (w *pageWriter) tell() {
	if w.mirror.config.Progress == nil {
		return
	}
	w.telling.Lock()
	defer w.telling.Unlock()
	w.mu.Lock()
	done := w.at.done
	w.mu.Unlock()
	w.mirror.config.Progress(Progress{Kind: w.table.kind.name, Done: done, Total: max(w.total, done)})
}
