package clerktest

import (
	"slices"
	"strings"
)

func membershipsFamily() family {
	return family{
		endpoints: map[string]endpoint{
			"ListOrganizationMemberships":          {read: listMemberships},
			"CreateOrganizationMembership":         {write: createMembership},
			"UpdateOrganizationMembership":         {write: updateMembership},
			"DeleteOrganizationMembership":         {write: deleteMembership},
			"UpdateOrganizationMembershipMetadata": {write: mergeMembershipMetadata},
			"InstanceGetOrganizationMemberships":   {read: listAllMemberships},
			"UsersGetOrganizationMemberships":      {read: listUserMemberships},
		},
	}
}

// membership returns the membership that organization and user of the path name.
func (c *call) membership() (*membership, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	if m := c.tx.findMembership(o.ID, c.param("user_id")); m != nil {
		return m, nil
	}
	return nil, errNotFound("organization membership")
}

func listMemberships(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	l := membershipListing(c)
	l.match = membershipFilters(c)
	l.narrow = func() []*membership { return tableMemberships.find(c.tx, "organization", o.ID) }
	return answerList(c, l, c.tx.wireMembership)
}

func listAllMemberships(c *call) (any, error) {
	return answerList(c, membershipListing(c), c.tx.wireMembership)
}

func listUserMemberships(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	l := membershipListing(c)
	l.narrow = func() []*membership { return tableMemberships.find(c.tx, "user", u.ID) }
	return answerList(c, l, c.tx.wireMembership)
}

// membershipFilters are the filters on the role, the age and the user of a membership; those on the user are those of
// the user list.
func membershipFilters(c *call) []func(*membership) bool {
	var out []func(*membership) bool
	if roles := newSignedSet(c.query["role"]); !roles.empty() {
		out = append(out, func(m *membership) bool { return roles.matches(m.Role) })
	}
	if bound, ok := c.queryInt("created_at_before"); ok {
		out = append(out, func(m *membership) bool { return m.CreatedAt < bound })
	}
	if bound, ok := c.queryInt("created_at_after"); ok {
		out = append(out, func(m *membership) bool { return m.CreatedAt > bound })
	}
	users := listing[user]{match: userFilters(c, "created_at_before", "created_at_after")}
	if len(users.match) == 0 {
		return out
	}
	return append(out, func(m *membership) bool {
		u := tableUsers.get(c.tx, m.UserID)
		return u != nil && users.matches(u)
	})
}

// membershipListing lists memberships, in the orders of their own and of their users.
func membershipListing(c *call) listing[membership] {
	keys := map[string]func(a, b *membership) int{}
	for _, name := range []string{"phone_number", "email_address", "first_name", "last_name", "username"} {
		keys[name] = func(a, b *membership) int {
			ua, ub := tableUsers.get(c.tx, a.UserID), tableUsers.get(c.tx, b.UserID)
			if ua == nil || ub == nil {
				return strings.Compare(a.UserID, b.UserID)
			}
			return tableUsers.orders[name](ua, ub)
		}
	}
	return listing[membership]{table: tableMemberships, order: "-created_at", foreign: keys}
}

func createMembership(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	var in struct {
		UserID string `json:"user_id"`
		Role   string `json:"role"`
		metadataInput
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, err := c.tx.findUser(in.UserID)
	if err != nil {
		return nil, err
	}
	m, err := c.tx.newMembership(o, u, in.Role, &in.metadataInput)
	if err != nil {
		return nil, err
	}
	return c.tx.wireMembership(m), nil
}

// newMembership makes a user a member of an organization.
func (x *tx) newMembership(o *organization, u *user, roleKey string, meta *metadataInput) (*membership, error) {
	if err := x.checkMemberRole(o, roleKey); err != nil {
		return nil, err
	}
	if x.findMembership(o.ID, u.ID) != nil {
		return nil, errBadRequest("already_a_member_in_organization", "this user is a member of the organization already")
	}
	if err := x.checkMemberQuota(o); err != nil {
		return nil, err
	}
	m := &membership{
		ID: x.newID("orgmem_"), OrganizationID: o.ID, UserID: u.ID, Role: roleKey, CreatedAt: x.now, UpdatedAt: x.now,
		PublicMetadata: emptyMetadata, PrivateMetadata: emptyMetadata,
	}
	if meta != nil {
		if err := meta.check(); err != nil {
			return nil, err
		}
		replaceIn(&meta.Public, &m.PublicMetadata)
		replaceIn(&meta.Private, &m.PrivateMetadata)
	}
	tableMemberships.put(x, m)
	x.emit("organizationMembership.created", x.wireMembership(m))
	return m, nil
}

// checkMemberQuota refuses one more member or invitation than an organization may have.
func (x *tx) checkMemberQuota(o *organization) error {
	taken := tableMemberships.count(x, "organization", o.ID) + len(x.pendingInvitations(o.ID))
	if o.MaxMemberships > 0 && int64(taken) >= o.MaxMemberships {
		return errQuota("organization_membership_quota_exceeded", "this organization has as many members and invitations as it may have")
	}
	return nil
}

// checkRole refuses a role that the instance does not have.
func (x *tx) checkRole(key string) error {
	if tableRoles.first(x, "key", key) == nil {
		return errNotFound("organization role")
	}
	return nil
}

// checkMemberRole refuses a role that the instance or the organization's role set does not have.
func (x *tx) checkMemberRole(o *organization, key string) error {
	if err := x.checkRole(key); err != nil {
		return err
	}
	if s := x.roleSetOf(o); s != nil && !slices.Contains(s.Roles, key) {
		return errParamValue("role", "one of the organization's role set")
	}
	return nil
}

// mayManageMembers reports whether a role has the permission that an organization must never lose.
func (x *tx) mayManageMembers(roleKey string) bool {
	return slices.Contains(x.permissionsOf(roleKey), "org:sys_memberships:manage")
}

func updateMembership(c *call) (any, error) {
	m, err := c.membership()
	if err != nil {
		return nil, err
	}
	var in struct {
		Role string `json:"role"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.tx.checkMemberRole(tableOrganizations.get(c.tx, m.OrganizationID), in.Role); err != nil {
		return nil, err
	}
	if c.tx.mayManageMembers(m.Role) && !c.tx.mayManageMembers(in.Role) && c.tx.lastManager(m) {
		return nil, errBadRequest("organization_minimum_permissions_needed", "an organization keeps at least one member who may manage members")
	}
	return c.tx.changeMembership(m.ID, func(m *membership) { m.Role = in.Role }), nil
}

// checkManager refuses a user who may not manage the members of an organization.
func (x *tx) checkManager(orgID, userID string) error {
	if m := x.findMembership(orgID, userID); m == nil || !x.mayManageMembers(m.Role) {
		return errForbidden("not_an_admin_in_organization", "this user may not manage the members of the organization")
	}
	return nil
}

// lastManager reports whether nobody else may manage the members.
func (x *tx) lastManager(m *membership) bool {
	for _, other := range tableMemberships.find(x, "organization", m.OrganizationID) {
		if other.ID != m.ID && x.mayManageMembers(other.Role) {
			return false
		}
	}
	return true
}

func (x *tx) changeMembership(id string, edit func(*membership)) *membershipWire {
	m := tableMemberships.update(x, id, func(m *membership) {
		edit(m)
		m.UpdatedAt = x.now
	})
	w := x.wireMembership(m)
	x.emit("organizationMembership.updated", w)
	return w
}

func mergeMembershipMetadata(c *call) (any, error) {
	m, err := c.membership()
	if err != nil {
		return nil, err
	}
	var in metadataInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	next := *m
	if err := in.applyMetadata(mergeInto, &next.PublicMetadata, &next.PrivateMetadata, nil); err != nil {
		return nil, err
	}
	return c.tx.changeMembership(m.ID, func(m *membership) { *m = next }), nil
}

func deleteMembership(c *call) (any, error) {
	m, err := c.membership()
	if err != nil {
		return nil, err
	}
	if c.tx.mayManageMembers(m.Role) && c.tx.lastManager(m) && tableMemberships.count(c.tx, "organization", m.OrganizationID) > 1 {
		return nil, errBadRequest("organization_minimum_permissions_needed", "an organization keeps at least one member who may manage members")
	}
	return c.tx.dropMembership(m), nil
}

// dropMembership removes a membership, also as the active organization of the member's sessions, and returns its last
// answer form.
func (x *tx) dropMembership(m *membership) *membershipWire {
	w := x.wireMembership(m)
	for _, s := range tableSessions.find(x, "user", m.UserID) {
		if text(s.OrganizationID) == m.OrganizationID {
			tableSessions.update(x, s.ID, func(s *session) { s.OrganizationID, s.UpdatedAt = nil, x.now })
		}
	}
	tableMemberships.delete(x, m.ID)
	x.emit("organizationMembership.deleted", w)
	return w
}
