package snippets_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/examples/snippets"
)

func authenticator(t *testing.T, srv *clerktest.Server) *clerkauth.Authenticator {
	t.Helper()
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: srv.SecretKey(), APIURL: srv.URL(), HeaderOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return authn
}

// send sends a request with pairs of header names and values.
func send(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, http.NoBody)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestAPI(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	h := snippets.API(authenticator(t, srv), clerkauth.RequireAuth()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	token := "Bearer " + srv.SignedInUser().Token
	const app = "https://app.example.com"
	for name, test := range map[string]struct {
		method, origin string
		header         []string
		status         int
		allowed        string
	}{
		"a preflight passes without a token":      {"OPTIONS", app, []string{"Access-Control-Request-Method", "GET"}, 204, app},
		"a foreign preflight meets the guard":     {"OPTIONS", "https://evil.example", []string{"Access-Control-Request-Method", "GET"}, 401, ""},
		"OPTIONS that is no preflight is guarded": {"OPTIONS", app, nil, 401, app},
		"the front end reads a refusal":           {"GET", app, nil, 401, app},
		"the front end is answered":               {"GET", app, []string{"Authorization", token}, 200, app},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := send(h, test.method, "/", append([]string{"Origin", test.origin}, test.header...)...)
			if got := rec.Header().Get("Access-Control-Allow-Origin"); rec.Code != test.status || got != test.allowed {
				t.Errorf("got %d for %q, want %d for %q", rec.Code, got, test.status, test.allowed)
			}
		})
	}
}

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	h := snippets.SameOrigin(authenticator(t, clerktest.NewServer(t)), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for site, want := range map[string]int{"same-origin": 200, "cross-site": 403} {
		if got := send(h, http.MethodPost, "/", "Sec-Fetch-Site", site).Code; got != want {
			t.Errorf("%s: got %d, want %d", site, got, want)
		}
	}
}

func TestInvoicesOf(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	srv.DefineRole("billing", "invoices:read")
	user := srv.CreateUser(clerktest.User{Email: "ada@example.com"})
	acme := srv.CreateOrganization(clerktest.Organization{Name: "Acme"})
	srv.AddMember(acme.ID, user.ID, "billing")
	h := snippets.OrgRoutes(authenticator(t, srv))
	token := "Bearer " + srv.SignIn(user.ID, acme.ID).Token
	for path, want := range map[string]int{
		"/orgs/" + acme.ID + "/invoices": http.StatusOK,
		"/orgs/org_other/invoices":       http.StatusForbidden,
	} {
		if got := send(h, http.MethodGet, path, "Authorization", token).Code; got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
	if got := send(h, http.MethodGet, "/orgs/"+acme.ID+"/invoices").Code; got != http.StatusUnauthorized {
		t.Errorf("nobody: got %d, want 401", got)
	}
}

func TestMountWebhooks(t *testing.T) {
	t.Parallel()
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	h := snippets.MountWebhooks(authenticator(t, clerktest.NewServer(t)), ok, ok)
	for path, want := range map[string]int{"/webhooks": http.StatusOK, "/api/me": http.StatusUnauthorized} {
		if got := send(h, http.MethodPost, path).Code; got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
}

func TestProxiedPages(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	h, err := snippets.ProxiedPages(clerkauth.Config{
		SecretKey: srv.SecretKey(), PublishableKey: srv.PublishableKey(), APIURL: srv.URL(), FrontendAPIURL: srv.URL(),
		AuthorizedParties: []string{"https://app.example.com"}, PublicOrigin: "https://app.example.com",
	}, http.NewServeMux())
	if err != nil {
		t.Fatal(err)
	}
	if got := send(h, http.MethodGet, "/__clerk/v1/environment").Code; got == http.StatusBadGateway || got == http.StatusInternalServerError {
		t.Errorf("got %d, want an answer of the Frontend API", got)
	}
	if got := send(h, http.MethodGet, "/nowhere").Code; got != http.StatusNotFound {
		t.Errorf("got %d beside the proxy, want 404", got)
	}
}
