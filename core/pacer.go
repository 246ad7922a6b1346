package clerk

import (
	"context"
	"sync"
	"time"
)

// pacer spaces requests of all goroutines of a client. It remembers when each of the last n requests was let through, so
// that no period of the given length sees more than n.
type pacer struct {
	per  time.Duration
	mu   sync.Mutex
	ring []time.Time // the times of the last n requests, oldest at next
	next int
}

func newPacer(n int, per time.Duration) *pacer {
	return &pacer{per: per, ring: make([]time.Time, n)}
}

// wait blocks until the next request may go out or ctx ends. Where the deadline of ctx is nearer than that it fails at once,
// and takes nobody's place. A nil pacer does not wait.
func (p *pacer) wait(ctx context.Context) error {
	if p == nil {
		return nil
	}
	d, ok := p.reserve(ctx)
	if !ok {
		return context.DeadlineExceeded
	}
	return sleep(ctx, d)
}

// reserve books the next free moment, if it is before the deadline of ctx, and returns how far away it is.
func (p *pacer) reserve(ctx context.Context) (wait time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	at := now
	if oldest := p.ring[p.next]; !oldest.IsZero() {
		if free := oldest.Add(p.per); free.After(at) {
			at = free
		}
	}
	if deadline, ok := ctx.Deadline(); ok && at.After(deadline) {
		return 0, false
	}
	p.ring[p.next] = at
	p.next = (p.next + 1) % len(p.ring)
	return at.Sub(now), true
}

// sleep waits for d or until ctx ends, whichever is first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
