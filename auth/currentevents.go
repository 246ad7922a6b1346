package clerkauth

import (
	"context"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// ForgetChanged returns callbacks for a webhook handler that drop what [CurrentUser], [CurrentOrganization] and
// [CurrentMembership] remember about the user, organization or membership of an event, and then call those of then. An
// answer after the event is never older than the event. In a service of several processes each has to see the events,
// or [CurrentConfig].TTL is what bounds the age.
func (a *Authenticator) ForgetChanged(then clerkwebhook.Callbacks) clerkwebhook.Callbacks {
	c := then
	user := func(id string) { a.forget(currentKey{userID: id}) }
	organization := func(id string) { a.forget(currentKey{orgID: id}) }
	member := func(m *clerk.OrganizationMembership) {
		key := currentKey{orgID: m.Organization.ID}
		if m.PublicUserData != nil {
			key.userID = m.PublicUserData.UserID
		}
		a.forget(key)
	}
	ofUser := func(u *clerk.User) { user(u.ID) }
	ofOrganization := func(o *clerk.Organization) { organization(o.ID) }
	c.UserCreated = before(ofUser, then.UserCreated, then.Other)
	c.UserUpdated = before(ofUser, then.UserUpdated, then.Other)
	c.UserDeleted = before(func(d *clerk.DeletedObject) { user(d.ID) }, then.UserDeleted, then.Other)
	c.OrganizationCreated = before(ofOrganization, then.OrganizationCreated, then.Other)
	c.OrganizationUpdated = before(ofOrganization, then.OrganizationUpdated, then.Other)
	c.OrganizationDeleted = before(func(d *clerk.DeletedObject) { organization(d.ID) }, then.OrganizationDeleted, then.Other)
	c.OrganizationMembershipCreated = before(member, then.OrganizationMembershipCreated, then.Other)
	c.OrganizationMembershipUpdated = before(member, then.OrganizationMembershipUpdated, then.Other)
	c.OrganizationMembershipDeleted = before(member, then.OrganizationMembershipDeleted, then.Other)
	return c
}

// before calls forget and then the application's callback.
func before[T any](
	forget func(*T), then func(context.Context, *clerkwebhook.Event, *T) error,
	other func(context.Context, *clerkwebhook.Event) error,
) func(context.Context, *clerkwebhook.Event, *T) error {
	return func(ctx context.Context, event *clerkwebhook.Event, data *T) error {
		forget(data)
		switch {
		case then != nil:
			return then(ctx, event, data)
		case other != nil:
			return other(ctx, event)
		default:
			return nil
		}
	}
}

// forget drops everything that is about the user, the organization, or the user in the organization.
func (a *Authenticator) forget(about currentKey) {
	if a.currents == nil {
		return
	}
	matches := func(key currentKey) bool {
		return (about.userID == "" || about.userID == key.userID) && (about.orgID == "" || about.orgID == key.orgID)
	}
	a.currents.users.forget(func(key currentKey) bool { return about.userID != "" && key.userID == about.userID })
	a.currents.organizations.forget(func(key currentKey) bool { return about.orgID != "" && key.orgID == about.orgID })
	a.currents.memberships.forget(matches)
}
