package clerkwebhook

import (
	"context"

	clerk "github.com/clerkgo/clerk-go/core"
)

// OnChange returns callbacks that tell changed which user, organization or membership was created, changed or deleted,
// and then do what c does. An event of a membership has both ids, the others have one. It is for what remembers answers
// of Clerk, as Authenticator.ForgetCurrent of the auth module does for the current user. In a service of several processes
// each of them has to see the events.
func (c Callbacks) OnChange(changed func(userID, organizationID string)) Callbacks {
	ofUser := func(u *clerk.User) { changed(u.ID, "") }
	ofOrganization := func(o *clerk.Organization) { changed("", o.ID) }
	ofMembership := func(m *clerk.OrganizationMembership) {
		userID := ""
		if m.PublicUserData != nil {
			userID = m.PublicUserData.UserID
		}
		changed(userID, m.Organization.ID)
	}
	then := c
	c.UserCreated = after(ofUser, then.UserCreated, then.Other)
	c.UserUpdated = after(ofUser, then.UserUpdated, then.Other)
	c.UserDeleted = after(func(d *clerk.DeletedObject) { changed(d.ID, "") }, then.UserDeleted, then.Other)
	c.OrganizationCreated = after(ofOrganization, then.OrganizationCreated, then.Other)
	c.OrganizationUpdated = after(ofOrganization, then.OrganizationUpdated, then.Other)
	c.OrganizationDeleted = after(func(d *clerk.DeletedObject) { changed("", d.ID) }, then.OrganizationDeleted, then.Other)
	c.OrganizationMembershipCreated = after(ofMembership, then.OrganizationMembershipCreated, then.Other)
	c.OrganizationMembershipUpdated = after(ofMembership, then.OrganizationMembershipUpdated, then.Other)
	c.OrganizationMembershipDeleted = after(ofMembership, then.OrganizationMembershipDeleted, then.Other)
	return c
}

// after tells what changed and then calls the application's callback.
func after[T any](
	tell func(*T), then func(context.Context, *Event, *T) error, other func(context.Context, *Event) error,
) func(context.Context, *Event, *T) error {
	return func(ctx context.Context, event *Event, data *T) error {
		tell(data)
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
