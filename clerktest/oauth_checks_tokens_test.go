package clerktest_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

var codeChecks = []oauthCheck{
	{"not twice, and the first tokens die", func(t *testing.T, p *oauthParty) {
		code := p.code()
		tokens := p.token(p.codeForm(code))
		p.denied(p.token(p.codeForm(code)), http.StatusBadRequest, "invalid_grant")
		if p.accepts(tokens.text("access_token")) {
			t.Error("the access token of the first exchange is still good")
		}
		p.denied(p.token(p.refreshForm(tokens.text("refresh_token"))), http.StatusBadRequest, "invalid_grant")
	}},
	{"not after 10 minutes", func(_ *testing.T, p *oauthParty) {
		p.in.Clock().Freeze()
		late, early := p.code(), p.code()
		p.in.Clock().Advance(10*time.Minute - time.Millisecond)
		if a := p.token(p.codeForm(early)); a.status != http.StatusOK {
			p.t.Errorf("just before: got %d %s", a.status, a.raw)
		}
		p.in.Clock().Advance(time.Millisecond)
		p.denied(p.token(p.codeForm(late)), http.StatusBadRequest, "invalid_grant")
	}},
	{"not for another client", func(t *testing.T, p *oauthParty) {
		code := p.code()
		other := p.another()
		other.denied(other.token(other.codeForm(code)), http.StatusBadRequest, "invalid_grant")
		if a := p.token(p.codeForm(code)); a.status != http.StatusOK {
			t.Errorf("the right client afterwards: got %d %s", a.status, a.raw)
		}
	}},
	{"not with another redirect_uri", func(_ *testing.T, p *oauthParty) {
		p.denied(p.token(p.codeForm(p.code(), "redirect_uri", clientCallback+"/")), http.StatusBadRequest, "invalid_grant")
		p.denied(p.token(p.codeForm(p.code(), "redirect_uri", "")), http.StatusBadRequest, "invalid_grant")
	}},
}

var refreshChecks = []oauthCheck{
	{"keeps resource, organization and actor", func(t *testing.T, p *oauthParty) {
		const resource = "https://mcp.example.com/mcp"
		org := p.in.CreateOrganization(clerktest.Organization{Name: "Acme", CreatedBy: p.user.ID})
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.JWTAccessTokens = true })
		p.in.OAuth().AskForConsent()
		p.impersonate("user_of_support")
		a := p.allow(p.request("scope", "user:org:read offline_access", "resource", resource), "organization_id", org.ID)
		tokens := p.token(p.codeForm(a.text("code")))
		for range 2 {
			claims := p.claims(tokens.text("access_token"))
			actor, _ := claims["act"].(map[string]any)
			if claims["aud"] != resource || claims["org_id"] != org.ID || actor["sub"] != "user_of_support" {
				t.Errorf("got aud %v, org_id %v, act %v", claims["aud"], claims["org_id"], claims["act"])
			}
			tokens = p.token(p.refreshForm(tokens.text("refresh_token")))
		}
		p.denied(p.token(p.refreshForm(tokens.text("refresh_token"), "resource", "https://other.example.com")), http.StatusBadRequest, "invalid_target")
	}},
	{"not for more scopes than granted", func(_ *testing.T, p *oauthParty) {
		token := p.tokens("scope", "email offline_access").text("refresh_token")
		p.denied(p.token(p.refreshForm(token, "scope", "email profile")), http.StatusBadRequest, "invalid_scope")
	}},
	{"for fewer scopes, and for all again", func(t *testing.T, p *oauthParty) {
		tokens := p.tokens("scope", "email profile offline_access")
		for _, scope := range []string{"email", "email profile offline_access"} {
			tokens = p.token(p.refreshForm(tokens.text("refresh_token"), "scope", scope))
			if tokens.text("scope") != scope {
				t.Errorf("got the scope %q, want %q", tokens.text("scope"), scope)
			}
		}
	}},
	{"a rotated one ends the grant, after one grace", func(t *testing.T, p *oauthParty) {
		first := p.tokens()
		second := p.token(p.refreshForm(first.text("refresh_token")))
		p.denied(p.token(p.refreshForm(first.text("refresh_token"))), http.StatusBadRequest, "invalid_grant")
		p.denied(p.token(p.refreshForm(second.text("refresh_token"))), http.StatusBadRequest, "invalid_grant")
		if p.accepts(second.text("access_token")) {
			t.Error("the access token of the second refresh is still good")
		}
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.RotationGrace = 30 })
		first = p.tokens()
		second = p.token(p.refreshForm(first.text("refresh_token")))
		repeated := p.token(p.refreshForm(first.text("refresh_token")))
		if repeated.text("refresh_token") != second.text("refresh_token") {
			t.Errorf("within the grace: got %s, want the same successor", repeated.raw)
		}
		p.denied(p.token(p.refreshForm(first.text("refresh_token"))), http.StatusBadRequest, "invalid_grant")
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.Rotation = clerktest.RotationOff })
		same := p.tokens().text("refresh_token")
		if got := p.token(p.refreshForm(same)).text("refresh_token"); got != same {
			t.Error("without rotation the refresh token changed")
		}
	}},
}

var clientChecks = []oauthCheck{
	{"a wrong secret is 401 invalid_client", func(t *testing.T, p *oauthParty) {
		other := p.another(confidential)
		for _, secret := range []string{"wrong", "", other.client.ClientSecret + "0", p.client.ClientSecret} {
			other.denied(other.token(other.codeForm(other.code(), "client_secret", secret)), http.StatusUnauthorized, "invalid_client")
		}
		a := other.basic("/oauth/token", with(other.codeForm(other.code()), "client_id", "", "client_secret", ""), other.client.ClientID, "wrong")
		other.denied(a, http.StatusUnauthorized, "invalid_client")
		if a.header.Get("WWW-Authenticate") == "" {
			t.Error("Basic was refused without a challenge")
		}
		p.denied(p.token(p.codeForm(p.code(), "client_secret", "a public client has none")), http.StatusUnauthorized, "invalid_client")
	}},
	{"Basic with form-encoded id and secret", func(t *testing.T, p *oauthParty) {
		other := p.another(func(c *clerktest.OAuthClient) {
			c.Public, c.ClientID, c.ClientSecret = false, "id:of/a client+", "s%cret: &=+ü"
		})
		a := other.basic("/oauth/token", with(other.codeForm(other.code()), "client_id", "", "client_secret", ""), url.QueryEscape(other.client.ClientID), url.QueryEscape(other.client.ClientSecret))
		if a.status != http.StatusOK {
			t.Errorf("got %d %s", a.status, a.raw)
		}
	}},
	{"not two client authentications", func(t *testing.T, p *oauthParty) {
		other := p.another(confidential)
		a := other.basic("/oauth/token", other.codeForm(other.code()), other.client.ClientID, other.client.ClientSecret)
		other.denied(a, http.StatusBadRequest, "invalid_request")
	}},
}

var tokenChecks = []oauthCheck{
	{"aud is the resource, and none without", func(t *testing.T, p *oauthParty) {
		const resource = "https://mcp.example.com/mcp"
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.JWTAccessTokens = true })
		if got := p.claims(p.tokens("resource", resource).text("access_token"))["aud"]; got != resource {
			t.Errorf("got aud %v, want the resource", got)
		}
		if got, has := p.claims(p.tokens().text("access_token"))["aud"]; has {
			t.Errorf("got aud %v, want none", got)
		}
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.Resources = []clerktest.OAuthResource{{URL: resource}} })
		p.code("resource", resource)
		for _, other := range []string{"https://mcp.example.com", resource + "/", resource + "?a=b", "mcp.example.com", "https://mcp.example.com/mcp#f"} {
			p.refusedAtClient(p.request("resource", other), "invalid_target")
		}
		p.denied(p.token(p.codeForm(p.code(), "resource", resource)), http.StatusBadRequest, "invalid_target")
	}},
	{"revoking", func(t *testing.T, p *oauthParty) {
		tokens := p.tokens()
		revoke := func(token string) answer {
			return p.post("/oauth/token/revoke", form("token", token, "client_id", p.client.ClientID), nil)
		}
		if a := revoke(tokens.text("refresh_token")); a.status != http.StatusOK || p.accepts(tokens.text("access_token")) {
			t.Errorf("revoking the refresh token: got %d, and the access token is good: %v", a.status, p.accepts(tokens.text("access_token")))
		}
		if a := revoke("oat_unknown"); a.status != http.StatusOK {
			t.Errorf("an unknown token: got %d, want 200", a.status)
		}
		other := p.another()
		foreign := other.tokens()
		if a := revoke(foreign.text("refresh_token")); a.status != http.StatusOK || !p.accepts(foreign.text("access_token")) {
			t.Errorf("another client's token: got %d, and it is still good: %v", a.status, p.accepts(foreign.text("access_token")))
		}
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.JWTAccessTokens = true })
		p.denied(revoke(p.tokens().text("access_token")), http.StatusBadRequest, "unsupported_token_type")
	}},
	{"token_info of live, dead and foreign tokens", func(t *testing.T, p *oauthParty) {
		owner, other := p.another(confidential), p.another(confidential)
		tokens := owner.tokens()
		for _, token := range []string{tokens.text("access_token"), tokens.text("refresh_token")} {
			a := owner.tokenInfo(token)
			if a.object["active"] != true || a.text("sub") != owner.user.ID || a.text("client_id") != owner.client.ClientID || a.object["exp"] != nil {
				t.Errorf("a live token: got %s", a.raw)
			}
			if a := other.tokenInfo(token); a.object["active"] != false || len(a.object) != 1 {
				t.Errorf("another client's token: got %s", a.raw)
			}
		}
		owner.in.OAuth().Revoke(tokens.text("access_token"))
		if a := owner.tokenInfo(tokens.text("access_token")); a.object["active"] != false || len(a.object) != 1 {
			t.Errorf("a revoked token: got %s", a.raw)
		}
		p.denied(p.post("/oauth/token_info", form("token", "oat_1"), nil), http.StatusUnauthorized, "invalid_client")
	}},
	{"userinfo by scope", func(t *testing.T, p *oauthParty) {
		org := p.in.CreateOrganization(clerktest.Organization{Name: "Acme", CreatedBy: p.user.ID})
		p.in.OAuth().AutoConsent(p.user.ID, org.ID)
		info := p.userInfo(p.tokens("scope", "email").text("access_token"))
		if info.text("email") != p.user.Email || info.object["email_verified"] != true || info.text("user_id") != p.user.ID {
			t.Errorf("email: got %s", info.raw)
		}
		for _, name := range []string{"name", "picture", "public_metadata", "org_id", "org_name", "org_slug"} {
			if _, has := info.object[name]; has {
				t.Errorf("email alone tells %s", name)
			}
		}
		info = p.userInfo(p.tokens("scope", "profile user:org:read").text("access_token"))
		if info.text("name") != "Ada Lovelace" || info.text("org_id") != org.ID || info.text("email") != "" {
			t.Errorf("profile and organization: got %s", info.raw)
		}
		if a := p.userInfo("oat_unknown"); a.status != http.StatusUnauthorized || a.code() == "" {
			t.Errorf("an unknown token: got %d %s", a.status, a.raw)
		}
	}},
	{"the Backend API verifies in seconds", func(t *testing.T, p *oauthParty) {
		token := p.tokens("resource", "https://mcp.example.com").text("access_token")
		got := p.verify(token)
		soon := float64(p.in.Clock().Now().Add(23 * time.Hour).Unix())
		if at, _ := got.object["expiration"].(float64); at < soon || at > soon+2*3600 {
			t.Errorf("got expiration %v, want seconds", got.object["expiration"])
		}
		if aud, _ := got.object["aud"].([]any); len(aud) != 1 || aud[0] != "https://mcp.example.com" {
			t.Errorf("got aud %v", got.object["aud"])
		}
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.JWTAccessTokens = true })
		jwt := p.tokens().text("access_token")
		p.in.Clock().Advance(25 * time.Hour)
		if got := p.verify(jwt); got.status != http.StatusOK || strings.TrimSpace(string(got.raw)) != `{"active":false}` {
			t.Errorf("an expired JWT: got %d %s", got.status, got.raw)
		}
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.JWTAccessTokens = false })
		tokens := p.tokens()
		must(t, p.in, http.MethodPost, "/oauth_applications/"+p.client.ID+"/revoke_token", `{"token":"`+tokens.text("refresh_token")+`"}`)
		if p.accepts(tokens.text("access_token")) {
			t.Error("after revoke_token of the refresh token the access token is still good")
		}
	}},
}

// basic sends a form with an Authorization header of these texts.
func (p *oauthParty) basic(path string, values url.Values, id, secret string) answer {
	p.t.Helper()
	return p.post(path, values, http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))}})
}

func (p *oauthParty) tokenInfo(token string) answer {
	p.t.Helper()
	return p.basic("/oauth/token_info", form("token", token), p.client.ClientID, p.client.ClientSecret)
}

func (p *oauthParty) userInfo(token string) answer {
	p.t.Helper()
	return p.send(http.MethodGet, "/oauth/userinfo", nil, http.Header{"Authorization": {"Bearer " + token}})
}

// verify asks the Backend API about an access token.
func (p *oauthParty) verify(token string) answer {
	p.t.Helper()
	return send(p.t, p.in, http.MethodPost, "/oauth_applications/access_tokens/verify", `{"access_token":"`+token+`"}`)
}

// accepts reports whether the Backend API calls an access token good.
func (p *oauthParty) accepts(token string) bool {
	p.t.Helper()
	a := p.verify(token)
	return a.status == http.StatusOK && a.object["active"] != false
}
