package clerktest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// TestTokens_AuthorizedPartyByMintingPath goes through the ways to a token: only a page that sends its Origin, and the Go
// helpers, which stand for one, give it an azp claim, unless the emulator is told the application's origin.
func TestTokens_AuthorizedPartyByMintingPath(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts                       []clerktest.Option
		helper, backend, handshake any
	}{
		"as Clerk does":     {nil, "http://localhost:3000", nil, nil},
		"with the option":   {[]clerktest.Option{clerktest.WithAuthorizedParty("http://localhost:5173")}, "http://localhost:5173", "http://localhost:5173", "http://localhost:8080"},
		"the option, empty": {[]clerktest.Option{clerktest.WithAuthorizedParty("")}, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := clerktest.NewServer(t, c.opts...).Instance
			who := in.SignedInUser()
			if got := claimsOf(t, who.Token, 1)["azp"]; got != c.helper {
				t.Errorf("SignedInUser: azp = %v, want %v", got, c.helper)
			}
			backend := claimsOf(t, must(t, in, "POST", "/sessions/"+who.SessionID+"/tokens", "").text("jwt"), 1)
			if got := backend["azp"]; got != c.backend {
				t.Errorf("Backend API: azp = %v, want %v", got, c.backend)
			}
			must(t, in, "POST", "/jwt_templates", `{"name":"mine","claims":{"x":1}}`)
			template := claimsOf(t, must(t, in, "POST", "/sessions/"+who.SessionID+"/tokens/mine", "").text("jwt"), 1)
			if got := template["azp"]; got != c.backend {
				t.Errorf("template: azp = %v, want %v", got, c.backend)
			}
			for _, claim := range []string{"sid", "sts", "fva"} {
				if backend[claim] == nil || template[claim] != nil {
					t.Errorf("%s = %v in a session token and %v in one of a template, want it in the first only", claim, backend[claim], template[claim])
				}
			}
			browser := in.NewBrowser()
			in.SignInBrowser(browser, who.UserID)
			if got := claimsOf(t, handshakeSession(t, in, browser), 1)["azp"]; got != c.handshake {
				t.Errorf("handshake: azp = %v, want %v", got, c.handshake)
			}
		})
	}
}

// handshakeSession is the session token that a handshake brings to a browser.
func handshakeSession(t *testing.T, in *clerktest.Instance, browser string) string {
	t.Helper()
	location := handshake(t, in, "http://localhost:8080/page", browser)
	cookies, _ := claimsOf(t, location.Query().Get("__clerk_handshake"), 1)["handshake"].([]any)
	for _, line := range cookies {
		if rest, ok := strings.CutPrefix(line.(string), "__session="); ok {
			token, _, _ := strings.Cut(rest, ";")
			return token
		}
	}
	t.Fatalf("the handshake brought cookies %v, want a session", cookies)
	return ""
}

// handshake asks for a handshake, with further names and values in the query, and returns where it leads.
func handshake(t *testing.T, in *clerktest.Instance, target, browser string, more ...string) *url.URL {
	t.Helper()
	client := *in.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	query := url.Values{"redirect_url": {target}, "__clerk_db_jwt": {browser}}
	for pair := range slices.Chunk(more, 2) {
		query.Set(pair[0], pair[1])
	}
	resp, err := client.Get(in.URL() + "/v1/client/handshake?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	location, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return location
}

func TestHandshake_LeadsHomeOnly(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	browser := in.NewBrowser()
	for target, want := range map[string]string{
		"http://127.0.0.1:8080/x":       "127.0.0.1:8080",
		"https://evil.example/x":        "",
		"http://localhost.evil.example": "",
	} {
		if got := handshake(t, in, target, browser).Host; got != want {
			t.Errorf("a handshake for %s leads to %q, want %q", target, got, want)
		}
	}
	must(t, in, "PATCH", "/instance", `{"allowed_origins":["https://shop.example"]}`)
	if got := handshake(t, in, "https://shop.example/x", browser).Host; got != "shop.example" {
		t.Errorf("a handshake for an allowed origin leads to %q", got)
	}
}

func TestServer_RefusesLongAddresses(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	refused(t, send(t, in, "GET", "/users/"+strings.Repeat("a", 2<<10), ""), 404, "resource_not_found")
	for _, r := range in.Requests() {
		if len(r.Path) > 1<<10 {
			t.Errorf("the log keeps %d bytes of a path", len(r.Path))
		}
	}
	if got := send(t, in, "GET", "/users/"+strings.Repeat("a", 40<<10), ""); got.status != 414 || len(in.Requests()) != 1 {
		t.Errorf("an address of 40 KB = %d, want 414 and nothing in the log", got.status)
	}
}
