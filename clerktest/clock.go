package clerktest

import (
	"sync"
	"sync/atomic"
	"time"
)

// Clock is the movable time of one instance. Tokens, sessions, invitations and webhook retries read it and nothing
// else. The zero value runs with the machine's clock. It is safe for concurrent use.
type Clock struct {
	setting atomic.Pointer[clockSetting]

	mu        sync.Mutex
	observers []func()
}

// clockSetting is one immutable position of a Clock.
type clockSetting struct {
	frozen bool
	at     time.Time
	offset time.Duration
}

// Now returns the instance's current time in UTC.
func (c *Clock) Now() time.Time {
	s := c.setting.Load()
	switch {
	case s == nil:
		return time.Now().UTC()
	case s.frozen:
		return s.at
	default:
		return time.Now().Add(s.offset).UTC()
	}
}

// Freeze stops the clock where it stands.
func (c *Clock) Freeze() {
	c.change(func(s *clockSetting, now time.Time) { s.frozen, s.at = true, now })
}

// Unfreeze lets the clock run again from where it stands.
func (c *Clock) Unfreeze() {
	c.change(func(s *clockSetting, now time.Time) { s.frozen, s.offset = false, time.Until(now) })
}

// Advance moves the clock by d, backwards if d is negative. A frozen clock stays frozen.
func (c *Clock) Advance(d time.Duration) {
	c.change(func(s *clockSetting, _ time.Time) { s.at, s.offset = s.at.Add(d), s.offset+d })
}

// Set moves the clock to t. A frozen clock stays frozen.
func (c *Clock) Set(t time.Time) {
	c.change(func(s *clockSetting, _ time.Time) { s.at, s.offset = t.UTC(), time.Until(t) })
}

// Reset returns to the machine's clock.
func (c *Clock) Reset() {
	c.change(func(s *clockSetting, _ time.Time) { *s = clockSetting{} })
}

// Frozen reports whether the clock stands still.
func (c *Clock) Frozen() bool {
	s := c.setting.Load()
	return s != nil && s.frozen
}

// Offset returns how far the clock is ahead of the machine's.
func (c *Clock) Offset() time.Duration {
	s := c.setting.Load()
	switch {
	case s == nil:
		return 0
	case s.frozen:
		return time.Until(s.at)
	default:
		return s.offset
	}
}

// OnChange registers a function that runs after every movement of the clock, in the goroutine that moved it.
func (c *Clock) OnChange(fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observers = append(c.observers, fn)
}

// nowMillis returns Now as Clock's wire form, Unix milliseconds.
func (c *Clock) nowMillis() int64 { return c.Now().UnixMilli() }

func (c *Clock) change(edit func(s *clockSetting, now time.Time)) {
	c.mu.Lock()
	next := clockSetting{}
	if s := c.setting.Load(); s != nil {
		next = *s
	}
	edit(&next, c.Now())
	c.setting.Store(&next)
	observers := c.observers
	c.mu.Unlock()
	for _, fn := range observers {
		fn()
	}
}
