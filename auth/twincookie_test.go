package clerkauth_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// TestFlow_TwinCookies has a dead session of the parent domain beside a fresh one, before and after it in the header.
func TestFlow_TwinCookies(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		for name, before := range map[string]bool{"the dead one first": true, "the dead one last": false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := newFlow(t, production, nil)
				if !production {
					f.open(appOrigin + "/")
				}
				suffix := "_" + f.clerk.CookieSuffix()
				dead := f.clerk.SignIn(f.user.ID, "").Token
				plant := func() {
					for _, name := range []string{"__session", "__session" + suffix} {
						f.setCookie(appOrigin, name+"="+dead+"; Path=/; Domain=example.com")
					}
					for _, name := range []string{"__client_uat", "__client_uat" + suffix} {
						f.setCookie(appOrigin, name+"=1; Path=/; Domain=app.example.com")
					}
				}
				if before {
					plant()
				}
				f.clerk.Clock().Advance(10 * time.Minute)
				f.signIn(appOrigin)
				if !before {
					f.open(appOrigin+"/").want(t, "hello "+f.user.ID)
					plant()
				}
				handshakes := 0
				for range 5 {
					page := f.open(appOrigin + "/dashboard")
					page.want(t, "hello "+f.user.ID)
					handshakes += page.handshakes()
					f.fetch(appOrigin+"/api").want(t, "hello "+f.user.ID)
				}
				if handshakes > 1 {
					t.Errorf("got %d handshakes for five pages, want at most one", handshakes)
				}
				f.clerk.Clock().Advance(2 * time.Minute) // The next cookies of Clerk remove the dead ones.
				f.open(appOrigin+"/dashboard").want(t, "hello "+f.user.ID)
				for _, name := range []string{"__session", "__session" + suffix} {
					if n := f.count(appOrigin, name); n > 1 {
						t.Errorf("the browser still has %d cookies called %s", n, name)
					}
				}
			})
		}
	})
}

// count returns how many cookies of one name a browser sends.
func (w *web) count(origin, name string) int {
	u, _ := url.Parse(origin)
	n := 0
	for _, c := range w.client.Jar.Cookies(u) {
		if c.Name == name {
			n++
		}
	}
	return n
}

func TestAuthenticator_TwinSessionCookies(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	live := good(t, clock.now())
	forged := sign(t, keyB(), header(nil), claims(clock.now(), fields{"sub": "user_evil"}))
	foreign := sign(t, keyA(), header(nil), claims(clock.now(), fields{"iss": "https://clerk.other.example", "sub": "user_other"}))
	older := sign(t, keyA(), header(nil), claims(clock.now().Add(-2*time.Hour), nil))
	expired := sign(t, keyA(), header(nil), claims(clock.now().Add(-time.Hour), nil))
	uat := "1"
	suffix := "_" + clerkauth.CookieSuffix(testPublishable)
	for name, test := range map[string]struct {
		tokens []string
		user   string
		reason clerkauth.Reason
	}{
		"expired, live":               {[]string{expired, live}, "user_1", ""},
		"live, expired":               {[]string{live, expired}, "user_1", ""},
		"forged, live":                {[]string{forged, live}, "user_1", ""},
		"of another instance, live":   {[]string{foreign, live}, "user_1", ""},
		"garbage, live":               {[]string{"garbage", live}, "user_1", ""},
		"empty, live":                 {[]string{"", live}, "user_1", ""},
		"live in the fourth place":    {[]string{forged, expired, older, live}, "user_1", ""},
		"live behind more than a few": {[]string{forged, expired, older, "x", live}, "", "session-token-expired-refresh-non-eligible-no-refresh-cookie"},
		"forged, expired":             {[]string{forged, expired}, "", "session-token-expired-refresh-non-eligible-no-refresh-cookie"},
		"forged twice":                {[]string{forged, forged + "x"}, "", clerkauth.ReasonTokenInvalidSignature},
	} {
		for _, cookie := range []string{"__session", "__session" + suffix} {
			t.Run(name+" in "+strings.TrimSuffix(cookie, suffix), func(t *testing.T) {
				t.Parallel()
				line := "__clerk_db_jwt=d; __clerk_db_jwt" + suffix + "=d; __client_uat=" + uat + "; __client_uat" + suffix + "=" + uat
				for _, token := range test.tokens {
					line += "; " + cookie + "=" + token
				}
				state := authn.Authenticate(t.Context(), clerkauth.Request{
					Method: http.MethodGet, Scheme: "https", Host: "app.example.com", Path: "/",
					Header: http.Header{"Cookie": {line}, "Sec-Fetch-Dest": {"empty"}}.Values,
				})
				if state.UserID() != test.user || state.Reason() != test.reason {
					t.Errorf("got %q (%s), want %q (%s)", state.UserID(), state.Reason(), test.user, test.reason)
				}
			})
		}
	}
}

func TestAuthenticator_TwinClientTimes(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	session := "; __session=" + good(t, clock.now()) + "; __clerk_db_jwt=d"
	now, later := unix(clock.now()), unix(clock.now().Add(time.Minute))
	for line, want := range map[string]clerkauth.Reason{
		"__client_uat=0; __client_uat=" + now:             "",
		"__client_uat=" + now + "; __client_uat=0":        "",
		"__client_uat=1; __client_uat=" + later:           clerkauth.ReasonSessionTokenIatBeforeClientUAT,
		"__client_uat=" + later + "; __client_uat=" + now: clerkauth.ReasonSessionTokenIatBeforeClientUAT,
		"__client_uat=0; __client_uat=00":                 clerkauth.ReasonSessionTokenButNoClientUAT,
	} {
		state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", line+session))
		if state.Reason() != want {
			t.Errorf("%s: got %q, want %q", line, state.Reason(), want)
		}
	}
}

func TestAuthenticator_TwinRefreshCookies(t *testing.T) {
	t.Parallel()
	clock := newClock()
	suffix := "_" + clerkauth.CookieSuffix(testPublishable)
	expired := sign(t, keyA(), header(nil), claims(clock.now().Add(-time.Hour), nil))
	line := "__session" + suffix + "=" + good(t, clock.now()) + "; Path=/"
	for name, test := range map[string]struct {
		cookies string
		calls   int
	}{
		"the dead one first": {"__refresh" + suffix + "=dead; __refresh" + suffix + "=fresh", 2},
		"the dead one last":  {"__refresh" + suffix + "=fresh; __refresh" + suffix + "=dead", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &exchangeAPI{good: "fresh", line: line}
			authn := local(t, clock.now, func(c *clerkauth.Config) { c.SecretKey, c.HTTPClient = testSecret, &http.Client{Transport: api} })
			state := authn.Authenticate(t.Context(), document("https", "app.example.com:8443", "/", "", "Cookie",
				"__clerk_db_jwt=d; __clerk_db_jwt"+suffix+"=d; __client_uat"+suffix+"=1; __session"+suffix+"="+expired+"; __session"+suffix+"=dead; "+test.cookies))
			if !state.SignedIn() || api.calls != test.calls {
				t.Fatalf("got %v after %d calls, want signed in after %d", state, api.calls, test.calls)
			}
			want := []string{
				"__session" + suffix + "=; Path=/; Max-Age=0", "__session" + suffix + "=; Path=/; Domain=app.example.com; Max-Age=0",
				"__session" + suffix + "=; Path=/; Domain=example.com; Max-Age=0", line,
			}
			if got := state.Headers().Values("Set-Cookie"); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got cookies\n%s\nwant the dead sessions removed in front of the new one\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func TestAuthenticator_TwinNonces(t *testing.T) {
	t.Parallel()
	clock := newClock()
	line := "__session=" + good(t, clock.now()) + "; Path=/"
	for cookies, calls := range map[string]int{
		"__clerk_handshake_nonce=dead; __clerk_handshake_nonce=fresh": 2,
		"__clerk_handshake_nonce=fresh; __clerk_handshake_nonce=dead": 1,
	} {
		api := &exchangeAPI{good: "fresh", line: line}
		authn := local(t, clock.now, func(c *clerkauth.Config) {
			c.SecretKey, c.PublishableKey, c.HTTPClient = "sk_live_x", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", &http.Client{Transport: api}
		})
		state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", cookies))
		if !state.SignedIn() || api.calls != calls {
			t.Errorf("%s: got %v after %d calls, want signed in after %d", cookies, state, api.calls, calls)
		}
		if got := state.Headers().Values("Set-Cookie"); len(got) != 4 || !strings.HasPrefix(got[0], "__clerk_handshake_nonce=; ") || got[3] != line {
			t.Errorf("%s: got cookies %q, want the nonces removed and the session set", cookies, got)
		}
	}
}

func TestAuthenticator_TwinHandshakeTokens(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.PublishableKey = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k" })
	result := func(at time.Time) string {
		return sign(t, keyA(), header(nil), fields{
			"handshake": []string{"__session=" + good(t, clock.now()) + "; Path=/"}, "iat": at.Unix(), "exp": at.Unix() + 60,
		})
	}
	fresh, dead := result(clock.now()), result(clock.now().Add(-time.Hour))
	for _, cookies := range []string{
		"__clerk_handshake=" + dead + "; __clerk_handshake=" + fresh, "__clerk_handshake=" + fresh + "; __clerk_handshake=" + dead,
	} {
		if state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", cookies)); !state.SignedIn() {
			t.Errorf("got %v, want signed in with the fresh result", state)
		}
	}
}

// exchangeAPI exchanges one nonce or refresh token for a cookie and refuses all others.
type exchangeAPI struct {
	good, line string
	calls      int
}

// RoundTrip implements [http.RoundTripper].
func (e *exchangeAPI) RoundTrip(req *http.Request) (*http.Response, error) {
	e.calls++
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	status, answer := http.StatusNotFound, fields{"errors": []fields{{"code": "resource_not_found", "message": "not found"}}}
	if req.URL.Query().Get("nonce") == e.good || strings.Contains(string(body), `"refresh_token":"`+e.good+`"`) {
		status, answer = http.StatusOK, fields{"directives": []string{e.line}, "cookies": []string{e.line}}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(text))), Request: req,
	}, nil
}
