package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// ownPages are the flows on the pages of the emulator, without ClerkJS.
var ownPages = []flow{
	{name: "sign-up, sign-out, sign-in by code", run: ownSignUpFlow},
	{name: "password, reset, second factor", run: ownPasswordFlow},
	{name: "account and organizations", run: ownAccountFlow},
	{name: "provider", run: ownProviderFlow},
	{name: "enterprise SSO", run: ownSSOFlow},
	{name: "account: addresses, numbers and password", run: ownIdentifiersFlow},
	{name: "account: second factor, sessions, a form sent twice", run: ownFactorsFlow},
	{name: "account: a factor again, deletion", run: ownVerifyFlow},
	{name: "checkout of a plan, of an organization too", run: ownCheckoutFlow},
	{name: "waitlist and tickets", run: ownWaitlistFlow},
	{name: "passkey", run: ownPasskeyFlow},
	{name: "tasks of a session", run: ownTasksFlow},
	{name: webappName, run: webappFlow},
	{name: "OAuth: sign-in, consent, refusal", run: ownOAuthFlow},
}

// own is the address of a page of the emulator that leads back to the application.
func (v *visit) own(path string) string {
	return v.srv.URL() + path + "?redirect_url=" + url.QueryEscape(v.origin+"/home")
}

// sentCode types the code of the last e-mail.
func (v *visit) sentCode() error {
	sent := v.srv.Emails()
	return v.fills("code", sent[len(sent)-1].Code)()
}

// isHome waits until the browser is back at the application, which learns who it is. ClerkJS has then taken out of the address
// what is for it.
func (v *visit) isHome() error {
	return v.until(`location.origin === "` + v.origin + `" && location.pathname === "/home" && document.body?.dataset.ready`)
}

// engines is a name with characters that mean something in HTML.
const engines = `Ada & "Söhne" O'Neil`

// markup is a name that has to stay text.
const markup = `<b>Eve</b>"'&lt;`

func ownSignUpFlow(v *visit) error {
	return inOrder(v.goes(v.own("/sign-in")), v.shows("sign-in-empty"), v.presses("Sign up"), v.shows("sign-up"),
		v.fills("first_name", markup), v.fills("last_name", "Ürümqi"), v.fills("email_address", "eve@example.com"), v.fills("password", "short"),
		v.presses("Continue"), v.sees("at least 8 characters"), v.shows("sign-up-problem"),
		v.fills("password", password), v.presses("Continue"), v.sees("A code was sent to"), v.shows("sign-up-code"),
		v.fills("code", "000000"), v.presses("Continue"), v.sees("code is incorrect"), v.shows("sign-up-code-wrong"),
		v.sentCode, v.presses("Continue"), v.isHome,
		v.goes(v.own("/user")), v.sees(markup+" Ürümqi"), v.shows("user-markup"), v.presses("Sign out"), v.shows("signed-out"),
		v.goes(v.own("/sign-in")), v.sees(markup), v.shows("sign-in"), v.fills("identifier", "eve@example.com"), v.presses("Continue"),
		v.sees("Signing in as "+markup), v.shows("sign-in-first"), v.presses("Send a code to"), v.sees("A code was sent to"),
		v.fills("code", "000000"), v.presses("Continue"), v.sees("code is incorrect"), v.shows("sign-in-code-wrong"),
		v.sentCode, v.presses("Continue"), v.isHome, v.isActive("eve@example.com", 1))
}

func ownPasswordFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	_, err := v.srv.API().Users.Update(v.ctx, ada.ID, &clerk.UserUpdateParams{TOTPSecret: clerk.Set("JBSWY3DPEHPK3PXP"), BackupCodes: clerk.Set([]string{"spare-code"})})
	if err != nil {
		return err
	}
	return inOrder(v.goes(v.own("/sign-in")), v.fills("identifier", "ada@example.com"), v.fills("password", "wrong"), v.presses("Continue"),
		v.sees("password is incorrect"), v.shows("sign-in-wrong"), v.fills("identifier", "nobody@example.com"), v.presses("Continue"), v.sees("no account"),
		v.fills("identifier", "ada@example.com"), v.presses("Continue"), v.presses("Forgot the password?"), v.sentCode, v.presses("Continue"),
		v.sees("New password"), v.shows("new-password"), v.fills("password", "another horse battery"), v.presses("Save"),
		v.sees("One more proof"), v.shows("second-factor"), v.fills("code", "000000"), v.presses("Continue"), v.sees("code is incorrect"), v.shows("second-factor-wrong"),
		v.backupCode("spare-code"), v.isHome, v.isActive("ada@example.com", 1))
}

// backupCode enters a code into the second of the two forms.
func (v *visit) backupCode(code string) func() error {
	form := `//form[.//input[@value="backup_code"]]`
	return func() error {
		return v.lands(chromedp.SendKeys(form+`//input[@name="code"]`, code), chromedp.Click(form+`//button`))
	}
}

func ownAccountFlow(v *visit) error {
	v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	return inOrder(v.goes(v.own("/organization")), v.sees("Sign in"), v.presses("Ada"), v.sees("Organizations"), v.shows("organizations-empty"),
		v.fills("name", markup), v.presses("Create"), v.sees("without URLs and HTML"), v.shows("organizations-problem"),
		v.fills("name", engines), v.presses("Create"), v.sees("Active: "+engines), v.shows("organizations"),
		v.presses("Choose the personal account"), v.sees("Active: personal account"), v.presses("Choose"), v.sees("Active: "+engines),
		v.goes(v.own("/user")), v.shows("user"), v.fills("first_name", "Augusta"), v.presses("Save"), v.sees("Augusta"), v.shows("user-saved"),
		v.goes(v.own("/sign-in")), v.sees("signed in as Augusta"), v.shows("sign-in-there"), v.presses("Sign out and use"), v.sees("Be somebody"))
}

func ownProviderFlow(v *visit) error {
	v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada"})
	v.srv.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Social = map[string]clerktest.Social{
			"oauth_google": {Enabled: true, Authenticatable: true, Strategy: "oauth_google", Name: "Google"},
			"oauth_github": {Enabled: true, Authenticatable: true, Strategy: "oauth_github", Name: "GitHub"},
		}
	})
	return inOrder(v.goes(v.own("/sign-in")), v.shows("sign-in-providers"), v.presses("Continue with Google"), v.sees("plays Google"), v.shows("provider"),
		v.presses("Cancel"), v.sees("You did not allow access"), v.shows("provider-cancelled"), v.goes(v.own("/sign-in")), v.presses("Continue with Google"), v.presses("Ada"), v.isHome,
		v.isActive("ada@example.com", 1), v.goes(v.own("/user")), v.presses("Sign out"), v.goes(v.own("/sign-in")), v.presses("Continue with GitHub"),
		v.fills("email_address", "new@example.com"), v.fills("first_name", "New"), v.presses("Continue"), v.sees("There is no account"), v.shows("provider-unknown"),
		v.presses("Create the account"), v.isHome, v.isActive("new@example.com", 1))
}

func ownWaitlistFlow(v *visit) error {
	v.srv.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.Mode = "waitlist" })
	return inOrder(v.goes(v.own("/sign-up")), v.shows("sign-up-waitlist"), v.presses("Join the waitlist"), v.shows("waitlist"), v.fills("email_address", "w@example.com"),
		v.presses("Join"), v.sees("You are on the waitlist"), v.shows("waitlist-joined"), v.goes(v.own("/sign-in")+"&__clerk_ticket=nonsense"), v.shows("ticket"),
		v.presses("Continue"), v.sees("This ticket is not valid"), v.shows("ticket-bad"))
}

// ownPasskeyFlow makes a passkey on the account page and signs in with it and nothing else, by Chromium's own virtual device.
func ownPasskeyFlow(v *visit) error {
	v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada"})
	v.srv.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Attributes["passkey"] = clerktest.Attribute{Enabled: true, UsedForFirstFactor: true, FirstFactors: []string{"passkey"}}
	})
	named := func(path string) string { return strings.Replace(v.own(path), "127.0.0.1", "localhost", 1) } // a passkey needs a name
	return inOrder(v.goes(named("/sign-in")), v.missing("Use a passkey"), v.hasDevice, v.presses("Ada"), v.isHome,
		v.goes(named("/user")), v.presses("Add a passkey"), v.shows("passkey-add"), v.presses("Make the passkey"), v.sees("Remove"), v.shows("passkey"),
		v.presses("Sign out"), v.goes(named("/sign-in")), v.shows("sign-in-passkey"), v.presses("Use a passkey"), v.shows("passkey-use"),
		v.presses("Use the passkey"), v.isHome, v.isActive("ada@example.com", 1),
		v.goes(named("/user")), v.presses("Remove"), v.presses("Sign out"), v.goes(named("/sign-in")), v.missing("Use a passkey"))
}

// hasDevice gives the browser a device that makes and uses passkeys without asking.
func (v *visit) hasDevice() error {
	return v.acts(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return err
	}))
}

func ownTasksFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	wait := func() error {
		list, err := v.srv.API().Sessions.List(v.ctx, &clerk.SessionListParams{UserID: clerk.Set(ada.ID)})
		if err != nil {
			return err
		}
		v.srv.RequireTasks(list.Data[0].ID, "reset-password", "choose-organization")
		return nil
	}
	return inOrder(v.goes(v.own("/sign-in")), v.presses("Ada"), v.isHome, wait, v.goes(v.own("/sign-in")), v.sees("choose a new password"), v.shows("task-password"),
		v.fills("new_password", "short"), v.presses("Save"), v.sees("at least 8 characters"), v.fills("new_password", "another horse battery"), v.presses("Save"),
		v.sees("choose an organization"), v.shows("task-organization"), v.fills("name", engines), v.presses("Create"), v.isHome, v.isActive("ada@example.com", 1))
}

// isActive checks how many sessions of the user with an address the Backend API knows, and that webhooks told of a new one and
// of what else is named.
func (v *visit) isActive(email string, want int, also ...clerkwebhook.EventType) func() error { //nolint:unparam // the number belongs to what is checked
	return func() error {
		list, err := v.srv.API().Users.List(v.ctx, &clerk.UserListParams{EmailAddresses: []string{email}})
		if err != nil {
			return err
		}
		if len(list.Data) != 1 {
			return fmt.Errorf("the Backend API knows %d users with this address, want one", len(list.Data))
		}
		if err := v.hasSession(list.Data[0].ID, want); err != nil {
			return err
		}
		return v.hears(append(also, "session.created")...)()
	}
}
