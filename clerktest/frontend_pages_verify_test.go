package clerktest_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// staleBrowser is a browser on the account page whose factors were given too long ago for sensitive changes.
func staleBrowser(t *testing.T) (*webBrowser, *clerktest.Instance, clerktest.User) {
	t.Helper()
	in := clerktest.NewServer(t).Instance
	in.SetReverification(true)
	b, u := accountBrowser(t, in)
	in.Clock().Advance(11 * time.Minute)
	return b, in, u
}

func TestVerifyPage_IsAskedBeforeSensitiveChanges(t *testing.T) {
	t.Parallel()
	b, in, u := staleBrowser(t)
	elsewhere := in.CreateSession(u.ID, "")
	address := idOf(t, theUser(t, in, u.ID), "email_addresses", "ada@example.com")
	since := len(in.Events())
	for action, fields := range map[string][]string{
		"add_identifier":  {"email_address", "ada@work.example"},
		"drop_identifier": {"kind", "email_address", "identifier_id", address},
		"drop_password":   {"current_password", goodPassword},
		"totp":            nil,
		"drop_totp":       nil,
		"backup_codes":    nil,
		"add_passkey":     nil,
		"drop_passkey":    {"passkey_id", "idn_none"},
		"revoke_session":  {"session_id", elsewhere},
		"delete_account":  {"sure", "true"},
	} {
		b.press("/user?redirect_url=http://localhost:3000/home", action, fields...).leads(t, "verify")
	}
	same(t, "events", kinds(in, since))
	b.press("/user", "names", "first_name", "Augusta").leads(t, "user")
	newCookieBrowser(t, in).page("/verify").leads(t, "sign-in")
	newCookieBrowser(t, in).press("/verify", "password", "password", goodPassword).leads(t, "sign-in")
}

func TestVerifyPage_TakesAFirstFactor(t *testing.T) {
	t.Parallel()
	b, in, u := staleBrowser(t)
	const account = "/user?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fhome"
	add := []string{"email_address", "ada@work.example"}
	b.page("/verify").leads(t, "user")
	b.press("/verify", "password", "password", goodPassword).leads(t, "user") // where nothing was begun
	query := b.press(account, "add_identifier", add...).leads(t, "verify")
	page := "/verify?" + query.Encode()
	b.page(page).shows(t, http.StatusOK, "needs a recent proof")
	b.press(page, "password", "password", "wrong").shows(t, http.StatusUnprocessableEntity, "The password is incorrect.")
	b.press(account, "add_identifier", add...).leads(t, "verify")
	back := b.press(page, "password", "password", goodPassword).leads(t, "user")
	b.page("/user?"+back.Encode()).shows(t, http.StatusOK, "Verified. Make the change once more.")
	b.page("/user?"+back.Encode()).shows(t, http.StatusOK, "Continue to localhost:3000")
	b.press(account, "add_identifier", add...).leads(t, "user")
	if got, _ := theUser(t, in, u.ID).object["email_addresses"].([]any); len(got) != 2 {
		t.Errorf("got the addresses %v, want two", got)
	}
	in.Clock().Advance(11 * time.Minute)
	b.press("/user", "delete_account", "sure", "true").leads(t, "verify")
	address := idOf(t, theUser(t, in, u.ID), "email_addresses", "ada@example.com")
	b.press("/verify", "send", "strategy", "email_code", "email_address_id", address).leads(t, "verify")
	b.page("/verify").shows(t, http.StatusOK, "A code was sent to <strong>ada@example.com</strong>")
	b.press("/verify", "code", "strategy", "email_code", "code", "000000").shows(t, http.StatusUnprocessableEntity, "The code is incorrect.")
	code := in.Emails()[len(in.Emails())-1].Code
	b.press("/verify", "code", "strategy", "email_code", "code", code).leads(t, "user")
	b.press("/user", "delete_account").shows(t, http.StatusUnprocessableEntity, "Say that you are sure.")
	since := len(in.Events())
	b.press("/user", "delete_account", "sure", "true").leads(t, "sign-in")
	if a := send(t, in, http.MethodGet, "/users/"+u.ID, ""); a.status != http.StatusNotFound || !slices.Contains(kinds(in, since), "user.deleted") {
		t.Errorf("after the deletion: status %d, events %v", a.status, kinds(in, since))
	}
	b.page("/user").leads(t, "sign-in")
}

func TestVerifyPage_TakesTheSecondFactorOfWhoHasOne(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := accountBrowser(t, in)
	b.press("/user", "totp").leads(t, "user")
	secret := string(shownSecret.FindSubmatch(b.page("/user").raw)[1])
	b.press("/user", "totp", "code", totpNow(t, secret, in.Clock().Now())).shows(t, http.StatusOK, "this is the only time")
	in.SetReverification(true)
	in.Clock().Advance(11 * time.Minute)
	b.press("/user", "drop_totp").leads(t, "verify")
	b.page("/verify").shows(t, http.StatusOK, "Code of the authenticator app")
	b.press("/verify", "password", "password", goodPassword).shows(t, http.StatusBadRequest, "another step")
	b.press("/verify", "code_second", "strategy", "totp", "code", "000000").shows(t, http.StatusUnprocessableEntity, "The code is incorrect.")
	b.press("/user", "drop_totp").leads(t, "verify")
	b.press("/verify", "cancel").leads(t, "user")
	if theUser(t, in, u.ID).object["totp_enabled"] != true {
		t.Error("the authenticator app is gone without a proof")
	}
	b.press("/verify", "code_second", "strategy", "totp", "code", totpNow(t, secret, in.Clock().Now())).leads(t, "user")
	b.press("/user", "drop_totp").leads(t, "user")
	if theUser(t, in, u.ID).object["totp_enabled"] != false {
		t.Error("the authenticator app is still there")
	}
}
