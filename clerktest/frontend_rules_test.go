package clerktest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// codes are the codes of all errors of an answer.
func (a answer) codes() []string {
	out := []string{}
	list, _ := a.object["errors"].([]any)
	for _, e := range list {
		if e, ok := e.(map[string]any); ok {
			out = append(out, fmt.Sprint(e["code"]))
		}
	}
	return out
}

func TestFrontend_PasswordRulesAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	reset := newWebBrowser(t, in)
	path, factor := reset.begin("ada@example.com", "reset_password_email_code")
	reset.must(http.MethodPost, path+"/prepare_first_factor", factor)
	reset.must(http.MethodPost, path+"/attempt_first_factor", form("strategy", "reset_password_email_code", "code", in.Emails()[0].Code))
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Password = clerktest.PasswordSettings{
			MinLength: 10, MaxLength: 20, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSpecialChar: true,
			AllowedSpecialCharacters: "!?",
		}
	})
	doors := map[string]struct {
		field string
		try   func(password string) answer
	}{
		"the Backend API makes a user": {"password", func(p string) answer {
			return send(t, in, http.MethodPost, "/users", fmt.Sprintf(`{"username":"somebody","password":%q}`, p))
		}},
		"the Backend API changes a user": {"password", func(p string) answer {
			return send(t, in, http.MethodPatch, "/users/"+u.ID, fmt.Sprintf(`{"password":%q}`, p))
		}},
		"a sign-up": {"password", func(p string) answer {
			return newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ups", form("email_address", "new@example.com", "password", p))
		}},
		"a reset": {"password", func(p string) answer { return reset.send(http.MethodPost, path+"/reset_password", form("password", p)) }},
		"a change": {"new_password", func(p string) answer {
			return b.send(http.MethodPost, "/v1/me/change_password", form("current_password", goodPassword, "new_password", p))
		}},
	}
	for password, want := range map[string][]string{
		"Short1!":               {"form_password_length_too_short"},
		"Longer than twenty 1!": {"form_password_length_too_long"},
		"lower case 1!":         {"form_password_no_uppercase"},
		"UPPER CASE 1!":         {"form_password_no_lowercase"},
		"No number here!":       {"form_password_no_number"},
		"Nothing special 1#":    {"form_password_no_special_char"},
		"nothing at all":        {"form_password_no_uppercase", "form_password_no_number", "form_password_no_special_char"},
	} {
		for name, door := range doors {
			a := door.try(password)
			same(t, name+" with "+password, a.codes(), want...)
			if a.status != http.StatusUnprocessableEntity || a.field() != door.field {
				t.Errorf("%s with %s: got %d under %q, want 422 under %q", name, password, a.status, a.field(), door.field)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(doors)) { // the change first, as it knows the password before
		if a := doors[name].try("All of them 1!"); a.status != http.StatusOK {
			t.Errorf("%s refuses a password that keeps the rules: %s", name, a.raw)
		}
	}
	must(t, in, http.MethodPatch, "/users/"+u.ID, `{"password":"weak","skip_password_checks":true}`)
}

func TestFrontend_PasswordsThatBreachesMadeKnown(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	try := func() answer {
		return newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ups", form("email_address", "new@example.com", "password", "Password123"))
	}
	refused(t, try(), 422, "form_password_pwned")
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.Password.DisableHIBP = true })
	if a := try(); a.status != http.StatusOK {
		t.Errorf("with the check off: got %s", a.raw)
	}
	in.CreateUser(clerktest.User{Email: "bob@example.com", Password: "password123"})
	signIn := func() answer {
		return newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ins", form("identifier", "bob@example.com", "password", "password123"))
	}
	if a := signIn(); a.status != http.StatusOK {
		t.Errorf("a sign-in without the check: got %s", a.raw)
	}
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.Password.EnforceHIBPOnSignIn = true })
	refused(t, signIn(), 422, "form_password_pwned")
}

func TestFrontend_Lockout(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.AttackProtection.UserLockout.MaxAttempts, s.AttackProtection.UserLockout.DurationInMinutes = 3, 10
	})
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Password: goodPassword})
	signIn := func(password string) answer {
		return newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ins", form("identifier", "ada@example.com", "password", password))
	}
	for left := range 3 {
		if got := theUser(t, in, u.ID).object["verification_attempts_remaining"]; got != float64(3-left) {
			t.Errorf("got %v attempts left, want %d", got, 3-left)
		}
		refused(t, signIn("wrong password"), 422, "form_password_incorrect")
	}
	in.Clock().Advance(4 * time.Minute)
	locked := signIn(goodPassword)
	refused(t, locked, 403, "user_locked")
	if got := first(locked.object["errors"])["meta"].(map[string]any)["lockout_expires_in_seconds"]; got != 360.0 {
		t.Errorf("locked for %v seconds, want 360", got)
	}
	if got := theUser(t, in, u.ID); got.object["locked"] != true || got.object["lockout_expires_in_seconds"] != 360.0 {
		t.Errorf("the Backend API says %s", got.raw)
	}
	in.Clock().Advance(6 * time.Minute)
	if a := signIn(goodPassword); a.status != http.StatusOK {
		t.Errorf("after the lockout: got %s", a.raw)
	}
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.AttackProtection.UserLockout.MaxAttempts, s.AttackProtection.UserLockout.DurationInMinutes = 1, 0
	})
	refused(t, signIn("wrong password"), 422, "form_password_incorrect")
	in.Clock().Advance(1000 * time.Hour)
	refused(t, signIn(goodPassword), 403, "user_locked")
	must(t, in, http.MethodPost, "/users/"+u.ID+"/unlock", "")
	if a := signIn(goodPassword); a.status != http.StatusOK {
		t.Errorf("after the unlocking: got %s", a.raw)
	}
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.AttackProtection.UserLockout.Enabled = false })
	refused(t, signIn("wrong password"), 422, "form_password_incorrect")
	if a := signIn(goodPassword); a.status != http.StatusOK || theUser(t, in, u.ID).object["verification_attempts_remaining"] != nil {
		t.Errorf("without a lockout: got %s", a.raw)
	}
}

func TestFrontend_ModesLetTheInvitedIn(t *testing.T) {
	t.Parallel()
	for mode, code := range map[string]string{"restricted": "sign_up_mode_restricted", "waitlist": "sign_up_restricted_waitlist"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			in := clerktest.NewServer(t).Instance
			in.SetUserSettings(func(s *clerktest.UserSettings) {
				s.SignUp.Mode = mode
				s.Social["oauth_google"] = clerktest.Social{Enabled: true, Authenticatable: true}
			})
			b := newWebBrowser(t, in)
			for name, sent := range map[string]answer{
				"an address": b.send(http.MethodPost, "/v1/client/sign_ups", form("email_address", "new@example.com", "password", goodPassword)),
				"a provider": b.send(http.MethodPost, "/v1/client/sign_ups", form("strategy", "oauth_google", "redirect_url", applicationOrigin+"/callback")),
				"a transfer": b.send(http.MethodPost, "/v1/client/sign_ups", form("transfer", "true")),
			} {
				if sent.status != http.StatusForbidden || sent.code() != code {
					t.Errorf("%s: got %d %s, want 403 %s", name, sent.status, sent.code(), code)
				}
			}
			entry := b.must(http.MethodPost, "/v1/waitlist", form("email_address", "new@example.com"))
			must(t, in, http.MethodPost, "/waitlist_entries/"+entry.text("id")+"/invite", "{}")
			_, ticket, _ := strings.Cut(in.Emails()[len(in.Emails())-1].Body, "ticket=")
			done := b.must(http.MethodPost, "/v1/client/sign_ups", form("strategy", "ticket", "ticket", ticket, "password", goodPassword)).response()
			if done.text("status") != "complete" || done.text("created_user_id") == "" {
				t.Errorf("the invited: got %s", done.raw)
			}
		})
	}
}

func TestFrontend_ListsDecideWhoSignsUpAndIn(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@blocked.example.com", Password: goodPassword})
	must(t, in, http.MethodPost, "/blocklist_identifiers", `{"identifier": "*@blocked.example.com"}`)
	must(t, in, http.MethodPost, "/allowlist_identifiers", `{"identifier": "*@allowed.example.com"}`)
	signUp := func(email string) int {
		return newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ups", form("email_address", email, "password", goodPassword)).status
	}
	signIn := func() int {
		return newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ins", form("identifier", "ada@blocked.example.com", "password", goodPassword)).status
	}
	for _, c := range []struct {
		restrictions                   string
		blocked, allowed, others, back int
	}{
		{`{"allowlist": false, "blocklist": false}`, 200, 200, 200, 200},
		{`{"allowlist": false, "blocklist": true}`, 403, 200, 200, 403},
		{`{"allowlist": true, "blocklist": false}`, 403, 200, 403, 403},
		{`{"allowlist": true, "blocklist": true, "allowlist_blocklist_disabled_on_sign_in": true}`, 403, 200, 403, 200},
	} {
		must(t, in, http.MethodPatch, "/instance/restrictions", c.restrictions)
		got := []int{signUp("a@blocked.example.com"), signUp("a@allowed.example.com"), signUp("a@example.com"), signIn()}
		if want := []int{c.blocked, c.allowed, c.others, c.back}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", c.restrictions, got, want)
		}
	}
	must(t, in, http.MethodPost, "/users/"+u.ID+"/ban", "")
	if got := signIn(); got != http.StatusForbidden {
		t.Errorf("somebody banned: got %d", got)
	}
}

func TestFrontend_TestingTokensPassBotProtection(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	token := must(t, in, http.MethodPost, "/testing_tokens", "").text("token")
	signUp := func(query string) answer {
		return newWebBrowser(t, in).send(http.MethodPost, "/v1/client/sign_ups"+query, form("email_address", "new@example.com"))
	}
	for _, query := range []string{"", "?__clerk_testing_token=" + token, "?__clerk_testing_token=unknown"} {
		if a := signUp(query); a.status != http.StatusOK {
			t.Errorf("without bot protection %q: got %s", query, a.raw)
		}
	}
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.CaptchaEnabled = true })
	refused(t, signUp(""), 400, "captcha_invalid")
	refused(t, signUp("?__clerk_testing_token=unknown"), 400, "captcha_invalid")
	if a := signUp("?__clerk_testing_token=" + token); a.status != http.StatusOK {
		t.Errorf("with a testing token: got %s", a.raw)
	}
	in.Clock().Advance(time.Hour)
	refused(t, signUp("?__clerk_testing_token="+token), 400, "captcha_invalid")
}
