package main

import (
	"fmt"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// apiKeysFlow makes, lists and revokes an API key.
func apiKeysFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	var secret string
	verified := func(api *clerk.Client) (any, error) {
		key, err := api.APIKeys.Verify(v.ctx, &clerk.APIKeyVerifyParams{Secret: secret})
		if err != nil {
			return nil, err
		}
		return key.Subject + " " + key.Name, nil
	}
	return inOrder(v.signsIn(ada.Email), v.gives(refused(`Clerk.apiKeys.create({name: "ci"})`), "form_param_value_invalid name"),
		func() error {
			return v.eval(`Clerk.apiKeys.create({name: "Nightly build"}).then(k => k.secret)`, &secret)
		},
		v.recorded(ada.ID+" Nightly build", verified),
		v.gives(`Clerk.apiKeys.getAll().then(l => l.total_count + " " + l.data[0].name + " " + l.data[0].revoked)`, "1 Nightly build false"),
		v.gives(`Clerk.apiKeys.getAll().then(l => Clerk.apiKeys.revoke({apiKeyID: l.data[0].id, revocationReason: "lost"})).then(k => k.revoked)`, "true"),
		func() error {
			if _, err := verified(v.srv.API()); err == nil {
				return fmt.Errorf("a revoked key counts")
			}
			return nil
		})
}

// waitlistFlow is somebody who waits, is invited, and signs up by the link of the invitation.
func waitlistFlow(v *visit) error {
	v.srv.SetUserSettings(func(s *clerktest.UserSettings) { s.SignUp.Mode = "waitlist" })
	const signUp = `Clerk.client.signUp.create({emailAddress: "new@example.com", password: "` + password + `"})`
	invite := func() error {
		list, err := v.srv.API().WaitlistEntries.List(v.ctx, nil)
		if err != nil || len(list.Data) != 1 || list.Data[0].EmailAddress != "new@example.com" {
			return fmt.Errorf("the waitlist is wrong: %v, %w", list, err)
		}
		_, err = v.srv.API().WaitlistEntries.Invite(v.ctx, list.Data[0].ID, nil)
		return err
	}
	// The link leads to the page of the emulator; an application takes the ticket out of its own address.
	follow := func() error {
		sent := v.srv.Emails()
		_, link, _ := strings.Cut(sent[len(sent)-1].Body, v.srv.URL())
		var search string
		return inOrder(v.goes(v.srv.URL()+strings.Fields(link)[0]), func() error { return v.eval(`location.search`, &search) },
			func() error { return v.open("/" + search) })
	}
	const accept = `Clerk.client.signUp.create({strategy: "ticket", ticket: new URLSearchParams(location.search).get("__clerk_ticket"), password: "` + password + `"})
  .then(async s => { await Clerk.setActive({session: s.createdSessionId}); return s.status; })`
	return inOrder(v.opens("/"), v.gives(refused(signUp), "sign_up_restricted_waitlist"),
		v.does(`Clerk.joinWaitlist({emailAddress: "new@example.com"})`), v.hears("waitlistEntry.created"), invite, v.hears("waitlistEntry.updated", "email.created"),
		follow, v.gives(accept, "complete"), v.gives(`Clerk.user.primaryEmailAddress.emailAddress`, "new@example.com"), v.gives(server("user")+`.then(id => id === Clerk.user.id)`, "true"),
		v.isActive("new@example.com", 1, "user.created"), v.recorded("completed", func(api *clerk.Client) (any, error) {
			list, err := api.WaitlistEntries.List(v.ctx, nil)
			if err != nil || len(list.Data) != 1 {
				return len(list.Data), err
			}
			return list.Data[0].Status, nil
		}))
}
