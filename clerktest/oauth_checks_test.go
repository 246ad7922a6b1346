package clerktest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// oauthCheck is one of the checks that every authorization server of this kind has to pass. Each runs on an instance of its
// own.
type oauthCheck struct {
	name string
	run  func(*testing.T, *oauthParty)
}

func TestOAuth_FortyChecks(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	checks := slices.Concat(metadataChecks, registrationChecks, pkceChecks, authorizeChecks, codeChecks, refreshChecks, clientChecks, tokenChecks)
	if len(checks) != 40 {
		t.Fatalf("there are %d checks", len(checks))
	}
	for i, check := range checks {
		t.Run(fmt.Sprintf("%02d %s", i+1, check.name), func(t *testing.T) {
			t.Parallel()
			check.run(t, newOAuthParty(t, srv.NewInstance(t)))
		})
	}
}

var metadataChecks = []oauthCheck{
	{"the issuer is the address of both documents", func(t *testing.T, p *oauthParty) {
		issuer := p.in.OAuth().Issuer()
		_, path, _ := strings.Cut(strings.TrimPrefix(issuer, p.in.URL()), "/")
		for _, address := range []string{
			issuer + "/.well-known/oauth-authorization-server", issuer + "/.well-known/openid-configuration",
			p.in.URL() + "/.well-known/oauth-authorization-server/" + path, p.in.URL() + "/.well-known/openid-configuration/" + path,
		} {
			if got := p.fetchJSON(address).text("issuer"); got != issuer {
				t.Errorf("%s: got issuer %q, want %q", address, got, issuer)
			}
		}
		if got := p.fetchJSON(p.in.URL() + "/.well-known/oauth-authorization-server").text("issuer"); got != p.in.URL() {
			t.Errorf("without a path: got issuer %q, want %q", got, p.in.URL())
		}
	}},
	{"S256 is listed", func(t *testing.T, p *oauthParty) {
		for _, document := range []string{"oauth-authorization-server", "openid-configuration"} {
			methods, _ := p.get("/.well-known/" + document).object["code_challenge_methods_supported"].([]any)
			if len(methods) != 1 || methods[0] != "S256" {
				t.Errorf("%s: got %v, want S256 alone", document, methods)
			}
		}
	}},
	{"no registration unless it is on", func(t *testing.T, p *oauthParty) {
		if got := p.metadata().text("registration_endpoint"); got != "" {
			t.Errorf("got the endpoint %q although registration is off", got)
		}
		p.denied(p.register(`{"redirect_uris":["https://a.example.com/cb"]}`), http.StatusUnprocessableEntity, "registration_not_supported")
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.DynamicRegistration = true })
		if got := p.metadata().text("registration_endpoint"); got != p.in.OAuth().Issuer()+"/oauth/register" {
			t.Errorf("got the endpoint %q", got)
		}
	}},
	{"pages of any origin may call", func(t *testing.T, p *oauthParty) {
		for path, method := range map[string]string{
			"/.well-known/oauth-authorization-server": http.MethodGet, "/.well-known/openid-configuration": http.MethodGet,
			"/.well-known/jwks.json": http.MethodGet, "/oauth/register": http.MethodPost, "/oauth/token": http.MethodPost,
			"/oauth/token/revoke": http.MethodPost, "/oauth/userinfo": http.MethodGet,
		} {
			a := p.send(method, path, nil, http.Header{"Origin": {"https://page.example.com"}})
			if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" || a.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s: got the allowed origin %q, want any, without credentials", path, got)
			}
			a = p.send(http.MethodOptions, path, nil, http.Header{
				"Origin": {"https://page.example.com"}, "Access-Control-Request-Method": {method}, "Access-Control-Request-Headers": {"mcp-protocol-version"},
			})
			if a.status/100 != 2 || a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Access-Control-Allow-Headers") != "mcp-protocol-version" {
				t.Errorf("preflight of %s: got %d %v", path, a.status, a.header)
			}
		}
	}},
	{"the key set has the key of every JWT", func(t *testing.T, p *oauthParty) {
		p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.JWTAccessTokens = true })
		tokens := p.tokens()
		p.in.RotateKey()
		later := p.tokens()
		keys := string(p.get("/.well-known/jwks.json").raw)
		for _, token := range []string{tokens.text("access_token"), tokens.text("id_token"), later.text("access_token"), later.text("id_token")} {
			kid, _ := p.header(token)["kid"].(string)
			if kid == "" || !strings.Contains(keys, `"kid":"`+kid+`"`) {
				t.Errorf("the key set lacks %q", kid)
			}
		}
	}},
}

var registrationChecks = []oauthCheck{
	{"a public client gets no secret", func(t *testing.T, p *oauthParty) {
		a := p.registered(`{"redirect_uris":["http://127.0.0.1:1234/cb"],"token_endpoint_auth_method":"none","client_name":"CLI"}`)
		if _, has := a.object["client_secret"]; has || !strings.HasPrefix(a.text("client_id"), "client_") || a.text("scope") != "email profile" {
			t.Errorf("got %s", a.raw)
		}
	}},
	{"a confidential client gets its secret once", func(t *testing.T, p *oauthParty) {
		a := p.registered(`{"redirect_uris":["https://a.example.com/cb"],"scope":"email"}`)
		secret := a.text("client_secret")
		if secret == "" || a.text("token_endpoint_auth_method") != "client_secret_basic" || a.object["client_secret_expires_at"] != float64(0) {
			t.Fatalf("got %s", a.raw)
		}
		list := must(t, p.in, http.MethodGet, "/oauth_applications", "")
		if strings.Contains(string(list.raw), secret) || !strings.Contains(string(list.raw), `"dynamically_registered":true`) {
			t.Errorf("the list of applications: got %s", list.raw)
		}
	}},
	{"no client without redirect URIs", func(_ *testing.T, p *oauthParty) {
		p.allowRegistration()
		for _, body := range []string{`{}`, `{"redirect_uris":[]}`, `{"redirect_uris":[""]}`} {
			p.denied(p.register(body), http.StatusBadRequest, "invalid_redirect_uri")
		}
	}},
	{"no redirect URI that leads into danger", func(t *testing.T, p *oauthParty) {
		p.allowRegistration()
		for _, uri := range []string{
			"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "https://a.example.com/cb#fragment", "https://a.example.com/cb#",
			"http://a.example.com/cb", "http://localhost.example.com/cb", "http://127.0.0.1.example.com/", "https:///cb", "//a.example.com/cb", "/cb",
			"https://user:word@a.example.com/cb", "file:///etc/passwd", " https://a.example.com/cb",
		} {
			p.denied(p.register(`{"redirect_uris":["`+uri+`"]}`), http.StatusBadRequest, "invalid_redirect_uri")
		}
		for _, uri := range []string{"http://localhost:3000/cb", "http://[::1]/cb", "com.example.app:/cb", "cursor://anything/cb"} {
			if a := p.register(`{"redirect_uris":["` + uri + `"]}`); a.status != http.StatusCreated {
				t.Errorf("%s: got %d %s, want 201", uri, a.status, a.raw)
			}
		}
	}},
	{"members that nobody knows are ignored", func(_ *testing.T, p *oauthParty) {
		p.registered(`{"redirect_uris":["https://a.example.com/cb"],"grant_types":["authorization_code"],"response_types":["code"],"application_type":"native","x":{"y":1}}`)
	}},
	{"no scope that does not exist", func(_ *testing.T, p *oauthParty) {
		p.allowRegistration()
		p.denied(p.register(`{"redirect_uris":["https://a.example.com/cb"],"scope":"email admin"}`), http.StatusBadRequest, "invalid_client_metadata")
	}},
}

var pkceChecks = []oauthCheck{
	{"a code with S256 brings tokens", func(_ *testing.T, p *oauthParty) { p.tokens() }},
	{"not with a wrong verifier", func(_ *testing.T, p *oauthParty) {
		p.denied(p.token(p.codeForm(p.code(), "code_verifier", strings.ToUpper(codeVerifier))), http.StatusBadRequest, "invalid_grant")
		p.denied(p.token(p.codeForm(p.code(), "code_verifier", codeChallenge())), http.StatusBadRequest, "invalid_grant")
	}},
	{"not without the verifier", func(t *testing.T, p *oauthParty) {
		p.denied(p.token(p.codeForm(p.code(), "code_verifier", "")), http.StatusBadRequest, "invalid_grant")
		// Nor with a verifier where nobody announced one.
		other := p.another(confidential)
		code := other.code("code_challenge", "", "code_challenge_method", "")
		other.denied(other.token(other.codeForm(code)), http.StatusBadRequest, "invalid_grant")
	}},
	{"not with the method plain", func(_ *testing.T, p *oauthParty) {
		p.refusedAtClient(p.request("code_challenge_method", "plain", "code_challenge", codeVerifier), "invalid_request")
		p.refusedAtClient(p.request("code_challenge_method", ""), "invalid_request")
	}},
	{"a public client has to use it", func(_ *testing.T, p *oauthParty) {
		p.refusedAtClient(p.request("code_challenge", "", "code_challenge_method", ""), "invalid_request")
	}},
}

var authorizeChecks = []oauthCheck{
	{"an unknown client gets a page", func(_ *testing.T, p *oauthParty) {
		p.refusedOnPage(p.request("client_id", "client_unknown"), http.StatusUnauthorized)
		p.refusedOnPage(p.request("client_id", ""), http.StatusUnauthorized)
	}},
	{"another redirect URI gets a page", func(_ *testing.T, p *oauthParty) {
		for _, uri := range []string{
			clientCallback + "/more", clientCallback + "?more=1", clientCallback + "/", strings.ToUpper(clientCallback), "https://client.example.com:443/callback",
			"https://client.example.com/callback/../callback", "https://client.example.com.evil.example.com/callback", "https://client.example.com@evil.example.com/callback",
		} {
			p.refusedOnPage(p.request("redirect_uri", uri), http.StatusBadRequest)
		}
		twice := p.request()
		twice.Add("redirect_uri", "https://evil.example.com")
		p.refusedOnPage(twice, http.StatusBadRequest)
	}},
	{"a short state needs PKCE", func(t *testing.T, p *oauthParty) {
		other := p.another(confidential)
		other.refusedAtClient(other.request("state", "1234567", "code_challenge", "", "code_challenge_method", ""), "invalid_request")
		other.refusedAtClient(other.request("state", "", "code_challenge", "", "code_challenge_method", ""), "invalid_request")
		other.code("state", "1234567")
		other.code("state", "12345678", "code_challenge", "", "code_challenge_method", "")
	}},
	{"the state comes back letter by letter", func(t *testing.T, p *oauthParty) {
		const state = `{"a":"b&c=d#e"} +%2B%00ü🔑~`
		for _, request := range []url.Values{p.request("state", state), p.request("state", state, "scope", "unknown")} {
			if got := p.authorize(request).text("state"); got != state {
				t.Errorf("got %q, want %q", got, state)
			}
		}
	}},
	{"iss exactly when it is advertised", func(t *testing.T, p *oauthParty) {
		for _, omitted := range []bool{false, true} {
			p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.OmitIssuer = omitted })
			advertised, _ := p.metadata().object["authorization_response_iss_parameter_supported"].(bool)
			for _, request := range []url.Values{p.request(), p.request("scope", "unknown")} {
				iss := p.authorize(request).text("iss")
				if want := p.in.OAuth().Issuer(); advertised == omitted || (iss == want) != advertised || (iss == "") == advertised {
					t.Errorf("advertised %v: got iss %q", advertised, iss)
				}
			}
		}
	}},
	{"a denial is access_denied", func(_ *testing.T, p *oauthParty) {
		p.in.OAuth().DenyConsent()
		p.refusedAtClient(p.request(), "access_denied")
	}},
	{"prompt=none and nobody signed in", func(_ *testing.T, p *oauthParty) {
		p.in.OAuth().AskForConsent()
		p.refusedAtClient(p.request("prompt", "none"), "login_required")
	}},
	{"prompt=none and nothing agreed to yet", func(_ *testing.T, p *oauthParty) {
		p.in.OAuth().AskForConsent()
		p.signInBrowser()
		p.refusedAtClient(p.request("prompt", "none"), "consent_required")
	}},
}
