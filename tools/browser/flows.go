package main

import (
	"fmt"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// version is a major version of ClerkJS.
type version struct {
	major, folder string
	components    bool // in a package of their own
}

var versions = []version{{"6", "v6", true}, {"5", "v5", false}}

// setup is how the application reaches the Frontend API.
type setup struct {
	name, path string
	keyOnly    bool
	mounted    bool // the application has the emulator below its path
}

var setups = []setup{
	{name: "proxy URL"}, {name: "key only", keyOnly: true}, {name: "own path", path: "/__clerk"},
	{name: "mounted", path: "/__clerk", mounted: true},
}

// proxy is the proxy URL of the application, empty without one.
func (s setup) proxy(emulator string) string {
	switch {
	case s.keyOnly:
		return ""
	case s.path != "":
		return s.path
	default:
		return emulator
	}
}

// base is where the scripts come from.
func (s setup) base(in *clerktest.Instance) string {
	if s.keyOnly {
		return "https://" + in.FrontendAPI()
	}
	return s.proxy(in.URL())
}

// flow is what one person does. It asserts what is seen, and what the Backend API says afterwards.
type flow struct {
	name  string
	run   func(*visit) error
	keeps bool // the emulator has a data folder
}

const password = "correct horse battery"

var flows = []flow{
	{name: "password sign-in, reload, tokens, sign-out", run: passwordFlow},
	{name: "wrong password", run: wrongPasswordFlow},
	{name: "sign-up with an e-mail code", run: signUpFlow},
	{name: "sign-in with an e-mail code", run: codeFlow},
	{name: "second factor by authenticator app", run: secondFactorFlow},
	{name: "organizations: create, switch, invite, accept, leave", run: organizationsFlow},
	{name: "profile: names, e-mail addresses, password", run: profileFlow},
	{name: "profile: authenticator app", run: authenticatorFlow},
	{name: "several sessions", run: severalSessionsFlow},
	{name: "reverification", run: reverificationFlow},
	{name: "session tasks", run: tasksFlow},
	{name: "API keys", run: apiKeysFlow},
	{name: "waitlist and invitation", run: waitlistFlow},
	{name: "two tabs", run: tabsFlow},
	{name: "restart with a data folder", run: restartFlow, keeps: true},
	{name: "restart without a data folder", run: freshStartFlow},
}

// inOrder runs actions until one fails.
func inOrder(actions ...func() error) error {
	for _, action := range actions {
		if err := action(); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) opens(path string) func() error { return func() error { return v.open(path) } }
func (v *visit) does(js string) func() error    { return func() error { return v.eval(js, nil) } }
func (v *visit) gives(js string, want ...string) func() error {
	return func() error { return v.expect(js, want...) }
}

// signIn signs in by password as code of an application does.
func signIn(email, password string) string {
	return fmt.Sprintf(`(async () => {
  const done = await Clerk.client.signIn.create({identifier: %q, password: %q});
  if (done.createdSessionId) await Clerk.setActive({session: done.createdSessionId});
  return done.status;
})()`, email, password)
}

// signsIn opens the application and signs in by password.
func (v *visit) signsIn(email string) func() error {
	return func() error {
		return inOrder(v.opens("/"), v.gives(signIn(email, password), "complete"))
	}
}

// signsOut signs out of all sessions, and waits for the page that follows.
func (v *visit) signsOut() error { return v.leave(`Clerk.signOut({redirectUrl: "/out"})`, "/out") }

// refused is what an application sees of a refusal: the code, and the field where there is one.
func refused(call string) string {
	return `(` + call + `).then(() => "allowed", e => e.errors ? [e.errors[0].code, e.errors[0].meta?.paramName].filter(Boolean).join(" ") : String(e))`
}

// server is what the server of the application knows of the person.
func server(what string) string {
	return `fetch("/api/me").then(r => r.json()).then(m => m.` + what + `)`
}

func passwordFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	status := func(want string) func() error { return v.gives(`fetch("/api/me").then(r => r.status)`, want) }
	return inOrder(v.opens("/"), status("401"), v.gives(signIn("ada@example.com", password), "complete"), v.gives(`Clerk.user.firstName`, "Ada"),
		status("200"), v.gives(server("user"), ada.ID),
		v.opens("/again"), v.gives(`Clerk.user.id`, ada.ID),
		v.gives(`Clerk.session.getToken({skipCache: true}).then(t => t.split(".").length)`, "3"),
		v.gives(`fetch("/protected", {headers: {Accept: "text/html"}}).then(r => r.status)`, "200"),
		func() error { return v.hasSession(ada.ID, 1) },
		v.signsOut, v.opens("/out"), v.gives(`Clerk.user`, "<nil>"), status("401"),
		func() error { return v.hasSession(ada.ID, 0) })
}

func wrongPasswordFlow(v *visit) error {
	v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	return inOrder(v.opens("/"), v.gives(refused(signIn("ada@example.com", "wrong password")), "form_password_incorrect password"),
		v.gives(refused(signIn("eve@example.com", password)), "form_identifier_not_found identifier"), v.gives(`Clerk.user`, "<nil>"))
}

func signUpFlow(v *visit) error {
	var id string
	return inOrder(v.opens("/"),
		v.gives(`Clerk.client.signUp.create({emailAddress: "new+clerk_test@example.com", password: "`+password+`", firstName: "New"}).then(s => s.status + " " + s.unverifiedFields)`, "missing_requirements email_address"),
		v.does(`Clerk.client.signUp.prepareEmailAddressVerification({strategy: "email_code"})`),
		v.gives(`Clerk.client.signUp.attemptEmailAddressVerification({code: "000000"}).catch(e => e.errors[0].code)`, "form_code_incorrect"),
		v.gives(`Clerk.client.signUp.attemptEmailAddressVerification({code: "424242"}).then(async s => { await Clerk.setActive({session: s.createdSessionId}); return s.status; })`, "complete"),
		v.gives(`Clerk.user.firstName`, "New"), v.gives(`fetch("/api/me").then(r => r.status)`, "200"),
		func() error { return v.eval(`Clerk.user.id`, &id) }, func() error { return v.hasSession(id, 1) })
}

func codeFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com"})
	attempt := func() error {
		return v.expect(fmt.Sprintf(`Clerk.client.signIn.attemptFirstFactor({strategy: "email_code", code: %q}).then(async s => { await Clerk.setActive({session: s.createdSessionId}); return s.status; })`, v.srv.Emails()[0].Code), "complete")
	}
	return inOrder(v.opens("/"), v.gives(`Clerk.client.signIn.create({identifier: "ada@example.com"}).then(s => s.status)`, "needs_first_factor"),
		v.does(`Clerk.client.signIn.prepareFirstFactor({strategy: "email_code", emailAddressId: Clerk.client.signIn.supportedFirstFactors.find(f => f.strategy === "email_code").emailAddressId})`),
		attempt, v.gives(`Clerk.user.id`, ada.ID), func() error { return v.hasSession(ada.ID, 1) })
}

func secondFactorFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	_, err := v.srv.API().Users.Update(v.ctx, ada.ID, &clerk.UserUpdateParams{TOTPSecret: clerk.Set("JBSWY3DPEHPK3PXP"), BackupCodes: clerk.Set([]string{"spare-code"})})
	if err != nil {
		return err
	}
	return inOrder(v.opens("/"), v.gives(`Clerk.client.signIn.create({identifier: "ada@example.com", password: "`+password+`"}).then(s => s.status)`, "needs_second_factor"),
		v.gives(`Clerk.client.signIn.attemptSecondFactor({strategy: "totp", code: "00000x"}).catch(e => e.errors[0].code)`, "form_code_incorrect"),
		v.gives(`Clerk.client.signIn.attemptSecondFactor({strategy: "backup_code", code: "spare-code"}).then(async s => { await Clerk.setActive({session: s.createdSessionId}); return s.status; })`, "complete"),
		v.gives(`Clerk.user.id`, ada.ID), func() error { return v.hasSession(ada.ID, 1) })
}

// hasSession counts the active sessions of a user, as the Backend API knows them.
func (v *visit) hasSession(userID string, want int) error {
	list, err := v.srv.API().Sessions.List(v.ctx, &clerk.SessionListParams{UserID: clerk.Set(userID), Status: clerk.Set(clerk.SessionStatusActive)})
	if err != nil {
		return err
	}
	if len(list.Data) != want {
		return fmt.Errorf("the Backend API knows %d active sessions, want %d", len(list.Data), want)
	}
	return nil
}
