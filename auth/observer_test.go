package clerkauth_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

// witness writes down what an observer is told.
type witness struct {
	mu    sync.Mutex
	lines []string
}

type witnessKey struct{}

func (w *witness) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// take returns what was written down since the last time.
func (w *witness) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.lines
	w.lines = nil
	return lines
}

func (w *witness) BeginAuthentication(ctx context.Context) context.Context {
	return context.WithValue(ctx, witnessKey{}, true)
}

func (w *witness) EndAuthentication(ctx context.Context, info clerkauth.AuthenticationInfo) {
	if ctx.Value(witnessKey{}) != true || info.Duration < 0 {
		w.note("without the context of its beginning")
	}
	w.note("%s %s %s cached=%t deferred=%t", info.TokenType, info.Status, info.Reason, info.Cached, info.Deferred)
}

func (w *witness) EndKeyLoad(info clerkauth.KeyLoadInfo) {
	w.note("keys %d %s", info.Keys, info.Reason)
}

func (w *witness) Refused(info clerkauth.RefusalInfo) {
	name := ""
	if info.Missing != nil {
		name = info.Missing.Type + " " + info.Missing.Name
	}
	w.note("refused %s %d %s %s", info.TokenType, info.StatusCode, info.Reason, name)
}

func (w *witness) BeginCall(ctx context.Context, _ clerk.CallInfo) context.Context { return ctx }
func (w *witness) EndAttempt(context.Context, clerk.AttemptInfo)                   {}
func (w *witness) EndCall(_ context.Context, result clerk.CallResult) {
	w.note("call %s %d", result.Operation, result.StatusCode)
}

func (w *witness) check(t *testing.T, name string, want ...string) {
	t.Helper()
	if got := w.take(); !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", name, got, want)
	}
}

func TestObserver_Sessions(t *testing.T) {
	t.Parallel()
	clock, w, server := newClock(), &witness{}, newKeyServer(oneKey())
	authn := server.remote(t, clock.now, func(c *clerkauth.Config) { c.Observer, c.HeaderOnly, c.TokenCacheSize = w, true, 10 })
	token := good(t, clock.now())
	state := authn.Authenticate(t.Context(), bearer(token))
	w.check(t, "the first token", "keys 1", "session_token signed-in  cached=false deferred=false")
	authn.Authenticate(t.Context(), bearer(token))
	authn.AuthenticateToken(t.Context(), token)
	if _, err := authn.Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
	known := "session_token signed-in  cached=true deferred=false"
	w.check(t, "the same token", known, known, known)
	if state.Has(clerkauth.HasRole("owner")) {
		t.Error("the state has a role that it lacks")
	}
	w.check(t, "a question is no guard")
	_ = state.Require(clerkauth.HasRole("owner"))
	w.check(t, "a guard", "refused session_token 403 missing-role role org:owner")
	_ = authn.Authenticate(t.Context(), clerkauth.Request{}).Require()
	w.check(t, "nobody", "session_token signed-out session-token-missing cached=false deferred=false",
		"refused session_token 401 session-token-missing")
	clock.advance(2 * time.Minute)
	authn.Authenticate(t.Context(), bearer(token))
	w.check(t, "an expired token", "session_token signed-out token-expired cached=true deferred=false")
	if _, err := authn.Verify(t.Context(), "a.b.c"); err == nil {
		t.Error("a broken token verifies")
	}
	w.check(t, "a broken token", "session_token signed-out token-invalid cached=false deferred=false")
	server.answer(http.StatusUnauthorized, `{"errors":[{"code":"clerk_key_invalid"}]}`)
	clock.advance(time.Hour)
	authn.Authenticate(t.Context(), bearer(good(t, clock.now())))
	w.check(t, "a load that fails", "keys 0 secret-key-invalid", "session_token signed-out secret-key-invalid cached=false deferred=false")
}

func TestObserver_MachineTokens(t *testing.T) {
	t.Parallel()
	w := &witness{}
	authn := (&knowing{}).authenticator(t, func(c *clerkauth.Config) { c.Observer, c.MachineCacheTTL = w, time.Minute })
	state := authn.Authenticate(t.Context(), bearer("ak_good"))
	w.check(t, "a token that nobody looked at", "api_key signed-out  cached=false deferred=true")
	for range 2 {
		if !state.SignedIn() {
			t.Error("the token is good and nobody is signed in")
		}
	}
	w.check(t, "the token when it is read", "call Client.Do 200", "api_key signed-in  cached=false deferred=false")
	authn.Authenticate(t.Context(), bearer("ak_good"))
	w.check(t, "the token that is remembered", "api_key signed-in  cached=true deferred=false")
	_ = authn.Authenticate(t.Context(), bearer("ak_bad")).Require()
	w.check(t, "a token that does not exist", "api_key signed-out  cached=false deferred=true", "call Client.Do 404",
		"api_key signed-out token-invalid cached=false deferred=false", "refused api_key 401 token-invalid")
}

//nolint:paralleltest // Counting allocations needs the process to itself.
func TestObserver_CostsNothingWhenThereIsNone(t *testing.T) {
	clock := newClock()
	with := local(t, clock.now, func(c *clerkauth.Config) { c.Observer = silent{} })
	without := local(t, clock.now, nil)
	req, ctx := bearer(good(t, clock.now())), t.Context()
	count := func(authn *clerkauth.Authenticator) float64 {
		authn.Authenticate(ctx, req)
		return testing.AllocsPerRun(200, func() { authn.Authenticate(ctx, req) })
	}
	if observed, plain := count(with), count(without); plain > 2 || observed > plain+2 {
		t.Errorf("got %v allocations with an observer and %v without, want at most 2 without and two more with", observed, plain)
	}
}

// silent is an observer that does nothing.
type silent struct{}

func (silent) BeginAuthentication(ctx context.Context) context.Context         { return ctx }
func (silent) EndAuthentication(context.Context, clerkauth.AuthenticationInfo) {}
func (silent) EndKeyLoad(clerkauth.KeyLoadInfo)                                {}
func (silent) Refused(clerkauth.RefusalInfo)                                   {}

func BenchmarkObserver(b *testing.B) {
	for name, observer := range map[string]clerkauth.Observer{"none": nil, "silent": silent{}} {
		b.Run(name, func(b *testing.B) {
			clock := newClock()
			authn := local(b, clock.now, func(c *clerkauth.Config) { c.Observer = observer })
			req, ctx := bearer(good(b, clock.now())), b.Context()
			b.ReportAllocs()
			for b.Loop() {
				authn.Authenticate(ctx, req)
			}
		})
	}
}
