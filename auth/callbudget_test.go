package clerkauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

const (
	strangerAddress = "203.0.113.9:4711"
	visitorAddress  = "198.51.100.7:4712"
	// mostShared bounds what all addresses together may cost in a moment.
	mostShared = 80
)

// guarded serves a page that needs a credential, to whoever is at an address.
type guarded struct{ http.Handler }

func guard(authn *clerkauth.Authenticator) guarded {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	return guarded{clerkauth.Middleware(authn)(clerkauth.RequireAuth()(page))}
}

func (g guarded) ask(address, name, value string, more ...string) int {
	r := httptest.NewRequest(http.MethodGet, "https://app.example.com/", http.NoBody)
	r.RemoteAddr = address
	r.Header.Set(name, value)
	for i := 0; i < len(more); i += 2 {
		r.Header.Add(more[i], more[i+1])
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w.Code
}

// floodFrom lets a hundred strangers send 10,000 requests.
func floodFrom(ask func(i int)) {
	var wg sync.WaitGroup
	for worker := range 100 {
		wg.Go(func() {
			for i := range floods / 100 {
				ask(worker*floods/100 + i)
			}
		})
	}
	wg.Wait()
}

// A flood of made-up tokens from one address costs few calls, and a token that is seen for the first time gets in from any
// other address: at every moment of the flood.
func TestMachine_FloodOfOneAddress(t *testing.T) {
	t.Parallel()
	for name, prefix := range opaquePrefixes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &knowing{latency: 10 * time.Millisecond}
				app := guard(api.authenticator(t, nil))
				refused := map[int]int{}
				var mu sync.Mutex
				floodFrom(func(i int) {
					app.ask(strangerAddress, "Authorization", fmt.Sprintf("Bearer %smade_up_%d", prefix, i))
					if i%100 == 0 {
						if got := app.ask(visitorAddress, "Authorization", fmt.Sprintf("Bearer %sgood_%d", prefix, i)); got != http.StatusOK {
							mu.Lock()
							refused[got]++
							mu.Unlock()
						}
					}
				})
				if got := app.ask(visitorAddress, "Authorization", "Bearer "+prefix+"good_at_last"); got != http.StatusOK {
					refused[got]++
				}
				if got := api.vain.Load(); got > mostCalls {
					t.Errorf("got %d calls for %d made-up tokens, want at most %d", got, floods, mostCalls)
				}
				if len(refused) > 0 {
					t.Errorf("got answers %v for tokens that came from another address for the first time, want 200", refused)
				}
			})
		})
	}
}

// Those who have many addresses cost a bounded number of calls, too. A whole network of IPv6 is one of them.
func TestMachine_FloodOfManyAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		address func(i int) string
		most    int64
	}{
		{"IPv4", func(i int) string { return fmt.Sprintf("10.7.%d.%d:1", i/250, i%250) }, mostShared},
		{"networks of IPv6", func(i int) string { return fmt.Sprintf("[2001:db8:0:%x::1]:1", i) }, mostShared},
		{"one network of IPv6", func(i int) string { return fmt.Sprintf("[2001:db8::%x]:1", i) }, mostCalls},
		{"ports of one address", func(i int) string { return fmt.Sprintf("203.0.113.9:%d", i) }, mostCalls},
		{"spellings of one address", func(i int) string { return []string{strangerAddress, "[::ffff:203.0.113.9]:1"}[i%2] }, mostCalls},
		{"no address", func(int) string { return "@" }, mostCalls},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &knowing{latency: 10 * time.Millisecond}
				app := guard(api.authenticator(t, nil))
				floodFrom(func(i int) { app.ask(test.address(i), "Authorization", fmt.Sprint("Bearer ak_made_up_", i)) })
				if got := api.vain.Load(); got > test.most || got < 16 {
					t.Errorf("got %d calls for %d made-up tokens, want 16 to %d", got, floods, test.most)
				}
				time.Sleep(20 * time.Second)
				for i := range 100 { // They use up what those have together for whom there is no room.
					app.ask("@", "Authorization", fmt.Sprint("Bearer ak_made_up_again_", i))
				}
				if got := app.ask(strangerAddress, "Authorization", "Bearer ak_good"); got != http.StatusOK {
					t.Errorf("got %d after the flood, want it over", got)
				}
			})
		})
	}
}

// What a request says about its address counts only behind a trusted proxy, and then what that proxy has added.
func TestMachine_FloodThroughAProxy(t *testing.T) {
	t.Parallel()
	for name, trusted := range map[string]bool{"not trusted": false, "trusted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &knowing{latency: 10 * time.Millisecond}
				app := guard(api.authenticator(t, func(c *clerkauth.Config) { c.TrustForwardedHeaders = trusted }))
				claimed := func(i int) string { return fmt.Sprintf("10.7.%d.%d", i/250, i%250) }
				floodFrom(func(i int) {
					chain := claimed(i)
					if trusted {
						chain += ", 203.0.113.9"
					}
					app.ask("192.0.2.1:80", "Authorization", fmt.Sprint("Bearer ak_made_up_", i),
						"X-Forwarded-For", chain, "X-Real-Ip", claimed(i), "Cf-Connecting-Ip", claimed(i), "Forwarded", "for="+claimed(i))
				})
				if got := api.vain.Load(); got > mostCalls {
					t.Errorf("got %d calls for %d made-up tokens, want at most %d", got, floods, mostCalls)
				}
				want := map[bool]int{true: http.StatusOK, false: http.StatusServiceUnavailable}[trusted]
				if got := app.ask("192.0.2.1:80", "Authorization", "Bearer ak_good", "X-Forwarded-For", "10.9.9.9, 198.51.100.7"); got != want {
					t.Errorf("got %d for another visitor of the same proxy, want %d", got, want)
				}
			})
		})
	}
}

// Nonces of strangers use up the budget of their address. Whoever comes from another one has a nonce exchanged at once.
func TestFlow_FloodOfNoncesFromOneAddress(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f, calls := floodedFlow(t, production, "/handshake_payload")
		own := calls.count()
		f.address = strangerAddress
		f.flood(floods, madeUpNonce, func() {})
		if got := calls.count() - own; got > mostCalls {
			t.Errorf("got %d calls for %d made-up nonces, want at most %d", got, floods, mostCalls)
		}
		own = calls.count()
		f.address = visitorAddress
		f.leave()
		first := f.open(appOrigin + "/page")
		first.want(t, "hello "+f.user.ID)
		if got := calls.count() - own; first.handshakes() != 1 || got != 1 {
			t.Errorf("got visits %q and %d calls, want one handshake whose nonce is exchanged", first.visits, got)
		}
	})
}
