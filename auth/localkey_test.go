package clerkauth_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// localHosts are Frontend APIs of a local Clerk, with the base that URLs made from their keys must have.
var localHosts = map[string]string{
	"127.0.0.1:4000/emulator.clerk.accounts.dev": "http://127.0.0.1:4000/emulator.clerk.accounts.dev",
	"127.0.0.1:4000":                               "http://127.0.0.1:4000",
	"clerk.localhost:4000":                         "http://clerk.localhost:4000",
	"clerk.accounts.localhost:4000/x.accounts.dev": "http://clerk.accounts.localhost:4000/x.accounts.dev",
}

func TestPublishableKey_OfALocalClerkNeverLeadsOutside(t *testing.T) {
	t.Parallel()
	for host, base := range localHosts {
		for _, prefix := range []string{"pk_test_", "pk_live_"} {
			key, err := clerkauth.ParsePublishableKey(prefix + strings.TrimPrefix(testKey(host), "pk_test_"))
			if err != nil {
				t.Errorf("%s%s: %v", prefix, host, err)
				continue
			}
			api, _, _ := strings.Cut(strings.TrimPrefix(base, "http://"), "/")
			for name, got := range map[string]string{
				"FrontendAPIProxyURL": key.FrontendAPIProxyURL(), "AccountsURL": key.AccountsURL(), "AccountsURL of the host": clerkauth.AccountsURL(host),
			} {
				if got != base {
					t.Errorf("%s%s: %s is %s, want %s", prefix, host, name, got, base)
				}
			}
			if got := key.APIURL(); got != "http://"+api {
				t.Errorf("%s%s: APIURL is %s, want http://%s", prefix, host, got, api)
			}
			if got := key.FrontendAPIFor("", "satellite.example", true); got != host {
				t.Errorf("%s%s: a satellite uses %s, want %s", prefix, host, got, host)
			}
		}
	}
}

// outsideGuard fails the test when a request leaves this machine.
type outsideGuard struct {
	t     *testing.T
	paths []string
}

func (g *outsideGuard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Hostname() != "127.0.0.1" {
		g.t.Errorf("a request goes to %s with the key of a local Clerk", req.URL.Host)
		return nil, http.ErrHandlerTimeout
	}
	g.paths = append(g.paths, req.URL.Path)
	return http.DefaultTransport.RoundTrip(req)
}

func TestNew_LocalKeyNeverLeadsOutside(t *testing.T) {
	t.Parallel()
	for _, production := range []bool{false, true} {
		srv := clerktest.NewServer(t)
		srv.SetProduction(production)
		guard := &outsideGuard{t: t}
		// No address is configured: all of them come from the key.
		authn, err := clerkauth.New(clerkauth.Config{
			SecretKey: srv.SecretKey(), PublishableKey: srv.PublishableKey(), HTTPClient: &http.Client{Transport: guard},
			AuthorizedParties: []string{"http://app.localhost:3000"},
		})
		if err != nil {
			t.Fatalf("production %v: %v", production, err)
		}
		proxy, err := authn.FrontendAPIProxy("")
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		proxy.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://app.localhost:3000/__clerk/v1/environment", nil))
		if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), "display_config") {
			t.Errorf("production %v: the proxy answered %d %s, want the environment of the local Clerk", production, rec.Code, rec.Body)
		}
		user := srv.SignedInUser(clerktest.TokenAuthorizedParty("http://app.localhost:3000"))
		page := httptest.NewRequest(http.MethodGet, "http://app.localhost:3000/page", nil)
		page.Header.Set("Sec-Fetch-Dest", "document")
		if state := authn.Authenticate(t.Context(), clerkauth.FromHTTP(user.Authorize(page.Clone(t.Context())))); !state.SignedIn() {
			t.Errorf("production %v: %v, want the user signed in with keys of the local Clerk", production, state)
		}
		if len(guard.paths) < 2 {
			t.Errorf("production %v: requests for %v, want one of the proxy and one for keys", production, guard.paths)
		}
		builder := authn.Redirects(clerkauth.FromHTTP(page), nil)
		signIn, err1 := builder.SignIn("/page")
		signUp, err2 := builder.SignUp("/page")
		account, err3 := builder.AccountPortal("/user", "")
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		page.AddCookie(&http.Cookie{Name: "__session", Value: user.Token}) // Without __client_uat it needs a handshake.
		handshake := authn.Authenticate(t.Context(), clerkauth.FromHTTP(page)).Redirect()
		for _, location := range []string{signIn, signUp, account, handshake} {
			if u, err := url.Parse(location); err != nil || "http://"+u.Host != srv.URL() {
				t.Errorf("production %v: a visitor is sent to %q, want the local Clerk over plain http", production, location)
			}
		}
	}
}

func TestNew_RefusesClerkItselfForALocalKey(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*clerkauth.Config){
		"APIURL (CLERK_API_URL)":          func(c *clerkauth.Config) { c.APIURL = clerkauth.DefaultAPIURL },
		"FrontendAPIURL (CLERK_FAPI_URL)": func(c *clerkauth.Config) { c.FrontendAPIURL = "https://frontend-api.clerk.dev" },
		"ProxyURL (CLERK_PROXY_URL)":      func(c *clerkauth.Config) { c.ProxyURL = "https://happy-cat-1.clerk.accounts.dev" },
	} {
		config := clerkauth.Config{SecretKey: testSecret, PublishableKey: testKey("127.0.0.1:4000/emulator.clerk.accounts.dev")}
		change(&config)
		_, err := clerkauth.New(config)
		if err == nil || !strings.Contains(err.Error(), field+" leads to Clerk itself") {
			t.Errorf("%s: got %v, want it refused", field, err)
		}
	}
}
