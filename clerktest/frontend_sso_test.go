package clerktest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

const ssoBack = applicationOrigin + "/sso-callback"

// connect makes an enterprise connection and returns its id.
func connect(t *testing.T, in *clerktest.Instance, domain, more string) string {
	t.Helper()
	return must(t, in, http.MethodPost, "/enterprise_connections", `{"name": "Okta of `+domain+`", "provider": "oidc_custom", "domains": ["`+domain+`"], "active": true`+more+`}`).text("id")
}

// ssoVisit begins a sign-in over a connection, lets the provider name somebody, and returns the sign-in afterwards.
func (b *webBrowser) ssoVisit(identifier, named string, more ...string) answer {
	b.t.Helper()
	begun := b.must(http.MethodPost, "/v1/client/sign_ins", form(append(more, "identifier", identifier, "strategy", "enterprise_sso", "redirect_url", ssoBack)...))
	b.named(begun.response().member("first_factor_verification").text("external_verification_redirect_url"), named)
	return b.must(http.MethodGet, "/v1/client/sign_ins/"+begun.response().text("id"), nil).response()
}

// named lets the provider of a visit name somebody.
func (b *webBrowser) named(address, email string) {
	b.t.Helper()
	_, state, _ := strings.Cut(address, "state=")
	granted := b.press("/provider?state="+state, "allow", "email_address", email, "first_name", "Ada", "last_name", "King").leads(b.t, "v1/oauth_callback")
	b.send(http.MethodGet, "/v1/oauth_callback?"+granted.Encode(), nil).leads(b.t, ssoBack)
}

func TestFrontend_EnterpriseSSO_SignsIn(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	org := in.CreateOrganization(clerktest.Organization{Name: "Acme"})
	connection := connect(t, in, "acme.example", `, "organization_id": "`+org.ID+`"`)
	u := in.CreateUser(clerktest.User{Email: "ada@acme.example", FirstName: "A.", Password: goodPassword})
	b := newWebBrowser(t, in)
	begun := b.must(http.MethodPost, "/v1/client/sign_ins", form("identifier", "Ada@acme.example")).response()
	factor := first(begun.object["supported_first_factors"])
	if begun.text("status") != "needs_first_factor" || factor["strategy"] != "enterprise_sso" || factor["enterprise_connection_id"] != connection ||
		factor["enterprise_connection_name"] != "Okta of acme.example" || len(begun.object["supported_first_factors"].([]any)) != 1 {
		t.Fatalf("the sign-in offers %v", begun.object)
	}
	path := "/v1/client/sign_ins/" + begun.text("id")
	b.refuses([]refusal{
		{"a password instead", http.MethodPost, path + "/attempt_first_factor", []string{"strategy", "password", "password", goodPassword}, 422, "strategy_for_user_invalid", "strategy"},
		{"a password at once", http.MethodPost, "/v1/client/sign_ins", []string{"identifier", u.Email, "password", goodPassword}, 422, "strategy_for_user_invalid", "strategy"},
		{"a code instead", http.MethodPost, path + "/prepare_first_factor", []string{"strategy", "email_code"}, 422, "strategy_for_user_invalid", "strategy"},
		{"another connection", http.MethodPost, path + "/prepare_first_factor", []string{"strategy", "enterprise_sso", "enterprise_connection_id", "entconn_none", "redirect_url", ssoBack}, 422, "saml_connection_not_found", "identifier"},
		{"a way to another site", http.MethodPost, path + "/prepare_first_factor", []string{"strategy", "enterprise_sso", "redirect_url", "https://evil.example.net/"}, 400, "redirect_url_not_allowed", ""},
	})
	since := len(in.Events())
	prepared := b.must(http.MethodPost, path+"/prepare_first_factor", form("strategy", "enterprise_sso", "redirect_url", ssoBack)).response()
	b.named(prepared.member("first_factor_verification").text("external_verification_redirect_url"), "ada@acme.example")
	done := b.must(http.MethodGet, path, nil).response()
	if done.text("status") != "complete" || done.text("created_session_id") == "" {
		t.Fatalf("after the visit: %v", done.object)
	}
	who := theUser(t, in, u.ID)
	account := answer{object: first(who.object["enterprise_accounts"])}
	if account.text("enterprise_connection_id") != connection || account.text("provider_user_id") != "ada@acme.example" || who.text("last_name") != "King" {
		t.Errorf("the Backend API says %v", who.object)
	}
	got := kinds(in, since)
	for _, want := range []string{"organizationMembership.created", "user.updated", "session.created"} {
		if !slices.Contains(got, want) {
			t.Errorf("got the events %v, want %s", got, want)
		}
	}
	if members := must(t, in, http.MethodGet, "/organizations/"+org.ID+"/memberships", ""); members.object["total_count"] != 1.0 {
		t.Errorf("the organization has the members %s", members.raw)
	}
	if client := b.must(http.MethodGet, "/v1/client", nil).response(); client.text("last_authentication_strategy") != "enterprise_sso" {
		t.Errorf("the client says %s", client.text("last_authentication_strategy"))
	}
	b.must(http.MethodDelete, "/v1/client/sessions", nil)
	b.ssoVisit(u.Email, u.Email)
	if accounts, _ := theUser(t, in, u.ID).object["enterprise_accounts"].([]any); len(accounts) != 1 {
		t.Errorf("after another sign-in there are %d accounts", len(accounts))
	}
}

func TestFrontend_EnterpriseSSO_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	connection := connect(t, in, "acme.example", "")
	must(t, in, http.MethodPost, "/enterprise_connections", `{"name": "Off", "provider": "oidc_custom", "domains": ["off.example"]}`)
	saml := must(t, in, http.MethodPost, "/saml_connections", `{"name": "Entra", "provider": "saml_microsoft", "domain": "corp.example"}`).text("id")
	for _, email := range []string{"ada@acme.example", "bob@acme.example", "eve@free.example", "off@off.example"} {
		in.CreateUser(clerktest.User{Email: email, Password: goodPassword})
	}
	b := newWebBrowser(t, in)
	visit := func(email string) []string {
		return []string{"identifier", email, "strategy", "enterprise_sso", "redirect_url", ssoBack}
	}
	b.refuses([]refusal{
		{"an unknown domain", http.MethodPost, "/v1/client/sign_ins", visit("eve@free.example"), 422, "saml_connection_not_found", "identifier"},
		{"nobody of an unknown domain", http.MethodPost, "/v1/client/sign_ins", visit("nobody@free.example"), 422, "saml_connection_not_found", "identifier"},
		{"an inactive connection", http.MethodPost, "/v1/client/sign_ins", visit("off@off.example"), 422, "saml_connection_not_found", "identifier"},
		{"an inactive SAML connection", http.MethodPost, "/v1/client/sign_ins", visit("x@corp.example"), 422, "saml_connection_not_found", "identifier"},
		{"a subdomain", http.MethodPost, "/v1/client/sign_ins", visit("x@lab.acme.example"), 422, "saml_connection_not_found", "identifier"},
		{"no identifier", http.MethodPost, "/v1/client/sign_ins", []string{"strategy", "enterprise_sso", "redirect_url", ssoBack}, 422, "saml_connection_not_found", "identifier"},
		{"a sign-up of an unknown domain", http.MethodPost, "/v1/client/sign_ups", []string{"email_address", "x@free.example", "strategy", "enterprise_sso", "redirect_url", ssoBack}, 422, "saml_connection_not_found", "identifier"},
	})
	failed := func(s answer, code string) {
		t.Helper()
		proof := s.member("first_factor_verification")
		if proof.text("status") != "failed" || proof.member("error").text("code") != code || s.text("created_session_id") != "" {
			t.Errorf("got %v, want a failure with %s", s.object, code)
		}
	}
	failed(b.ssoVisit("ada@acme.example", "eve@free.example"), "enterprise_sso_email_address_domain_mismatch")
	failed(b.ssoVisit("ada@acme.example", "bob@acme.example"), "enterprise_sso_email_address_domain_mismatch")
	must(t, in, http.MethodPatch, "/saml_connections/"+saml, `{"active": true, "allow_subdomains": true}`)
	failed(b.ssoVisit("x@lab.corp.example", "x@corp.example.net"), "saml_email_address_domain_mismatch")
	begun := b.must(http.MethodPost, "/v1/client/sign_ins", form(visit("ada@acme.example")...)).response()
	must(t, in, http.MethodPatch, "/enterprise_connections/"+connection, `{"active": false}`)
	b.named(begun.member("first_factor_verification").text("external_verification_redirect_url"), "ada@acme.example")
	failed(b.must(http.MethodGet, "/v1/client/sign_ins/"+begun.text("id"), nil).response(), "saml_connection_not_found")
	b.signIn("ada@acme.example", goodPassword)
	if users := must(t, in, http.MethodGet, "/users", ""); len(users.list) != 4 {
		t.Errorf("got %d users, want that nobody was made", len(users.list))
	}
}

func TestFrontend_EnterpriseSSO_SocialProvidersAreRefusedForItsDomain(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	connect(t, in, "acme.example", "")
	in.CreateUser(clerktest.User{Email: "ada@acme.example"})
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Social["oauth_google"] = clerktest.Social{Enabled: true, Authenticatable: true}
	})
	b := newWebBrowser(t, in)
	begun := b.must(http.MethodPost, "/v1/client/sign_ins", form("strategy", "oauth_google", "redirect_url", ssoBack)).response()
	b.named(begun.member("first_factor_verification").text("external_verification_redirect_url"), "ada@acme.example")
	s := b.must(http.MethodGet, "/v1/client/sign_ins/"+begun.text("id"), nil).response()
	if got := s.member("first_factor_verification").member("error").text("code"); got != "oauth_email_domain_reserved_by_saml" || s.text("created_session_id") != "" {
		t.Errorf("got %v", s.object)
	}
}

func TestFrontend_EnterpriseSSO_SignsUp(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.Mode = "restricted" })
	connect(t, in, "acme.example", "")
	b := newWebBrowser(t, in)
	s := b.ssoVisit("new@acme.example", "new@acme.example")
	if proof := s.member("first_factor_verification"); s.text("status") != "needs_identifier" || proof.text("status") != "transferable" {
		t.Fatalf("somebody new gets %v", s.object)
	}
	up := b.must(http.MethodPost, "/v1/client/sign_ups", form("transfer", "true")).response()
	if up.text("status") != "complete" || up.text("created_session_id") == "" {
		t.Fatalf("the sign-up is %v", up.object)
	}
	u := theUser(t, in, up.text("created_user_id"))
	if account := (answer{object: first(u.object["enterprise_accounts"])}); account.text("email_address") != "new@acme.example" || u.text("first_name") != "Ada" {
		t.Errorf("the Backend API says %v", u.object)
	}
	b.must(http.MethodDelete, "/v1/client/sessions", nil)
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.Mode = "public" })
	up = b.must(http.MethodPost, "/v1/client/sign_ups", form("email_address", "more@acme.example", "password", goodPassword)).response()
	if missing, _ := up.object["missing_fields"].([]any); len(missing) != 1 || missing[0] != "enterprise_sso" {
		t.Fatalf("missing are %v", missing)
	}
	path := "/v1/client/sign_ups/" + up.text("id")
	begun := b.must(http.MethodPatch, path, form("strategy", "enterprise_sso", "redirect_url", ssoBack)).response()
	b.named(begun.member("verifications").member("external_account").text("external_verification_redirect_url"), "more@acme.example")
	if up = b.must(http.MethodGet, path, nil).response(); up.text("status") != "complete" {
		t.Errorf("after the visit: %v", up.object)
	}
}

func TestFrontend_EnterpriseSSO_SeveralConnections(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	one, two := connect(t, in, "acme.example", ""), connect(t, in, "acme.example", "")
	in.CreateUser(clerktest.User{Email: "ada@acme.example"})
	b := newWebBrowser(t, in)
	b.refuses([]refusal{{
		"without a choice", http.MethodPost, "/v1/client/sign_ins", []string{"identifier", "ada@acme.example", "strategy", "enterprise_sso", "redirect_url", ssoBack},
		422, "enterprise_connection_id_is_required_with_multiple_connections", "enterprise_connection_id",
	}})
	if s := b.ssoVisit("ada@acme.example", "ada@acme.example", "enterprise_connection_id", two); s.text("status") != "complete" || one == two {
		t.Errorf("with a choice: %v", s.object)
	}
}

func TestPages_EnterpriseSSO(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	connect(t, in, "acme.example", "")
	in.CreateUser(clerktest.User{Email: "ada@acme.example"})
	in.CreateUser(clerktest.User{Email: "eve@free.example"})
	b := newCookieBrowser(t, in)
	state := b.press(wantsBack, "identify", "identifier", "ada@acme.example", "password", "whatever it is").leads(t, in.URL()+"/provider").Get("state")
	page := "/provider?state=" + state
	shown := b.page(page)
	shown.shows(t, http.StatusOK, "Okta of acme.example")
	shown.shows(t, http.StatusOK, `value="ada@acme.example"`)
	if strings.Contains(string(shown.raw), "eve@free.example") {
		t.Error("the provider knows people of other domains")
	}
	granted := b.press(page, "allow", "email_address", "eve@free.example").leads(t, "v1/oauth_callback")
	back := b.page("/v1/oauth_callback?"+granted.Encode()).leads(t, in.URL()+"/sign-in")
	b.page("/sign-in?"+back.Encode()).shows(t, http.StatusOK, "not of its domain")
	page = "/provider?state=" + b.press("/sign-in?"+back.Encode(), "send", "strategy", "enterprise_sso").leads(t, in.URL()+"/provider").Get("state")
	granted = b.press(page, "allow", "person", "ada@acme.example").leads(t, "v1/oauth_callback")
	back = b.page("/v1/oauth_callback?"+granted.Encode()).leads(t, in.URL()+"/sign-in")
	b.page("/sign-in?" + back.Encode()).backHome(t)
	b.press(wantsBack, "sign_out").leads(t, "sign-in")
	page = "/provider?state=" + b.press(signUpWantsBack, "fields", "email_address", "new@acme.example").leads(t, in.URL()+"/provider").Get("state")
	granted = b.press(page, "allow", "email_address", "new@acme.example").leads(t, "v1/oauth_callback")
	back = b.page("/v1/oauth_callback?"+granted.Encode()).leads(t, in.URL()+"/sign-up")
	b.page("/sign-up?" + back.Encode()).backHome(t)
}
