package clerkauth

import (
	"maps"
	"math"
	"strings"
	"time"
)

const (
	// clientBudget is how many calls in vain one client may cause at once, and sharedBudget how many all of them together.
	clientBudget = 16
	sharedBudget = 64
	// sessionBudget is how many calls in vain may be made at once with the expired token of one session. There is no bound
	// of all sessions together: nobody can make up their tokens.
	sessionBudget = maxTwins
	unshared      = math.MaxInt32
	// clientRefill is how long it takes until a client may cause one more, and sharedRefill all of them together.
	clientRefill = time.Second
	sharedRefill = clientRefill / 4
	// maxBudgetWaiters bounds how many wait for their turn with one client.
	maxBudgetWaiters = 1024
	// maxBudgets bounds how many clients have a budget of their own. The others have one together.
	maxBudgets = 4096
)

// callBudgets bound the calls to Clerk that anybody can cause with made-up values. Each client has a budget, so that it
// uses up its own only, and all together have one. Calls that succeed cost nothing, those in vain cost a place that comes
// back after a while. As many calls as there are places run at the same time; others wait for their turn. A lock of the
// owner protects it.
type callBudgets struct {
	size    int // of the budget of one client
	shared  *callBudget
	clients map[clientKey]*callBudget
	crowded time.Time     // until when no room is looked for again
	changed chan struct{} // closed when a call ends
}

// callBudget are the places of one client, or of all.
type callBudget struct {
	size    int
	places  int
	every   time.Duration // how long it takes until a place comes back
	refill  time.Time     // when the next place comes back, if some are missing
	running int
	waiting int
}

// errTooMany is the refusal of a value that cannot be looked up because too many others were in vain.
var errTooMany = refuse(ReasonUnexpectedError, "too many values that Clerk does not know were presented a moment ago")

func newCallBudgets(size, shared int) *callBudgets {
	return &callBudgets{
		size: size, shared: newCallBudget(shared, sharedRefill), clients: map[clientKey]*callBudget{}, changed: make(chan struct{}),
	}
}

func newCallBudget(size int, every time.Duration) *callBudget {
	return &callBudget{size: size, places: size, every: every}
}

// of returns the budget of a client. One that has none yet gets the budget of those whom nobody knows while there is no
// room.
func (b *callBudgets) of(client clientKey, now time.Time) *callBudget {
	if b.clients[client] == nil && !b.hasRoom(now) {
		client = clientKey{}
	}
	c := b.clients[client]
	if c == nil {
		c = newCallBudget(b.size, clientRefill)
		client.session = strings.Clone(client.session)
		b.clients[client] = c
	}
	c.restore(now)
	return c
}

// hasRoom reports whether there is room for one more client, and makes some by those whose budgets are as good as new. It
// looks for them once in the time in which a place comes back.
func (b *callBudgets) hasRoom(now time.Time) bool {
	if len(b.clients) >= maxBudgets && !now.Before(b.crowded) {
		maps.DeleteFunc(b.clients, func(_ clientKey, c *callBudget) bool { c.restore(now); return c.idle() })
		b.crowded = now.Add(clientRefill)
	}
	return len(b.clients) < maxBudgets
}

// strained reports whether half of what a client may use, or all together, was used up in vain a moment ago.
func (b *callBudgets) strained(client clientKey, now time.Time) bool {
	b.shared.restore(now)
	return b.shared.scarce() || b.clients[client] != nil && b.of(client, now).scarce()
}

// enter takes a place for a call of a client and returns its budget. Otherwise it returns also what to wait for before
// the next try, of which the caller takes itself off the waiting, or a refusal while all places are used up.
func (b *callBudgets) enter(client clientKey, now time.Time) (*callBudget, <-chan struct{}, *Error) {
	c := b.of(client, now)
	b.shared.restore(now)
	switch {
	case c.free() && b.shared.free():
		c.running++
		b.shared.running++
		return c, nil, nil
	case c.spent() || b.shared.spent() || c.waiting >= maxBudgetWaiters:
		return nil, nil, errTooMany
	}
	c.waiting++
	return c, b.changed, nil
}

// leave gives the place of a call back, at once or, when it was in vain, after a while.
func (b *callBudgets) leave(c *callBudget, now time.Time, vain bool) {
	c.leave(now, vain)
	b.shared.leave(now, vain)
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *callBudget) free() bool   { return b.running < b.places }
func (b *callBudget) scarce() bool { return b.places <= b.size/2 }
func (b *callBudget) spent() bool  { return b.places == 0 }

// idle reports whether the budget is as good as a new one.
func (b *callBudget) idle() bool { return b.places == b.size && b.running == 0 && b.waiting == 0 }

// restore gives back the places whose time has come.
func (b *callBudget) restore(now time.Time) {
	for b.places < b.size && !now.Before(b.refill) {
		b.places++
		b.refill = b.refill.Add(b.every)
	}
}

func (b *callBudget) leave(now time.Time, vain bool) {
	b.running--
	if vain {
		if b.places == b.size {
			b.refill = now.Add(b.every)
		}
		b.places--
	}
}
