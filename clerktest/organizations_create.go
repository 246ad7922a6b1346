package clerktest

import (
	"slices"
	"strings"
)

// Organization describes an organization to create from Go. The zero value gets a name of its own.
type Organization struct {
	ID              string // set by CreateOrganization
	Name            string
	Slug            string // made from the name when empty
	CreatedBy       string // id of the user who becomes its admin
	MaxMemberships  int64  // 0 is no limit
	Plan            string // slug, for the pla claim
	Features        []string
	PublicMetadata  map[string]any
	PrivateMetadata map[string]any
}

// CreateOrganization stores an organization and returns it with its id and slug.
func (in *Instance) CreateOrganization(o Organization) Organization {
	if o.Name == "" {
		o.Name = "Organization " + randomHex(4)
	}
	err := in.write(func(x *tx) error {
		input, err := o.input()
		if err != nil {
			return err
		}
		made, err := x.newOrganization(input, func(row *organization) { row.Plan, row.Features = o.Plan, slices.Clone(o.Features) })
		if err != nil {
			return err
		}
		o.ID, o.Slug = made.ID, made.Slug
		return nil
	})
	if err != nil {
		in.fail("CreateOrganization", err)
	}
	return o
}

func (o *Organization) input() (*organizationInput, error) {
	in := &organizationInput{
		Name: given(o.Name), Slug: given(o.Slug), CreatedBy: given(o.CreatedBy),
		MaxMemberships: field[int64]{Set: true, Value: o.MaxMemberships},
	}
	if err := giveMetadata(&in.Public, o.PublicMetadata); err != nil {
		return nil, err
	}
	return in, giveMetadata(&in.Private, o.PrivateMetadata)
}

// AddMember makes a user a member of an organization. The role is a key such as org:member, with or without org: in
// front.
func (in *Instance) AddMember(organizationID, userID, role string) {
	in.edit("AddMember", func(x *tx) error {
		o, err := x.findOrganization(organizationID)
		if err != nil {
			return err
		}
		u, err := x.findUser(userID)
		if err != nil {
			return err
		}
		_, err = x.newMembership(o, u, roleKey(role), nil)
		return err
	})
}

// DefineRole makes or replaces a role with these permissions, for example "invoices:read", and makes the permissions
// that do not exist yet.
func (in *Instance) DefineRole(name string, permissions ...string) {
	in.edit("DefineRole", func(x *tx) error {
		keys := make([]string, len(permissions))
		for i, p := range permissions {
			keys[i] = roleKey(p)
			if tablePermissions.first(x, "key", keys[i]) == nil {
				tablePermissions.put(x, &permission{
					ID: x.newID("perm_"), Key: keys[i], Name: p, Type: "user", CreatedAt: x.now, UpdatedAt: x.now,
				})
			}
		}
		key := roleKey(name)
		if old := tableRoles.first(x, "key", key); old != nil {
			tableRoles.update(x, old.ID, func(r *role) { r.Permissions, r.UpdatedAt = keys, x.now })
			return nil
		}
		tableRoles.put(x, &role{
			ID: x.newID("role_"), Key: key, Name: strings.TrimPrefix(key, "org:"), Permissions: keys, CreatedAt: x.now, UpdatedAt: x.now,
		})
		return nil
	})
}

// roleKey puts org: in front unless it is there.
func roleKey(name string) string { return "org:" + strings.TrimPrefix(name, "org:") }

// SetUserPlan sets the plan and the features that a user's tokens carry. A plan of the billing catalog becomes a
// subscription that begins now.
func (in *Instance) SetUserPlan(userID, plan string, features ...string) {
	in.edit("SetUserPlan", func(x *tx) error {
		if _, err := x.findUser(userID); err != nil {
			return err
		}
		x.subscribe(userID, plan)
		tableUsers.update(x, userID, func(u *user) { u.Plan, u.Features = plan, slices.Clone(features) })
		return nil
	})
}

// SetOrganizationPlan sets the plan and the features that the tokens of an organization's members carry, and begins a
// subscription as SetUserPlan does.
func (in *Instance) SetOrganizationPlan(organizationID, plan string, features ...string) {
	in.edit("SetOrganizationPlan", func(x *tx) error {
		o, err := x.findOrganization(organizationID)
		if err != nil {
			return err
		}
		x.subscribe(o.ID, plan)
		tableOrganizations.update(x, o.ID, func(o *organization) { o.Plan, o.Features = plan, slices.Clone(features) })
		return nil
	})
}
