package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

// app returns the service on a local Clerk and the token of somebody who may use it.
func app(t *testing.T) (handler http.Handler, token string) {
	t.Helper()
	c, err := demo.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	authn, err := clerkauth.New(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := c.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	token, err = c.Token(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	return routes(authn, c.Client), token
}

func call(handler http.Handler, method, target, token string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, nil)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, req)
	return rec
}

func TestProfile(t *testing.T) {
	t.Parallel()
	handler, token := app(t)
	for _, s := range []struct {
		method, target, theme string
	}{
		{http.MethodGet, "/profile", ""},
		{http.MethodPut, "/profile/theme?value=dark", "dark"},
		{http.MethodGet, "/profile", "dark"},
		{http.MethodDelete, "/profile/theme", ""},
	} {
		rec := call(handler, s.method, s.target, token)
		var got struct {
			Name     string
			Metadata map[string]string
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &got); rec.Code != http.StatusOK || err != nil {
			t.Fatalf("%s %s: got %d %s, %v", s.method, s.target, rec.Code, rec.Body, err)
		}
		if theme, ok := got.Metadata["theme"]; got.Name != "Ada" || theme != s.theme || ok != (s.theme != "") {
			t.Errorf("%s %s: got %+v, want Ada with theme %q", s.method, s.target, got, s.theme)
		}
	}
}

func TestProfile_Anonymous(t *testing.T) {
	t.Parallel()
	handler, _ := app(t)
	if rec := call(handler, http.MethodGet, "/profile", ""); rec.Code != http.StatusUnauthorized {
		t.Errorf("got %d, want 401", rec.Code)
	}
}
