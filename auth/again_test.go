package clerkauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// twice serves a request with the middleware of one authenticator attached twice and returns the answer and the inner state.
func twice(authn *clerkauth.Authenticator, r *http.Request, outer, inner []clerkauth.CallOption) (*httptest.ResponseRecorder, *clerkauth.RequestState) {
	return attached(authn, r, outer, inner)
}

// attached is twice for any number of middlewares, the outermost first.
func attached(authn *clerkauth.Authenticator, r *http.Request, opts ...[]clerkauth.CallOption) (*httptest.ResponseRecorder, *clerkauth.RequestState) {
	var state *clerkauth.RequestState
	var handler http.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { state = clerkauth.FromContext(r.Context()) })
	for _, own := range slices.Backward(opts) {
		handler = clerkauth.Middleware(authn, clerkauth.WithCallOptions(own...))(handler)
	}
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, r)
	return rec, state
}

func pageRequest(header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://app.example.com/", nil)
	r.Header.Set("Sec-Fetch-Dest", "document")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestMiddleware_TwiceExchangesOnce(t *testing.T) {
	t.Parallel()
	clock := newClock()
	const live = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
	suffix := "_" + clerkauth.CookieSuffix(live)
	expired := sign(t, keyA(), header(nil), claims(clock.now().Add(-time.Hour), nil))
	line := "__session=" + good(t, clock.now()) + "; Path=/"
	for name, cookie := range map[string]string{
		"a nonce":         "__clerk_handshake_nonce=fresh",
		"a refresh token": "__client_uat" + suffix + "=1; __session" + suffix + "=" + expired + "; __refresh" + suffix + "=fresh",
	} {
		own := []clerkauth.CallOption{clerkauth.WithAuthorizedParties("https://app.example.com")}
		for inner, opts := range map[string][][]clerkauth.CallOption{
			"without options": {nil, nil}, "with options": {nil, own},
			"behind one of headers":                             {nil, {clerkauth.HeaderOnly()}, nil},
			"with options, behind two that do not read cookies": {nil, {clerkauth.HeaderOnly()}, {clerkauth.AcceptTokens(clerkauth.TokenAPIKey)}, own},
		} {
			t.Run(name+", "+inner, func(t *testing.T) {
				t.Parallel()
				api := &exchangeAPI{good: "fresh", line: line}
				authn := local(t, clock.now, func(c *clerkauth.Config) {
					c.SecretKey, c.PublishableKey, c.HTTPClient = "sk_live_x", live, &http.Client{Transport: api}
				})
				rec, state := attached(authn, pageRequest("Cookie", cookie), opts...)
				if !state.SignedIn() || state.UserID() != "user_1" || api.calls != 1 {
					t.Errorf("got %v after %d calls, want the user after one", state, api.calls)
				}
				if got := rec.Header().Values("Set-Cookie"); len(got) != 1 || got[0] != line {
					t.Errorf("got cookies %q, want the session once", got)
				}
			})
		}
	}
}

// What a middleware refuses for its own options, the next one still decides about: not about the cookie of before.
func TestMiddleware_ThriceDecidesAboutTheNewSession(t *testing.T) {
	t.Parallel()
	clock := newClock()
	const live = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
	suffix := "_" + clerkauth.CookieSuffix(live)
	session := func(at time.Time, user string) string {
		return sign(t, keyA(), header(nil), claims(at, fields{"sub": user, "aud": "a"}))
	}
	line := "__session=" + session(clock.now(), "user_2") + "; Path=/"
	for name, cookie := range map[string]string{
		"a nonce":                 "__clerk_handshake_nonce=fresh",
		"a nonce beside a cookie": "__clerk_handshake_nonce=fresh; __client_uat=1; __session=" + session(clock.now(), "user_1"),
		"a refresh token": "__client_uat" + suffix + "=1; __session" + suffix + "=" + session(clock.now().Add(-time.Hour), "user_2") +
			"; __refresh" + suffix + "=fresh",
	} {
		for middle, opt := range map[string]clerkauth.CallOption{
			"other parties": clerkauth.WithAuthorizedParties("https://preview.example.com"), "another audience": clerkauth.WithAudience("b"),
		} {
			t.Run(name+", "+middle, func(t *testing.T) {
				t.Parallel()
				api := &exchangeAPI{good: "fresh", line: line}
				authn := local(t, clock.now, func(c *clerkauth.Config) {
					c.SecretKey, c.PublishableKey, c.HTTPClient = "sk_live_x", live, &http.Client{Transport: api}
					c.AuthorizedParties = []string{"https://app.example.com"}
				})
				own := []clerkauth.CallOption{opt}
				if _, state := attached(authn, pageRequest("Cookie", cookie), nil, own, nil); state.UserID() != "user_2" || api.calls != 1 {
					t.Errorf("got %v of %q after %d calls, want the user of the new session after one", state, state.UserID(), api.calls)
				}
			})
		}
	}
}

// While the browser is still to be sent to the address without the traces of a handshake, other options decide as well.
func TestAuthenticate_AgainDecidesAnewBeforeARedirect(t *testing.T) {
	t.Parallel()
	clock := newClock()
	api := &exchangeAPI{good: "fresh", line: "__session=" + good(t, clock.now()) + "; Path=/"}
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.SecretKey, c.HTTPClient = testSecret, &http.Client{Transport: api} })
	r := httptest.NewRequest(http.MethodGet, "https://app.example.com/?__clerk_handshake_nonce=fresh", nil)
	r.Header.Set("Sec-Fetch-Dest", "document")
	app := clerkauth.WithAuthorizedParties("https://app.example.com")
	preview := clerkauth.WithAuthorizedParties("https://preview.example.com")
	for name, test := range map[string]struct {
		opts []clerkauth.CallOption // of one call each
		want string
	}{
		"the same options":                 {[]clerkauth.CallOption{nil}, "user_1"},
		"parties that fit":                 {[]clerkauth.CallOption{app}, "user_1"},
		"other parties":                    {[]clerkauth.CallOption{preview}, ""},
		"parties that fit, behind headers": {[]clerkauth.CallOption{clerkauth.HeaderOnly(), app}, "user_1"},
		"other parties, behind headers":    {[]clerkauth.CallOption{clerkauth.HeaderOnly(), preview}, ""},
	} {
		state := authn.Authenticate(t.Context(), clerkauth.FromHTTP(r))
		for _, opt := range test.opts {
			state = authn.Authenticate(clerkauth.NewContext(t.Context(), state), clerkauth.FromHTTP(r), opt)
		}
		if state.UserID() != test.want || state.Redirect() != "https://app.example.com/" || len(state.Headers()["Set-Cookie"]) != 0 {
			t.Errorf("%s: got %v of %q, redirected to %q with %q, want %q and the redirect alone",
				name, state, state.UserID(), state.Redirect(), state.Headers()["Set-Cookie"], test.want)
		}
	}
}

func TestMiddleware_TwiceAsksOnceAboutMachines(t *testing.T) {
	t.Parallel()
	clock := newClock()
	keys := []clerkauth.CallOption{clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenSession)}
	for name, test := range map[string]struct {
		eager        bool
		outer, inner []clerkauth.CallOption
		calls        int
		signedIn     bool
	}{
		"verified when it is read":        {false, keys, keys, 1, true},
		"verified at once":                {true, keys, keys, 1, true},
		"accepted by the inner one alone": {false, nil, keys, 1, true},
		"accepted by the outer one alone": {true, keys, nil, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &machineAPI{status: http.StatusOK, answer: apiKeyAnswer(nil)}
			authn := machines(t, api, clock.now, func(c *clerkauth.Config) {
				c.EagerMachineTokens, c.AcceptTokens = test.eager, []clerkauth.TokenType{clerkauth.TokenSession}
			})
			_, state := twice(authn, pageRequest("Authorization", "Bearer ak_0123456789abcdef"), test.outer, test.inner)
			if state.SignedIn() != test.signedIn || api.count() != test.calls {
				t.Errorf("got %v after %d calls, want signed in: %v after %d", state, api.count(), test.signedIn, test.calls)
			}
		})
	}
}

func TestMiddleware_TwiceAppliesTheInnerOptions(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.AuthorizedParties = []string{"https://app.example.com"} })
	token := good(t, clock.now())
	pendingToken := sign(t, keyA(), header(nil), claims(clock.now(), fields{"sts": "pending"}))
	preview := sign(t, keyA(), header(nil), claims(clock.now(), fields{"azp": "https://preview.example.com"}))
	parties := []clerkauth.CallOption{clerkauth.WithAuthorizedParties("https://preview.example.com")}
	cookie := func(token string) string { return "__clerk_db_jwt=d; __client_uat=1; __session=" + token }
	for name, test := range map[string]struct {
		token        string
		outer, inner []clerkauth.CallOption
		want         clerkauth.Reason
	}{
		"a pending session is allowed":         {pendingToken, nil, []clerkauth.CallOption{clerkauth.AllowPending()}, ""},
		"a pending session is no more allowed": {pendingToken, []clerkauth.CallOption{clerkauth.AllowPending()}, nil, clerkauth.ReasonSessionPending},
		"other parties":                        {preview, nil, parties, ""},
		"other parties outside alone":          {preview, parties, nil, clerkauth.ReasonTokenInvalidAuthorizedParties},
		"no sessions":                          {token, nil, []clerkauth.CallOption{clerkauth.AcceptTokens(clerkauth.TokenAPIKey)}, "*"},
		"another audience":                     {sign(t, keyA(), header(nil), claims(clock.now(), fields{"aud": "a"})), nil, []clerkauth.CallOption{clerkauth.WithAudience("b")}, clerkauth.ReasonTokenVerificationFailed},
		"the same":                             {token, nil, nil, ""},
	} {
		for carrier, r := range map[string]*http.Request{"header": pageRequest("Authorization", "Bearer "+test.token), "cookie": pageRequest("Cookie", cookie(test.token))} {
			_, state := twice(authn, r, test.outer, test.inner)
			switch {
			case test.want == "*" && (state.SignedIn() || state.Reason() == ""), test.want != "*" && (state.Reason() != test.want || state.SignedIn() != (test.want == "")):
				t.Errorf("%s, by %s: got %v, want %q", name, carrier, state, test.want)
			}
		}
	}
}

func TestMiddleware_TwiceNeverMixesCallers(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	other := local(t, clock.now, func(c *clerkauth.Config) { c.JWTKey = pemOf(t, keyB()) })
	mine, theirs := good(t, clock.now()), sign(t, keyA(), header(nil), claims(clock.now(), fields{"sub": "user_2"}))
	state := authn.Authenticate(t.Context(), clerkauth.FromHTTP(pageRequest("Authorization", "Bearer "+mine)))
	ctx := clerkauth.NewContext(t.Context(), state)
	if got := authn.Authenticate(ctx, clerkauth.FromHTTP(pageRequest("Authorization", "Bearer "+theirs))); got.UserID() != "user_2" {
		t.Errorf("got %v for another token, want the user of that token", got)
	}
	if got := authn.Authenticate(ctx, clerkauth.FromHTTP(pageRequest())); got.SignedIn() {
		t.Errorf("got %v without a credential, want nobody", got)
	}
	if got := authn.Authenticate(ctx, clerkauth.FromHTTP(pageRequest("Cookie", "__session="+theirs))); got.UserID() == "user_1" {
		t.Error("a cookie is answered with the user of a header")
	}
	if got := other.Authenticate(ctx, clerkauth.FromHTTP(pageRequest("Authorization", "Bearer "+mine))); got.SignedIn() {
		t.Errorf("got %v from an authenticator with another key, want its own answer", got)
	}
	if got := authn.Authenticate(clerkauth.NewContext(t.Context(), clerkauth.NewState(&clerkauth.SessionClaims{Subject: "user_test"})),
		clerkauth.FromHTTP(pageRequest())); got.SignedIn() {
		t.Errorf("got %v, want a state that was made for a test not used again", got)
	}
}

func TestMiddleware_TwiceReadsCookiesThatTheOuterOneDoesNotAccept(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	cookie := "__clerk_db_jwt=d; __client_uat=1; __session=" + good(t, clock.now())
	for name, outer := range map[string]clerkauth.CallOption{
		"headers only": clerkauth.HeaderOnly(),
		"an API key":   clerkauth.AcceptTokens(clerkauth.TokenAPIKey),
		"any machine":  clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenM2M),
		"nothing":      clerkauth.AcceptTokens(),
	} {
		if _, state := twice(authn, pageRequest("Cookie", cookie), []clerkauth.CallOption{outer}, nil); state.UserID() != "user_1" {
			t.Errorf("%s outside: got %v inside, want the user of the cookie", name, state)
		}
	}
}

// An inner middleware with other options never signs in with a cookie that is older than what the browser knows.
func TestMiddleware_TwiceIsNoWayAroundWhatTheBrowserKnows(t *testing.T) {
	t.Parallel()
	clock := newClock()
	const live, app, preview = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "https://app.example.com", "https://preview.example.com"
	session := func(at time.Time, user, party any) string {
		return sign(t, keyA(), header(nil), claims(at, fields{"sub": user, "azp": party}))
	}
	now := clock.now()
	uat := fmt.Sprintf("__client_uat=%d; ", now.Unix())
	before := now.Add(-30 * time.Second)
	for name, test := range map[string]struct {
		cookie string
		inner  clerkauth.CallOption
		want   string
	}{
		"the session before a handshake": {
			uat + "__clerk_handshake_nonce=fresh; __session=" + session(before, "user_1", app), clerkauth.AllowPending(), "",
		},
		"an old cookie beside a new one": {
			uat + "__session=" + session(now, "user_1", "https://other.example.com") + "; __session=" + session(before, "user_2", preview),
			clerkauth.WithAuthorizedParties(preview), "",
		},
		"a new cookie": {
			uat + "__session=" + session(now, "user_1", "https://other.example.com") + "; __session=" + session(now, "user_2", preview),
			clerkauth.WithAuthorizedParties(preview), "user_2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &exchangeAPI{good: "fresh", line: "__session=" + session(now, "user_2", nil) + "; Path=/"}
			authn := local(t, clock.now, func(c *clerkauth.Config) {
				c.SecretKey, c.PublishableKey, c.HTTPClient = "sk_live_x", live, &http.Client{Transport: api}
				c.AuthorizedParties = []string{app}
			})
			_, state := twice(authn, pageRequest("Cookie", test.cookie), nil, []clerkauth.CallOption{test.inner})
			if state.UserID() != test.want {
				t.Errorf("got %v of %q, want %q", state, state.UserID(), test.want)
			}
		})
	}
}

func TestMiddleware_SkippedIsSignedOutBehindAnotherAuthenticator(t *testing.T) {
	t.Parallel()
	clock := newClock()
	outer := local(t, clock.now, nil)
	inner := local(t, clock.now, func(c *clerkauth.Config) { c.JWTKey = pemOf(t, keyB()) })
	handler := clerkauth.Middleware(outer)(
		clerkauth.Middleware(inner, clerkauth.WithSkipper(func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/") }))(
			clerkauth.RequireAuth()(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))))
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, pageRequest("Authorization", "Bearer "+good(t, clock.now())))
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503: the guard is not one of the outer authenticator", rec.Code)
	}
}
