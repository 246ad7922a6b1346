package clerktest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// Where the clients of the tests are answered, and what they prove their codes with.
const (
	clientCallback = "https://client.example.com/callback"
	codeVerifier   = "a-verifier-of-more-than-forty-three-characters-0123456789"
)

// codeChallenge is the S256 challenge of codeVerifier.
func codeChallenge() string {
	sum := sha256.Sum256([]byte(codeVerifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// oauthParty is a client of the authorization server, and the user who grants it access at once.
type oauthParty struct {
	t      *testing.T
	in     *clerktest.Instance
	http   *http.Client
	client clerktest.OAuthClient
	user   clerktest.User
}

// newOAuthParty registers a client with the scopes openid, profile, email, public_metadata and user:org:read.
func newOAuthParty(t *testing.T, in *clerktest.Instance, edits ...func(*clerktest.OAuthClient)) *oauthParty {
	t.Helper()
	client := clerktest.OAuthClient{
		Name: "Client", RedirectURIs: []string{clientCallback}, Public: true,
		Scopes: []string{"openid", "profile", "email", "public_metadata", "user:org:read"},
	}
	for _, edit := range edits {
		edit(&client)
	}
	p := &oauthParty{t: t, in: in, client: in.OAuth().AddClient(client), http: &http.Client{
		Transport:     in.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	p.user = in.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", LastName: "Lovelace"})
	in.OAuth().AutoConsent(p.user.ID, "")
	return p
}

// confidential is an edit of newOAuthParty: the client has a secret.
func confidential(c *clerktest.OAuthClient) { c.Public = false }

// with returns a copy of a form with other values; an empty value removes.
func with(form url.Values, pairs ...string) url.Values {
	out := maps.Clone(form)
	for i := 0; i+1 < len(pairs); i += 2 {
		if out.Del(pairs[i]); pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}

// request is a valid authorization request of the client.
func (p *oauthParty) request(pairs ...string) url.Values {
	return with(form(
		"response_type", "code", "client_id", p.client.ClientID, "redirect_uri", clientCallback, "state", "a state: ~&=é",
		"scope", "openid email offline_access", "code_challenge", codeChallenge(), "code_challenge_method", "S256",
	), pairs...)
}

// authorize sends an authorization request. The answer's object has the parameters of the redirect.
func (p *oauthParty) authorize(request url.Values) answer {
	p.t.Helper()
	return p.get("/oauth/authorize?" + request.Encode())
}

func (p *oauthParty) get(path string) answer {
	p.t.Helper()
	return p.send(http.MethodGet, path, nil, nil)
}

// post sends a form. The header may be nil.
func (p *oauthParty) post(path string, values url.Values, header http.Header) answer {
	p.t.Helper()
	return p.send(http.MethodPost, path, values, header)
}

func (p *oauthParty) send(method, path string, values url.Values, header http.Header) answer {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.in.OAuth().Issuer()+path, strings.NewReader(values.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	if header != nil {
		req.Header = header.Clone()
	}
	if values != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return p.do(req)
}

// do sends a request. The object of the answer is its JSON body or, of a redirect, the parameters of its address.
func (p *oauthParty) do(req *http.Request) answer {
	p.t.Helper()
	resp, err := p.http.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if a.raw, err = io.ReadAll(resp.Body); err != nil {
		p.t.Fatal(err)
	}
	if location := resp.Header.Get("Location"); location != "" {
		a.object = map[string]any{}
		u, err := url.Parse(location)
		if err != nil {
			p.t.Fatal(err)
		}
		for name := range u.Query() {
			a.object[name] = u.Query().Get(name)
		}
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(a.raw, &a.object); err != nil {
			p.t.Fatalf("%s %s: %v in %s", req.Method, req.URL.Path, err, a.raw)
		}
	}
	return a
}

// code gets an authorization code.
func (p *oauthParty) code(pairs ...string) string {
	p.t.Helper()
	a := p.authorize(p.request(pairs...))
	if a.text("code") == "" {
		p.t.Fatalf("no code: %d %s %s", a.status, a.header.Get("Location"), a.raw)
	}
	return a.text("code")
}

// codeForm is the token request of a code.
func (p *oauthParty) codeForm(code string, pairs ...string) url.Values {
	values := form(
		"grant_type", "authorization_code", "code", code, "redirect_uri", clientCallback, "client_id", p.client.ClientID, "code_verifier", codeVerifier,
	)
	if !p.client.Public {
		values.Set("client_secret", p.client.ClientSecret)
	}
	return with(values, pairs...)
}

// token sends a token request.
func (p *oauthParty) token(values url.Values) answer {
	p.t.Helper()
	return p.post("/oauth/token", values, nil)
}

// tokens gets the tokens of a whole authorization.
func (p *oauthParty) tokens(pairs ...string) answer {
	p.t.Helper()
	a := p.token(p.codeForm(p.code(pairs...)))
	if a.status != http.StatusOK {
		p.t.Fatalf("no tokens: %d %s", a.status, a.raw)
	}
	return a
}

// refreshForm is the token request of a refresh.
func (p *oauthParty) refreshForm(token string, pairs ...string) url.Values {
	values := form("grant_type", "refresh_token", "refresh_token", token, "client_id", p.client.ClientID)
	if !p.client.Public {
		values.Set("client_secret", p.client.ClientSecret)
	}
	return with(values, pairs...)
}

// denied fails unless the answer is a refusal of RFC 6749 with this status and code.
func (p *oauthParty) denied(a answer, status int, code string) {
	p.t.Helper()
	if a.status != status || a.text("error") != code {
		p.t.Errorf("got %d %s (%s), want %d %s", a.status, a.text("error"), a.raw, status, code)
	}
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		p.t.Errorf("the refusal has Cache-Control %q, want no-store", got)
	}
}

// claims are the claims of a JWT, not verified.
func (p *oauthParty) claims(token string) map[string]any {
	p.t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		p.t.Fatalf("this is no JWT: %s", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		p.t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		p.t.Fatal(err)
	}
	return claims
}
