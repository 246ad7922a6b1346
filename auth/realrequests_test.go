package clerkauth_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestAuthenticateToken_GivesAWholeState(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	state := authn.AuthenticateToken(t.Context(), good(t, clock.now()))
	if !state.SignedIn() || state.UserID() != "user_1" || !state.Has(clerkauth.HasRole("org:admin")) {
		t.Errorf("got %v, want the user with the role", state)
	}
	if got := clerkauth.FromContext(clerkauth.NewContext(t.Context(), state)).UserID(); got != "user_1" {
		t.Errorf("got %q from the context, want user_1", got)
	}
	if state := authn.AuthenticateToken(t.Context(), ""); state.SignedIn() || state.Err() != nil {
		t.Errorf("got %v and %v, want an anonymous caller", state, state.Err())
	}
	clock.advance(10 * time.Minute)
	state = authn.AuthenticateToken(t.Context(), good(t, clock.now().Add(-10*time.Minute)))
	if state.Reason() != clerkauth.ReasonTokenExpired || len(state.Headers()["Location"]) != 0 {
		t.Errorf("got %q, want an expired token and no redirect", state.Reason())
	}
}

func TestAuthenticateToken_AcceptsOnlyTheTypesOfTheCall(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	token := good(t, clock.now())
	state := authn.AuthenticateToken(t.Context(), token, clerkauth.AcceptTokens(clerkauth.TokenAPIKey))
	if state.Reason() != clerkauth.ReasonTokenTypeMismatch || state.TokenType() != clerkauth.TokenAPIKey {
		t.Errorf("got %q of %q, want a mismatch", state.Reason(), state.TokenType())
	}
}

func TestClaimsFrom_ReadsTheStateOfTheContext(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := sign(t, keyA(), header(nil), claims(clock.now(), fields{"tier": "gold"}))
	ctx := clerkauth.NewContext(t.Context(), local(t, clock.now, nil).AuthenticateToken(t.Context(), token))
	type own struct{ Tier string }
	if got, err := clerkauth.ClaimsFrom[own](ctx); err != nil || got.Tier != "gold" {
		t.Errorf("got %+v, %v, want the tier", got, err)
	}
	if _, err := clerkauth.ClaimsFrom[own](t.Context()); err == nil {
		t.Error("got no error without middleware")
	}
}

func TestAuthorizedParty_MissingAndFunc(t *testing.T) {
	t.Parallel()
	clock := newClock()
	without := sign(t, keyA(), header(nil), claims(clock.now(), fields{"azp": nil}))
	preview := sign(t, keyA(), header(nil), claims(clock.now(), fields{"azp": "https://pr-7.preview.example"}))
	odd := sign(t, keyA(), header(nil), claims(clock.now(), fields{"azp": 7}))
	only := []string{"https://app.example.com"}
	isPreview := func(origin string) bool { return origin == "https://pr-7.preview.example" }
	for name, test := range map[string]struct {
		config func(*clerkauth.Config)
		token  string
		want   clerkauth.Reason
	}{
		"a missing party is refused with a reason of its own": {func(c *clerkauth.Config) { c.AuthorizedParties = only }, without, clerkauth.ReasonSessionTokenMissingAZP},
		"a missing party is accepted where that is configured": {func(c *clerkauth.Config) {
			c.AuthorizedParties, c.AllowMissingAuthorizedParty = only, true
		}, without, ""},
		"a malformed party is not a missing one": {func(c *clerkauth.Config) {
			c.AuthorizedParties, c.AllowMissingAuthorizedParty = only, true
		}, odd, clerkauth.ReasonTokenInvalidAuthorizedParties},
		"a foreign party stays refused": {func(c *clerkauth.Config) {
			c.AuthorizedParties, c.AllowMissingAuthorizedParty = only, true
		}, preview, clerkauth.ReasonTokenInvalidAuthorizedParties},
		"a function accepts a party":               {func(c *clerkauth.Config) { c.AuthorizedParties, c.AuthorizedPartyFunc = only, isPreview }, preview, ""},
		"a function alone demands a party as well": {func(c *clerkauth.Config) { c.AuthorizedParties, c.AuthorizedPartyFunc = nil, isPreview }, without, clerkauth.ReasonSessionTokenMissingAZP},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := local(t, clock.now, test.config).AuthenticateToken(t.Context(), test.token).Reason(); got != test.want {
				t.Errorf("got reason %q, want %q", got, test.want)
			}
		})
	}
}

// wayBack returns where a handshake leads back to.
func wayBack(t *testing.T, handler http.Handler, target string, header http.Header) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	r.Header.Set("Sec-Fetch-Dest", "document")
	r.Header.Set("Cookie", "__client_uat=1700000000")
	maps.Copy(r.Header, header)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	location, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return location.Query().Get("redirect_url")
}

func TestMiddleware_TheWayBackIsWhatTheBrowserSent(t *testing.T) {
	t.Parallel()
	clock := newClock()
	build := func(change func(*clerkauth.Config)) http.Handler {
		return clerkauth.Middleware(local(t, clock.now, func(c *clerkauth.Config) {
			c.PublishableKey = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
			c.AuthorizedParties = []string{"https://app.example.com"}
			if change != nil {
				change(c)
			}
		}))(http.NotFoundHandler())
	}
	trusted := func(c *clerkauth.Config) { c.TrustForwardedHeaders = true }
	for name, test := range map[string]struct {
		handler http.Handler
		target  string
		header  http.Header
		want    string
	}{
		"a stripped prefix stays": {http.StripPrefix("/app", build(nil)), "/app/cart?item=7", nil, "http://example.com/app/cart?item=7"},
		"a public origin with a path gives the prefix back": {build(func(c *clerkauth.Config) { c.PublicOrigin = "https://shop.example/eu" }),
			"/cart", nil, "https://shop.example/eu/cart"},
		"a trusted prefix counts": {build(trusted), "/cart", http.Header{"X-Forwarded-Prefix": {"/eu/"}}, "http://example.com/eu/cart"},
		"a prefix that is a host does not": {build(trusted), "/cart", http.Header{"X-Forwarded-Prefix": {"//evil.example"}},
			"http://example.com/cart"},
		"a prefix counts only where it is trusted": {build(nil), "/cart", http.Header{"X-Forwarded-Prefix": {"/eu"}}, "http://example.com/cart"},
		"wss is https": {build(trusted), "/cart", http.Header{"X-Forwarded-Proto": {"wss"}, "X-Forwarded-Host": {"a.example"}},
			"https://a.example/cart"},
		"an unknown scheme leaves the host": {build(trusted), "/cart", http.Header{"X-Forwarded-Proto": {"gopher"}, "X-Forwarded-Host": {"a.example"}},
			"http://a.example/cart"},
		"an address in brackets is a host": {build(trusted), "/cart", http.Header{"X-Forwarded-Host": {"[::1]:8080"}}, "http://[::1]:8080/cart"},
		"what only looks like one is not":  {build(trusted), "/cart", http.Header{"X-Forwarded-Host": {"[evil]"}}, "http://example.com/cart"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := wayBack(t, test.handler, test.target, test.header); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A proxy may name the scheme of a WebSocket: the page that opened it has that of the web.
func TestAuthenticator_SchemesOfWebSockets(t *testing.T) {
	t.Parallel()
	authn := local(t, nil, func(c *clerkauth.Config) { c.TrustForwardedHeaders = true })
	for _, test := range []struct{ seen, proto, want string }{
		{"http", "wss", "https://a.example"}, {"http", "WSS", "https://a.example"}, {"http", " wss , http", "https://a.example"},
		{"http", "https", "https://a.example"}, {"https", "ws", "http://a.example"}, {"https", "http", "http://a.example"},
		{"https", "gopher", "https://a.example"}, {"http", "wss:", "http://a.example"}, {"https", "", "https://a.example"},
	} {
		req := document(test.seen, "app.example.com", "/", "", "X-Forwarded-Proto", test.proto, "X-Forwarded-Host", "a.example")
		if got := authn.Redirects(req, nil).BaseURL; got != test.want+"/" {
			t.Errorf("%q over %s: got %s, want %s", test.proto, test.seen, got, test.want)
		}
	}
	untrusting := local(t, nil, nil).Redirects(document("http", "app.example.com", "/", "", "X-Forwarded-Proto", "wss"), nil)
	if untrusting.BaseURL != "http://app.example.com/" {
		t.Errorf("without trust: got %s, want what this server saw", untrusting.BaseURL)
	}
}

// The request that opens a WebSocket gets a new session like any other, and Clerk is told the origin of its page. It is
// no page itself, so it is never sent anywhere.
func TestRefresh_WebSocketBehindAProxy(t *testing.T) {
	t.Parallel()
	clock := newClock()
	suffix := "_" + clerkauth.CookieSuffix(testPublishable)
	cookie := "__clerk_db_jwt" + suffix + "=d; __client_uat" + suffix + "=1; __session" + suffix + "=" +
		sign(t, keyA(), header(nil), claims(clock.now().Add(-time.Hour), nil)) + "; __refresh" + suffix + "=rt_1"
	req := clerkauth.Request{
		Method: http.MethodGet, Scheme: "http", Host: "10.0.0.1:8080", Path: "/socket",
		Header: http.Header{
			"Cookie": {cookie}, "Sec-Fetch-Dest": {"websocket"}, "Connection": {"Upgrade"}, "Upgrade": {"websocket"},
			"Origin": {"https://app.example.com"}, "X-Forwarded-Proto": {"wss"}, "X-Forwarded-Host": {"app.example.com"},
		}.Values,
	}
	renewed := "__session=" + sign(t, keyA(), header(nil), claims(clock.now(), nil)) + "; Path=/"
	for name, test := range map[string]struct {
		status int
		answer fields
		want   clerkauth.Status
	}{
		"the session goes on": {http.StatusOK, fields{"object": "cookies", "cookies": []string{renewed}}, clerkauth.StatusSignedIn},
		"the session is over": {http.StatusUnauthorized, fields{"errors": []fields{{"code": "refresh_token_expired"}}}, clerkauth.StatusSignedOut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &machineAPI{status: test.status, answer: test.answer}
			authn := local(t, clock.now, func(c *clerkauth.Config) {
				c.SecretKey, c.HTTPClient, c.TrustForwardedHeaders = testSecret, &http.Client{Transport: api}, true
				c.AuthorizedParties = []string{"https://app.example.com"}
			})
			state := authn.Authenticate(t.Context(), req)
			if state.Status() != test.want || state.Redirect() != "" {
				t.Errorf("got %v to %q, want %s and no redirect", state, state.Redirect(), test.want)
			}
			if api.count() != 1 || !strings.Contains(api.calls[0], `"request_origin":"https://app.example.com"`) {
				t.Errorf("got calls %q, want one with the origin of the page", api.calls)
			}
		})
	}
}

func TestFlow_CookiesAreNeverCacheable(t *testing.T) {
	t.Parallel()
	f := newFlow(t, true, nil)
	f.signIn(appOrigin)
	page := f.open(appOrigin + "/page")
	page.want(t, "hello "+f.user.ID)
	if got := page.header.Get("Cache-Control"); got != "private, no-store" || len(page.header["Set-Cookie"]) == 0 {
		t.Errorf("got Cache-Control %q with %d cookies, want private, no-store", got, len(page.header["Set-Cookie"]))
	}
}

func TestMiddleware_MadeUpNoncesCostFewCalls(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newKeyServer(oneKey())
	authn := server.remote(t, clock.now, func(c *clerkauth.Config) {
		c.HeaderOnly, c.SecretKey, c.PublishableKey, c.AuthorizedParties = false, "sk_live_x", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", []string{"https://app.example.com"}
	})
	server.answer(http.StatusNotFound, `{"errors":[{"code":"resource_not_found"}]}`)
	before := server.fetches.Load()
	for i := range 10_000 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.Header.Set("Cookie", "__clerk_handshake_nonce=made-up-"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+strings.Repeat("y", i%311))
		authn.Authenticate(t.Context(), clerkauth.FromHTTP(r))
	}
	if got := server.fetches.Load() - before; got > 20 {
		t.Errorf("got %d calls for 10,000 made-up nonces, want at most 20", got)
	}
}
