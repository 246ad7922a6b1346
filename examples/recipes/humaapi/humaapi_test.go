package humaapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/examples/recipes/humaapi"
)

func TestAPI(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	api := humaapi.New(authn)
	admin := srv.SignedInUser(
		clerktest.TokenClaim("fea", "o:invoices"),
		clerktest.TokenClaim("o", map[string]any{"id": "org_2example", "rol": "admin", "per": "create", "fpm": "1"}),
	)
	for name, c := range map[string]struct {
		token    string
		status   int
		contains string
	}{
		"who may":     {admin.Token, 200, admin.UserID},
		"who may not": {srv.SignedInUser().Token, 403, `"reason":"missing-permission"`},
		"nobody":      {"", 401, `"status":401`},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invoices", http.NoBody)
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) {
			t.Errorf("%s: got %d and %q, want %d with %q", name, w.Code, w.Body, c.status, c.contains)
		}
		if c.status != 200 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: got content type %q, want a problem", name, w.Header().Get("Content-Type"))
		}
	}
}
