package clerktest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

const signUpWantsBack = "/sign-up?redirect_url=" + "http%3A%2F%2Flocalhost%3A3000%2Fhome%3Ftab%3D1"

func TestSignUpPage_FieldsAndCode(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.CreateUser(clerktest.User{Email: "taken@example.com"})
	b := newCookieBrowser(t, in)
	b.page(signUpWantsBack).shows(t, http.StatusOK, `name="phone_number"`)
	b.press(signUpWantsBack, "fields", "email_address", "taken@example.com", "password", goodPassword).shows(t, http.StatusUnprocessableEntity, `value="taken@example.com"`)
	page := "/sign-up?" + b.press(signUpWantsBack, "fields", "email_address", "new@example.com").leads(t, "sign-up").Encode()
	b.page(page).shows(t, http.StatusOK, `name="password"`)
	b.press(page, "fields", "password", "short").shows(t, http.StatusUnprocessableEntity, "problem")
	b.press(page, "fields", "password", goodPassword).leads(t, "sign-up")
	b.page(page).shows(t, http.StatusOK, "A code was sent to")
	b.press(page, "code", "strategy", "email_code", "code", "000000").shows(t, http.StatusUnprocessableEntity, "The code is incorrect.")
	b.press(page, "send", "strategy", "email_code").leads(t, "sign-up")
	b.dev = b.press(page, "code", "strategy", "email_code", "code", in.Emails()[len(in.Emails())-1].Code).backHome(t)
	users := must(t, in, http.MethodGet, "/users?email_address=new@example.com", "")
	client := b.must(http.MethodGet, "/v1/client", nil).response()
	if len(users.list) != 1 || len(client.sessions()) != 1 {
		t.Errorf("got users %s and sessions %v, want one of each", users.raw, client.sessions())
	}
}

func TestSignUpPage_ClosedUnlessInvited(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.Mode = "restricted" })
	b := newCookieBrowser(t, in)
	b.page(signUpWantsBack).shows(t, http.StatusOK, "Sign-ups are closed")
	b.press(signUpWantsBack, "fields", "email_address", "new@example.com", "password", goodPassword).shows(t, http.StatusForbidden, "Sign-ups are closed")
	invitation := must(t, in, http.MethodPost, "/invitations", `{"email_address": "new@example.com"}`)
	_, accept, _ := strings.Cut(invitation.text("url"), in.URL())
	page := "/sign-up?" + b.page(accept).leads(t, in.URL()+"/sign-up").Encode()
	if shown := b.page(page); strings.Contains(string(shown.raw), "email_address") || shown.status != http.StatusOK {
		t.Errorf("the page of an invitation asks for an address: %d %s", shown.status, shown.raw)
	}
	b.press(page, "fields", "password", goodPassword).leads(t, "user")
	b.page("/user").shows(t, http.StatusOK, "new@example.com")
}

func TestSignUpPage_LeadsToTheWaitlist(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.Mode = "waitlist" })
	b := newCookieBrowser(t, in)
	b.page("/sign-up").shows(t, http.StatusOK, `href="waitlist"`)
	b.press("/waitlist", "join", "email_address", "not an address").shows(t, http.StatusUnprocessableEntity, "problem")
	b.press("/waitlist", "join", "email_address", "new@example.com").leads(t, "waitlist")
	b.page("/waitlist?joined=1").shows(t, http.StatusOK, "You are on the waitlist")
	if entries := must(t, in, http.MethodGet, "/waitlist_entries", ""); !strings.Contains(string(entries.raw), "new@example.com") {
		t.Errorf("got the entries %s", entries.raw)
	}
}

func TestPages_SignInWithAProvider(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Social["oauth_google"] = clerktest.Social{Enabled: true, Authenticatable: true, Name: "Google"}
	})
	b := newCookieBrowser(t, in)
	b.page(wantsBack).shows(t, http.StatusOK, "Continue with Google")
	visit := func() string {
		state := b.press(wantsBack, "provider", "strategy", "oauth_google").leads(t, in.URL()+"/provider").Get("state")
		return "/provider?state=" + state
	}
	cancelled := b.press(visit(), "deny").leads(t, "v1/oauth_callback")
	back := b.page("/v1/oauth_callback?"+cancelled.Encode()).leads(t, in.URL()+"/sign-in")
	b.page("/sign-in?"+back.Encode()).shows(t, http.StatusOK, "You did not allow access to your account.")
	page := visit()
	b.press(page, "allow", "email_address", "nobody").shows(t, http.StatusUnprocessableEntity, "Enter an e-mail address.")
	granted := b.press(page, "allow", "email_address", "grace@example.com", "first_name", "Grace").leads(t, "v1/oauth_callback")
	forged := url.Values{"state": granted["state"], "code": {strings.Repeat("0", 48)}}
	refused(t, b.page("/v1/oauth_callback?"+forged.Encode()), http.StatusBadRequest, "oauth_callback_invalid")
	back = b.page("/v1/oauth_callback?"+granted.Encode()).leads(t, in.URL()+"/sign-in")
	refused(t, b.page("/v1/oauth_callback?"+granted.Encode()), http.StatusBadRequest, "oauth_callback_invalid")
	b.page("/sign-in?"+back.Encode()).shows(t, http.StatusOK, "There is no account for <strong>grace@example.com</strong> yet")
	next := b.press("/sign-up?"+back.Encode(), "transfer")
	if next.header.Get("Location") == "" {
		t.Fatalf("the transfer answers %d %s", next.status, next.raw)
	}
	if users := must(t, in, http.MethodGet, "/users?email_address=grace@example.com", ""); len(users.list) != 1 {
		t.Errorf("got %s, want the new user", users.raw)
	}
	next.backHome(t)
	b.press(wantsBack, "sign_out").leads(t, "sign-in")
	page = visit()
	b.page(page).shows(t, http.StatusOK, "grace@example.com")
	granted = b.press(page, "allow", "person", "grace@example.com").leads(t, "v1/oauth_callback")
	back = b.page("/v1/oauth_callback?"+granted.Encode()).leads(t, in.URL()+"/sign-in")
	b.page("/sign-in?" + back.Encode()).backHome(t)
	b.page("/provider?state=unknown").shows(t, http.StatusBadRequest, "There is no visit to a provider")
}

func TestUserPage_SwitchesAndSignsOut(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada"})
	b := newCookieBrowser(t, in)
	to := b.page("/user").leads(t, "sign-in")
	if to.Get("redirect_url") != in.URL()+"/user" {
		t.Errorf("the sign-in page leads back to %s", to.Get("redirect_url"))
	}
	b.press("/organization", "create", "name", "No one's").leads(t, "sign-in")
	b.press("/sign-in?"+to.Encode(), "pick", "user_id", u.ID).leads(t, in.URL()+"/user")
	b.page("/user").shows(t, http.StatusOK, "ada@example.com")
	b.press("/user", "names", "first_name", "Ada", "last_name", "Lovelace").leads(t, "user")
	b.press("/organization", "create").shows(t, http.StatusUnprocessableEntity, "problem")
	b.press("/organization", "create", "name", "Engines").leads(t, "organization")
	b.page("/organization").shows(t, http.StatusOK, "Active: <strong>Engines</strong>")
	session := must(t, in, http.MethodGet, "/sessions?user_id="+u.ID, "").list[0].(map[string]any)
	if session["last_active_organization_id"] == nil {
		t.Errorf("the session has no active organization: %v", session)
	}
	b.press("/user", "organization", "organization_id", "org_of_others").shows(t, http.StatusNotFound, "problem")
	b.press("/user", "organization", "organization_id", "").leads(t, "user")
	b.press("/user", "switch", "session_id", in.CreateSession(u.ID, "")).shows(t, http.StatusNotFound, "problem")
	if got := must(t, in, http.MethodGet, "/users/"+u.ID, "").text("last_name"); got != "Lovelace" {
		t.Errorf("got the last name %q", got)
	}
	b.press("/user", "sign_out").leads(t, "user")
	b.page("/user").leads(t, "sign-in")
}
