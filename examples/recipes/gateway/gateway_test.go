package gateway_test

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/examples/recipes/gateway"
)

func TestGateway(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(gateway.Verify("invoices", public)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s cookies=%d", gateway.FromContext(r.Context()).Subject, len(r.Cookies()))
	})))
	t.Cleanup(service.Close)
	target, err := url.Parse(service.URL)
	if err != nil {
		t.Fatal(err)
	}
	srv, authn := clerkauthtest.New(t)
	edge := func(audience string) string {
		server := httptest.NewServer(clerkauth.Middleware(authn)(gateway.New(target, audience, private)))
		t.Cleanup(server.Close)
		return server.URL
	}
	invoices, orders := edge("invoices"), edge("orders")
	user := srv.SignedInUser()
	forged, err := jwt.NewWithClaims(jwt.SigningMethodHS256, gateway.Identity{RegisteredClaims: jwt.RegisteredClaims{
		Issuer: "gateway", Subject: user.UserID, Audience: jwt.ClaimStrings{"invoices"}, ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
	}}).SignedString([]byte(public))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url, token string
		status     int
		body       string
	}{
		"a user arrives, without cookies":         {invoices, user.Token, 200, user.UserID + " cookies=0"},
		"nobody does not":                         {invoices, "", 401, ""},
		"a token for another service":             {orders, user.Token, 401, "not from the gateway\n"},
		"Clerk's token behind the gateway":        {service.URL, user.Token, 401, "not from the gateway\n"},
		"a token that the public key was made to": {service.URL, forged, 401, "not from the gateway\n"},
	} {
		status, body := get(t, c.url, c.token)
		if status != c.status || c.body != "" && body != c.body {
			t.Errorf("%s: got %d and %q, want %d and %q", name, status, body, c.status, c.body)
		}
	}
}

func get(t *testing.T, address, token string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", "__session="+token)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
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
