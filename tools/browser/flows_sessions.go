package main

import (
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// hasActive is hasSession as a step.
func (v *visit) hasActive(userID string, want int) func() error {
	return func() error { return v.hasSession(userID, want) }
}

// severalSessionsFlow is a browser at which two people are signed in.
func severalSessionsFlow(v *visit) error {
	v.srv.SetMultiSession(true)
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	grace := v.srv.CreateUser(clerktest.User{Email: "grace@example.com", FirstName: "Grace", Password: password})
	choose := func(name string) string {
		return `Clerk.setActive({session: Clerk.client.sessions.find(s => s.user.firstName === "` + name + `").id}).then(() => Clerk.user.firstName)`
	}
	return inOrder(v.signsIn(ada.Email), v.gives(signIn(grace.Email, password), "complete"),
		v.gives(`Clerk.client.sessions.map(s => s.user.firstName).sort().join()`, "Ada,Grace"), v.gives(`Clerk.user.firstName`, "Grace"), v.gives(server("user"), grace.ID),
		v.gives(refused(signIn(ada.Email, password)), "identifier_already_signed_in"),
		v.gives(choose("Ada"), "Ada"), v.gives(server("user"), ada.ID), v.opens("/again"), v.gives(`Clerk.user.firstName`, "Ada"),
		v.gives(choose("Grace"), "Grace"), v.gives(server("user"), grace.ID), v.hears("session.created"),
		v.does(`Clerk.signOut({sessionId: Clerk.client.sessions.find(s => s.user.firstName === "Ada").id})`),
		v.gives(`Clerk.client.sessions.map(s => s.user.firstName).join()`, "Grace"), v.gives(server("user"), grace.ID),
		v.hasActive(ada.ID, 0), v.hasActive(grace.ID, 1), v.hears("session.removed"),
		v.signsOut, v.opens("/"), v.gives(`Clerk.user`, "<nil>"), v.hasActive(grace.ID, 0))
}

// reverificationFlow gives the password again, for a change of the account and for a guarded page of the application.
func reverificationFlow(v *visit) error {
	v.srv.SetReverification(true)
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	const add = `Clerk.user.createEmailAddress({email: "augusta@example.com"})`
	const guarded = `fetch("/api/sensitive").then(async r => r.status + " " + ((await r.json()).clerk_error?.reason || ""))`
	again := func(password string) string {
		return `Clerk.session.attemptFirstFactorVerification({strategy: "password", password: "` + password + `"}).then(v => v.status)`
	}
	var session string
	return inOrder(v.signsIn(ada.Email), v.gives(guarded, "200 "), func() error { return v.eval(`Clerk.session.id`, &session) },
		func() error { v.srv.VerifyFactors(session, 11*time.Minute, -1); return nil },
		v.does(`Clerk.session.getToken({skipCache: true})`), v.gives(guarded, "403 reverification-error"),
		v.gives(refused(add), "session_reverification_required"),
		v.gives(`Clerk.session.startVerification({level: "second_factor"}).then(v => v.status + " " + v.level)`, "needs_first_factor first_factor"),
		v.gives(refused(again("wrong password")), "form_password_incorrect password"), v.gives(again(password), "complete"),
		v.gives(refused(add), "allowed"), v.does(`Clerk.session.getToken({skipCache: true})`), v.gives(guarded, "200 "),
		v.recordedUser(ada.ID, " ada@example.com augusta@example.com", person), v.hears("user.updated"))
}

// tasksFlow is a session that waits for two tasks before the application takes it.
func tasksFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	const state = `Clerk.session.status + " " + (Clerk.session.currentTask?.key || "")`
	status := v.gives(`fetch("/api/me").then(r => r.status)`, "401")
	var session string
	return inOrder(v.signsIn(ada.Email), func() error { return v.eval(`Clerk.session.id`, &session) },
		func() error { v.srv.RequireTasks(session, "reset-password", "choose-organization"); return nil },
		v.opens("/again"), v.gives(state, "pending reset-password"), status,
		v.gives(refused(`Clerk.user.updatePassword({newPassword: "short"})`), "form_password_length_too_short new_password"),
		v.does(`Clerk.user.updatePassword({newPassword: "another horse battery"})`),
		v.gives(`Clerk.session.reload().then(() => `+state+`)`, "pending choose-organization"), status,
		v.gives(`Clerk.createOrganization({name: "Engines"}).then(o => Clerk.setActive({organization: o.id})).then(() => `+state+`)`, "active "),
		v.gives(server("user"), ada.ID), v.gives(server("organization")+`.then(id => id === Clerk.organization.id)`, "true"),
		v.hasActive(ada.ID, 1), v.hears("session.pending", "organization.created"))
}

// tabsFlow is one person with two tabs of one browser.
func tabsFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	other, err := v.tab()
	if err != nil {
		return err
	}
	return inOrder(v.signsIn(ada.Email), other.opens("/other"), other.gives(`Clerk.user.id`, ada.ID),
		v.gives(`Clerk.createOrganization({name: "Engines"}).then(o => Clerk.setActive({organization: o.id})).then(() => Clerk.organization.name)`, "Engines"),
		other.gives(server("organization")+`.then(id => id !== "")`, "true"),
		other.gives(`Clerk.session.getToken({skipCache: true}).then(t => t.split(".").length)`, "3"), v.gives(server("user"), ada.ID),
		v.signsOut, func() error { return other.until(`Clerk.user === null`) }, other.gives(`fetch("/api/me").then(r => r.status)`, "401"),
		other.gives(`Clerk.session`, "<nil>"), v.hasActive(ada.ID, 0), v.hears("session.removed"))
}
