package clerktest_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestOAuth_StateSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := clerktest.NewServer(t, clerktest.WithData(dir))
	p := newOAuthParty(t, first.Instance)
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) {
		s.Scopes = []clerktest.OAuthScope{{Name: "mcp:read", Description: "Read"}}
	})
	tokens, code := p.tokens(), p.code()
	first.Close()

	second := clerktest.NewServer(t, clerktest.WithData(dir))
	p.in = second.Instance
	if got := p.in.OAuth().Settings().Scopes; len(got) != 1 || got[0].Name != "mcp:read" {
		t.Errorf("the custom scopes: got %v", got)
	}
	if a := p.token(p.refreshForm(tokens.text("refresh_token"))); a.status != http.StatusOK {
		t.Errorf("the refresh token: got %d %s", a.status, a.raw)
	}
	if a := p.token(p.codeForm(code)); a.status != http.StatusOK {
		t.Errorf("the code: got %d %s", a.status, a.raw)
	}
	p.denied(p.token(p.codeForm(code)), http.StatusBadRequest, "invalid_grant")
}

func TestOAuth_SnapshotsBringTokensBack(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	tokens := p.tokens()
	snapshot := p.in.Snapshot()
	p.in.OAuth().Revoke(tokens.text("refresh_token"))
	p.in.Restore(snapshot)
	if !p.accepts(tokens.text("access_token")) {
		t.Error("the restored token is not good")
	}
}

func TestOAuth_TokensEndWithTheirOwners(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*oauthParty){
		"the user is deleted": func(p *oauthParty) { must(p.t, p.in, http.MethodDelete, "/users/"+p.user.ID, "") },
		"the user is banned":  func(p *oauthParty) { must(p.t, p.in, http.MethodPost, "/users/"+p.user.ID+"/ban", "") },
		"the application is deleted": func(p *oauthParty) {
			must(p.t, p.in, http.MethodDelete, "/oauth_applications/"+p.client.ID, "")
			p.client = p.another().client
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newOAuthParty(t, clerktest.NewServer(t).Instance)
			tokens, code := p.tokens(), p.code()
			end(p)
			p.denied(p.token(p.refreshForm(tokens.text("refresh_token"))), http.StatusBadRequest, "invalid_grant")
			p.denied(p.token(p.codeForm(code)), http.StatusBadRequest, "invalid_grant")
			if a := p.userInfo(tokens.text("access_token")); a.status/100 != 4 {
				t.Errorf("userinfo: got %d %s", a.status, a.raw)
			}
		})
	}
}

func TestOAuth_CustomScopes(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) {
		s.DynamicRegistration = true
		s.Scopes = []clerktest.OAuthScope{{Name: "mcp:read"}, {Name: "mcp:write"}}
		s.DefaultScopes = []string{"mcp:read"}
	})
	p.refusedAtClient(p.request("scope", "mcp:read"), "invalid_scope") // it exists, but the application does not have it
	registered := p.registered(`{"redirect_uris":["` + clientCallback + `"],"token_endpoint_auth_method":"none"}`)
	p.client = clerktest.OAuthClient{ClientID: registered.text("client_id"), Public: true}
	tokens := p.tokens("scope", "mcp:read offline_access")
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.Scopes = nil })
	p.refusedAtClient(p.request("scope", "mcp:read"), "invalid_scope")
	p.denied(p.token(p.refreshForm(tokens.text("refresh_token"))), http.StatusBadRequest, "invalid_scope")
	if !p.accepts(tokens.text("access_token")) {
		t.Error("the token of a deleted scope does not live on")
	}
}

func TestOAuth_LoopbackPorts(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance, func(c *clerktest.OAuthClient) {
		c.RedirectURIs = []string{"http://127.0.0.1/cb", "http://[::1]:80/cb?a=b", "http://localhost:3000/cb"}
	})
	p.refusedOnPage(p.request("redirect_uri", "http://127.0.0.1:4444/cb"), http.StatusBadRequest)
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.LoopbackPorts = true })
	for uri, right := range map[string]bool{
		"http://127.0.0.1:4444/cb": true, "http://[::1]:4444/cb?a=b": true, "http://127.0.0.1:4444/other": false, "http://localhost:4444/cb": false,
		"http://127.0.0.1:4444@evil.example.com/cb": false, "https://127.0.0.1:4444/cb": false, "http://127.0.0.1:x/cb": false,
	} {
		if a := p.authorize(p.request("redirect_uri", uri)); (a.text("code") != "") != right {
			t.Errorf("%s: got %d to %s", uri, a.status, a.header.Get("Location"))
		}
	}
}

func TestOAuth_AdminAPI(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	p := newOAuthParty(t, in)
	tokens := p.tokens("scope", "email offline_access")
	for _, list := range []string{"clients", "grants", "tokens", "log"} {
		status, text := visit(t, in, in.URL()+"/_clerktest/oauth/"+list)
		if status != http.StatusOK || !strings.Contains(text, p.client.ClientID) {
			t.Errorf("%s: got %d %s", list, status, text)
		}
		for _, secret := range []string{tokens.text("access_token"), tokens.text("refresh_token"), codeVerifier, "clk_code_"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s tells the secret %.12s…", list, secret)
			}
		}
	}
	ask := func(method, path, body string) answer {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, in.URL()+"/_clerktest/oauth"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		a := p.do(req)
		if a.status/100 != 2 {
			t.Fatalf("%s %s: got %d %s", method, path, a.status, a.raw)
		}
		return a
	}
	changed := ask(http.MethodPatch, "/settings", `{"dynamic_oauth_client_registration":true,"scopes":[{"name":"mcp:read"}]}`)
	if changed.object["dynamic_oauth_client_registration"] != true || p.metadata().text("registration_endpoint") == "" {
		t.Errorf("the settings: got %s", changed.raw)
	}
	if consent := in.OAuth().Settings().Consent; consent.UserID != p.user.ID {
		t.Errorf("settings that the body does not name changed: %v", consent)
	}
	client := ask(http.MethodPost, "/clients", `{"name":"More","redirect_uris":["https://more.example.com/cb"],"device_grant":true}`)
	issued := ask(http.MethodPost, "/grants", `{"client_id":"`+client.text("client_id")+`","user_id":"`+p.user.ID+`"}`)
	if !p.accepts(issued.text("access_token")) {
		t.Errorf("the issued token is not good: %s", issued.raw)
	}
	ask(http.MethodPost, "/revoke", `{"grant_id":"`+issued.text("grant_id")+`"}`)
	if p.accepts(issued.text("access_token")) {
		t.Error("the revoked token is still good")
	}
}

func TestOAuth_GoAPI(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	oauth := p.in.OAuth()
	tokens := oauth.Grant(clerktest.OAuthGrantParams{ClientID: p.client.ClientID, UserID: p.user.ID, Scopes: []string{"openid"}, Resource: "https://mcp.example.com"})
	if !p.accepts(tokens.AccessToken) || tokens.IDToken == "" {
		t.Fatalf("got %+v", tokens)
	}
	if a := p.token(p.refreshForm(tokens.RefreshToken)); a.status != http.StatusOK {
		t.Errorf("the refresh token: got %d %s", a.status, a.raw)
	}
	oauth.Revoke(tokens.GrantID)
	if p.accepts(tokens.AccessToken) {
		t.Error("the revoked token is still good")
	}
	grants := oauth.Grants()
	if len(grants) != 1 || !grants[0].Revoked || grants[0].Resource != "https://mcp.example.com" {
		t.Errorf("the grants: got %+v", grants)
	}
	if !slices.ContainsFunc(oauth.Log(), func(e clerktest.OAuthLogEntry) bool {
		return e.GrantType == "refresh_token" && e.Status == http.StatusOK
	}) {
		t.Errorf("the log lacks the refresh: %+v", oauth.Log())
	}
}

func TestOAuth_RequestsAreBounded(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	long := strings.Repeat("x", 70_000)
	p.denied(p.token(p.codeForm(p.code(), "code_verifier", long)), http.StatusBadRequest, "invalid_request")
	p.denied(p.post("/oauth/token", p.codeForm(p.code()), http.Header{"Authorization": {"Bearer x"}}), http.StatusUnauthorized, "invalid_client")
	twice := p.codeForm(p.code())
	twice.Add("code", "clk_code_other")
	p.denied(p.token(twice), http.StatusBadRequest, "invalid_request")
	p.denied(p.token(form("grant_type", "password", "client_id", p.client.ClientID)), http.StatusBadRequest, "unsupported_grant_type")
	p.denied(p.token(form("grant_type", "client_credentials", "client_id", p.client.ClientID)), http.StatusBadRequest, "unsupported_grant_type")
	p.denied(p.token(form("client_id", p.client.ClientID)), http.StatusBadRequest, "invalid_request")
	if a := p.send(http.MethodPost, "/oauth/token", nil, nil); a.text("error") != "invalid_request" {
		t.Errorf("no form: got %d %s", a.status, a.raw)
	}
	p.allowRegistration()
	names, err := json.Marshal(map[string]any{"redirect_uris": slices.Repeat([]string{"https://a.example.com/cb"}, 101)})
	if err != nil {
		t.Fatal(err)
	}
	p.denied(p.register(string(names)), http.StatusBadRequest, "invalid_redirect_uri")
	p.denied(p.register(`{"redirect_uris":["https://a.example.com/`+long+`"]}`), http.StatusBadRequest, "invalid_client_metadata")
}
