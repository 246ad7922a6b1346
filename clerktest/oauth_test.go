package clerktest_test

import (
	"net/http"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestOAuth_CodeFlow(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	a := p.authorize(p.request("nonce", "n-12345678"))
	if a.status != http.StatusFound || a.text("state") != "a state: ~&=é" || a.text("iss") != p.in.OAuth().Issuer() {
		t.Fatalf("got %d to %s", a.status, a.header.Get("Location"))
	}
	tokens := p.token(p.codeForm(a.text("code")))
	if tokens.status != http.StatusOK || tokens.text("token_type") != "Bearer" || tokens.text("scope") != "openid email offline_access" {
		t.Fatalf("got %d %s", tokens.status, tokens.raw)
	}
	claims := p.claims(tokens.text("id_token"))
	for name, want := range map[string]any{
		"iss": p.in.OAuth().Issuer(), "sub": p.user.ID, "aud": p.client.ClientID, "nonce": "n-12345678", "email": "ada@example.com",
	} {
		if claims[name] != want {
			t.Errorf("claim %s: got %v, want %v", name, claims[name], want)
		}
	}
	again := p.token(p.refreshForm(tokens.text("refresh_token")))
	if again.status != http.StatusOK || again.text("access_token") == tokens.text("access_token") || again.text("refresh_token") == tokens.text("refresh_token") {
		t.Errorf("a refresh: got %d %s", again.status, again.raw)
	}
}
