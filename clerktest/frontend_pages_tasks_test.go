package clerktest_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/clerktest/internal/authenticator"
)

// pendingBrowser is a browser where somebody is signed in whose session waits for tasks.
func pendingBrowser(t *testing.T, in *clerktest.Instance, tasks ...string) (*webBrowser, clerktest.User) {
	t.Helper()
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: goodPassword})
	b := newCookieBrowser(t, in)
	b.press("/sign-in", "pick", "user_id", u.ID).leads(t, "user")
	in.RequireTasks(must(t, in, http.MethodGet, "/sessions?user_id="+u.ID, "").list[0].(map[string]any)["id"].(string), tasks...)
	return b, u
}

func TestSignInPage_Tasks(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := pendingBrowser(t, in, "reset-password", "choose-organization")
	mine := in.CreateOrganization(clerktest.Organization{Name: "Engines"})
	in.AddMember(mine.ID, u.ID, "org:member")
	b.press(wantsBack, "stay").leads(t, "sign-in")
	b.page("/sign-in/tasks?redirect_url=x").leads(t, "../sign-in")
	b.page(wantsBack).shows(t, http.StatusOK, "choose a new password")
	b.press(wantsBack, "task_password", "new_password", "short").shows(t, http.StatusUnprocessableEntity, "A password has at least 8 characters.")
	b.press(wantsBack, "task_password", "new_password", "another horse battery").leads(t, "sign-in")
	b.page(wantsBack).shows(t, http.StatusOK, "Engines")
	b.press(wantsBack, "task_organization", "organization_id", "org_of_others").shows(t, http.StatusNotFound, "problem")
	b.press(wantsBack, "task_organization", "organization_id", mine.ID).backHome(t)
	session := must(t, in, http.MethodGet, "/sessions?user_id="+u.ID, "").list[0].(map[string]any)
	if session["status"] != "active" || session["last_active_organization_id"] != mine.ID {
		t.Errorf("got the session %v", session)
	}
	b.press(wantsBack, "task_organization", "organization_id", "")
	newCookieBrowser(t, in).press(wantsBack, "task_organization", "organization_id", mine.ID).leads(t, "sign-in")
}

func TestSignInPage_TaskOfANewOrganizationAndOfASecondFactor(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Attributes["authenticator_app"] = clerktest.Attribute{Enabled: true, UsedForSecondFactor: true, SecondFactors: []string{"totp"}}
	})
	b, u := pendingBrowser(t, in, "choose-organization", "setup-mfa")
	b.press(wantsBack, "task_create", "name", "").shows(t, http.StatusUnprocessableEntity, "problem")
	b.press(wantsBack, "task_create", "name", "Engines").leads(t, "sign-in")
	b.press(wantsBack, "task_totp").leads(t, "sign-in")
	shown := b.page(wantsBack)
	shown.shows(t, http.StatusOK, "Enter this secret")
	b.press(wantsBack, "task_totp", "code", "000000").shows(t, http.StatusUnprocessableEntity, "The code is incorrect.")
	_, rest, _ := strings.Cut(string(shown.raw), "<code>")
	secret, _, _ := strings.Cut(rest, "</code>")
	b.press(wantsBack, "task_totp", "code", totpNow(t, secret, in.Clock().Now())).shows(t, http.StatusOK, "Your backup codes")
	b.press(wantsBack, "stay").backHome(t)
	if user := must(t, in, http.MethodGet, "/users/"+u.ID, ""); user.object["totp_enabled"] != true {
		t.Errorf("got %s", user.raw)
	}
}

// passkeyOptions are the options that a page hands to the browser.
func (a answer) passkeyOptions(t *testing.T) string {
	t.Helper()
	_, rest, found := strings.Cut(string(a.raw), `data-options="`)
	options, _, _ := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("the page asks for no passkey: %s", a.raw)
	}
	return html.UnescapeString(options)
}

func TestPages_Passkeys(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Attributes["passkey"] = clerktest.Attribute{Enabled: true, UsedForFirstFactor: true, FirstFactors: []string{"passkey"}}
	})
	u := in.CreateUser(clerktest.User{Email: "ada@example.com"})
	device, err := authenticator.NewES256()
	if err != nil {
		t.Fatal(err)
	}
	b := newCookieBrowser(t, in)
	b.press("/sign-in", "pick", "user_id", u.ID).leads(t, "user")
	page := "/user?" + b.press("/user", "add_passkey").leads(t, "user").Encode()
	b.press(page, "save_passkey", "public_key_credential", "{}").shows(t, http.StatusUnprocessableEntity, "problem")
	page = "/user?" + b.press("/user", "add_passkey").leads(t, "user").Encode()
	made, err := device.Create(b.page(page).passkeyOptions(t), in.URL())
	if err != nil {
		t.Fatal(err)
	}
	b.press(page, "save_passkey", "public_key_credential", made).leads(t, "user")
	b.press(page, "save_passkey", "public_key_credential", made).leads(t, "user")
	b.press("/user", "sign_out").leads(t, "user")

	b.page(wantsBack).shows(t, http.StatusOK, "Use a passkey")
	step := "/sign-in?" + b.press(wantsBack, "passkey").leads(t, "sign-in").Encode()
	used, err := device.Get(b.page(step).passkeyOptions(t), in.URL())
	if err != nil {
		t.Fatal(err)
	}
	b.press(step, "code", "strategy", "passkey", "public_key_credential", used).backHome(t)
	keys := b.page("/user")
	keys.shows(t, http.StatusOK, "drop_passkey")
	_, rest, _ := strings.Cut(string(keys.raw), `name="passkey_id" value="`)
	id, _, _ := strings.Cut(rest, `"`)
	b.press("/user", "drop_passkey", "passkey_id", "idn_of_others").shows(t, http.StatusNotFound, "problem")
	b.press("/user", "drop_passkey", "passkey_id", id).leads(t, "user")
	if got := b.page(step); strings.Contains(string(got.raw), "data-options") {
		t.Error("a sign-in that is over asks for a passkey")
	}
}
