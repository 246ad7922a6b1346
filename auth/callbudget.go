package clerkauth

import "time"

const (
	// budgetSize is how many calls in vain may be made at once.
	budgetSize = 16
	// budgetRefill is how long it takes until one more may be made.
	budgetRefill = time.Second
	// maxBudgetWaiters bounds how many wait for their turn.
	maxBudgetWaiters = 1024
)

// callBudget bounds the calls to Clerk that strangers can cause with made-up values. Calls that succeed cost nothing,
// those in vain cost a place that comes back after a second. As many calls as there are places run at the same time;
// others wait for their turn. A lock of the owner protects it.
type callBudget struct {
	places  int
	refill  time.Time // when the next place comes back, if some are missing
	running int
	waiting int
	changed chan struct{} // closed when a call ends
}

func newCallBudget(now time.Time) *callBudget {
	return &callBudget{places: budgetSize, refill: now, changed: make(chan struct{})}
}

// enter takes a place for a call. Otherwise it returns what to wait for before the next try, of which the caller takes
// itself off the waiting, or a refusal while all places are used up.
func (b *callBudget) enter(now time.Time) (<-chan struct{}, *Error) {
	for b.places < budgetSize && !now.Before(b.refill) {
		b.places++
		b.refill = b.refill.Add(budgetRefill)
	}
	if b.running < b.places {
		b.running++
		return nil, nil
	}
	if b.running == 0 || b.waiting >= maxBudgetWaiters {
		return nil, refuse(ReasonUnexpectedError, "too many values that Clerk does not know were presented a moment ago")
	}
	b.waiting++
	return b.changed, nil
}

// leave gives the place of a call back, at once or, when it was in vain, after a while.
func (b *callBudget) leave(now time.Time, vain bool) {
	b.running--
	if vain {
		if b.places == budgetSize {
			b.refill = now.Add(budgetRefill)
		}
		b.places--
	}
	close(b.changed)
	b.changed = make(chan struct{})
}
