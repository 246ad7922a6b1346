package graphql_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/examples/recipes/graphql"
)

func TestDirective(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	api := graphql.New(authn)
	member := srv.SignedInUser()
	admin := srv.SignedInUser(
		clerktest.TokenClaim("fea", "o:invoices"),
		clerktest.TokenClaim("o", map[string]any{"id": "org_2example", "rol": "admin", "per": "create", "fpm": "1"}),
	)
	for name, c := range map[string]struct{ token, query, contains string }{
		"a public field, nobody":       {"", `{ version }`, `"version":"1"`},
		"a public field beside":        {"", `{ version me }`, `"version":"1"`},
		"a guarded field, nobody":      {"", `{ me }`, `"code":"UNAUTHENTICATED"`},
		"a guarded field, somebody":    {member.Token, `{ me }`, `"me":"` + member.UserID + `"`},
		"a broken token":               {member.Token + "x", `{ me }`, `"reason":"token-invalid`},
		"a mutation, a member":         {member.Token, `mutation { createInvoice { id } }`, `"reason":"missing-permission"`},
		"a mutation, somebody who may": {admin.Token, `mutation { createInvoice { createdBy } }`, `"createdBy":"` + admin.UserID + `"`},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"query":"`+c.query+`"}`))
		r.Header.Set("Content-Type", "application/json")
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if got := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(got, c.contains) {
			t.Errorf("%s: got %d and %s, want %s", name, w.Code, got, c.contains)
		}
	}
}
