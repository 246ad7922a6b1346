package clerktest

import (
	"net/http"
	"slices"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
)

// browserOrganizationsFamily is the part of the Frontend API about organizations, for their members.
func browserOrganizationsFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"createOrganization":     {write: createOwnOrganization},
		"getOrganization":        {read: inOrganization("", answerOrganization(getOrganization))},
		"updateOrganization":     {write: inOrganization(manageProfile, answerOrganization(updateOrganization))},
		"deleteOrganization":     {write: inOrganization("org:sys_profile:delete", removeOrganization)},
		"updateOrganizationLogo": {write: inOrganization(manageProfile, answerOrganization(setOrganizationLogo))},
		"deleteOrganizationLogo": {write: inOrganization(manageProfile, dropOrganizationLogo)},

		"ListOrganizationMemberships":  {read: inOrganization(readMembers, listMembers)},
		"CreateOrganizationMembership": {write: inOrganization(manageMembers, answerMembership(createMembership))},
		"UpdateOrganizationMembership": {write: inOrganization(manageMembers, answerMembership(updateMembership))},
		"removeOrganizationMember":     {write: inOrganization(manageMembers, answerMembership(deleteMembership))},
		"ListOrganizationRoles":        {read: inOrganization("", listOrganizationRoles)},

		"createOrganizationInvitations":        {write: inOrganization(manageMembers, inviteMember)},
		"bulkCreateOrganizationInvitations":    {write: inOrganization(manageMembers, inviteMembers)},
		"getOrganizationInvitations":           {read: inOrganization(manageMembers, listMemberInvitations)},
		"getAllPendingOrganizationInvitations": {read: inOrganization(manageMembers, listPendingInvitations)},
		"revokePendingOrganizationInvitation":  {write: inOrganization(manageMembers, revokeMemberInvitation)},
	}}
}

// The permissions that the operations on organizations ask for.
const (
	manageProfile = "org:sys_profile:manage"
	readMembers   = "org:sys_memberships:read"
	manageMembers = "org:sys_memberships:manage"
	readDomains   = "org:sys_domains:read"
	manageDomains = "org:sys_domains:manage"
	readBilling   = "org:sys_billing:read"
	manageBilling = "org:sys_billing:manage"
)

// memberHandler answers a member of an organization.
type memberHandler func(*frontendCall, *organization) (any, error)

// inOrganization runs a handler for the members of the organization of the path whose role has a permission; the empty
// one is every member's.
func inOrganization(permission string, handle memberHandler) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		name := c.param("organization_id")
		if name == "" {
			name = c.param("organizationID")
		}
		o, err := c.memberOf(name, permission)
		if err != nil {
			return nil, err
		}
		return handle(c, o)
	}
}

// memberOf is the organization that an id or slug names, if the person who is signed in is a member with a permission.
func (c *frontendCall) memberOf(idOrSlug, permission string) (*organization, error) {
	o, err := c.tx.findOrganization(idOrSlug)
	if err != nil {
		return nil, errNoMember()
	}
	m := c.tx.findMembership(o.ID, c.user.ID)
	switch {
	case m == nil:
		return nil, errNoMember()
	case permission != "" && !slices.Contains(c.tx.permissionsOf(m.Role), permission):
		return nil, errForbidden("not_an_admin_in_organization", "Your role in this organization does not permit this.")
	}
	return o, nil
}

// errNoMember is the same for organizations that do not exist, so that nobody finds them out.
func errNoMember() *apiError {
	return newError(http.StatusNotFound, "organization_not_found_or_unauthorized", "organization not found",
		"this organization does not exist, or you are no member of it")
}

// frontendOrganizationWire is an organization as its members see it.
type frontendOrganizationWire struct {
	Object                  string   `json:"object"`
	ID                      string   `json:"id"`
	Name                    string   `json:"name"`
	Slug                    string   `json:"slug"`
	ImageURL                string   `json:"image_url"`
	HasImage                bool     `json:"has_image"`
	MembersCount            int      `json:"members_count"`
	PendingInvitationsCount int      `json:"pending_invitations_count"`
	MaxAllowedMemberships   int64    `json:"max_allowed_memberships"`
	AdminDeleteEnabled      bool     `json:"admin_delete_enabled"`
	PublicMetadata          metadata `json:"public_metadata"`
	CreatedAt               int64    `json:"created_at"`
	UpdatedAt               int64    `json:"updated_at"`
}

func (x *tx) wireFrontendOrganization(o *organization) *frontendOrganizationWire {
	return &frontendOrganizationWire{
		Object: "organization", ID: o.ID, Name: o.Name, Slug: o.Slug, ImageURL: o.ImageURL, HasImage: o.HasImage,
		MembersCount: tableMemberships.count(x, "organization", o.ID), PendingInvitationsCount: len(x.pendingInvitations(o.ID)),
		MaxAllowedMemberships: o.MaxMemberships, AdminDeleteEnabled: o.AdminDelete, PublicMetadata: orEmpty(o.PublicMetadata),
		CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
	}
}

// frontendMembershipWire is a membership as members see it.
type frontendMembershipWire struct {
	Object         string                    `json:"object"`
	ID             string                    `json:"id"`
	Role           string                    `json:"role"`
	RoleName       string                    `json:"role_name"`
	Permissions    []string                  `json:"permissions"`
	PublicMetadata metadata                  `json:"public_metadata"`
	Organization   *frontendOrganizationWire `json:"organization"`
	PublicUserData *publicUserWire           `json:"public_user_data,omitzero"`
	CreatedAt      int64                     `json:"created_at"`
	UpdatedAt      int64                     `json:"updated_at"`
}

func (x *tx) wireFrontendMembership(m *membership) *frontendMembershipWire {
	return x.shownMembership(x.wireMembership(m))
}

// shownMembership leaves out of a membership what the Backend API alone shows.
func (x *tx) shownMembership(w *membershipWire) *frontendMembershipWire {
	out := &frontendMembershipWire{
		Object: w.Object, ID: w.ID, Role: w.Role, RoleName: w.RoleName, Permissions: w.Permissions, PublicMetadata: w.PublicMetadata,
		PublicUserData: w.PublicUserData, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
	}
	if w.Organization != nil {
		if o := tableOrganizations.get(x, w.Organization.ID); o != nil {
			out.Organization = x.wireFrontendOrganization(o)
		}
	}
	return out
}

// borrowIn runs a handler of the Backend API with the organization in the path.
func (c *frontendCall) borrowIn(o *organization, handle backendHandler) (any, error) {
	return c.borrow(handle, route.Param{Name: "organization_id", Value: o.ID})
}

// answerOrganization borrows a handler and answers the organization as it has become.
func answerOrganization(handle backendHandler) memberHandler {
	return func(c *frontendCall, o *organization) (any, error) {
		if _, err := c.borrowIn(o, handle); err != nil {
			return nil, err
		}
		return c.tx.wireFrontendOrganization(tableOrganizations.get(c.tx, o.ID)), nil
	}
}

// answerMembership borrows a handler that answers a membership.
func answerMembership(handle backendHandler) memberHandler {
	return func(c *frontendCall, o *organization) (any, error) {
		answer, err := c.borrowIn(o, handle)
		if err != nil {
			return nil, err
		}
		w, ok := answer.(*membershipWire)
		if !ok {
			return nil, errInternal()
		}
		return c.tx.shownMembership(w), nil
	}
}

// createOwnOrganization makes the person the first member of a new organization.
func createOwnOrganization(c *frontendCall) (any, error) {
	var in organizationInput
	if err := c.keepListedFields(); err != nil {
		return nil, err
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	settings := c.tx.settings()
	switch {
	case !c.user.CreateOrganization || !c.tx.userSettings().Actions.CreateOrganization:
		return nil, errForbidden("organization_creation_not_enabled", "You may not create organizations here.")
	case settings.SlugDisabled && in.Slug.given():
		return nil, paramError("form_param_unknown", "slug", "is unknown", "Slugs of organizations are switched off here.")
	}
	in.CreatedBy = given(c.user.ID)
	o, err := c.tx.newOrganization(&in)
	if err != nil {
		return nil, err
	}
	return c.tx.wireFrontendOrganization(o), nil
}

func removeOrganization(c *frontendCall, o *organization) (any, error) {
	if !o.AdminDelete {
		return nil, errForbidden("organization_admin_delete_not_enabled", "This organization cannot be deleted by its members.")
	}
	if _, err := c.borrowIn(o, deleteOrganization); err != nil {
		return nil, err
	}
	return deleted("organization", o.ID), nil
}

func dropOrganizationLogo(c *frontendCall, o *organization) (any, error) {
	if _, err := c.borrowIn(o, deleteOrganizationLogo); err != nil {
		return nil, err
	}
	return deleted("image", imageID(o.ImageURL)), nil
}

// frontendMembershipList answers memberships: a page with their number, or without the parameter paginated a bare list.
func frontendMembershipList(c *frontendCall, rows []*membership) (any, error) {
	slices.Reverse(rows)
	if paginated, _ := c.queryBool("paginated"); paginated {
		return pageOf(c.call, rows, c.tx.wireFrontendMembership)
	}
	offset, limit := pageBounds(c.call, len(rows))
	return mapped(rows[offset:min(offset+limit, len(rows))], c.tx.wireFrontendMembership), nil
}

func listMembers(c *frontendCall, o *organization) (any, error) {
	l := listing[membership]{match: membershipFilters(c.call)}
	return frontendMembershipList(c, keep(tableMemberships.find(c.tx, "organization", o.ID), l.matches))
}

// organizationRolesWire is the page of the roles that the members of an organization may have.
type organizationRolesWire struct {
	envelope[memberRoleWire]
	Migration bool `json:"has_role_set_migration"`
}

// memberRoleWire is a role as members see it.
type memberRoleWire struct {
	roleWire
	Description string `json:"description"`
}

func listOrganizationRoles(c *frontendCall, o *organization) (any, error) {
	set := c.tx.roleSetOf(o)
	rows := keep(tableRoles.all(c.tx), func(r *role) bool { return set == nil || slices.Contains(set.Roles, r.Key) })
	offset, limit := pageBounds(c.call, len(rows))
	page := mapped(rows[offset:min(offset+limit, len(rows))], func(r *role) memberRoleWire {
		return memberRoleWire{c.tx.wireRole(r), r.Description}
	})
	return organizationRolesWire{envelope: envelope[memberRoleWire]{Data: page, TotalCount: len(rows)}}, nil
}
