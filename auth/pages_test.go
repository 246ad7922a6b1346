package clerkauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestPages_Require(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.SignInURL, c.HeaderOnly = "/sign-in", true })
	token := good(t, clock.now())
	tests := []struct {
		name     string
		pages    clerkauth.Pages
		path     string
		token    string
		noPage   bool
		status   int
		location string // what it begins with
	}{
		{"the zero value sends visitors to sign in", clerkauth.Pages{}, "/a?b=1", "", false, 307, "http://app.example.com/sign-in?redirect_url="},
		{"the zero value answers 403", clerkauth.Pages{}, "/a", token, false, 403, ""},
		{"a page for visitors", clerkauth.Pages{Unauthenticated: "/welcome"}, "/a", "", false, 307, "/welcome"},
		{"the page for visitors itself", clerkauth.Pages{Unauthenticated: "/welcome"}, "/welcome/", "", false, 401, ""},
		{"a page for people without the role", clerkauth.Pages{Unauthorized: "/denied?from=a"}, "/a", token, false, 307, "/denied?from=a"},
		{"that page itself", clerkauth.Pages{Unauthorized: "/denied"}, "/denied", token, false, 403, ""},
		{"that page with its host", clerkauth.Pages{Unauthorized: "http://APP.example.com/denied"}, "/denied", token, false, 403, ""},
		{"the same path elsewhere", clerkauth.Pages{Unauthorized: "https://www.example.com/denied"}, "/denied", token, false, 307, "https://www.example.com/denied"},
		{"no page is asked for", clerkauth.Pages{Unauthorized: "/denied"}, "/a", token, true, 403, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			guard := test.pages.Require(clerkauth.HasRole("owner"))
			handler := clerkauth.Middleware(authn)(guard(http.NotFoundHandler()))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://app.example.com"+test.path, nil)
			if !test.noPage {
				r.Header.Set("Accept", "text/html")
			}
			if test.token != "" {
				r.Header.Set("Authorization", "Bearer "+test.token)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			location := w.Header().Get("Location")
			if w.Code != test.status || !strings.HasPrefix(location, test.location) || (location == "") != (test.location == "") {
				t.Errorf("got %d to %q, want %d to %q", w.Code, location, test.status, test.location)
			}
			if test.status == 307 && (w.Header().Get("Cache-Control") != "no-store" || w.Body.Len() > 0) {
				t.Errorf("got the headers %v and a body of %d bytes, want no-store and no body", w.Header(), w.Body.Len())
			}
		})
	}
}

func TestPages_Require_OurTroubleIsNoRedirect(t *testing.T) {
	t.Parallel()
	guard := clerkauth.Pages{Unauthenticated: "/welcome", Unauthorized: "/denied"}.Require()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	guard(http.NotFoundHandler()).ServeHTTP(w, r)
	if w.Code != 503 {
		t.Errorf("got %d where no middleware ran, want 503", w.Code)
	}
}

func TestPages_Validate(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"//evil.example.com", "javascript:alert(1)", "denied", "https://user@example.com/", "/\\evil"} {
		if (clerkauth.Pages{Unauthorized: page}).Validate() == nil || (clerkauth.Pages{Unauthenticated: page}).Validate() == nil {
			t.Errorf("%q is accepted as a page", page)
		}
	}
	if err := (clerkauth.Pages{Unauthenticated: "/a", Unauthorized: "https://example.com/b"}).Validate(); err != nil {
		t.Errorf("got %v, want a path and a URL to be valid", err)
	}
}
