package clerktest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// begin begins a sign-in with an identifier and returns the path of it and the factor of a strategy.
func (b *webBrowser) begin(identifier, strategy string) (path string, factor url.Values) {
	b.t.Helper()
	s := b.must(http.MethodPost, "/v1/client/sign_ins", form("identifier", identifier)).response()
	factor = form("strategy", strategy, "redirect_url", applicationOrigin+"/verify")
	factors, _ := s.object["supported_first_factors"].([]any)
	for _, f := range factors {
		f := answer{object: f.(map[string]any)}
		for _, id := range []string{"email_address_id", "phone_number_id"} {
			if f.text("strategy") == strategy && f.text(id) != "" {
				factor.Set(id, f.text(id))
			}
		}
	}
	return "/v1/client/sign_ins/" + s.text("id"), factor
}

func TestFrontend_SignInByCode(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.CreateUser(clerktest.User{Email: "ada@example.com", Phone: "+15555550100"})
	for strategy, identifier := range map[string]string{"email_code": "Ada@example.com", "phone_code": "+1 555 555 0100"} {
		t.Run(strategy, func(t *testing.T) {
			b := newWebBrowser(t, in)
			path, factor := b.begin(identifier, strategy)
			refused(t, b.send(http.MethodPost, path+"/attempt_first_factor", form("strategy", strategy, "code", "000000")), 422, "verification_missing")
			b.must(http.MethodPost, path+"/prepare_first_factor", factor)
			wrong := b.send(http.MethodPost, path+"/attempt_first_factor", form("strategy", strategy, "code", "not it"))
			refused(t, wrong, 422, "form_code_incorrect")
			if wrong.field() != "code" {
				t.Errorf("got param_name %s", wrong.field())
			}
			code := ""
			if strategy == "phone_code" {
				code = in.TextMessages()[0].Code
			} else {
				code = in.Emails()[0].Code
			}
			done := b.must(http.MethodPost, path+"/attempt_first_factor", form("strategy", strategy, "code", code))
			if done.response().text("status") != "complete" || len(done.client().sessions()) != 1 {
				t.Errorf("got %s", done.raw)
			}
			refused(t, b.send(http.MethodPost, path+"/attempt_first_factor", form("strategy", strategy, "code", code)), 400, "sign_in_step_invalid")
			refused(t, b.send(http.MethodPost, "/v1/client/sign_ins", form("identifier", identifier)), 400, "session_exists")
		})
	}
}

func TestFrontend_CodesExpireAndEnd(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.CreateUser(clerktest.User{Email: "ada@example.com"})
	b := newWebBrowser(t, in)
	path, factor := b.begin("ada@example.com", "email_code")
	b.must(http.MethodPost, path+"/prepare_first_factor", factor)
	code := in.Emails()[0].Code
	in.Clock().Advance(11 * time.Minute)
	attempt := func(code string) answer {
		return b.send(http.MethodPost, path+"/attempt_first_factor", form("strategy", "email_code", "code", code))
	}
	refused(t, attempt(code), 422, "verification_expired")
	b.must(http.MethodPost, path+"/prepare_first_factor", factor)
	for range 3 {
		refused(t, attempt("wrong"), 422, "form_code_incorrect")
	}
	refused(t, attempt(in.Emails()[1].Code), 422, "verification_failed")
}

func TestFrontend_SignInByLink(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.CreateUser(clerktest.User{Email: "ada@example.com"})
	b := newWebBrowser(t, in)
	path, factor := b.begin("ada@example.com", "email_link")
	foreign := form("strategy", "email_link", "email_address_id", factor.Get("email_address_id"), "redirect_url", "https://evil.example.net/x")
	refused(t, b.send(http.MethodPost, path+"/prepare_first_factor", foreign), 400, "redirect_url_not_allowed")
	b.must(http.MethodPost, path+"/prepare_first_factor", factor)
	mail := in.Emails()[0].Body
	link := mail[strings.Index(mail, in.URL())+len(in.URL()):]
	opened := newCookieBrowser(t, in).send(http.MethodGet, link, nil)
	target, err := url.Parse(opened.header.Get("Location"))
	if err != nil || opened.status != http.StatusSeeOther || target.Query().Get("__clerk_status") != "verified" || target.Path != "/verify" {
		t.Fatalf("got %d %s", opened.status, opened.header.Get("Location"))
	}
	polled := b.must(http.MethodGet, path, nil).response()
	if polled.text("status") != "complete" || polled.text("created_session_id") != target.Query().Get("__clerk_created_session") {
		t.Errorf("got %s", polled.raw)
	}
	if again := b.send(http.MethodGet, link, nil); again.status != http.StatusBadRequest {
		t.Errorf("the link works twice: %d", again.status)
	}
}

func TestFrontend_ResetPassword(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Password: goodPassword})
	other := in.SignIn(u.ID, "")
	b := newWebBrowser(t, in)
	path, factor := b.begin("ada@example.com", "reset_password_email_code")
	refused(t, b.send(http.MethodPost, path+"/reset_password", form("password", "another good one")), 400, "sign_in_step_invalid")
	b.must(http.MethodPost, path+"/prepare_first_factor", factor)
	next := b.must(http.MethodPost, path+"/attempt_first_factor", form("strategy", "reset_password_email_code", "code", in.Emails()[0].Code))
	if next.response().text("status") != "needs_new_password" {
		t.Fatalf("got %s", next.raw)
	}
	refused(t, b.send(http.MethodPost, path+"/reset_password", form("password", "short")), 422, "form_password_length_too_short")
	done := b.must(http.MethodPost, path+"/reset_password", form("password", "another good one", "sign_out_of_other_sessions", "true"))
	if done.response().text("status") != "complete" {
		t.Errorf("got %s", done.raw)
	}
	if got := must(t, in, http.MethodGet, "/sessions/"+other.SessionID, "").text("status"); got != "revoked" {
		t.Errorf("the other session is %s, want revoked", got)
	}
	must(t, in, http.MethodPost, "/users/"+u.ID+"/verify_password", `{"password": "another good one"}`)
}

func TestFrontend_SecondFactor(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Password: goodPassword})
	must(t, in, http.MethodPatch, "/users/"+u.ID, `{"totp_secret": "JBSWY3DPEHPK3PXP", "backup_codes": ["spare-code"]}`)
	b := newWebBrowser(t, in)
	s := b.must(http.MethodPost, "/v1/client/sign_ins", form("identifier", "ada@example.com", "password", goodPassword)).response()
	path := "/v1/client/sign_ins/" + s.text("id")
	if s.text("status") != "needs_second_factor" {
		t.Fatalf("got %s", s.raw)
	}
	refused(t, b.send(http.MethodPost, path+"/attempt_second_factor", form("strategy", "totp", "code", "000000x")), 422, "form_code_incorrect")
	done := b.must(http.MethodPost, path+"/attempt_second_factor", form("strategy", "backup_code", "code", "spare-code"))
	session := answer{object: first(done.client().object["sessions"])}
	if ages, _ := session.object["factor_verification_age"].([]any); len(ages) != 2 || ages[1] != 0.0 {
		t.Errorf("got factor ages %v, want both", ages)
	}
	b.must(http.MethodDelete, "/v1/client/sessions", nil)
	again := b.must(http.MethodPost, "/v1/client/sign_ins", form("identifier", "ada@example.com", "password", goodPassword)).response()
	refused(t, b.send(http.MethodPost, "/v1/client/sign_ins/"+again.text("id")+"/attempt_second_factor", form("strategy", "backup_code", "code", "spare-code")),
		422, "strategy_for_user_invalid")
}

func TestFrontend_Tickets(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com"})
	link := must(t, in, http.MethodPost, "/sign_in_tokens", `{"user_id": "`+u.ID+`"}`).text("token")
	b := newWebBrowser(t, in)
	done := b.must(http.MethodPost, "/v1/client/sign_ins", form("strategy", "ticket", "ticket", link))
	if done.response().text("status") != "complete" || len(done.client().sessions()) != 1 {
		t.Errorf("got %s", done.raw)
	}
	c := newWebBrowser(t, in)
	refused(t, c.send(http.MethodPost, "/v1/client/sign_ins", form("strategy", "ticket", "ticket", link)), 400, "ticket_invalid_code")
	invitation := must(t, in, http.MethodPost, "/invitations", `{"email_address": "new@example.com", "public_metadata": {"team": "red"}, "redirect_url": "http://localhost:3000/join"}`)
	accept, err := url.Parse(invitation.text("url"))
	if err != nil {
		t.Fatal(err)
	}
	opened := c.send(http.MethodGet, accept.RequestURI(), nil)
	target, err := url.Parse(opened.header.Get("Location"))
	if err != nil || target.Query().Get("__clerk_status") != "sign_up" || target.Path != "/join" {
		t.Fatalf("the link leads to %s", opened.header.Get("Location"))
	}
	ticket := target.Query().Get("__clerk_ticket")
	refused(t, c.send(http.MethodPost, "/v1/client/sign_ins", form("strategy", "ticket", "ticket", ticket)), 422, "invitation_account_not_exists")
	up := c.must(http.MethodPost, "/v1/client/sign_ups", form("strategy", "ticket", "ticket", ticket, "password", goodPassword))
	if up.response().text("status") != "complete" {
		t.Fatalf("got %s", up.raw)
	}
	made := must(t, in, http.MethodGet, "/users/"+up.response().text("created_user_id"), "")
	if made.member("public_metadata").text("team") != "red" {
		t.Errorf("got %s, want the metadata of the invitation", made.raw)
	}
}

// TestFrontend_TicketsProveTheirAddressAlone: the invitation of one address is no proof of another.
func TestFrontend_TicketsProveTheirAddressAlone(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	invitation := must(t, in, http.MethodPost, "/invitations", `{"email_address": "new@example.com", "redirect_url": "http://localhost:3000/join"}`)
	accept, err := url.Parse(invitation.text("url"))
	if err != nil {
		t.Fatal(err)
	}
	b := newWebBrowser(t, in)
	target, err := url.Parse(b.send(http.MethodGet, accept.RequestURI(), nil).header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	up := b.must(http.MethodPost, "/v1/client/sign_ups", form("strategy", "ticket", "ticket", target.Query().Get("__clerk_ticket"))).response()
	if unverified, _ := up.object["unverified_fields"].([]any); len(unverified) != 0 {
		t.Fatalf("got %v, want the address of the invitation to be proved", unverified)
	}
	changed := b.must(http.MethodPatch, "/v1/client/sign_ups/"+up.text("id"), form("email_address", "another@example.com", "password", goodPassword)).response()
	if unverified, _ := changed.object["unverified_fields"].([]any); changed.text("status") == "complete" || !slices.Contains(unverified, any("email_address")) {
		t.Errorf("got %v, want another address to be proved", changed.object)
	}
}

func TestFrontend_ForeignBrowsers(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, _ := signedInBrowser(t, in)
	forged := newCookieBrowser(t, in)
	forged.dev = "dvb_2abcdefghijklmnopqrstuvwxyz"
	refused(t, forged.send(http.MethodGet, "/v1/client", nil), 401, "dev_browser_unauthenticated")
	stranger := newWebBrowser(t, in)
	stranger.session = b.session
	refused(t, stranger.send(http.MethodGet, "/v1/me", nil), 401, "authentication_invalid")
	refused(t, stranger.send(http.MethodPost, "/v1/client/sessions/"+b.session+"/end", nil), 401, "authentication_invalid")
	evil := newCookieBrowser(t, in)
	evil.origin = "https://evil.example.net"
	evil.dev, evil.session = b.dev, b.session
	refused(t, evil.send(http.MethodDelete, "/v1/client/sessions", nil), 400, "origin_invalid")
	if got := must(t, in, http.MethodGet, "/sessions/"+b.session, "").text("status"); got != "active" {
		t.Errorf("the session is %s, want active", got)
	}
	unknown := newCookieBrowser(t, in)
	unknown.dev = "dvb_" + strings.Repeat("0", 40)
	if a := unknown.must(http.MethodGet, "/v1/client", nil); a.object["response"] != nil {
		t.Errorf("got %s for a browser that is not known, want no client", a.raw)
	}
}

func TestFrontend_BoundsForms(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b := newWebBrowser(t, in)
	refused(t, b.send(http.MethodPost, "/v1/client/sign_ins", form("identifier", strings.Repeat("x", 10<<20))), 413, "request_body_too_large")
	bomb := url.Values{}
	for range 1000 {
		bomb.Add("identifier", "a")
	}
	refused(t, b.send(http.MethodPost, "/v1/client/sign_ins", bomb), 400, "request_body_invalid")
}
