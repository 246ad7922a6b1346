package clerktest_test

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
)

// another registers a further client of the same instance and user.
func (p *oauthParty) another(edits ...func(*clerktest.OAuthClient)) *oauthParty {
	p.t.Helper()
	other := *p
	client := clerktest.OAuthClient{Name: "Another", RedirectURIs: []string{clientCallback}, Public: true, Scopes: p.client.Scopes}
	for _, edit := range edits {
		edit(&client)
	}
	other.client = p.in.OAuth().AddClient(client)
	return &other
}

// fetchJSON gets a document of any address.
func (p *oauthParty) fetchJSON(address string) answer {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	a := p.do(req)
	if a.status != http.StatusOK {
		p.t.Fatalf("%s: got %d %s", address, a.status, a.raw)
	}
	return a
}

func (p *oauthParty) metadata() answer {
	p.t.Helper()
	return p.fetchJSON(p.in.OAuth().Issuer() + "/.well-known/oauth-authorization-server")
}

func (p *oauthParty) allowRegistration() {
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.DynamicRegistration = true })
}

// register sends client metadata to the registration endpoint.
func (p *oauthParty) register(body string) answer {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.in.OAuth().Issuer()+"/oauth/register", strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return p.do(req)
}

// registered allows registration and registers a client.
func (p *oauthParty) registered(body string) answer {
	p.t.Helper()
	p.allowRegistration()
	a := p.register(body)
	if a.status != http.StatusCreated {
		p.t.Fatalf("got %d %s, want 201", a.status, a.raw)
	}
	return a
}

// header is the protected header of a JWT.
func (p *oauthParty) header(token string) map[string]any {
	p.t.Helper()
	first, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		p.t.Fatal(err)
	}
	var header map[string]any
	if err := json.Unmarshal(raw, &header); err != nil {
		p.t.Fatal(err)
	}
	return header
}

// refusedAtClient fails unless the request is refused by a redirect to the client with this error.
func (p *oauthParty) refusedAtClient(request url.Values, code string) {
	p.t.Helper()
	a := p.authorize(request)
	location := a.header.Get("Location")
	if a.status != http.StatusFound || !strings.HasPrefix(location, clientCallback+"?") || a.text("error") != code || a.text("code") != "" {
		p.t.Errorf("got %d to %q, want %s at the client", a.status, location, code)
	}
}

// refusedOnPage fails unless the request is refused on a page, without a redirect.
func (p *oauthParty) refusedOnPage(request url.Values, status int) {
	p.t.Helper()
	a := p.authorize(request)
	if a.status != status || a.header.Get("Location") != "" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		p.t.Errorf("got %d to %q, want a page with %d", a.status, a.header.Get("Location"), status)
	}
}

// useBrowser makes the requests of the party those of a browser, and returns its token.
func (p *oauthParty) useBrowser() string {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	at, err := url.Parse(p.in.URL())
	if err != nil {
		p.t.Fatal(err)
	}
	token := p.in.NewBrowser()
	jar.SetCookies(at, []*http.Cookie{{Name: "__client", Value: token, Path: "/"}})
	p.http.Jar = jar
	return token
}

// signInBrowser signs the user in, on a new browser.
func (p *oauthParty) signInBrowser() {
	p.t.Helper()
	p.in.SignInBrowser(p.useBrowser(), p.user.ID)
}

// impersonate signs an actor in as the user, on a new browser.
func (p *oauthParty) impersonate(actor string) {
	p.t.Helper()
	p.useBrowser()
	link := must(p.t, p.in, http.MethodPost, "/actor_tokens", `{"user_id":"`+p.user.ID+`","actor":{"sub":"`+actor+`"},"expires_in_seconds":600}`).text("url")
	u, err := url.Parse(link)
	if err != nil {
		p.t.Fatal(err)
	}
	a := p.post("/v1/client/sign_ins", form("strategy", "ticket", "ticket", u.Query().Get("ticket")), nil)
	if a.status != http.StatusOK {
		p.t.Fatalf("the ticket: got %d %s", a.status, a.raw)
	}
}

// hidden finds the hidden fields of a page.
var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// fields are the hidden fields of a page.
func (a answer) fields() url.Values {
	out := url.Values{}
	for _, match := range hidden.FindAllStringSubmatch(string(a.raw), -1) {
		out.Set(html.UnescapeString(match[1]), html.UnescapeString(match[2]))
	}
	return out
}

// allow opens the consent page of a request and allows the access.
func (p *oauthParty) allow(request url.Values, pairs ...string) answer {
	p.t.Helper()
	page := p.authorize(request)
	if page.status != http.StatusOK || page.fields().Get("token") == "" {
		p.t.Fatalf("no consent page: %d %s %s", page.status, page.header.Get("Location"), page.raw)
	}
	return p.answerPage(page, append([]string{"answer", "allow"}, pairs...)...)
}

// answerPage sends the form of a page.
func (p *oauthParty) answerPage(page answer, pairs ...string) answer {
	p.t.Helper()
	return p.post("/oauth/consent", with(page.fields(), pairs...), http.Header{"Origin": {p.in.URL()}})
}
