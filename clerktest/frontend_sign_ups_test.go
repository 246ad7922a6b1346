package clerktest_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestFrontend_SignUpByCode(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b := newWebBrowser(t, in)
	since := len(in.Events())
	s := b.must(http.MethodPost, "/v1/client/sign_ups", form("email_address", "Ada+clerk_test@example.com", "first_name", "Ada", "unsafe_metadata", `{"plan":"a"}`)).response()
	path := "/v1/client/sign_ups/" + s.text("id")
	proof := s.member("verifications").member("email_address")
	if s.text("status") != "missing_requirements" || proof.object["status"] != nil || proof.text("next_action") != "needs_prepare" {
		t.Fatalf("got %s", s.raw)
	}
	weak := b.send(http.MethodPatch, path, form("password", "short", "email_address", ""))
	refused(t, weak, 422, "form_password_length_too_short")
	b.must(http.MethodPatch, path, form("password", goodPassword, "email_address", "", "phone_number", ""))
	b.must(http.MethodPost, path+"/prepare_verification", form("strategy", "email_code"))
	refused(t, b.send(http.MethodPost, path+"/attempt_verification", form("strategy", "email_code", "code", "000001")), 422, "form_code_incorrect")
	done := b.must(http.MethodPost, path+"/attempt_verification", form("strategy", "email_code", "code", "424242"))
	userID := done.response().text("created_user_id")
	if done.response().text("status") != "complete" || len(done.client().sessions()) != 1 || userID == "" {
		t.Fatalf("got %s", done.raw)
	}
	must(t, in, http.MethodPost, "/users/"+userID+"/verify_password", `{"password": "`+goodPassword+`"}`)
	same(t, "events", kinds(in, since), "email.created", "user.created", "session.created")
	refused(t, newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ups", form("email_address", "ada+clerk_test@example.com")), 422, "form_identifier_exists")
}

func TestFrontend_SignUpRefusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	for mode, code := range map[string]string{"restricted": "sign_up_mode_restricted", "waitlist": "sign_up_restricted_waitlist"} {
		in.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.Mode = mode })
		refused(t, newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ups", form("email_address", "new@example.com")), 403, code)
	}
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.Mode, s.SignUp.LegalConsentEnabled = "public", true })
	b := newWebBrowser(t, in)
	s := b.must(http.MethodPost, "/v1/client/sign_ups", form("email_address", "new@example.com", "password", goodPassword)).response()
	if missing, _ := s.object["missing_fields"].([]any); len(missing) != 1 || missing[0] != "legal_accepted" {
		t.Errorf("got missing fields %v, want the consent", missing)
	}
	must(t, in, http.MethodPatch, "/instance/restrictions", `{"blocklist": true}`)
	must(t, in, http.MethodPost, "/blocklist_identifiers", `{"identifier": "*@blocked.example.com"}`)
	refused(t, b.send(http.MethodPost, "/v1/client/sign_ups", form("email_address", "a@blocked.example.com")), 403, "not_allowed_access")
}

// visitProvider begins with a provider and returns the state of the visit.
func visitProvider(t *testing.T, a answer, verification answer) string {
	t.Helper()
	u, err := url.Parse(verification.text("external_verification_redirect_url"))
	if err != nil || u.Query().Get("state") == "" {
		t.Fatalf("got %s, want the address of a provider", a.raw)
	}
	return u.Query().Get("state")
}

func TestFrontend_OAuth(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b := newWebBrowser(t, in)
	begin := form("strategy", "oauth_google", "redirect_url", applicationOrigin+"/sso-callback", "action_complete_redirect_url", "/done")
	refused(t, b.send(http.MethodPost, "/v1/client/sign_ins", begin), 422, "oauth_provider_not_enabled")
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Social["oauth_google"] = clerktest.Social{Enabled: true, Authenticatable: true}
	})
	visit := func(action string) string {
		s := b.must(http.MethodPost, "/v1/client/sign_ins", begin)
		state := visitProvider(t, s, s.response().member("first_factor_verification"))
		forged := base64.RawURLEncoding.EncodeToString([]byte(`{"email": "grace@example.com"}`))
		refused(t, b.send(http.MethodPost, "/v1/oauth_callback", form("state", state, "code", forged)), 400, "oauth_callback_invalid")
		answer := b.press("/provider?state="+state, action, "email_address", "grace@example.com", "first_name", "Grace").leads(t, "v1/oauth_callback")
		a := b.send(http.MethodPost, "/v1/oauth_callback", answer)
		if a.status != http.StatusSeeOther {
			t.Fatalf("got %d %s", a.status, a.raw)
		}
		refused(t, b.send(http.MethodPost, "/v1/oauth_callback", answer), 400, "oauth_callback_invalid")
		return a.header.Get("Location")
	}
	status := func() string {
		return b.must(http.MethodGet, "/v1/client", nil).response().member("sign_in").member("first_factor_verification").text("status")
	}
	if got := visit("deny"); got != applicationOrigin+"/sso-callback" || status() != "failed" {
		t.Errorf("after a cancelled visit: %s, %s", got, status())
	}
	if visit("allow"); status() != "transferable" {
		t.Errorf("got status %s for somebody new, want transferable", status())
	}
	up := b.must(http.MethodPost, "/v1/client/sign_ups", form("transfer", "true"))
	if up.response().text("status") != "complete" {
		t.Fatalf("got %s", up.raw)
	}
	b.must(http.MethodDelete, "/v1/client/sessions", nil)
	if got := visit("allow"); got != applicationOrigin+"/done" {
		t.Errorf("the known person is led to %s", got)
	}
	accounts, _ := must(t, in, http.MethodGet, "/users/"+up.response().text("created_user_id"), "").object["external_accounts"].([]any)
	if len(accounts) != 1 {
		t.Errorf("got %d external accounts, want one", len(accounts))
	}
	b.must(http.MethodDelete, "/v1/client/sessions", nil)
	begun := b.must(http.MethodPost, "/v1/client/sign_ups", begin).response()
	b.named(begun.member("verifications").member("external_account").text("external_verification_redirect_url"), "grace@example.com")
	known := b.must(http.MethodPost, "/v1/client/sign_ins", form("transfer", "true")).response()
	if known.text("status") != "complete" || known.member("first_factor_verification").text("status") != "verified" {
		t.Errorf("who signs up with an account that exists gets %v", known.object)
	}
}
