package clerktest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

var roleKeyPattern = regexp.MustCompile(`^org:[a-z0-9_]+$`)

// maxRoles is how many roles an instance may have, and a role set.
const maxRoles = 10

// creatorPermissions are those without which a role cannot be the one of who creates an organization.
var creatorPermissions = []string{"org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete"}

type roleWire struct {
	Object            string           `json:"object"`
	ID                string           `json:"id"`
	Name              string           `json:"name"`
	Key               string           `json:"key"`
	Description       *string          `json:"description"`
	IsCreatorEligible bool             `json:"is_creator_eligible"`
	Permissions       []permissionWire `json:"permissions"`
	CreatedAt         int64            `json:"created_at"`
	UpdatedAt         int64            `json:"updated_at"`
}

// rolesFamily answers for roles; their table belongs to organizations.
func rolesFamily() family {
	return family{endpoints: map[string]endpoint{
		"ListOrganizationRoles":                {read: listRoles},
		"CreateOrganizationRole":               {write: createRole},
		"GetOrganizationRole":                  getter((*call).role, (*tx).wireRole),
		"UpdateOrganizationRole":               {write: updateRole},
		"DeleteOrganizationRole":               {write: deleteRole},
		"AssignPermissionToOrganizationRole":   {write: assignPermission},
		"RemovePermissionFromOrganizationRole": {write: removePermission},
	}}
}

func (x *tx) wireRole(r *role) roleWire {
	out := roleWire{
		Object: "role", ID: r.ID, Name: r.Name, Key: r.Key, Description: nilIfEmpty(r.Description), IsCreatorEligible: r.creatorEligible(),
		Permissions: []permissionWire{}, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	for _, key := range r.Permissions {
		if p := tablePermissions.first(x, "key", key); p != nil {
			out.Permissions = append(out.Permissions, wirePermission(p))
		}
	}
	return out
}

func (r *role) creatorEligible() bool {
	return !slices.ContainsFunc(creatorPermissions, func(key string) bool { return !slices.Contains(r.Permissions, key) })
}

func listRoles(c *call) (any, error) {
	text := c.query.Get("query")
	rows := keep(tableRoles.all(c.tx), func(r *role) bool {
		return text == "" || r.ID == text || containsFold(r.Key, text) || containsFold(r.Name, text)
	})
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *role) int{
		"created_at": func(a, b *role) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *role) int { return cmp.Compare(a.Name, b.Name) },
		"key":        func(a, b *role) int { return cmp.Compare(a.Key, b.Key) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, c.tx.wireRole)
}

func (c *call) role() (*role, error) {
	return rowOf(c, tableRoles, "organization_role_id", "organization role")
}

type roleInput struct {
	Name        field[string]   `json:"name"`
	Key         field[string]   `json:"key"`
	Description field[string]   `json:"description"`
	Permissions field[[]string] `json:"permissions"`
	InInitial   field[bool]     `json:"include_in_initial_role_set"`
}

// applyTo checks and stores the fields. Permissions come as ids or keys.
func (in *roleInput) applyTo(x *tx, r *role) error {
	if in.Key.given() && in.Key.Value != r.Key {
		if !roleKeyPattern.MatchString(in.Key.Value) {
			return errParamFormat("key", "org: and lower-case letters, digits and underscores")
		}
		if tableRoles.first(x, "key", in.Key.Value) != nil {
			return errTaken("key")
		}
	}
	if in.Permissions.given() {
		keys := make([]string, 0, len(in.Permissions.Value))
		for _, name := range in.Permissions.Value {
			p := x.findPermission(name)
			if p == nil {
				return errNotFound("organization permission")
			}
			if !slices.Contains(keys, p.Key) {
				keys = append(keys, p.Key)
			}
		}
		r.Permissions = keys
	}
	in.Name.applyValue(&r.Name)
	in.Key.applyValue(&r.Key)
	if in.Description.Set {
		r.Description = in.Description.Value
	}
	r.UpdatedAt = x.now
	return nil
}

func createRole(c *call) (any, error) {
	var in roleInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if tableRoles.size(c.tx) >= maxRoles {
		return nil, errQuota("organization_instance_roles_quota_exceeded", "this instance has as many roles as it may have")
	}
	r := &role{ID: c.tx.newID("role_"), CreatedAt: c.tx.now}
	if err := in.applyTo(c.tx, r); err != nil {
		return nil, err
	}
	tableRoles.put(c.tx, r)
	if s := c.tx.initialRoleSet(); s != nil && in.InInitial.Value {
		tableRoleSets.update(c.tx, s.ID, func(s *roleSet) { s.Roles = append(slices.Clone(s.Roles), r.Key) })
	}
	return c.announceRole("role.created", r), nil
}

func (c *call) announceRole(event string, r *role) roleWire {
	wire := c.tx.wireRole(r)
	c.tx.emit(event, wire)
	return wire
}

func updateRole(c *call) (any, error) {
	var in roleInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	next := *r
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	if err := c.tx.keepCreatorRole(&next, r.Key); err != nil {
		return nil, err
	}
	tableRoles.put(c.tx, &next)
	if next.Key != r.Key {
		c.tx.renameRole(r.Key, next.Key)
	}
	return c.announceRole("role.updated", &next), nil
}

// keepCreatorRole refuses to take from the role of creators, which key names, what creators need.
func (x *tx) keepCreatorRole(r *role, key string) error {
	if key == x.settings().CreatorRole && !r.creatorEligible() {
		return errRule("organization_missing_creator_role_permissions", "the role of those who create organizations keeps "+strings.Join(creatorPermissions, ", "))
	}
	return nil
}

// renameRole carries a role's new key to everything that names the role.
func (x *tx) renameRole(from, to string) {
	rename := func(key *string) {
		if *key == from {
			*key = to
		}
	}
	for _, m := range tableMemberships.find(x, "role", from) {
		tableMemberships.update(x, m.ID, func(m *membership) { m.Role = to })
	}
	tableOrganizationInvitations.updateWhere(x, func(i *organizationInvitation) bool { return i.Role == from },
		func(i *organizationInvitation) { i.Role = to })
	tableRoleSets.updateWhere(x, func(s *roleSet) bool { return slices.Contains(s.Roles, from) }, func(s *roleSet) {
		s.Roles = slices.Clone(s.Roles)
		for i := range s.Roles {
			rename(&s.Roles[i])
		}
		rename(&s.DefaultRole)
		rename(&s.CreatorRole)
	})
	s := x.settings()
	rename(&s.CreatorRole)
	rename(&s.DomainsDefaultRole)
	if s.CreatorRole == to || s.DomainsDefaultRole == to {
		tableSettings.put(x, &s)
	}
}

func deleteRole(c *call) (any, error) {
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	if err := c.tx.roleInUse(r.Key); err != nil {
		return nil, err
	}
	tableRoles.delete(c.tx, r.ID)
	tableRoleSets.updateWhere(c.tx, func(s *roleSet) bool { return slices.Contains(s.Roles, r.Key) }, func(s *roleSet) {
		s.Roles = slices.DeleteFunc(slices.Clone(s.Roles), func(key string) bool { return key == r.Key })
	})
	gone := deleted("role", r.ID)
	c.tx.emit("role.deleted", gone)
	return gone, nil
}

// roleInUse refuses the deletion of a role that something needs.
func (x *tx) roleInUse(key string) error {
	s := x.settings()
	switch {
	case key == s.CreatorRole:
		return errRule("organization_role_default_creator_role", "the role of those who create organizations cannot be deleted")
	case key == s.DomainsDefaultRole:
		return errRule("organization_role_domain_default_role", "the role of those who join by domain cannot be deleted")
	case slices.ContainsFunc(tableRoleSets.all(x), func(s *roleSet) bool { return key == s.DefaultRole || key == s.CreatorRole }):
		return errRule("role_is_default_in_role_set", "the default role and the creator role of a role set cannot be deleted")
	case tableMemberships.count(x, "role", key) > 0:
		return errRule("organization_role_assigned_members", "a role that members have cannot be deleted")
	case slices.ContainsFunc(tableOrganizationInvitations.all(x), func(i *organizationInvitation) bool {
		return i.Role == key && i.statusAt(x.now) == "pending"
	}):
		return errRule("organization_role_exists_in_invitations", "a role that pending invitations promise cannot be deleted")
	}
	return nil
}

func assignPermission(c *call) (any, error) {
	return changeRolePermission(c, func(keys []string, key string) ([]string, error) {
		if slices.Contains(keys, key) {
			return nil, errConflict("organization_role_permission_association_exists", "the role has this permission already")
		}
		return append(slices.Clone(keys), key), nil
	})
}

func removePermission(c *call) (any, error) {
	return changeRolePermission(c, func(keys []string, key string) ([]string, error) {
		if !slices.Contains(keys, key) {
			return nil, errNotFound("permission of this role")
		}
		return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k == key }), nil
	})
}

func changeRolePermission(c *call, edit func(keys []string, key string) ([]string, error)) (any, error) {
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	p := c.tx.findPermission(c.param("permission_id"))
	if p == nil {
		return nil, errNotFound("organization permission")
	}
	keys, err := edit(r.Permissions, p.Key)
	if err != nil {
		return nil, err
	}
	next := *r
	next.Permissions, next.UpdatedAt = keys, c.tx.now
	if err := c.tx.keepCreatorRole(&next, r.Key); err != nil {
		return nil, err
	}
	tableRoles.put(c.tx, &next)
	return c.announceRole("role.updated", &next), nil
}
