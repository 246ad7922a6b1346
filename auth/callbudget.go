package clerkauth

import "time"

const (
	// budgetSize is how many calls in vain all strangers together may make at once.
	budgetSize = 16
	// sessionBudget is how many calls in vain may be made at once with the expired token of one session.
	sessionBudget = maxTwins
	// budgetRefill is how long it takes until one more may be made.
	budgetRefill = time.Second
	// maxBudgetWaiters bounds how many wait for their turn.
	maxBudgetWaiters = 1024
)

// callBudget bounds the calls to Clerk that strangers can cause with made-up values. Calls that succeed cost nothing,
// those in vain cost a place that comes back after a second. As many calls as there are places run at the same time;
// others wait for their turn. A lock of the owner protects it.
type callBudget struct {
	size    int
	places  int
	refill  time.Time // when the next place comes back, if some are missing
	running int
	waiting int
	changed chan struct{} // closed when a call ends
}

// errTooMany is the refusal of a value that cannot be looked up because too many others were in vain.
var errTooMany = refuse(ReasonUnexpectedError, "too many values that Clerk does not know were presented a moment ago")

func newCallBudget(size int, now time.Time) *callBudget {
	return &callBudget{size: size, places: size, refill: now, changed: make(chan struct{})}
}

// idle reports whether the budget is as good as a new one.
func (b *callBudget) idle() bool { return b.places == b.size && b.running == 0 && b.waiting == 0 }

// restore gives back the places whose time has come.
func (b *callBudget) restore(now time.Time) {
	for b.places < b.size && !now.Before(b.refill) {
		b.places++
		b.refill = b.refill.Add(budgetRefill)
	}
}

// enter takes a place for a call. Otherwise it returns what to wait for before the next try, of which the caller takes
// itself off the waiting, or a refusal while all places are used up.
func (b *callBudget) enter(now time.Time) (<-chan struct{}, *Error) {
	b.restore(now)
	if b.running < b.places {
		b.running++
		return nil, nil
	}
	if b.running == 0 || b.waiting >= maxBudgetWaiters {
		return nil, errTooMany
	}
	b.waiting++
	return b.changed, nil
}

// leave gives the place of a call back, at once or, when it was in vain, after a while.
func (b *callBudget) leave(now time.Time, vain bool) {
	b.running--
	if vain {
		if b.places == b.size {
			b.refill = now.Add(budgetRefill)
		}
		b.places--
	}
	close(b.changed)
	b.changed = make(chan struct{})
}
