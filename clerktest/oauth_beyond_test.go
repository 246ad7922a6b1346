package clerktest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestOAuth_FormPostEscapesItsValues(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	const state = `"><script>alert('1')</script>&amp;`
	a := p.authorize(p.request("response_mode", "form_post", "state", state))
	if a.status != http.StatusOK || strings.Contains(string(a.raw), "<script>alert") || !strings.Contains(string(a.raw), `action="`+clientCallback+`"`) {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	if got := a.fields(); got.Get("state") != state || got.Get("code") == "" || got.Get("iss") != p.in.OAuth().Issuer() {
		t.Errorf("the fields of the form: got %v", got)
	}
	if got := p.token(p.codeForm(a.fields().Get("code"))); got.status != http.StatusOK {
		t.Errorf("the code of the form: got %d %s", got.status, got.raw)
	}
	if got := a.header.Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'none'") {
		t.Errorf("the page can be framed: %s", got)
	}
}

func TestOAuth_ParallelExchangeHasOneWinner(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	code := p.code()
	var group sync.WaitGroup
	statuses := make(chan int, 8)
	for range cap(statuses) {
		group.Go(func() { statuses <- p.token(p.codeForm(code)).status })
	}
	group.Wait()
	close(statuses)
	winners := 0
	for status := range statuses {
		if status == http.StatusOK {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("got %d winners, want 1", winners)
	}
}

// TestOAuth_ConsentPage stops the clock: a new session is not known by its time.
func TestOAuth_ConsentPage(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	p.in.Clock().Freeze()
	p.in.OAuth().AskForConsent()

	t.Run("leads to the sign-in page and back", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		a := p.authorize(p.request())
		if !strings.HasPrefix(a.header.Get("Location"), p.in.URL()+"/sign-in?") || !strings.HasPrefix(a.text("redirect_url"), p.in.URL()+"/oauth/continue?") {
			t.Fatalf("got %d to %s", a.status, a.header.Get("Location"))
		}
		p.signInBrowser()
		page := p.get(strings.TrimPrefix(a.text("redirect_url"), p.in.URL()))
		for _, text := range []string{"Client", p.user.Email, "client.example.com", clientCallback, "Read your e-mail address"} {
			if !strings.Contains(string(page.raw), text) {
				t.Errorf("the page does not tell %s: %s", text, page.raw)
			}
		}
		if done := p.answerPage(page, "answer", "deny"); done.text("error") != "access_denied" || done.text("state") == "" {
			t.Errorf("a denial: got %d to %s", done.status, done.header.Get("Location"))
		}
	})
	t.Run("takes no answer of another origin or session", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		page := p.authorize(p.request())
		form := with(page.fields(), "answer", "allow")
		foreign := p.post("/oauth/consent", form, http.Header{"Origin": {"http://localhost:3000"}})
		wrong := p.answerPage(page, "answer", "allow", "token", "guessed")
		p.signInBrowser()
		other := p.answerPage(page, "answer", "allow")
		for _, a := range []answer{foreign, wrong, other} {
			if a.status != http.StatusForbidden || a.header.Get("Location") != "" {
				t.Errorf("got %d to %q, want 403", a.status, a.header.Get("Location"))
			}
		}
	})
	t.Run("asks once, and again when more is asked for or the client wants it", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		if a := p.allow(p.request()); a.text("code") == "" {
			t.Fatalf("got %d %s", a.status, a.raw)
		}
		p.code("prompt", "none")
		p.code()
		for _, request := range []url.Values{p.request("scope", "openid profile"), p.request("prompt", "consent")} {
			if a := p.authorize(request); a.status != http.StatusOK {
				t.Errorf("got %d to %s, want the page", a.status, a.header.Get("Location"))
			}
		}
	})
	t.Run("prompt=login wants a new session", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		page := p.authorize(p.request("prompt", "login"))
		if a := p.answerPage(page, "answer", "allow"); a.text("code") != "" {
			t.Error("the old session was enough")
		}
		page = p.authorize(p.request("prompt", "login"))
		a := p.answerPage(page, "answer", "sign_in_again")
		if !strings.HasPrefix(a.header.Get("Location"), p.in.URL()+"/sign-in?") {
			t.Fatalf("got %d to %s", a.status, a.header.Get("Location"))
		}
		p.signInBrowser()
		if done := p.get(strings.TrimPrefix(a.text("redirect_url"), p.in.URL())); done.text("code") == "" {
			t.Errorf("after the new sign-in: got %d %s", done.status, done.raw)
		}
	})
	t.Run("is over after ten minutes", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		page := p.authorize(p.request("prompt", "consent"))
		p.in.Clock().Advance(10 * time.Minute)
		if a := p.answerPage(page, "answer", "allow"); a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
			t.Errorf("got %d to %s", a.status, a.header.Get("Location"))
		}
	})
}

func TestOAuth_ConsentWithoutTheScreen(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance, func(c *clerktest.OAuthClient) { c.SkipConsent = true })
	p.in.OAuth().AskForConsent()
	p.signInBrowser()
	p.code()
	org := p.in.CreateOrganization(clerktest.Organization{Name: "Acme", CreatedBy: p.user.ID})
	page := p.authorize(p.request("scope", "user:org:read"))
	if a := p.answerPage(page, "answer", "allow", "organization_id", "org_unknown"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("an organization of others: got %d, want 422", a.status)
	}
	if a := p.answerPage(page, "answer", "allow", "organization_id", org.ID); a.text("code") == "" {
		t.Errorf("an organization of the user: got %d %s", a.status, a.raw)
	}
}

func TestOAuth_ConsentOfAnApplicationPage(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	p := newOAuthParty(t, in)
	in.OAuth().AskForConsent()
	b := newWebBrowser(t, in)
	in.SignInBrowser(b.dev, p.user.ID)
	path := "/v1/me/oauth/consent/" + p.client.ClientID
	shown := b.must(http.MethodGet, path+"?"+url.Values{"scope": {"email"}, "redirect_uri": {clientCallback}}.Encode(), nil)
	if shown.text("oauth_application_name") != "Client" || shown.text("redirect_domain") != "client.example.com" {
		t.Errorf("got %s", shown.raw)
	}
	strange := b.must(http.MethodGet, path+"?"+url.Values{"redirect_uri": {"https://evil.example.com"}}.Encode(), nil)
	if domain, ok := strange.object["redirect_domain"]; !ok || domain != nil {
		t.Errorf("another redirect URI: got the domain %v, want null", domain)
	}
	for consented, want := range map[string]string{"true": "code", "false": "error"} {
		a := b.send(http.MethodPost, path, with(p.request(), "consented", consented))
		to, err := url.Parse(a.header.Get("Location"))
		if err != nil || a.status != http.StatusSeeOther || to.Query().Get(want) == "" || to.Query().Get("state") == "" {
			t.Errorf("consented %s: got %d to %s %s", consented, a.status, a.header.Get("Location"), a.raw)
		}
	}
	if a := b.send(http.MethodPost, path, with(p.request("redirect_uri", "https://evil.example.com"), "consented", "true")); a.status != http.StatusBadRequest {
		t.Errorf("another redirect URI: got %d, want 400", a.status)
	}
}

func TestOAuth_DeviceGrant(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance, func(c *clerktest.OAuthClient) { c.DeviceGrant = true })
	p.in.OAuth().AskForConsent()
	p.in.Clock().Freeze()
	begin := func() answer {
		return p.post("/oauth/device_authorization", form("client_id", p.client.ClientID, "scope", "openid email offline_access"), nil)
	}
	poll := func(d answer) answer {
		p.in.Clock().Advance(5 * time.Second)
		return p.token(form("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", d.text("device_code"), "client_id", p.client.ClientID))
	}
	t.Run("waits, slows down, and brings tokens once", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		d := begin()
		if d.status != http.StatusOK || d.object["interval"] != float64(5) || d.object["expires_in"] != float64(600) {
			t.Fatalf("got %d %s", d.status, d.raw)
		}
		p.denied(poll(d), http.StatusBadRequest, "authorization_pending")
		p.in.Clock().Advance(-time.Second)
		p.denied(poll(d), http.StatusBadRequest, "slow_down")
		p.denied(poll(d), http.StatusBadRequest, "slow_down")
		p.in.Clock().Advance(time.Minute)
		p.signInBrowser()
		complete, err := url.Parse(d.text("verification_uri_complete"))
		if err != nil {
			t.Fatal(err)
		}
		page := p.get(strings.TrimPrefix(complete.Path, "") + "?" + complete.RawQuery)
		if !strings.Contains(string(page.raw), d.text("user_code")) {
			t.Fatalf("the page does not show the code: %s", page.raw)
		}
		if a := p.answerPage(page, "answer", "allow"); a.status != http.StatusOK {
			t.Fatalf("the answer: got %d %s", a.status, a.raw)
		}
		if a := poll(d); a.status != http.StatusOK || a.text("refresh_token") == "" || a.text("id_token") == "" {
			t.Errorf("after the answer: got %d %s", a.status, a.raw)
		}
		p.in.Clock().Advance(time.Minute)
		p.denied(poll(d), http.StatusBadRequest, "invalid_grant")
	})
	t.Run("is denied", func(_ *testing.T) { //nolint:paralleltest // the steps build on each other
		d := begin()
		p.in.OAuth().DenyDevice(strings.ToLower(d.text("user_code")))
		p.denied(poll(d), http.StatusBadRequest, "access_denied")
	})
	t.Run("expires", func(_ *testing.T) { //nolint:paralleltest // the steps build on each other
		d := begin()
		p.in.Clock().Advance(10 * time.Minute)
		p.denied(poll(d), http.StatusBadRequest, "expired_token")
	})
	t.Run("is for clients that have it", func(_ *testing.T) { //nolint:paralleltest // the steps build on each other
		other := p.another()
		p.denied(p.post("/oauth/device_authorization", form("client_id", other.client.ClientID), nil), http.StatusBadRequest, "unauthorized_client")
	})
}

func TestOAuth_TokenExchange(t *testing.T) {
	t.Parallel()
	const first, second, third = "https://first.example.com", "https://second.example.com", "https://third.example.com"
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.JWTAccessTokens = true })
	service := p.another(confidential)
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) {
		s.Resources = []clerktest.OAuthResource{
			{URL: first, ClientID: service.client.ClientID, ExchangeTo: []string{second}},
			{URL: second}, {URL: third},
		}
	})
	subject := p.tokens("resource", first, "scope", "email profile offline_access")
	exchange := func(by *oauthParty, token string, pairs ...string) answer {
		return by.basic("/oauth/token", with(form(
			"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token", token,
			"subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "resource", second, "scope", "email",
		), pairs...), by.client.ClientID, by.client.ClientSecret)
	}
	got := exchange(service, subject.text("access_token"))
	if got.status != http.StatusOK || got.text("refresh_token") != "" || got.text("scope") != "email" {
		t.Fatalf("got %d %s", got.status, got.raw)
	}
	claims := p.claims(got.text("access_token"))
	actor, _ := claims["act"].(map[string]any)
	if claims["aud"] != second || claims["sub"] != p.user.ID || actor["sub"] != service.client.ClientID {
		t.Errorf("got %v", claims)
	}
	p.denied(exchange(service, subject.text("access_token"), "resource", third), http.StatusBadRequest, "invalid_target")
	p.denied(exchange(p.another(confidential), subject.text("access_token")), http.StatusBadRequest, "invalid_target")
	p.denied(exchange(service, subject.text("access_token"), "scope", "openid"), http.StatusBadRequest, "invalid_scope")
	p.denied(exchange(service, subject.text("refresh_token")), http.StatusBadRequest, "invalid_grant")
	p.in.OAuth().Revoke(subject.text("refresh_token"))
	if p.accepts(got.text("access_token")) {
		t.Error("the exchanged token outlives the grant that it came of")
	}
	p.denied(exchange(service, subject.text("access_token")), http.StatusBadRequest, "invalid_grant")
}

func TestOAuth_ClientMetadataDocuments(t *testing.T) {
	t.Parallel()
	p := newOAuthParty(t, clerktest.NewServer(t).Instance)
	mux := http.NewServeMux()
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	host := strings.TrimPrefix(site.URL, "http://")
	serve := func(path, body string) string {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		})
		return site.URL + path
	}
	document := func(id string) string {
		return `{"client_id":"` + id + `","client_name":"Editor","redirect_uris":["` + clientCallback + `"]}`
	}
	good := serve("/client", document(site.URL+"/client"))
	mismatch := serve("/mismatch", document(site.URL+"/client"))
	large := serve("/large", document(site.URL+"/large")+strings.Repeat(" ", 6<<10))
	mux.Handle("GET /redirect", http.RedirectHandler("/client", http.StatusFound))

	p.refusedOnPage(p.request("client_id", good), http.StatusUnauthorized)
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.MetadataDocuments = true })
	if p.metadata().object["client_id_metadata_document_supported"] != true {
		t.Error("the metadata does not advertise the documents")
	}
	p.refusedOnPage(p.request("client_id", good), http.StatusUnauthorized) // plain http, of this machine
	p.refusedOnPage(p.request("client_id", "https://"+host+"/client"), http.StatusBadRequest)
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.DocumentHosts = []string{host} })
	p.refusedOnPage(p.request("client_id", mismatch), http.StatusBadRequest)
	p.refusedOnPage(p.request("client_id", large), http.StatusBadRequest)
	p.refusedOnPage(p.request("client_id", site.URL+"/redirect"), http.StatusBadRequest)
	p.refusedOnPage(p.request("client_id", site.URL+"/missing"), http.StatusBadRequest)
	p.refusedOnPage(p.request("client_id", site.URL+"/"), http.StatusUnauthorized)

	const injected = "https://editor.example.com/oauth/client.json"
	p.in.OAuth().AddClientDocument(injected, []byte(document(injected)))
	for _, id := range []string{good, injected} {
		code := p.code("client_id", id, "scope", "email offline_access")
		if a := p.token(p.codeForm(code, "client_id", id)); a.status != http.StatusOK || a.text("refresh_token") == "" {
			t.Errorf("%s: got %d %s", id, a.status, a.raw)
		}
	}
	p.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.OnlyPreRegistered = true })
	p.refusedOnPage(p.request("client_id", injected), http.StatusUnauthorized)
}
