package clerkauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// document is a page navigation with these headers: name, value, name, value.
func document(scheme, host, path, query string, header ...string) clerkauth.Request {
	h := http.Header{"Sec-Fetch-Dest": {"document"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return clerkauth.Request{
		Method: http.MethodGet, Scheme: scheme, Host: host, Path: path, RawQuery: query, Header: h.Values,
	}
}

func location(t *testing.T, state *clerkauth.RequestState) *url.URL {
	t.Helper()
	u, err := url.Parse(state.Redirect())
	if err != nil {
		t.Fatalf("the location does not parse: %v", err)
	}
	return u
}

func TestSecurity_hostIsNeverFromThePath(t *testing.T) {
	t.Parallel()
	paths := []string{
		"//evil.example/x", `/\evil.example/x`, `\\evil.example`, "/%5Cevil.example", "///evil.example", "//user@evil.example/",
		"https://evil.example/", "/\r\nLocation: https://evil.example/", "/\tx", "",
	}
	for name, change := range map[string]func(*clerkauth.Config){
		"plain":               nil,
		"relative proxy":      func(c *clerkauth.Config) { c.ProxyURL = "/__clerk" },
		"trusted proxy":       func(c *clerkauth.Config) { c.TrustForwardedHeaders = true },
		"trusted and rewrite": func(c *clerkauth.Config) { c.TrustForwardedHeaders, c.ProxyURL = true, "/__clerk" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authn := local(t, nil, change)
			for _, path := range paths {
				state := authn.Authenticate(t.Context(), document("http", "internal", path, "", "X-Forwarded-Host", "app.example.com", "X-Forwarded-Proto", "https"))
				to := location(t, state)
				back, err := url.Parse(to.Query().Get("redirect_url"))
				if err != nil {
					t.Fatalf("path %q: redirect_url does not parse: %v", path, err)
				}
				for _, u := range []*url.URL{to, back} {
					switch u.Host {
					case "clerk.example.com", "internal", "app.example.com":
					default:
						t.Errorf("path %q: got host %q in %s", path, u.Host, u)
					}
					if u.User != nil {
						t.Errorf("path %q: got a user in %s", path, u)
					}
				}
				checkHeader(t, state.Headers())
			}
		})
	}
}

// checkHeader fails for values that would break the header of a response.
func checkHeader(t *testing.T, h http.Header) {
	t.Helper()
	for name, values := range h {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("got a control character in %s: %q", name, value)
			}
		}
	}
}

func TestSecurity_forwardedHost(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"evil.example/path", "user@evil.example", "evil.example\r\nX: y", "evil .example", "<script>", "evil.example#", "[::1", "evil.example:99999999",
	} {
		authn := local(t, nil, func(c *clerkauth.Config) { c.TrustForwardedHeaders, c.ProxyURL = true, "/__clerk" })
		state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "X-Forwarded-Host", host))
		if got := location(t, state).Host; got != "app.example.com" {
			t.Errorf("forwarded host %q: got location at %q, want app.example.com", host, got)
		}
	}
	untrusting := local(t, nil, func(c *clerkauth.Config) { c.ProxyURL = "/__clerk" })
	state := untrusting.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "X-Forwarded-Host", "evil.example"))
	if got := location(t, state).Host; got != "app.example.com" {
		t.Errorf("got location at %q without trust, want app.example.com", got)
	}
	fixed := local(t, nil, func(c *clerkauth.Config) { c.PublicOrigin, c.ProxyURL = "https://app.example.com", "/__clerk" })
	state = fixed.Authenticate(t.Context(), document("http", "evil.example", "/", ""))
	if got := location(t, state).Host; got != "app.example.com" {
		t.Errorf("got location at %q with a fixed origin, want app.example.com", got)
	}
}

func TestSecurity_proxyURL(t *testing.T) {
	t.Parallel()
	for _, proxy := range []string{"//evil.example", `/\evil.example`, "https://user@evil.example/", "javascript:alert(1)", "evil.example", "/\r\n"} {
		_, err := clerkauth.New(clerkauth.Config{JWTKey: pemOf(t, keyA()), PublishableKey: testPublishable, ProxyURL: proxy})
		if err == nil {
			t.Errorf("ProxyURL %q: got no error", proxy)
		}
	}
}

func TestSecurity_redirectURL(t *testing.T) {
	t.Parallel()
	authn := local(t, nil, func(c *clerkauth.Config) { c.SatelliteOrigins = []string{"https://sat.example.net"} })
	cookie := "__clerk_db_jwt=dvb_secret"
	for _, target := range []string{
		"https://evil.example/", "//evil.example/", `https:\\evil.example`, "https://sat.example.net@evil.example/", "https://sat.example.net.evil.example/",
		"http://sat.example.net/", "https://sat.example.net:444/", "javascript:alert(1)", "https://sat.example.net\r\n/", "/local", "",
	} {
		req := document("https", "app.example.com", "/", "__clerk_redirect_url="+url.QueryEscape(target), "Cookie", cookie)
		state := authn.Authenticate(t.Context(), req)
		if to := location(t, state); state.Redirect() != "" && to.Host != "clerk.example.com" {
			t.Errorf("target %q: got location %s", target, to)
		}
	}
	req := document("https", "app.example.com", "/", "__clerk_redirect_url="+url.QueryEscape("https://sat.example.net/a?b=c"), "Cookie", cookie)
	to := location(t, authn.Authenticate(t.Context(), req))
	if to.Host != "sat.example.net" || to.Query().Get("__clerk_db_jwt") != "dvb_secret" || to.Query().Get("b") != "c" {
		t.Errorf("got location %s, want the satellite with the token of the browser", to)
	}
}

// A development primary that lists no satellites gives the token of the browser to the origin of the request alone:
// what listens on another port of the host can be anybody's.
func TestSecurity_devBrowserGoesToTheSameOrigin(t *testing.T) {
	t.Parallel()
	cookie := "__clerk_db_jwt=dvb_secret"
	open := local(t, nil, nil)
	for target, want := range map[string]bool{
		"http://localhost:3000/x": true, "http://localhost:4000/": false, "https://localhost:3000/": false, "http://127.0.0.1:3000/": false,
		"https://evil.example/": false, "http://localhost.evil.example/": false, "http://localhost/": false,
	} {
		req := document("http", "localhost:3000", "/", "__clerk_redirect_url="+url.QueryEscape(target), "Cookie", cookie)
		to := open.Authenticate(t.Context(), req).Redirect()
		if got := strings.HasPrefix(to, target) && strings.Contains(to, "__clerk_db_jwt=dvb_secret"); got != want {
			t.Errorf("target %q: got %q, want the token to go there: %t", target, to, want)
		}
	}
	req := document("https", "app.example.com:443", "/", "__clerk_redirect_url="+url.QueryEscape("https://app.example.com/x"), "Cookie", cookie)
	if got := open.Authenticate(t.Context(), req).Redirect(); !strings.HasPrefix(got, "https://app.example.com/x") {
		t.Errorf("got %q, want the page of the same origin", got)
	}
}

func TestSecurity_directives(t *testing.T) {
	t.Parallel()
	clock := newClock()
	lines := []string{
		"__session=" + good(t, clock.now()) + "; Path=/", "evil=1\r\nSet-Cookie: x=y", "evil=2\nX: y", "evil=3\x00", "theme=dark; Path=/",
	}
	token := sign(t, keyA(), header(nil), fields{"handshake": lines})
	authn := local(t, clock.now, nil)
	state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/p", "a=1&__clerk_handshake="+token+"&b=%20"))
	if !state.SignedIn() || state.Redirect() != "https://app.example.com/p?a=1&b=%20" {
		t.Errorf("got %v to %q, want signed in and the clean page", state, state.Redirect())
	}
	if got := state.Headers().Values("Set-Cookie"); len(got) != 2 || got[1] != "theme=dark; Path=/" {
		t.Errorf("got cookies %q, want the two that are safe", got)
	}
}

func TestSecurity_productionHandshake(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.PublishableKey = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k" })
	lines := []string{"__session=" + good(t, clock.now()) + "; Path=/"}
	token := sign(t, keyA(), header(nil), fields{"handshake": lines})
	fromLink := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "__clerk_handshake="+token))
	if fromLink.SignedIn() || len(fromLink.Headers().Values("Set-Cookie")) != 0 {
		t.Errorf("got %v and cookies from a link, want neither", fromLink)
	}
	fromCookie := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", "__clerk_handshake="+token))
	if !fromCookie.SignedIn() || fromCookie.Redirect() != "" {
		t.Errorf("got %v to %q from a cookie, want signed in on this very request", fromCookie, fromCookie.Redirect())
	}
	for name, forged := range map[string]string{
		"another key": sign(t, keyB(), header(nil), fields{"handshake": lines}),
		"a template":  sign(t, keyA(), header(fields{"cat": "cl_B7d4PD222AAA"}), fields{"handshake": lines}),
		"expired":     sign(t, keyA(), header(nil), fields{"handshake": lines, "exp": clock.now().Unix() - 60}),
		"garbage":     "x.y.z",
	} {
		state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", "__clerk_handshake="+forged))
		if state.SignedIn() || len(state.Headers().Values("Set-Cookie")) != 0 {
			t.Errorf("%s: got %v and cookies %q, want neither", name, state, state.Headers().Values("Set-Cookie"))
		}
	}
}

// calls counts what the authenticator asks the Backend API.
type calls struct{ paths []string }

// RoundTrip implements [http.RoundTripper].
func (c *calls) RoundTrip(req *http.Request) (*http.Response, error) {
	c.paths = append(c.paths, req.Method+" "+req.URL.Path)
	return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

func TestSecurity_headerTokenIsFinal(t *testing.T) {
	t.Parallel()
	clock := newClock()
	api := &calls{}
	authn := local(t, clock.now, func(c *clerkauth.Config) {
		c.SecretKey, c.HTTPClient = testSecret, &http.Client{Transport: api}
	})
	suffix := clerkauth.CookieSuffix(testPublishable)
	theirs := good(t, clock.now())
	cookie := "__clerk_db_jwt=d; __session=" + theirs + "; __client_uat=1; __session_" + suffix + "=" + theirs + "; __client_uat_" + suffix +
		"=1; __refresh_" + suffix + "=rt_1"
	expired := sign(t, keyA(), header(nil), claims(clock.now().Add(-time.Hour), fields{"sub": "user_other"}))
	handshake := sign(t, keyA(), header(nil), fields{"handshake": []string{"__session=" + theirs}})
	for name, token := range map[string]string{
		"expired": expired, "garbage": "garbage", "another key": sign(t, keyB(), header(nil), claims(clock.now(), nil)),
		"an API key": "ak_0123456789",
	} {
		state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "__clerk_handshake="+handshake,
			"Cookie", cookie, "Authorization", "Bearer "+token))
		if state.SignedIn() || state.UserID() != "" {
			t.Errorf("%s: got %v as %q, want signed out", name, state, state.UserID())
		}
		if strings.Contains(state.Redirect(), token) {
			t.Errorf("%s: the header token is in the location", name)
		}
	}
	if len(api.paths) != 0 {
		t.Errorf("got calls %q, want none", api.paths)
	}
	two := document("https", "app.example.com", "/", "", "Cookie", cookie, "Authorization", "Bearer "+theirs, "Authorization", "Bearer "+theirs)
	if state := authn.Authenticate(t.Context(), two); state.SignedIn() || state.Reason() != clerkauth.ReasonAuthorizationHeaderDuplicate {
		t.Errorf("got %v for two headers, want signed out", state)
	}
}

func TestSecurity_machineTokensInCookies(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.AcceptTokens = clerkauth.AnyToken() })
	for _, token := range []string{
		"ak_0123456789", "mt_0123456789", sign(t, keyA(), header(fields{"cat": "cl_B7d4PD333AAA"}), claims(clock.now(), fields{"sub": "mch_1"})),
		sign(t, keyA(), header(fields{"typ": "at+jwt"}), claims(clock.now(), nil)),
		sign(t, keyA(), header(fields{"cat": "cl_B7d4PD222AAA"}), claims(clock.now(), nil)),
	} {
		req := document("https", "app.example.com", "/", "", "Cookie", "__clerk_db_jwt=d; __client_uat=1; __session="+token)
		if state := authn.Authenticate(t.Context(), req); state.SignedIn() || state.Redirect() != "" {
			t.Errorf("got %v to %q, want signed out", state, state.Redirect())
		}
	}
}

// A nonce that no handshake can have given is refused without asking Clerk.
func TestAuthenticate_endlessNonce(t *testing.T) {
	t.Parallel()
	for length, calls := range map[int]int{40: 1, 512: 1, 513: 0, 100_000: 0} {
		api := &machineAPI{status: http.StatusOK, answer: fields{"directives": []string{}}}
		authn := local(t, newClock().now, func(c *clerkauth.Config) {
			c.PublishableKey, c.SecretKey = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "sk_live_1"
			c.HTTPClient = &http.Client{Transport: api}
		})
		cookie := "__clerk_handshake_nonce=" + strings.Repeat("n", length)
		state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", cookie))
		if state.SignedIn() || api.count() != calls {
			t.Errorf("a nonce of %d bytes: got %v and %d calls, want signed out and %d", length, state, api.count(), calls)
		}
	}
}
