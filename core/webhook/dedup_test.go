package clerkwebhook_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

func TestMemoryDeduplicator_Bound(t *testing.T) {
	t.Parallel()
	m := clerkwebhook.NewMemoryDeduplicator(3)
	for i := range 10 {
		id := strconv.Itoa(i)
		if claim, err := m.Begin(t.Context(), id); claim != clerkwebhook.ClaimFirst || err != nil {
			t.Fatalf("%s: got %v and %v, want the first claim", id, claim, err)
		}
		for range 2 {
			if err := m.Finish(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 10 {
		want := clerkwebhook.ClaimFirst
		if i >= 7 {
			want = clerkwebhook.ClaimFinished
		}
		if got, _ := m.Begin(t.Context(), strconv.Itoa(i)); got != want {
			t.Errorf("%d: got claim %d, want %d: the last three are remembered", i, got, want)
		}
	}
}

func TestMemoryDeduplicator_OneWinner(t *testing.T) {
	t.Parallel()
	m := clerkwebhook.NewMemoryDeduplicator(0)
	var winners atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if claim, err := m.Begin(t.Context(), "msg_1"); err == nil && claim == clerkwebhook.ClaimFirst {
				winners.Add(1)
			}
		})
	}
	wg.Wait()
	if got := winners.Load(); got != 1 {
		t.Errorf("got %d first claims, want 1", got)
	}
	if err := m.Abandon(t.Context(), "msg_1"); err != nil {
		t.Fatal(err)
	}
	if claim, _ := m.Begin(t.Context(), "msg_1"); claim != clerkwebhook.ClaimFirst {
		t.Errorf("got claim %d, want an abandoned message to be free", claim)
	}
}
