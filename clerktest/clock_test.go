package clerktest_test

import (
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestClock(t *testing.T) {
	t.Parallel()
	var c clerktest.Clock
	moved := 0
	c.OnChange(func() { moved++ })
	c.Freeze()
	at := c.Now()
	c.Advance(time.Hour)
	if got := c.Now().Sub(at); got != time.Hour || !c.Frozen() {
		t.Errorf("got %v later, want exactly an hour on a frozen clock", got)
	}
	c.Set(time.Unix(1_700_000_000, 0))
	if got := c.Now().Unix(); got != 1_700_000_000 {
		t.Errorf("got %d, want the time that was set", got)
	}
	c.Unfreeze()
	if off := time.Until(c.Now()) - c.Offset(); off.Abs() > time.Second || c.Frozen() {
		t.Errorf("got a clock %v off its own offset", off)
	}
	c.Reset()
	if c.Offset() != 0 || time.Since(c.Now()).Abs() > time.Second {
		t.Error("a reset clock is not the machine's")
	}
	if moved != 5 {
		t.Errorf("got %d notices, want 5", moved)
	}
}
