package clerkauth_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// TestNew_TakesTheSettingsOfALocalClerk uses exactly what the local Clerk hands out, publishable key included.
func TestNew_TakesTheSettingsOfALocalClerk(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	settings := srv.Config()
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: settings.SecretKey, PublishableKey: settings.PublishableKey, APIURL: settings.APIURL,
		AuthorizedParties: settings.AuthorizedParties, Issuer: []string{settings.Issuer},
	})
	if err != nil {
		t.Fatal(err)
	}
	visitor := func() *http.Request {
		r := httptest.NewRequest(http.MethodGet, "http://app.localhost:3000/page", nil)
		r.Header.Set("Sec-Fetch-Dest", "document")
		return r
	}
	user := srv.SignedInUser()
	for name, r := range map[string]*http.Request{
		"header":  user.Authorize(visitor()),
		"cookies": srv.AddCookies(visitor(), user),
	} {
		state := authn.Authenticate(t.Context(), clerkauth.FromHTTP(r))
		if !state.SignedIn() || state.UserID() != user.UserID {
			t.Errorf("%s: %s %s, want the user signed in", name, state.Status(), state.Reason())
		}
	}
	state := authn.Authenticate(t.Context(), clerkauth.FromHTTP(visitor()))
	location := state.Headers().Get("Location")
	if state.Status() != clerkauth.StatusHandshake || !strings.HasPrefix(location, srv.URL()+"/") {
		t.Fatalf("a new browser: %s, Location %q, want a handshake with the local Clerk", state.Status(), location)
	}
	client := srv.Client()
	resp, err := client.Transport.RoundTrip(httptest.NewRequest(http.MethodGet, location, nil))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("the handshake answered %d, want 307", resp.StatusCode)
	}
}

func TestRequestState_AcceptSpendsNoCallOnAnotherType(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: srv.SecretKey(), PublishableKey: srv.PublishableKey(), APIURL: srv.URL(), AcceptTokens: clerkauth.AnyToken(),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "http://app.localhost:3000/", nil)
	r.Header.Set("Authorization", "Bearer ak_0123456789abcdef0123456789abcdef")
	state := authn.Authenticate(t.Context(), clerkauth.FromHTTP(r)).Accept(clerkauth.TokenSession)
	if state.SignedIn() || state.Err() == nil {
		t.Errorf("got %v with %v, want an API key refused where sessions are asked for", state.Status(), state.Err())
	}
	if calls := srv.Requests(); len(calls) != 0 {
		t.Errorf("calls = %+v, want none", calls)
	}
}

func TestParsePublishableKey_PathOnlyOfALocalDevelopmentHost(t *testing.T) {
	t.Parallel()
	for host, valid := range map[string]bool{
		"127.0.0.1:4000/emulator.clerk.accounts.dev": true,
		"[::1]:4000/emulator.clerk.accounts.dev":     false,
		"clerk.example.com/path":                     false,
		"127.0.0.1.example.com/emulator.clerk.dev":   false,
		"127.0.0.1:4000/../x.dev":                    false,
		"127.0.0.1:4000//x.dev":                      false,
		"127.0.0.1:4000/x.dev?y":                     false,
		"127.0.0.1:4000/x.dev@evil.example":          false,
		"127.0.0.1:4000/":                            false,
	} {
		key := testKey(host)
		if _, err := clerkauth.ParsePublishableKey(key); (err == nil) != valid {
			t.Errorf("%s: %v, want valid: %v", host, err, valid)
		}
	}
	live := strings.Replace(testKey("127.0.0.1.example.com/emulator.clerk.dev"), "pk_test_", "pk_live_", 1)
	if _, err := clerkauth.ParsePublishableKey(live); err == nil {
		t.Error("a live key with a path on another machine is valid")
	}
}

func testKey(host string) string {
	return "pk_test_" + base64.RawStdEncoding.EncodeToString([]byte(host+"$"))
}
