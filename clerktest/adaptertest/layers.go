package adaptertest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Other returns the configuration of another instance of the same local Clerk.
func (c Config) Other() Config {
	c.SecretKey, c.PublishableKey = c.otherSecretKey, c.otherPublishableKey
	return c
}

// layers are requests that pass several middlewares, or arrive under another path than the browser asked for.
func layers(k *clerk) []testCase {
	token, foreign := k.session("ada", nil), k.other.SignedInUser(lasting)
	visitor := with(http.Header{"Cookie": {devBrowser}}, document...)
	wayBack := func(suffix string) func(t *testing.T, a *answer) {
		return func(t *testing.T, a *answer) {
			if back := a.location(t).Query().Get("redirect_url"); !strings.HasSuffix(back, suffix) {
				t.Errorf("got redirect_url %q, want one that ends in %s", back, suffix)
			}
		}
	}
	return []testCase{
		{
			name: "a skipped request is signed out behind another authenticator", path: RouteSkippedOther, header: bearer(foreign.Token),
			status: 503, kind: "unavailable", reason: "middleware-missing",
		},
		{
			name: "a guard belongs to the inner authenticator", path: RouteOther, header: bearer(foreign.Token),
			status: 401, kind: "unauthenticated", presents: true,
		},
		{
			name: "the inner authenticator says who sent the request", path: RouteOther, header: bearer(token),
			status: 200, runs: 1, userID: k.user("ada"), verify: checkSession(token),
		},
		{
			name: "a rewritten path is not the way back from signing in", path: RouteMoved + "?tab=1", header: visitor,
			status: 307, verify: wayBack(RouteMoved + "?tab=1"),
		},
		{
			name: "a rewritten path is not the way back from a handshake", path: RouteMoved + "?tab=1", header: with(nil, document...),
			status: 307, verify: wayBack(RouteMoved + "?tab=1"),
		},
		{
			name: "a prefix that the proxy removed is part of the way back", path: RoutePage, status: 307,
			header: with(visitor, "X-Forwarded-Prefix", "/shop", "X-Forwarded-Host", "www.example.com", "X-Forwarded-Proto", "wss"),
			verify: wayBack("https://www.example.com/shop" + RoutePage),
		},
		{
			name: "a middleware that is attached twice lets a session through", path: RouteTwice, header: cookies(token),
			status: 200, runs: 1, userID: k.user("ada"), verify: checkSession(token),
		},
	}
}

// checkTwice expects the work of a middleware that is attached twice once. Nothing else may talk to the application.
func checkTwice(t *testing.T, app *client, k *clerk) {
	t.Helper()
	verified := func() (n int) {
		for _, r := range k.server.Requests() {
			if strings.HasPrefix(r.Path, "/v1/api_keys/verify") || strings.HasSuffix(r.Path, "/refresh") {
				n++
			}
		}
		return n
	}
	before := verified()
	app.check(t, testCase{
		path: RouteTwice, header: bearer(k.live.apiKey), status: 200, runs: 1, userID: k.user("ada"), verify: checkType("api_key"),
	})
	if got := verified() - before; got != 1 {
		t.Errorf("an API key cost %d calls, want one", got)
	}
	header, user := k.expiredBrowser(t)
	before = verified()
	app.check(t, testCase{path: RouteTwice, header: header, status: 200, runs: 1, userID: user, verify: checkRefreshed})
	if got := verified() - before; got != 1 {
		t.Errorf("an expired session cost %d calls, want one", got)
	}
}

// checkRefreshed expects the cookies of a refresh once, on an answer that no cache keeps.
func checkRefreshed(t *testing.T, a *answer) {
	names := map[string]int{}
	for _, line := range a.header.Values("Set-Cookie") {
		name, _, _ := strings.Cut(line, "=")
		names[name]++
		if names[name] > 1 {
			t.Errorf("the cookie %s is set %d times", name, names[name])
		}
	}
	if len(names) == 0 {
		t.Error("got no cookies, want those of the refresh")
	}
	if got := a.header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("got cache-control %q beside new cookies, want private, no-store", got)
	}
}

// expiredBrowser returns the headers of a browser whose session token is over and that has a refresh token.
func (k *clerk) expiredBrowser(t *testing.T) (header http.Header, userID string) {
	t.Helper()
	browser, who := k.server.NewBrowser(), k.signedIn("ada")
	session := k.server.SignInBrowser(browser, who.UserID)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.server.URL()+"/v1/client/handshake?"+url.Values{
		"format": {"token"}, "redirect_url": {"http://localhost/"}, "__clerk_db_jwt": {browser},
	}.Encode(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := k.server.Client().Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	location, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for _, line := range directives(t, location.Query().Get("__clerk_handshake")) {
		pair, _, _ := strings.Cut(line, ";")
		name, _, _ := strings.Cut(pair, "=")
		switch {
		case strings.HasPrefix(name, "__session"):
			pair = name + "=" + k.server.SessionToken(session.SessionID, tokenOptions(expired)...)
		case strings.HasPrefix(name, "__client_uat"):
			pair = name + "=1"
		}
		cookies = append(cookies, pair)
	}
	return http.Header{"Cookie": {devBrowser + "; " + strings.Join(cookies, "; ")}, "Sec-Fetch-Dest": {"empty"}}, who.UserID
}

// directives reads the Set-Cookie lines of a handshake token.
func directives(t *testing.T, token string) []string {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("the handshake has no token: %q", token)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var body struct {
		Handshake []string `json:"handshake"`
	}
	if err := json.Unmarshal(payload, &body); err != nil {
		t.Fatal(err)
	}
	return body.Handshake
}
