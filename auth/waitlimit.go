package clerkauth

import (
	"context"
	"sync"
	"time"
)

// WaitLimit is a context that ends a given time after somebody first waits for it. Frameworks that never cancel a
// request authenticate with one: a request that needs no look-up pays nothing, one that does has an end. It is safe for
// concurrent use.
type WaitLimit struct {
	context.Context

	limit   time.Duration
	mu      sync.Mutex
	running context.Context
	cancel  context.CancelFunc
}

// NewWaitLimit returns a context that also ends when parent does. Call Stop when the request is over.
func NewWaitLimit(parent context.Context, limit time.Duration) *WaitLimit {
	return &WaitLimit{Context: parent, limit: limit}
}

// Done starts the timer and returns the channel that is closed when it ends.
func (w *WaitLimit) Done() <-chan struct{} { return w.start().Done() }

// Err also starts the timer, and returns the error of the context.
func (w *WaitLimit) Err() error { return w.start().Err() }

// Stop cancels the context, even if nobody has waited on it.
func (w *WaitLimit) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.cancel != nil:
		w.cancel()
	case w.running == nil:
		w.running = stopped
	}
}

func (w *WaitLimit) start() context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == nil {
		w.running, w.cancel = context.WithTimeout(w.Context, w.limit)
	}
	return w.running
}

// stopped is a context that is over.
var stopped = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()
