package main

import (
	"fmt"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/tools/internal/totp"
)

// profileFlow changes names, the primary e-mail address and the password, which signs out another browser.
func profileFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	elsewhere, err := v.another()
	if err != nil {
		return err
	}
	const added = `Clerk.user.emailAddresses.find(e => e.emailAddress === "augusta@example.com")`
	attempt := func(code string) string {
		return refused(added + fmt.Sprintf(`.attemptVerification({code: %q})`, code))
	}
	code := func() error { return v.expect(attempt(v.lastCode()), "allowed") }
	change := func(current string) string {
		return refused(fmt.Sprintf(`Clerk.user.updatePassword({currentPassword: %q, newPassword: "another horse battery", signOutOfOtherSessions: true})`, current))
	}
	return inOrder(elsewhere.signsIn(ada.Email), v.signsIn(ada.Email),
		v.gives(`Clerk.user.update({firstName: "Augusta", unsafeMetadata: {theme: "dark"}}).then(u => u.firstName + " " + u.unsafeMetadata.theme)`, "Augusta dark"),
		v.hears("user.updated"),
		v.gives(refused(`Clerk.user.createEmailAddress({email: "no address"})`), "form_param_format_invalid email_address"),
		v.gives(`Clerk.user.createEmailAddress({email: "augusta@example.com"}).then(e => e.prepareVerification({strategy: "email_code"})).then(e => e.verification.status)`, "unverified"),
		v.gives(refused(`Clerk.user.update({primaryEmailAddressId: `+added+`.id})`), "form_verification_needed primary_email_address_id"),
		v.gives(attempt("000000"), "form_code_incorrect code"), code, v.hears("user.updated", "email.created"),
		v.gives(`Clerk.user.update({primaryEmailAddressId: `+added+`.id}).then(u => u.primaryEmailAddress.emailAddress)`, "augusta@example.com"),
		v.gives(`Clerk.user.emailAddresses.find(e => e.emailAddress === "ada@example.com").destroy().then(() => Clerk.user.reload()).then(u => u.emailAddresses.length)`, "1"),
		v.recordedUser(ada.ID, "Augusta augusta@example.com", person),
		v.gives(change("wrong password"), "form_password_incorrect current_password"), v.gives(change(password), "allowed"),
		v.hasActive(ada.ID, 1), v.hears("session.revoked"),
		elsewhere.opens("/"), elsewhere.gives(`Clerk.user`, "<nil>"),
		elsewhere.gives(refused(signIn("augusta@example.com", password)), "form_password_incorrect password"),
		elsewhere.gives(signIn("augusta@example.com", "another horse battery"), "complete"))
}

// authenticatorFlow sets up an authenticator app, signs in with it, and takes it away.
func authenticatorFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	var secret string
	code := func() string { return totp.Code(secret, v.srv.Clock().Now()) }
	setUp := func() error {
		return v.expect(fmt.Sprintf(`Clerk.user.verifyTOTP({code: %q}).then(t => t.verified + " " + Clerk.user.twoFactorEnabled)`, code()), "true true")
	}
	again := func() error {
		return v.expect(fmt.Sprintf(`Clerk.client.signIn.attemptSecondFactor({strategy: "totp", code: %q}).then(async s => { await Clerk.setActive({session: s.createdSessionId}); return s.status; })`, code()), "complete")
	}
	return inOrder(v.signsIn(ada.Email), func() error { return v.eval(`Clerk.user.createTOTP().then(t => t.secret)`, &secret) },
		v.gives(refused(`Clerk.user.verifyTOTP({code: "00000x"})`), "form_code_incorrect code"), setUp, v.hears("user.updated"),
		v.gives(`Clerk.user.createBackupCode().then(b => b.codes.length > 0 && Clerk.user.backupCodeEnabled)`, "true"),
		v.recordedUser(ada.ID, "true true", factorsOf),
		v.signsOut, v.opens("/"),
		v.gives(signIn(ada.Email, password), "needs_second_factor"), v.gives(`Clerk.user`, "<nil>"), again, v.gives(server("user"), ada.ID),
		v.gives(`Clerk.user.disableTOTP().then(() => Clerk.user.reload()).then(u => u.totpEnabled)`, "false"), v.hears("session.created", "user.updated"))
}

// lastCode is that of the last e-mail.
func (v *visit) lastCode() string {
	sent := v.srv.Emails()
	return sent[len(sent)-1].Code
}

// person is the first name and the e-mail addresses of a user.
func person(u *clerk.User) any {
	out := []string{clerk.Value(u.FirstName)}
	for _, e := range u.EmailAddresses {
		out = append(out, e.EmailAddress)
	}
	return strings.Join(out, " ")
}
