package clerkauth_test

import (
	"crypto/rsa"
	"errors"
	"log/slog"
	"net/http"
	"strings"
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
				for range 24*60 - 1 {
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
	keyA()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		set := server.keySet(t, nil, nil)
		mustKey(t, set, testKeyID)
		server.answer(401, `{"errors":[{"code":"clerk_key_invalid"}]}`)
		time.Sleep(clerkauth.DefaultKeyTTL)
		_, err := set.Key(t.Context(), testKeyID)
		if got := reasonOf(t, err); got != clerkauth.ReasonSecretKeyInvalid || !errors.Is(err, clerkauth.ErrUnavailable) {
			t.Errorf("got %v, want secret-key-invalid as ErrUnavailable", err)
		}
	})
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

// TestRemoteKeySet_RecoversWithinTwoSeconds measures the time from the end of an outage to the first good load: a key
// that only the new set has.
func TestRemoteKeySet_RecoversWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	keyA()
	keyB()
	fails := map[string]func(*keyServer){
		"connections break":   func(k *keyServer) { k.answer(0, "") },
		"the server says 500": func(k *keyServer) { k.answer(500, "oops") },
		"the server hangs":    func(k *keyServer) { k.slow(time.Hour) },
	}
	for name, fail := range fails {
		for _, lasts := range []time.Duration{700 * time.Millisecond, 7300 * time.Millisecond, 61 * time.Minute} {
			t.Run(name+" for "+lasts.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := newKeyServer(oneKey())
					set := server.keySet(t, nil, nil)
					mustKey(t, set, testKeyID)
					time.Sleep(clerkauth.DefaultKeyTTL)
					fail(server)
					for began := time.Now(); time.Since(began) < lasts; time.Sleep(50 * time.Millisecond) {
						before := time.Now()
						mustKey(t, set, testKeyID)
						if waited := time.Since(before); waited > 100*time.Millisecond {
							t.Fatalf("got a wait of %v in the outage, want at most 100ms", waited)
						}
					}
					server.serve(map[string]*rsa.PrivateKey{testKeyID: keyA(), "ins_new": keyB()})
					server.answer(http.StatusOK, "")
					server.slow(0)
					over := time.Now()
					for {
						if _, err := set.Key(t.Context(), "ins_new"); err == nil {
							break
						} else if !errors.Is(err, clerkauth.ErrUnavailable) {
							t.Fatalf("got %v, want ErrUnavailable until the keys are there", err)
						}
						time.Sleep(10 * time.Millisecond)
					}
					if took := time.Since(over); took > 2*time.Second {
						t.Errorf("got the first good load %v after the outage, want at most 2s", took)
					}
					time.Sleep(clerkauth.DefaultKeyTimeout) // Requests that hang end.
				})
			})
		}
	}
}

// TestRemoteKeySet_OutageFailsNobody is a day with 3,168 requests on old keys.
func TestRemoteKeySet_OutageFailsNobody(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newKeyServer(oneKey())
	authn := server.remote(t, clock.now, nil)
	token := sign(t, keyA(), header(nil), claims(clock.now(), fields{"exp": clock.now().Add(48 * time.Hour).Unix()}))
	if _, err := authn.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	server.answer(0, "")
	clock.advance(61 * time.Minute)
	failed := 0
	for range 3168 {
		if _, err := authn.Verify(t.Context(), token); err != nil {
			failed++
		}
		clock.advance(25 * time.Second)
	}
	if failed != 0 {
		t.Errorf("got %d of 3168 refused, want none", failed)
	}
}

// TestRemoteKeySet_LogsAnOutageOnce looks at what an operator reads: where, why, and not each time.
func TestRemoteKeySet_LogsAnOutageOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newKeyServer(oneKey())
		var log strings.Builder
		set := server.keySet(t, nil, func(c *clerkauth.RemoteKeySetConfig) {
			c.Logger = slog.New(slog.NewTextHandler(&log, nil))
		})
		mustKey(t, set, testKeyID)
		server.answer(500, "oops")
		time.Sleep(clerkauth.DefaultKeyTTL)
		for range 100 {
			mustKey(t, set, testKeyID)
			time.Sleep(1100 * time.Millisecond)
		}
		synctest.Wait()
		text := log.String()
		if lines := strings.Count(text, "\n"); lines != 7 {
			t.Errorf("got %d lines for 100 failed loads, want those of 1, 2, 4 … 64", lines)
		}
		for _, want := range []string{"host=api.clerk.test", "the key server answered 500", "keys_at_hand=true"} {
			if !strings.Contains(text, want) {
				t.Errorf("got %s, want %s in it", text, want)
			}
		}
		if strings.Contains(text, testSecret) {
			t.Error("the log has the secret key")
		}
	})
}
