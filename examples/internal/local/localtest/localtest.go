// Package localtest tests the four routes that the adapter examples have in common.
package localtest

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/examples/internal/local"
)

// Open starts the local Clerk for a test.
func Open(t *testing.T) *local.Service {
	t.Helper()
	k, err := local.Open(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

// Check calls the routes of a running example as everybody who matters.
func Check(t *testing.T, baseURL string, k *local.Service) {
	t.Helper()
	for _, tc := range []struct {
		name, method, path, token string
		status                    int
		contains                  string
	}{
		{"the front page is public", "GET", "/", "", 200, "stranger"},
		{"the front page knows who is signed in", "GET", "/", k.MemberToken, 200, "user_"},
		{"the API refuses strangers", "GET", "/api/me", "", 401, `"error":"unauthenticated"`},
		{"the API refuses a broken token", "GET", "/api/me", k.MemberToken + "x", 401, "token-invalid"},
		{"the API knows its user", "GET", "/api/me", k.MemberToken, 200, "user_"},
		{"a member may not create invoices", "POST", "/api/invoices", k.MemberToken, 403, "missing-permission"},
		{"an administrator may create invoices", "POST", "/api/invoices", k.AdminToken, 201, ""},
		{"a page sends strangers to sign in", "GET", "/account", "", 307, ""},
		{"a page is shown to its user", "GET", "/account", k.MemberToken, 200, "user_"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			status, body := call(t, tc.method, baseURL+tc.path, tc.token)
			if status != tc.status || !strings.Contains(body, tc.contains) {
				t.Errorf("got status %d and body %q, want %d with %q", status, body, tc.status, tc.contains)
			}
		})
	}
}

func call(t *testing.T, method, url, token string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Cookie", "__clerk_db_jwt=dvb_2example") // a browser that Clerk has seen already
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}
