package clerkauth_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func oneKey() map[string]*rsa.PrivateKey { return map[string]*rsa.PrivateKey{testKeyID: keyA()} }

func TestRemoteKeySet_coldRequestsShareOneLoad(t *testing.T) {
	t.Parallel()
	keyA()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		server.slow(20 * time.Millisecond)
		authn := server.remote(t, nil, nil)
		token := good(t, time.Now())
		var failed atomic.Int64
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				if _, err := authn.Verify(t.Context(), token); err != nil {
					failed.Add(1)
				}
			})
		}
		wg.Wait()
		if got := server.fetches.Load(); got != 1 || failed.Load() != 0 {
			t.Errorf("got %d fetches and %d failures, want 1 and 0", got, failed.Load())
		}
	})
}

// On real processors callers arrive while a load ends: none of them may start another.
func TestRemoteKeySet_lateCallers(t *testing.T) {
	t.Parallel()
	keyA()
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			server := newKeyServer(oneKey())
			set := server.keySet(t, nil, nil)
			for round := range int64(2) {
				var wg sync.WaitGroup
				for range 64 {
					wg.Go(func() {
						if _, err := set.Key(t.Context(), testKeyID); err != nil {
							t.Errorf("Key: %v", err)
						}
					})
				}
				wg.Wait()
				if got := server.fetches.Load(); got != round+1 {
					t.Fatalf("got %d fetches in round %d, want one a round", got, round+1)
				}
				time.Sleep(clerkauth.DefaultKeyTTL)
			}
		})
	}
}

func TestRemoteKeySet_policies(t *testing.T) {
	t.Parallel()
	for policy, want := range map[clerkauth.RefreshPolicy]int64{
		clerkauth.RefreshNever: 1, clerkauth.RefreshRateLimited: 2, clerkauth.RefreshAlways: 6,
	} {
		t.Run(fmt.Sprintf("policy %d", policy), func(t *testing.T) {
			t.Parallel()
			server := newKeyServer(oneKey())
			set := server.keySet(t, newClock().now, func(c *clerkauth.RemoteKeySetConfig) { c.OnUnknownKey = policy })
			mustKey(t, set, testKeyID)
			for range 5 {
				_, _ = set.Key(t.Context(), "ins_other")
			}
			if got := server.fetches.Load(); got != want {
				t.Errorf("got %d fetches, want %d", got, want)
			}
		})
	}
}

// An unknown id that comes when the keys are due anyway is answered by the load that confirms them.
func TestRemoteKeySet_unknownWhenDue(t *testing.T) {
	t.Parallel()
	keyA()
	keyB()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		set := server.keySet(t, nil, nil)
		mustKey(t, set, testKeyID)
		for round := range int64(3) {
			time.Sleep(clerkauth.DefaultKeyTTL)
			if _, err := set.Key(t.Context(), "ins_other"); reasonOf(t, err) != clerkauth.ReasonJWKKidMismatch {
				t.Fatalf("got %v, want jwk-kid-mismatch", err)
			}
			if got := server.fetches.Load(); got != round+2 {
				t.Fatalf("got %d fetches, want %d", got, round+2)
			}
		}
	})
}

func TestRemoteKeySet_coldFlood(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newKeyServer(oneKey())
	set := server.keySet(t, clock.now, nil)
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() { _, _ = set.Key(t.Context(), fmt.Sprintf("ins_%d", i)) })
	}
	wg.Wait()
	if got := server.fetches.Load(); got != 1 {
		t.Errorf("got %d fetches, want 1", got)
	}
}

func TestRemoteKeySet_newKeyAfterFlood(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newKeyServer(oneKey())
	set := server.keySet(t, clock.now, nil)
	mustKey(t, set, testKeyID)
	for i := range 100 {
		_, _ = set.Key(t.Context(), fmt.Sprint("ins_", i))
		clock.advance(time.Second)
	}
	server.serve(map[string]*rsa.PrivateKey{testKeyID: keyA(), "ins_new": keyB()})
	clock.advance(clerkauth.DefaultKeyCoolDown)
	mustKey(t, set, "ins_new")
}

func TestRemoteKeySet_impossibleIDs(t *testing.T) {
	t.Parallel()
	server := newKeyServer(oneKey())
	set := server.keySet(t, newClock().now, nil)
	mustKey(t, set, testKeyID)
	for _, id := range []string{"", strings.Repeat("k", 10_000)} {
		if _, err := set.Key(t.Context(), id); !errors.Is(err, clerkauth.ErrUnauthenticated) {
			t.Errorf("got %v, want ErrUnauthenticated", err)
		}
	}
	if got := server.fetches.Load(); got != 1 {
		t.Errorf("got %d fetches, want 1", got)
	}
}

func TestRemoteKeySet_garbageNeverLoads(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newKeyServer(oneKey())
	authn := server.remote(t, clock.now, nil)
	for _, token := range []string{
		"", "x", "a.b.c", strings.Repeat("A", 1<<20),
		sign(t, keyB(), header(fields{"alg": "none", "kid": "ins_x"}), claims(clock.now(), nil)),
		sign(t, keyB(), header(fields{"alg": "HS256", "kid": "ins_x"}), claims(clock.now(), nil)),
		sign(t, keyB(), header(fields{"typ": "at+jwt"}), claims(clock.now(), nil)),
		sign(t, keyB(), header(fields{"crit": []string{"x"}}), claims(clock.now(), nil)),
		sign(t, keyB(), header(fields{"cat": "cl_B7d4PD222AAA"}), claims(clock.now(), nil)),
	} {
		if _, err := authn.Verify(t.Context(), token); !errors.Is(err, clerkauth.ErrUnauthenticated) {
			t.Errorf("got %v, want ErrUnauthenticated", err)
		}
	}
	if got := server.fetches.Load(); got != 0 {
		t.Errorf("got %d fetches, want 0", got)
	}
}

func TestRemoteKeySet_rotationUnderLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		server.slow(20 * time.Millisecond)
		authn := server.remote(t, nil, nil)
		tokens := []string{good(t, time.Now().Add(time.Hour))}
		if _, err := server.remote(t, func() time.Time { return time.Now().Add(time.Hour) }, nil).Verify(t.Context(), tokens[0]); err != nil {
			t.Fatalf("Verify: %v", err)
		}
		server.fetches.Store(0)
		var current atomic.Pointer[string]
		first := good(t, time.Now())
		current.Store(&first)
		done := make(chan struct{})
		var failed atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for {
					select {
					case <-done:
						return
					case <-time.After(5 * time.Millisecond):
					}
					if _, err := authn.Verify(t.Context(), *current.Load()); err != nil {
						failed.Add(1)
					}
				}
			})
		}
		for i := range 2 {
			time.Sleep(2 * time.Second)
			id := fmt.Sprintf("ins_new_%d", i)
			server.serve(map[string]*rsa.PrivateKey{testKeyID: keyA(), id: keyB()})
			next := sign(t, keyB(), header(fields{"kid": id}), claims(time.Now(), nil))
			current.Store(&next)
		}
		time.Sleep(2 * time.Second)
		close(done)
		wg.Wait()
		if failed.Load() != 0 || server.fetches.Load() != 3 {
			t.Errorf("got %d failures and %d fetches, want 0 and 3", failed.Load(), server.fetches.Load())
		}
	})
}

func TestRemoteKeySet_withdrawnKey(t *testing.T) {
	t.Parallel()
	keyA()
	keyB()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(map[string]*rsa.PrivateKey{testKeyID: keyA(), "ins_b": keyB()})
		set := server.keySet(t, nil, nil)
		mustKey(t, set, testKeyID)
		server.serve(map[string]*rsa.PrivateKey{"ins_b": keyB()})
		for range 29 {
			time.Sleep(5 * time.Second)
			mustKey(t, set, testKeyID)
		}
		time.Sleep(clerkauth.DefaultKeyTTL - 29*5*time.Second)
		if _, err := set.Key(t.Context(), testKeyID); !errors.Is(err, clerkauth.ErrUnknownKey) && reasonOf(t, err) != clerkauth.ReasonJWKKidMismatch {
			t.Errorf("got %v, want jwk-kid-mismatch", err)
		}
	})
}

// TestRemoteKeySet_withdrawnWhenDue asks for a key that the load, which is due anyway, no longer brings.
func TestRemoteKeySet_withdrawnWhenDue(t *testing.T) {
	t.Parallel()
	keyA()
	keyB()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		set := server.keySet(t, nil, nil)
		mustKey(t, set, testKeyID)
		server.serve(map[string]*rsa.PrivateKey{"ins_b": keyB()})
		time.Sleep(clerkauth.DefaultKeyTTL)
		if _, err := set.Key(t.Context(), testKeyID); reasonOf(t, err) != clerkauth.ReasonJWKKidMismatch {
			t.Errorf("got %v, want %s", err, clerkauth.ReasonJWKKidMismatch)
		}
		if got := server.fetches.Load(); got != 2 {
			t.Errorf("got %d fetches, want 2: the load that was due has answered", got)
		}
	})
}

func TestRemoteKeySet_newMaterial(t *testing.T) {
	t.Parallel()
	keyA()
	keyB()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		set := server.keySet(t, nil, nil)
		before := mustKey(t, set, testKeyID)
		server.serve(map[string]*rsa.PrivateKey{testKeyID: keyB()})
		time.Sleep(clerkauth.DefaultKeyTTL)
		if after := mustKey(t, set, testKeyID); after.Public.Equal(before.Public) {
			t.Error("got the old material, want the new")
		}
	})
}

func TestRemoteKeySet_unchangedKey(t *testing.T) {
	t.Parallel()
	keyA()
	keyB()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		set := server.keySet(t, nil, nil)
		before := mustKey(t, set, testKeyID)
		time.Sleep(clerkauth.DefaultKeyTTL)
		if after := mustKey(t, set, testKeyID); after != before {
			t.Error("got another pointer, want the same")
		}
		if got := server.fetches.Load(); got != 2 {
			t.Errorf("got %d fetches, want 2", got)
		}
	})
}

func TestRemoteKeySet_callerWhoLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		server.slow(time.Second)
		set := server.keySet(t, nil, nil)
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		first := make(chan error)
		go func() { _, err := set.Key(impatient, testKeyID); first <- err }()
		synctest.Wait()
		second := make(chan error)
		go func() { _, err := set.Key(t.Context(), testKeyID); second <- err }()
		if err := <-first; !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, clerkauth.ErrUnavailable) {
			t.Errorf("got %v, want a deadline as ErrUnavailable", err)
		}
		if err := <-second; err != nil {
			t.Errorf("got %v, want no error", err)
		}
		if got := server.fetches.Load(); got != 1 {
			t.Errorf("got %d fetches, want 1", got)
		}
	})
}

func TestRemoteKeySet_timeOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		server.slow(time.Hour)
		set := server.keySet(t, nil, nil)
		before := time.Now()
		if _, err := set.Key(t.Context(), testKeyID); !errors.Is(err, clerkauth.ErrUnavailable) {
			t.Errorf("got %v, want ErrUnavailable", err)
		}
		if got := time.Since(before); got != clerkauth.DefaultKeyTimeout {
			t.Errorf("got an answer after %v, want %v", got, clerkauth.DefaultKeyTimeout)
		}
	})
}
