package main

import (
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// organizationsFlow is an organization with a second member, who comes by an invitation and leaves again.
func organizationsFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
	grace := v.srv.CreateUser(clerktest.User{Email: "grace@example.com", FirstName: "Grace", Password: password})
	g, err := v.another()
	if err != nil {
		return err
	}
	const create = `(async name => {
  const made = await Clerk.createOrganization({name});
  await Clerk.setActive({organization: made.id});
  return Clerk.organization.slug + " " + Clerk.organization.membersCount;
})`
	const invite = `Clerk.organization.inviteMember({emailAddress: "grace@example.com", role: "org:member"}).then(i => i.status)`
	active := v.gives(server("organization")+`.then(id => id === Clerk.organization.id)`, "true")
	return inOrder(v.signsIn(ada.Email), v.gives(create+`("Engines")`, "engines 1"), active, v.gives(create+`("Looms")`, "looms 1"), active,
		v.gives(refused(`Clerk.createOrganization({name: "Other", slug: "looms"})`), "form_identifier_exists slug"),
		v.gives(`Clerk.setActive({organization: "engines"}).then(() => Clerk.organization.name)`, "Engines"), active,
		v.gives(`Clerk.user.getOrganizationMemberships().then(l => l.total_count)`, "2"), v.hears("organization.created", "organizationMembership.created"),
		v.gives(invite, "pending"), v.gives(refused(invite), "duplicate_record"),
		v.recorded("grace@example.com pending", v.invitation("engines")), v.hears("organizationInvitation.created", "email.created"),
		g.signsIn(grace.Email),
		g.gives(`Clerk.user.getOrganizationInvitations({status: "pending"}).then(l => l.data[0].accept()).then(i => i.status + " " + i.publicOrganizationData.name)`, "accepted Engines"),
		g.gives(`Clerk.setActive({organization: "engines"}).then(() => Clerk.session.checkAuthorization({role: "org:member"}))`, "true"),
		g.gives(server("organization")+`.then(id => id === Clerk.organization.id)`, "true"),
		g.gives(refused(invite), "not_an_admin_in_organization"), v.hears("organizationInvitation.accepted", "organizationMembership.created"),
		v.recorded("grace@example.com accepted", v.invitation("engines")), v.recorded("2", v.members("engines")),
		v.gives(`Clerk.organization.getMemberships().then(l => l.data.map(m => m.role).sort().join())`, "org:admin,org:member"),
		v.gives(refused(`Clerk.user.leaveOrganization(Clerk.organization.id)`), "organization_minimum_permissions_needed"),
		g.gives(`Clerk.user.leaveOrganization(Clerk.organization.id).then(() => Clerk.user.organizationMemberships.length)`, "0"),
		g.gives(server("organization"), ""), v.recorded("1", v.members("engines")), v.hears("organizationMembership.deleted"))
}

// members counts those of an organization.
func (v *visit) members(slug string) func(*clerk.Client) (any, error) {
	return func(api *clerk.Client) (any, error) {
		list, err := api.OrganizationMemberships.List(v.ctx, slug, nil)
		if err != nil {
			return nil, err
		}
		return list.TotalCount, nil
	}
}

// invitation is the only one of an organization: the address and what became of it.
func (v *visit) invitation(slug string) func(*clerk.Client) (any, error) {
	return func(api *clerk.Client) (any, error) {
		organization, err := api.Organizations.Get(v.ctx, slug, nil)
		if err != nil {
			return nil, err
		}
		list, err := api.OrganizationInvitations.List(v.ctx, organization.ID, nil)
		if err != nil || len(list.Data) != 1 {
			return len(list.Data), err
		}
		return list.Data[0].EmailAddress + " " + string(list.Data[0].Status), nil
	}
}
