package clerkauth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// knowing is a Backend API that knows the opaque tokens with the word good in them, of every class.
type knowing struct {
	latency time.Duration
	calls   atomic.Int64
	vain    atomic.Int64
}

func (k *knowing) RoundTrip(r *http.Request) (*http.Response, error) {
	k.calls.Add(1)
	body, _ := io.ReadAll(r.Body)
	if k.latency > 0 {
		select {
		case <-time.After(k.latency):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
	answer := `{"object":"api_key","id":"ak_1","subject":"user_1","scopes":["read"]}`
	switch {
	case strings.Contains(r.URL.Path, "m2m"):
		answer = `{"object":"machine_to_machine_token","id":"mt_1","subject":"mch_1","scopes":["mch_us"]}`
	case strings.Contains(r.URL.Path, "oauth"):
		answer = `{"object":"clerk_idp_oauth_access_token","id":"oat_1","subject":"user_1","client_id":"client_1","scopes":["read"]}`
	}
	if !strings.Contains(string(body), "good") {
		k.vain.Add(1)
		resp.StatusCode, answer = http.StatusNotFound, `{"errors":[{"code":"resource_not_found"}]}`
	}
	resp.Body = io.NopCloser(strings.NewReader(answer))
	return resp, nil
}

func (k *knowing) authenticator(t *testing.T, change func(*clerkauth.Config)) *clerkauth.Authenticator {
	t.Helper()
	return local(t, nil, func(c *clerkauth.Config) {
		c.SecretKey, c.HTTPClient, c.AcceptTokens = testSecret, &http.Client{Transport: k}, clerkauth.AnyToken()
		if change != nil {
			change(c)
		}
	})
}

var opaquePrefixes = map[string]string{"API keys": "ak_", "M2M tokens": "mt_", "OAuth tokens": "oat_"}

// A thousand requests with one new token cost one call, and are all answered by it.
func TestMachine_OneCallForOneToken(t *testing.T) {
	t.Parallel()
	for name, prefix := range opaquePrefixes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &knowing{latency: 50 * time.Millisecond}
				authn := api.authenticator(t, nil)
				var signedIn atomic.Int64
				var wg sync.WaitGroup
				for range 1000 {
					wg.Go(func() {
						if authn.Authenticate(t.Context(), bearer(prefix+"good")).SignedIn() {
							signedIn.Add(1)
						}
					})
				}
				wg.Wait()
				if api.calls.Load() != 1 || signedIn.Load() != 1000 {
					t.Errorf("got %d calls and %d signed in, want 1 and 1000", api.calls.Load(), signedIn.Load())
				}
			})
		})
	}
}

// Strangers with made-up tokens cost a bounded number of calls, and do not disturb those whose token was good before.
func TestMachine_FloodOfMadeUpTokens(t *testing.T) {
	t.Parallel()
	for name, prefix := range opaquePrefixes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &knowing{latency: 10 * time.Millisecond}
				authn := api.authenticator(t, nil)
				ask := func(token string) *clerkauth.RequestState {
					return authn.Authenticate(t.Context(), bearer(prefix+token))
				}
				if !ask("good").SignedIn() {
					t.Fatal("got the known visitor refused before the flood")
				}
				var refused, postponed, odd atomic.Int64
				var wg sync.WaitGroup
				for worker := range 100 {
					wg.Go(func() {
						for i := range 100 {
							err := ask(fmt.Sprintf("made_up_%d_%d", worker, i)).Require()
							switch {
							case errors.Is(err, clerkauth.ErrUnauthenticated):
								refused.Add(1)
							case errors.Is(err, clerkauth.ErrUnavailable):
								postponed.Add(1)
							default:
								odd.Add(1)
							}
						}
					})
				}
				disturbed := 0
				for range 50 {
					if !ask("good").SignedIn() {
						disturbed++
					}
				}
				wg.Wait()
				if got := api.vain.Load(); got > 20 {
					t.Errorf("got %d calls for 10,000 made-up tokens, want at most 20", got)
				}
				if disturbed > 0 || odd.Load() > 0 || refused.Load()+postponed.Load() != 10_000 {
					t.Errorf("got %d of 50 known visits refused, %d made-up tokens refused, %d postponed and %d let in",
						disturbed, refused.Load(), postponed.Load(), odd.Load())
				}
				other := "ak_"
				if prefix == other {
					other = "mt_"
				}
				if !authn.Authenticate(t.Context(), bearer(other+"good")).SignedIn() {
					t.Error("got another class of tokens disturbed")
				}
				time.Sleep(2 * time.Second)
				if !ask("another_good").SignedIn() {
					t.Error("got a new visitor refused after the flood, want it over")
				}
			})
		})
	}
}

// Many new visitors at once are not a flood: they wait for their turn and are all let in.
func TestMachine_ManyNewTokensAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &knowing{latency: 20 * time.Millisecond}
		authn := api.authenticator(t, nil)
		var signedIn atomic.Int64
		var wg sync.WaitGroup
		for i := range 500 {
			wg.Go(func() {
				if authn.Authenticate(t.Context(), bearer(fmt.Sprint("ak_good_", i))).SignedIn() {
					signedIn.Add(1)
				}
			})
		}
		wg.Wait()
		if signedIn.Load() != 500 || api.calls.Load() != 500 {
			t.Errorf("got %d of 500 let in with %d calls, want all with one each", signedIn.Load(), api.calls.Load())
		}
	})
}

// Visitors who are less patient than Clerk is slow share one question; it goes on for those who come next.
func TestMachine_ImpatientVisitors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &knowing{latency: 800 * time.Millisecond}
		authn := api.authenticator(t, func(c *clerkauth.Config) {
			c.EagerMachineTokens, c.MachineCacheTTL = true, time.Minute
		})
		served := 0
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			state := authn.Authenticate(ctx, bearer("ak_good"))
			if state.SignedIn() {
				served++
			} else if !errors.Is(state.Err(), clerkauth.ErrUnavailable) || !errors.Is(state.Err(), context.DeadlineExceeded) {
				t.Errorf("got %v, want a deadline as ErrUnavailable", state.Err())
			}
			cancel()
		}
		if api.calls.Load() != 1 || served != 19 {
			t.Errorf("got %d calls and %d visitors served, want 1 and 19", api.calls.Load(), served)
		}
	})
}

// Without a cache of good answers a refusal is still remembered for a moment.
func TestMachine_RefusalsAreRemembered(t *testing.T) {
	t.Parallel()
	clock := newClock()
	api := &machineAPI{status: http.StatusNotFound}
	authn := machines(t, api, clock.now, nil)
	ask := func() clerkauth.Reason { return authn.Authenticate(t.Context(), bearer("ak_revoked")).Reason() }
	for range 5 {
		if got := ask(); got != clerkauth.ReasonTokenInvalid {
			t.Errorf("got %q, want %s", got, clerkauth.ReasonTokenInvalid)
		}
	}
	if api.count() != 1 {
		t.Errorf("got %d calls, want 1", api.count())
	}
	clock.advance(10 * time.Second)
	ask()
	if api.count() != 2 {
		t.Errorf("got %d calls after ten seconds, want 2", api.count())
	}
}

// Answers of any size take bounded memory: what is too large is asked about again.
func TestMachine_LargeAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	for size, calls := range map[int]int{1 << 10: 1, 100 << 10: 3} {
		api := &machineAPI{status: http.StatusOK, answer: apiKeyAnswer(fields{"claims": fields{"text": strings.Repeat("x", size)}})}
		authn := machines(t, api, nil, func(c *clerkauth.Config) { c.MachineCacheTTL = time.Minute })
		for range 3 {
			state := authn.Authenticate(t.Context(), bearer("ak_0123456789abcdef"))
			if text, _ := state.Machine().Claims["text"].(string); len(text) != size {
				t.Errorf("got %d bytes of claims, want %d", len(text), size)
			}
		}
		if api.count() != calls {
			t.Errorf("claims of %d bytes: got %d calls, want %d", size, api.count(), calls)
		}
	}
}
