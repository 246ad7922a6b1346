package clerk

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// maxPacedWaiting is how many calls may wait for the rate limit of a client.
const maxPacedWaiting = 10_000

// ErrQueueFull is the cause of a [*TransportError] for a call that found 10,000 others waiting for the rate limit of
// [WithRateLimit]. Nothing was sent.
var ErrQueueFull = errors.New("clerk: too many calls wait for the rate limit")

// pacer spaces requests of all goroutines of a client. It remembers when each of the last n requests was let through,
// so that no period of the given length sees more than n. Calls wait in the order in which they came, and a call takes
// its place when its turn comes: one that gives up while it waits has taken nothing.
type pacer struct {
	per     time.Duration
	mu      sync.Mutex
	ring    []time.Time // the times of the last n requests, oldest at next
	next    int
	waiting *list.List // of chan struct{}, closed when the call is the first that waits
}

func newPacer(n int, per time.Duration) *pacer {
	return &pacer{per: per, ring: make([]time.Time, n), waiting: list.New()}
}

// wait blocks until the next request may go out or ctx ends. It fails at once where the deadline of ctx is nearer than
// the turn, or where too many wait. A nil pacer does not wait.
func (p *pacer) wait(ctx context.Context) error {
	if p == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	turn, place, err := p.enter(ctx)
	if place == nil || err != nil {
		return err
	}
	defer p.leave(place)
	select {
	case <-turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	p.mu.Lock()
	d := time.Until(p.turn(0, time.Now()))
	p.mu.Unlock()
	if err := sleep(ctx, d); err != nil {
		return err
	}
	p.mu.Lock()
	p.take(time.Now())
	p.mu.Unlock()
	return nil
}

// enter lets a call through, for which it returns no place, or puts it at the end of those that wait.
func (p *pacer) enter(ctx context.Context) (turn chan struct{}, place *list.Element, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, ahead := time.Now(), p.waiting.Len()
	at := p.turn(ahead, now)
	if ahead == 0 && !at.After(now) {
		p.take(now)
		return nil, nil, nil
	}
	if deadline, ok := ctx.Deadline(); ok && at.After(deadline) {
		return nil, nil, context.DeadlineExceeded
	}
	if ahead >= maxPacedWaiting {
		return nil, nil, ErrQueueFull
	}
	turn = make(chan struct{})
	if ahead == 0 {
		close(turn)
	}
	return turn, p.waiting.PushBack(turn), nil
}

// leave takes a call out of those that wait and tells the next one when it has become the first.
func (p *pacer) leave(place *list.Element) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wasFirst := p.waiting.Front() == place
	p.waiting.Remove(place)
	if first := p.waiting.Front(); first != nil && wasFirst {
		if turn, ok := first.Value.(chan struct{}); ok {
			close(turn)
		}
	}
}

// turn returns when a call may go out that has the given number of others before it.
func (p *pacer) turn(ahead int, now time.Time) time.Time {
	n := len(p.ring)
	at := now
	if before := p.ring[(p.next+ahead)%n]; !before.IsZero() && before.Add(p.per).After(now) {
		at = before.Add(p.per)
	}
	return at.Add(time.Duration(ahead/n) * p.per)
}

// take records that a request goes out.
func (p *pacer) take(now time.Time) {
	p.ring[p.next] = now
	p.next = (p.next + 1) % len(p.ring)
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
