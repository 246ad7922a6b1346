package clerkauth_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// In a flood the first made-up id of each second costs a load and is refused. Of the others nobody can tell until the
// next load.
func TestRemoteKeySet_Flood(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newKeyServer(oneKey())
	set := server.keySet(t, clock.now, nil)
	mustKey(t, set, testKeyID)
	for round := range int64(8) {
		for i := range 10_000 / 8 {
			id := fmt.Sprintf("ins_%d_%d", round, i)
			_, err := set.Key(t.Context(), id)
			if want := i > 0; errors.Is(err, clerkauth.ErrUnavailable) != want || !want && !errors.Is(err, clerkauth.ErrUnauthenticated) {
				t.Fatalf("id %d of a second: got %v, want unavailable: %t", i, err, want)
			}
		}
		if got := server.fetches.Load(); got != round+2 {
			t.Errorf("got %d loads after %d seconds, want one a second and the first", got, round+1)
		}
		_, err := set.Key(t.Context(), fmt.Sprintf("ins_%d_0", round))
		if reasonOf(t, err) != clerkauth.ReasonJWKKidMismatch {
			t.Errorf("got %v for an id that was looked for, want %s", err, clerkauth.ReasonJWKKidMismatch)
		}
		clock.advance(time.Second)
	}
}

// A key appears at the worst moment of a flood, right after a load: visitors with its tokens wait at most a second, and
// are never told that their token is wrong.
func TestRemoteKeySet_RotationInAFlood(t *testing.T) {
	t.Parallel()
	keyA()
	keyB()
	synctest.Test(t, func(t *testing.T) {
		const latency = 20 * time.Millisecond
		server := newKeyServer(oneKey())
		server.slow(latency)
		set := server.keySet(t, nil, nil)
		mustKey(t, set, testKeyID)
		began := time.Now()
		done := make(chan struct{})
		var made, known, unauthorized atomic.Int64
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				for {
					select {
					case <-done:
						return
					case <-time.After(time.Millisecond):
					}
					_, err := set.Key(t.Context(), fmt.Sprint("ins_made_up_", made.Add(1)))
					if err == nil {
						t.Error("got a key for a made-up id")
					}
					if _, err := set.Key(t.Context(), testKeyID); err != nil {
						known.Add(1)
					}
				}
			})
		}
		time.Sleep(3 * time.Second)
		for loads := server.fetches.Load(); server.fetches.Load() == loads; {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(latency + time.Millisecond)
		server.serve(map[string]*rsa.PrivateKey{testKeyID: keyA(), "ins_new": keyB()})
		rotated := time.Now()
		for {
			_, err := set.Key(t.Context(), "ins_new")
			if err == nil {
				break
			}
			if !errors.Is(err, clerkauth.ErrUnavailable) {
				unauthorized.Add(1)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if trouble := time.Since(rotated); trouble > time.Second {
			t.Errorf("got the new key %v after it appeared, want at most 1s", trouble)
		}
		time.Sleep(3 * time.Second)
		close(done)
		wg.Wait()
		if limit := int64(time.Since(began)/time.Second) + 2; server.fetches.Load() > limit {
			t.Errorf("got %d loads for %d made-up ids, want at most %d: one a second and the first", server.fetches.Load(), made.Load(), limit)
		}
		if known.Load() != 0 || unauthorized.Load() != 0 {
			t.Errorf("got %d refusals of the known key and %d 401 of the new one, want none", known.Load(), unauthorized.Load())
		}
		if made.Load() < 10_000 {
			t.Errorf("the flood had %d ids, want 10,000", made.Load())
		}
	})
}

// Whoever sends made-up key ids and hangs up at once must not cause more loads than one who waits.
func TestRemoteKeySet_AbandonedUnknownIDs(t *testing.T) {
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
		time.Sleep(time.Second)
		synctest.Wait()
		if got := server.active.Load(); got != 0 {
			t.Errorf("got %d loads that never end, want none", got)
		}
	})
}

// Visitors who are less patient than the key server is slow share one load, and those who come next have its keys.
func TestRemoteKeySet_ImpatientVisitors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		server.slow(800 * time.Millisecond)
		set := server.keySet(t, nil, nil)
		served := 0
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			if _, err := set.Key(ctx, testKeyID); err == nil {
				served++
			} else if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, clerkauth.ErrUnavailable) {
				t.Errorf("got %v, want a deadline as ErrUnavailable", err)
			}
			cancel()
		}
		if got := server.fetches.Load(); got != 1 || served != 19 {
			t.Errorf("got %d loads and %d visitors served, want 1 and 19", got, served)
		}
	})
}

// A load that hangs ends within its time, even if nobody waits for it.
func TestRemoteKeySet_AbandonedLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		server.slow(time.Hour)
		set := server.keySet(t, nil, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, _ = set.Key(ctx, testKeyID)
		server.slow(0)
		mustKey(t, set, testKeyID) // by the second request of the same load
		synctest.Wait()
		if got := server.active.Load(); got != 0 || server.fetches.Load() != 2 {
			t.Errorf("got %d requests that hang of %d, want none of 2", got, server.fetches.Load())
		}
	})
}
