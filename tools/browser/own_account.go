package main

import (
	"fmt"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/tools/internal/totp"
)

// ownSSOFlow signs somebody in and somebody up over an enterprise connection, after the identity provider has named
// somebody of another domain.
func ownSSOFlow(v *visit) error {
	v.srv.CreateUser(clerktest.User{Email: "ada@acme.example", FirstName: "Ada"})
	_, err := v.srv.API().EnterpriseConnections.Create(v.ctx, &clerk.EnterpriseConnectionCreateParams{
		Name: "Okta of Acme", Provider: "oidc_custom", Domains: []string{"acme.example"}, Active: clerk.Bool(true),
	})
	if err != nil {
		return err
	}
	accounts := func(email string) func() error {
		return v.recorded("1", func(api *clerk.Client) (any, error) {
			list, err := api.Users.List(v.ctx, &clerk.UserListParams{EmailAddresses: []string{email}})
			if err != nil || len(list.Data) != 1 {
				return nil, err
			}
			return len(list.Data[0].EnterpriseAccounts), nil
		})
	}
	return inOrder(v.goes(v.own("/sign-in")), v.fills("identifier", "ada@acme.example"), v.presses("Continue"), v.sees("plays Okta of Acme"), v.shows("sso-provider"),
		v.fills("email_address", "eve@free.example"), v.presses("Continue"), v.sees("not of its domain"), v.shows("sso-refused"),
		v.presses("Continue with Okta of Acme"), v.presses("Ada"), v.isHome, v.isActive("ada@acme.example", 1), accounts("ada@acme.example"),
		v.goes(v.own("/user")), v.presses("Sign out"), v.goes(v.own("/sign-up")), v.fills("email_address", "new@acme.example"), v.fills("password", password),
		v.presses("Continue"), v.sees("plays Okta of Acme"), v.fills("first_name", "New"), v.presses("Continue"), v.isHome,
		v.isActive("new@acme.example", 1), accounts("new@acme.example"))
}

// pressesIn clicks a button or link of the row that begins with a text.
func (v *visit) pressesIn(row, button string) func() error {
	return func() error {
		return v.lands(chromedp.Click(fmt.Sprintf(`//div[@class="row"][starts-with(normalize-space(p), %q)]%s`, row, control(button))))
	}
}

// proves enters a code into the form of an address or number.
func (v *visit) proves(code func() string) func() error {
	return func() error {
		if err := v.fills("code", code())(); err != nil {
			return err
		}
		return v.lands(chromedp.Click(`//form[.//input[@name="code"]]//button`))
	}
}

func ownIdentifiersFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	v.srv.CreateUser(clerktest.User{Email: "taken@example.com"})
	addresses := v.recordedUser(ada.ID, "ada@work.example true 1", func(u *clerk.User) any {
		first := u.EmailAddresses[0]
		return fmt.Sprint(first.EmailAddress, " ", clerk.Value(u.PrimaryEmailAddressID) == first.ID, " ", len(u.EmailAddresses))
	})
	numbers := v.recordedUser(ada.ID, "1", func(u *clerk.User) any { return len(u.PhoneNumbers) })
	return inOrder(v.goes(v.own("/sign-in")), v.presses("Ada"), v.isHome, v.goes(v.own("/user")), v.shows("account"),
		v.fills("email_address", "taken@example.com"), v.presses("Add"), v.sees("already in use"), v.shows("account-taken"),
		v.fills("email_address", "ada@work.example"), v.presses("Add"), v.sees("Code that was sent to ada@work.example"), v.shows("account-code"),
		v.proves(func() string { return "000000" }), v.sees("code is incorrect"), v.shows("account-code-wrong"), v.proves(v.lastCode),
		v.pressesIn("ada@work.example", "Make primary"), v.pressesIn("ada@example.com", "Remove"), addresses, v.hears("user.updated"),
		v.pressesIn("ada@work.example", "Remove"), v.sees("your last one"), v.shows("account-last"), addresses,
		v.fills("phone_number", "+15555550123"), func() error { return v.lands(chromedp.Click(`//form[.//input[@name="phone_number"]]//button`)) },
		v.sees("Code that was sent to +15555550123"), v.proves(func() string { return "424242" }), v.sees("+15555550123"), numbers, v.hears("user.updated"),
		v.fills("current_password", "wrong"), v.fills("new_password", "another horse battery"), v.presses("Change the password"),
		v.sees("password is incorrect"), v.shows("account-password-wrong"), v.fills("current_password", password), v.fills("new_password", "another horse battery"),
		v.presses("Change the password"), v.hears("user.updated"), v.recorded("true", func(api *clerk.Client) (any, error) {
			checked, err := api.Users.VerifyPassword(v.ctx, ada.ID, &clerk.UserVerifyPasswordParams{Password: "another horse battery"})
			if err != nil {
				return nil, err
			}
			return checked.Verified, nil
		}))
}

func ownFactorsFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	factors := func(want string) func() error { return v.recordedUser(ada.ID, want, factorsOf) }
	appCode := func() error {
		var secret string
		if err := v.eval(`document.querySelector("form code").textContent`, &secret); err != nil {
			return err
		}
		return v.fills("code", totp.Code(secret, v.srv.Clock().Now()))()
	}
	elsewhere := ""
	begin := func() error { elsewhere = v.srv.CreateSession(ada.ID, ""); return nil }
	ended := func() error {
		return v.recorded("revoked", func(api *clerk.Client) (any, error) {
			s, err := api.Sessions.Get(v.ctx, elsewhere)
			if err != nil {
				return nil, err
			}
			return s.Status, nil
		})()
	}
	// What a double click sends when the page's script is not there: the mark of the form that was sent.
	keep := v.gives(`(window.name = document.querySelector("[name=once]").value).length`, "32")
	reuse := v.gives(`document.querySelectorAll("[name=once]").forEach(f => f.value = window.name)`, "<nil>")
	organizations := v.recorded("1", func(api *clerk.Client) (any, error) {
		list, err := api.Users.ListOrganizationMemberships(v.ctx, ada.ID, nil)
		if err != nil {
			return nil, err
		}
		return list.TotalCount, nil
	})
	return inOrder(v.goes(v.own("/sign-in")), v.presses("Ada"), v.isHome, v.isActive("ada@example.com", 1), v.goes(v.own("/user")),
		v.presses("Set up an authenticator app"), v.sees("Enter this secret"), v.shows("account-totp"), v.fills("code", "000000"), v.confirms,
		v.sees("code is incorrect"), v.shows("account-totp-wrong"), appCode, v.confirms, v.sees("Your backup codes"), v.shows("account-codes"),
		factors("true true"), v.hears("user.updated"), v.goes(v.own("/user")), v.missing("Your backup codes"),
		v.presses("Make new backup codes"), v.sees("Your backup codes"), v.pressesIn("Set up.", "Remove"), v.missing("Backup codes"), factors("false false"),
		begin, v.goes(v.own("/user")), v.shows("account-sessions"), v.pressesIn("Since", "Sign out"), ended, v.hears("session.revoked"),
		v.goes(v.own("/organization")), keep, v.fills("name", "Engines"), v.presses("Create"), v.sees("Active: Engines"),
		reuse, v.fills("name", "Engines"), v.presses("Create"), v.sees("This form was sent before"), v.shows("form-sent-before"), organizations)
}

// ownVerifyFlow changes an account and deletes it, where the instance wants a recent proof for that.
func ownVerifyFlow(v *visit) error {
	v.srv.SetReverification(true)
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	addresses := func(want string) func() error {
		return v.recordedUser(ada.ID, want, func(u *clerk.User) any { return len(u.EmailAddresses) })
	}
	add := func() error {
		return inOrder(v.goes(v.own("/user")), v.fills("email_address", "ada@work.example"), v.presses("Add"))
	}
	late := func() error { v.srv.Clock().Advance(11 * time.Minute); return nil }
	sure := func() error { return v.acts(chromedp.Click(`//input[@name="sure"]`)) }
	gone := v.recorded("0", func(api *clerk.Client) (any, error) {
		list, err := api.Users.List(v.ctx, nil)
		if err != nil {
			return nil, err
		}
		return len(list.Data), nil
	})
	return inOrder(v.goes(v.own("/sign-in")), v.presses("Ada"), v.isHome, late, add, v.sees("needs a recent proof"), v.shows("verify"), addresses("1"),
		v.fills("password", "wrong"), v.presses("Continue"), v.sees("password is incorrect"), v.shows("verify-wrong"),
		v.presses("Send a code to"), v.sees("A code was sent to"), v.shows("verify-code"), v.sentCode, v.presses("Continue"),
		v.sees("Make the change once more"), v.shows("user-verified"), add, v.sees("Code that was sent to ada@work.example"), addresses("2"),
		sure, late, v.presses("Delete my account"), v.sees("needs a recent proof"), v.fills("password", password), v.presses("Continue"),
		v.sees("Make the change once more"), sure, v.presses("Delete my account"), v.sees("No account yet?"), gone, v.hears("user.deleted"))
}

// confirms sends the form of the authenticator app.
func (v *visit) confirms() error {
	return v.lands(chromedp.Click(`//form[.//button[@value="totp"]]//button`))
}
