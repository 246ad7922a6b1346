package adaptertest

import (
	"net/http"
	"testing"
)

// preflight is what a browser asks before a request with a token.
func preflight() http.Header {
	return with(nil, "Origin", "https://app.example.com",
		"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization")
}

func methods(k *clerk) []testCase {
	return []testCase{
		{
			name: "HEAD is let in", method: http.MethodHead, path: RouteProtected, header: bearer(k.session("ada", nil)),
			status: 200, runs: 1, userID: k.user("ada"), verify: noBody,
		},
		{
			name: "HEAD is refused without a body", method: http.MethodHead, path: RouteProtected,
			status: 401, kind: "unauthenticated", reason: anonymous, verify: noBody,
		},
		{
			name: "a preflight does not open a route", method: http.MethodOptions, path: RouteProtected, header: preflight(),
			status: 401, kind: "unauthenticated", reason: anonymous,
		},
		{
			name: "a CORS middleware above answers the preflight", method: http.MethodOptions, path: RouteCORS,
			header: preflight(), status: 204,
		},
		{
			name: "the request behind the preflight is guarded", path: RouteCORS,
			status: 401, kind: "unauthenticated", reason: anonymous,
		},
		{
			name: "DELETE is let in", method: http.MethodDelete, path: RouteProtected, header: bearer(k.session("ada", nil)),
			status: 200, runs: 1, userID: k.user("ada"),
		},
	}
}

func noBody(t *testing.T, a *answer) {
	if a.body != "" {
		t.Errorf("got body %q, want none", a.body)
	}
}

// hooks are the ways in which an application changes what the adapter does.
func hooks(k *clerk) []testCase {
	return []testCase{
		{
			name: "the application's own error handling sees the reason", path: RouteCustom, status: CustomStatus,
			verify: func(t *testing.T, a *answer) {
				if a.body != anonymous {
					t.Errorf("got body %q, want the reason %q", a.body, anonymous)
				}
			},
		},
		{
			name: "the application's own error handling does not let the handler run", path: RouteCustom,
			header: bearer("garbage"), status: CustomStatus,
		},
		{
			name: "the application's own error handling is not asked when all is well", path: RouteCustom,
			header: bearer(k.session("ada", nil)), status: 200, runs: 1, userID: k.user("ada"),
		},
		{
			name: "a skipped request is signed out", path: RouteSkipped, header: bearer(k.session("ada", nil)),
			status: 200, runs: 1, reason: "middleware-missing",
		},
		{
			name: "a guard refuses a skipped request", path: RouteSkippedGuard, header: bearer(k.session("ada", nil)),
			status: 503, kind: "unavailable", reason: "middleware-missing",
		},
	}
}
