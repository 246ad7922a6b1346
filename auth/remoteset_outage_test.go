package clerkauth_test

import (
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestRemoteKeySet_outage(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"connection": 0, "500": 500, "404": 404} {
		t.Run(name+" fails nobody until the maximum", func(t *testing.T) {
			t.Parallel()
			keyA()
			synctest.Test(t, func(t *testing.T) {
				server := newKeyServer(oneKey())
				set := server.keySet(t, nil, nil)
				mustKey(t, set, testKeyID)
				server.answer(status, "oops")
				for range 59 {
					time.Sleep(time.Minute)
					mustKey(t, set, testKeyID)
				}
				time.Sleep(time.Minute)
				if _, err := set.Key(t.Context(), testKeyID); !errors.Is(err, clerkauth.ErrUnavailable) {
					t.Errorf("got %v past the maximum, want ErrUnavailable", err)
				}
				server.answer(http.StatusOK, "")
				time.Sleep(2 * time.Second)
				mustKey(t, set, testKeyID)
			})
		})
	}
}

func TestRemoteKeySet_spacedLoads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		server.answer(500, "oops")
		set := server.keySet(t, nil, nil)
		for range 200 {
			if _, err := set.Key(t.Context(), testKeyID); !errors.Is(err, clerkauth.ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if got := server.fetches.Load(); got > 6 {
			t.Errorf("got %d fetches in two seconds, want at most 6", got)
		}
	})
}

func TestRemoteKeySet_refusedSecretKey(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newKeyServer(oneKey())
	set := server.keySet(t, clock.now, nil)
	mustKey(t, set, testKeyID)
	server.answer(401, `{"errors":[{"code":"clerk_key_invalid"}]}`)
	clock.advance(clerkauth.DefaultKeyTTL)
	_, err := set.Key(t.Context(), testKeyID)
	if got := reasonOf(t, err); got != clerkauth.ReasonSecretKeyInvalid || !errors.Is(err, clerkauth.ErrUnavailable) {
		t.Errorf("got %v, want secret-key-invalid as ErrUnavailable", err)
	}
}

func TestRemoteKeySet_retryAfter(t *testing.T) {
	t.Parallel()
	clock := newClock()
	var fetches atomic.Int64
	url := socketServer(t, func(w http.ResponseWriter, _ *http.Request) {
		fetches.Add(1)
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	set, err := clerkauth.NewRemoteKeySet(clerkauth.RemoteKeySetConfig{URL: url, Now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := set.Key(t.Context(), testKeyID); !errors.Is(err, clerkauth.ErrUnavailable) {
			t.Errorf("got %v, want ErrUnavailable", err)
		}
		clock.advance(9 * time.Second)
	}
	if got := fetches.Load(); got != 1 {
		t.Errorf("got %d fetches, want 1", got)
	}
}

func TestRemoteKeySet_slowServer(t *testing.T) {
	t.Parallel()
	keyA()
	for name, age := range map[string]time.Duration{"keys that are nearly due": 270 * time.Second, "keys past their time": 301 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := newKeyServer(oneKey())
				set := server.keySet(t, nil, nil)
				mustKey(t, set, testKeyID)
				server.slow(2 * time.Second)
				time.Sleep(age)
				var longest time.Duration
				for range 100 {
					before := time.Now()
					mustKey(t, set, testKeyID)
					longest = max(longest, time.Since(before))
					time.Sleep(10 * time.Millisecond)
				}
				limit := time.Duration(0)
				if age > clerkauth.DefaultKeyTTL {
					limit = 80 * time.Millisecond
				}
				if longest > limit {
					t.Errorf("got a wait of %v for a known key, want at most %v", longest, limit)
				}
				time.Sleep(5 * time.Second)
				if got := server.peak.Load(); got != 1 {
					t.Errorf("got %d loads at once, want 1", got)
				}
			})
		})
	}
	t.Run("unknown ids do not delay known ones", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server := newKeyServer(oneKey())
			set := server.keySet(t, nil, nil)
			mustKey(t, set, testKeyID)
			server.slow(2 * time.Second)
			go func() { _, _ = set.Key(t.Context(), "ins_other") }()
			synctest.Wait()
			before := time.Now()
			mustKey(t, set, testKeyID)
			if waited := time.Since(before); waited != 0 {
				t.Errorf("got a wait of %v, want none", waited)
			}
			time.Sleep(5 * time.Second) // The load goes on without the caller.
		})
	})
}
