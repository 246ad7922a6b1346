package adaptertest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// problems are refusals as problem+json, and redirects of visitors who lack something.
func problems(k *clerk) []testCase {
	problem := func(status int, kind, reason, missing string) func(*testing.T, *answer) {
		return func(t *testing.T, a *answer) {
			var body struct {
				Status  int    `json:"status"`
				Error   string `json:"error"`
				Reason  string `json:"reason"`
				Missing struct {
					Type string `json:"type"`
					Name string `json:"name"`
				} `json:"missing"`
			}
			if err := json.Unmarshal([]byte(a.body), &body); err != nil {
				t.Fatalf("the body %q is not JSON: %v", a.body, err)
			}
			got := strings.TrimSuffix(body.Missing.Type+" "+body.Missing.Name, " ")
			if body.Status != status || body.Error != kind || body.Reason != reason || got != missing {
				t.Errorf("got the body %s, want status %d, error %s, reason %s, missing %q", a.body, status, kind, reason, missing)
			}
			if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/problem+json") {
				t.Errorf("got content type %q, want application/problem+json", got)
			}
		}
	}
	asked := func(h http.Header) http.Header { return with(h, "Accept", "application/problem+json") }
	lacking := bearer(k.session("ada", member))
	return []testCase{
		{
			name: "a 401 is a problem on request", path: RouteProtected, header: asked(nil), status: 401,
			verify: problem(401, "unauthenticated", anonymous, ""),
		},
		{
			name: "a 403 is a problem on request and says what is missing", path: RoutePermission, header: asked(lacking), status: 403,
			verify: problem(403, "forbidden", "missing-permission", "permission "+Permission),
		},
		{
			name: "a page sends visitors who lack something to the page for that", path: RouteDenied, header: with(lacking, document...),
			status: 307, verify: func(t *testing.T, a *answer) {
				if got := a.header.Get("Location"); got != DeniedPage {
					t.Errorf("got location %q, want %q", got, DeniedPage)
				}
				a.checkRedirect(t, "")
			},
		},
		{
			name: "a page sends visitors to sign in although it has a page for those who lack something", path: RouteDenied,
			header: with(http.Header{"Cookie": {devBrowser}}, document...), status: 307, verify: func(t *testing.T, a *answer) {
				if location := a.location(t); !strings.HasPrefix(location.String(), signInURL) {
					t.Errorf("got location %s, want the sign-in page %s", location, signInURL)
				}
			},
		},
		{
			name: "a fetch is told what is missing", path: RouteDenied, header: lacking, status: 403, kind: "forbidden", reason: "missing-permission",
		},
	}
}
