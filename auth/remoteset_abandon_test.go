package clerkauth_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever sends made-up key ids and hangs up at once must not cause more loads than one who waits.
func TestRemoteKeySet_abandonedUnknownIDs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		set := server.keySet(t, nil, nil)
		mustKey(t, set, testKeyID)
		server.slow(50 * time.Millisecond)
		for i := range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			_, _ = set.Key(ctx, fmt.Sprint("ins_made_up_", i))
			cancel()
			synctest.Wait()
		}
		if got := server.fetches.Load(); got != 2 {
			t.Errorf("got %d loads, want the first and one more", got)
		}
		time.Sleep(time.Second) // of the bubble's clock: the load ends
		synctest.Wait()
		if got := server.active.Load(); got != 0 {
			t.Errorf("got %d loads that never end, want none", got)
		}
	})
}
