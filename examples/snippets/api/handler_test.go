// Package api shows how handlers are tested against the local Clerk.
package api

import (
	"net/http"
	"net/http/httptest"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
)

func me(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte(clerkauth.FromContext(r.Context()).UserID()))
}

func TestMe(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	app := clerkauth.Middleware(authn)(clerkauth.RequireAuth()(http.HandlerFunc(me)))

	ada := srv.SignedInUser()
	rec := httptest.NewRecorder()
	app.ServeHTTP(rec, ada.Authorize(httptest.NewRequest(http.MethodGet, "/me", nil)))
	if rec.Code != http.StatusOK || rec.Body.String() != ada.UserID {
		t.Errorf("got %d %s, want the user's id", rec.Code, rec.Body)
	}

	rec = httptest.NewRecorder()
	app.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/me", nil))
	if rec.Code != http.StatusUnauthorized {
		t.Errorf("got %d without a token, want 401", rec.Code)
	}
}
