package adaptertest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// contract lists what every adapter answers to one request.
func contract(k *clerk, all *tenants) []testCase {
	return slices.Concat(credentials(k), refusals(k), authorization(k), machines(k), handshakes(k), pages(k), problems(k), methods(k),
		hooks(k), layers(k), instances(k, all))
}

// anonymous is the reason of a request without credentials on a development instance.
const anonymous = "dev-browser-missing"

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// with returns a copy of the header with more lines: name, value, name, value.
func with(h http.Header, lines ...string) http.Header {
	out := h.Clone()
	if out == nil {
		out = http.Header{}
	}
	for line := range slices.Chunk(lines, 2) {
		out.Add(line[0], line[1])
	}
	return out
}

func credentials(k *clerk) []testCase {
	token := k.session("ada", nil)
	return []testCase{
		{
			name: "an anonymous visitor is let through where nothing is guarded",
			path: RoutePublic, status: 200, runs: 1, reason: anonymous,
		},
		{
			name: "a header token is read", path: RouteProtected, header: bearer(token),
			status: 200, runs: 1, userID: k.user("ada"), verify: checkSession(token),
		},
		{
			name: "the scheme may be in lower case", path: RouteProtected,
			header: http.Header{"Authorization": {"bearer " + token}}, status: 200, runs: 1, userID: k.user("ada"),
		},
		{
			name: "a signed-in answer has no clerk headers", path: RoutePublic, header: bearer(token),
			status: 200, runs: 1, userID: k.user("ada"), verify: func(t *testing.T, a *answer) {
				if got := a.header.Get("X-Clerk-Auth-Status") + a.header.Get("Www-Authenticate"); got != "" {
					t.Errorf("got headers %v, want none of Clerk's", a.header)
				}
			},
		},
		{
			name: "a session cookie is read", path: RouteProtected, header: cookies(token),
			status: 200, runs: 1, userID: k.user("ada"), verify: checkSession(token),
		},
		{
			name: "a suffixed session cookie is read", path: RouteProtected, header: k.suffixedCookies(token),
			status: 200, runs: 1, userID: k.user("ada"),
		},
		{
			name: "Basic credentials do not hide the cookie", path: RouteProtected,
			header: with(cookies(token), "Authorization", "Basic YWRhOnNlY3JldA=="),
			status: 200, runs: 1, userID: k.user("ada"),
		},
		{
			name: "a header token wins over the cookie", path: RouteProtected,
			header: with(cookies(token), "Authorization", "Bearer "+k.session("bob", nil)),
			status: 200, runs: 1, userID: k.user("bob"),
		},
	}
}

// checkSession expects the identity of a session of the organization.
func checkSession(token string) func(*testing.T, *answer) {
	return func(t *testing.T, a *answer) {
		if len(a.identities) != 1 {
			return
		}
		id := a.identities[0]
		if id.OrgID != orgID || id.SessionID == "" || id.TokenType != "session_token" || id.Token != token {
			t.Errorf("got organization %q, session %q, type %q, want %q, a session and session_token with the token of the request",
				id.OrgID, id.SessionID, id.TokenType, orgID)
		}
	}
}

func refusals(k *clerk) []testCase {
	expired := k.session("ada", expired)
	unauthenticated := func(name, reason string, presents bool, header http.Header) testCase {
		return testCase{
			name: name, path: RouteProtected, header: header,
			status: 401, kind: "unauthenticated", reason: reason, presents: presents,
		}
	}
	two := bearer(k.session("ada", nil))
	two.Add("Authorization", "Bearer "+k.session("bob", nil))
	return []testCase{
		unauthenticated("an anonymous visitor is refused by a guard", anonymous, false, nil),
		unauthenticated("garbage is refused", "token-invalid", true, bearer("garbage")),
		unauthenticated("a long token is refused", "token-invalid", true, bearer(strings.Repeat("a", 3000))),
		unauthenticated("a broken signature is refused", "token-invalid-signature", true, bearer(tampered(k.session("ada", nil)))),
		unauthenticated("an expired token is refused", "", true, bearer(expired)),
		unauthenticated("a token of another key is refused", "jwk-kid-mismatch", true, bearer(k.foreign())),
		unauthenticated("a pending session is refused", "session-pending", true, bearer(k.session("ada", pending))),
		unauthenticated("two Authorization headers are refused", "authorization-header-duplicate", true, two),
		{
			name: "an invalid token is not an anonymous visitor, and passes where nothing is guarded",
			path: RoutePublic, header: bearer("garbage"), status: 200, runs: 1, reason: "token-invalid",
		},
		{
			name: "an attaching middleware that rejects the invalid refuses it", path: RouteReject,
			header: bearer("garbage"), status: 401, kind: "unauthenticated", reason: "token-invalid", presents: true,
		},
		{
			name: "an attaching middleware that rejects the invalid lets the anonymous through", path: RouteReject,
			status: 200, runs: 1, reason: anonymous,
		},
		{
			name: "a guard without the attaching middleware refuses everybody", path: RouteUnattached,
			header: bearer(k.session("ada", nil)), status: 503, kind: "unavailable", reason: "middleware-missing",
		},
	}
}

func authorization(k *clerk) []testCase {
	forbidden := func(name, path, reason string, edit claims) testCase {
		return testCase{
			name: name, path: path, header: bearer(k.session("ada", edit)),
			status: 403, kind: "forbidden", reason: reason,
		}
	}
	allowed := func(name, path string) testCase {
		return testCase{
			name: name, path: path, header: bearer(k.session("ada", nil)),
			status: 200, runs: 1, userID: k.user("ada"),
		}
	}
	stale := forbidden("a stale verification is answered for ClerkJS", RouteReverified, "", stale)
	stale.kind, stale.verify = "", checkReverification
	return []testCase{
		allowed("the permission is there", RoutePermission),
		forbidden("the permission is missing", RoutePermission, "missing-permission", member),
		allowed("the role is there", RouteRole),
		forbidden("the role is missing", RouteRole, "missing-role", member),
		allowed("the plan is there", RoutePlan),
		forbidden("the plan is missing", RoutePlan, "missing-plan", member),
		allowed("the verification is recent", RouteReverified),
		stale,
		{
			name: "an anonymous visitor gets 401 from a check, not 403", path: RoutePermission,
			status: 401, kind: "unauthenticated", reason: anonymous,
		},
	}
}

// checkReverification expects the one body that ClerkJS answers with a step-up.
func checkReverification(t *testing.T, a *answer) {
	var body struct {
		ClerkError struct {
			Type     string `json:"type"`
			Reason   string `json:"reason"`
			Metadata struct {
				Reverification any `json:"reverification"`
			} `json:"metadata"`
		} `json:"clerk_error"`
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatalf("the body %q is not JSON: %v", a.body, err)
	}
	e := body.ClerkError
	if e.Type != "forbidden" || e.Reason != "reverification-error" || e.Metadata.Reverification != "strict" {
		t.Errorf("got %q, want the reverification error of the preset strict", a.body)
	}
}

func machines(k *clerk) []testCase {
	accepted := func(name, token, userID, tokenType string) testCase {
		return testCase{
			name: name + " is accepted where the route opted in", path: RouteMachine, header: bearer(token),
			status: 200, runs: 1, userID: userID, verify: checkType(tokenType),
		}
	}
	refused := func(name, path, token, reason string) testCase {
		return testCase{
			name: name + " is refused", path: path, header: bearer(token),
			status: 401, kind: "unauthenticated", reason: reason, presents: true,
		}
	}
	return []testCase{
		accepted("an API key", k.live.apiKey, k.user("ada"), "api_key"),
		accepted("an M2M token", k.live.m2m, "", "m2m_token"),
		accepted("an M2M token in JWT form", k.live.m2mJWT, "", "m2m_token"),
		accepted("an OAuth token", k.live.oauth, k.user("ada"), "oauth_token"),
		accepted("an OAuth token in JWT form", k.live.oauthJWT, k.user("ada"), "oauth_token"),
		refused("an API key elsewhere", RouteProtected, k.live.apiKey, "token-invalid"),
		refused("an OAuth token elsewhere", RouteProtected, k.live.oauth, "token-invalid"),
		refused("an OAuth token in JWT form elsewhere", RouteProtected, k.live.oauthJWT, "token-type-mismatch"),
		refused("an M2M token in JWT form elsewhere", RouteProtected, k.live.m2mJWT, "token-type-mismatch"),

		refused("a revoked API key", RouteMachine, k.revoked.apiKey, "token-invalid"),
		refused("a revoked M2M token", RouteMachine, k.revoked.m2m, "token-invalid"),
		refused("a revoked OAuth token", RouteMachine, k.revoked.oauth, "token-invalid"),
		refused("an expired API key", RouteMachine, k.expired.apiKey, "token-invalid"),
		refused("an expired M2M token", RouteMachine, k.expired.m2m, "token-invalid"),
		refused("an expired M2M token in JWT form", RouteMachine, k.expired.m2mJWT, "token-verification-failed"),
		refused("an expired OAuth token", RouteMachine, k.expired.oauth, "token-invalid"),
		refused("an expired OAuth token in JWT form", RouteMachine, k.expired.oauthJWT, "token-verification-failed"),
		refused("an OAuth token with a broken signature", RouteMachine, tampered(k.live.oauthJWT), "token-verification-failed"),

		refused("an API key that does not exist", RouteMachine, "ak_"+strings.Repeat("x", 32), "token-invalid"),
		refused("an OAuth token that does not exist", RouteMachine, "oat_"+strings.Repeat("x", 32), "token-invalid"),
		refused("a session where only machines may call", RouteMachine, k.session("ada", nil), "token-type-mismatch"),
	}
}

func checkType(want string) func(*testing.T, *answer) {
	return func(t *testing.T, a *answer) {
		if len(a.identities) == 1 && a.identities[0].TokenType != want {
			t.Errorf("got type %q, want %q", a.identities[0].TokenType, want)
		}
	}
}

// document is what a browser sends when it navigates.
var document = []string{"Sec-Fetch-Dest", "document", "Accept", "text/html"}

func handshakes(k *clerk) []testCase {
	token := k.session("ada", nil)
	return []testCase{
		{
			name: "a handshake redirects and keeps the cookies of the application", path: RouteCookie + "?tab=1",
			header: with(nil, document...), status: 307, verify: func(t *testing.T, a *answer) {
				location := a.location(t)
				if location.Path != "/v1/client/handshake" || location.Query().Get("__clerk_hs_reason") != "dev-browser-missing" {
					t.Errorf("got location %s, want a handshake because of dev-browser-missing", location)
				}
				if back := location.Query().Get("redirect_url"); !strings.HasSuffix(back, RouteCookie+"?tab=1") {
					t.Errorf("got redirect_url %q, want the page of the request", back)
				}
				a.checkCookies(t, "app=", "__clerk_redirect_count=")
				a.checkRedirect(t, "handshake")
			},
		},
		{
			name: "a handshake is answered above a guard, too", path: RouteProtected, header: with(nil, document...),
			status: 307, verify: func(t *testing.T, a *answer) { a.checkRedirect(t, "handshake") },
		},
		{
			name: "the result of a development handshake cleans the URL", path: RouteCookie + "?tab=1&__clerk_handshake=" + k.handshake(token),
			header: with(http.Header{"Cookie": {devBrowser}}, document...), status: 307, verify: func(t *testing.T, a *answer) {
				location := a.location(t)
				if location.Path != RouteCookie || location.RawQuery != "tab=1" {
					t.Errorf("got location %s, want the page without the handshake", location)
				}
				a.checkCookies(t, "app=", "__session="+token, "__client_uat=")
				a.checkRedirect(t, "")
			},
		},
		{
			name: "a fetch is never redirected", path: RouteProtected, header: with(nil, "Sec-Fetch-Dest", "empty"),
			status: 401, kind: "unauthenticated", reason: anonymous,
		},
		{
			name: "a POST is never redirected", method: http.MethodPost, path: RouteProtected, header: with(nil, document...),
			status: 401, kind: "unauthenticated", reason: anonymous,
		},
	}
}

func pages(k *clerk) []testCase {
	return []testCase{
		{
			name: "a page sends visitors to sign in", path: RoutePage + "?tab=1", header: with(http.Header{"Cookie": {devBrowser}}, document...),
			status: 307, verify: func(t *testing.T, a *answer) {
				location := a.location(t)
				if !strings.HasPrefix(location.String(), signInURL) {
					t.Errorf("got location %s, want the sign-in page %s", location, signInURL)
				}
				if back := location.Query().Get("redirect_url"); !strings.HasSuffix(back, RoutePage+"?tab=1") {
					t.Errorf("got redirect_url %q, want the page of the request", back)
				}
			},
		},
		{
			name: "a page refuses what is no navigation", path: RoutePage, header: with(nil, "Sec-Fetch-Dest", "empty"),
			status: 401, kind: "unauthenticated", reason: anonymous,
		},
		{
			name: "a page is shown to who is signed in", path: RoutePage, header: cookies(k.session("ada", nil)),
			status: 200, runs: 1, userID: k.user("ada"),
		},
	}
}

func (a *answer) location(t *testing.T) *url.URL {
	t.Helper()
	location, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// checkCookies expects one Set-Cookie line for each prefix.
func (a *answer) checkCookies(t *testing.T, prefixes ...string) {
	t.Helper()
	lines := a.header.Values("Set-Cookie")
	for _, prefix := range prefixes {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, prefix) }) {
			t.Errorf("got cookies %q, want one that begins with %.20q", lines, prefix)
		}
	}
}

// checkRedirect expects a redirect that no cache keeps and that has no body.
func (a *answer) checkRedirect(t *testing.T, status string) {
	t.Helper()
	if a.header.Get("Cache-Control") != "no-store" || a.body != "" {
		t.Errorf("got cache-control %q and body %q, want no-store and nothing", a.header.Get("Cache-Control"), a.body)
	}
	if got := a.header.Get("X-Clerk-Auth-Status"); got != status {
		t.Errorf("got x-clerk-auth-status %q, want %q", got, status)
	}
}
