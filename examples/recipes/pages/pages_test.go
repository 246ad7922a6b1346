package pages_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/examples/recipes/pages"
)

func TestPages(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t, func(c *clerkauth.Config) { c.SignInURL = "/sign-in" })
	app := pages.New(authn)
	user := srv.SignedInUser()
	signedIn := "__clerk_db_jwt=dvb_2example; __client_uat=1; __session=" + user.Token
	const stranger = "__clerk_db_jwt=dvb_2example"
	for _, c := range []struct {
		name, method, path string
		header             http.Header
		status             int
		contains           string
	}{
		{"a stranger is sent to sign in", "GET", "/dashboard", browser(stranger, "none"), 307, "/sign-in"},
		{"a user sees the page", "GET", "/dashboard", browser(signedIn, "none"), 200, user.UserID},
		{"a form of the page", "POST", "/invoices", browser(signedIn, "same-origin"), 303, "/dashboard"},
		{"a form of another site", "POST", "/invoices", browser(signedIn, "cross-site"), 403, ""},
		{"a form of another subdomain", "POST", "/invoices", browser(signedIn, "same-site"), 403, ""},
		{"a form of another site in an old browser", "POST", "/invoices", http.Header{
			"Cookie": {signedIn}, "Origin": {"https://attacker.example.com"},
		}, 403, ""},
		{"a program with a token", "POST", "/invoices", http.Header{"Authorization": {"Bearer " + user.Token}}, 303, "/dashboard"},
		{"only what was allowed counted", "GET", "/dashboard", browser(signedIn, "none"), 200, "sent: 2."},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, http.NoBody)
		r.Header = c.header
		w := httptest.NewRecorder()
		app.ServeHTTP(w, r)
		if got := w.Body.String() + w.Header().Get("Location"); w.Code != c.status || !strings.Contains(got, c.contains) {
			t.Errorf("%s: got %d and %q, want %d with %q", c.name, w.Code, got, c.status, c.contains)
		}
	}
}

func browser(cookie, site string) http.Header {
	return http.Header{"Cookie": {cookie}, "Sec-Fetch-Site": {site}, "Sec-Fetch-Dest": {"document"}, "Accept": {"text/html"}}
}
