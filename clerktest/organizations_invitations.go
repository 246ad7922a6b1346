package clerktest

import (
	"cmp"
	"strings"
	"time"
)

// organizationInvitation invites an e-mail address into an organization.
type organizationInvitation struct {
	ID              string   `json:"id"`
	OrganizationID  string   `json:"organization_id"`
	EmailAddress    string   `json:"email_address"`
	Role            string   `json:"role"`
	InviterID       *string  `json:"inviter_id"`
	PublicMetadata  metadata `json:"public_metadata"`
	PrivateMetadata metadata `json:"private_metadata"`
	RedirectURL     string   `json:"redirect_url"`
	ticket
}

type organizationInvitationWire struct {
	Object            string                  `json:"object"`
	ID                string                  `json:"id"`
	EmailAddress      string                  `json:"email_address"`
	Role              string                  `json:"role"`
	RoleName          string                  `json:"role_name"`
	OrganizationID    string                  `json:"organization_id"`
	InviterID         *string                 `json:"inviter_id"`
	PublicInviterData *inviterWire            `json:"public_inviter_data"`
	Organization      *publicOrganizationWire `json:"public_organization_data,omitzero"`
	Status            string                  `json:"status"`
	PublicMetadata    metadata                `json:"public_metadata"`
	PrivateMetadata   metadata                `json:"private_metadata"`
	URL               *string                 `json:"url"`
	ExpiresAt         *int64                  `json:"expires_at"`
	CreatedAt         int64                   `json:"created_at"`
	UpdatedAt         int64                   `json:"updated_at"`
}

type inviterWire struct {
	UserID     string  `json:"user_id"`
	FirstName  *string `json:"first_name"`
	LastName   *string `json:"last_name"`
	ImageURL   string  `json:"image_url"`
	HasImage   bool    `json:"has_image"`
	Identifier string  `json:"identifier"`
}

type publicOrganizationWire struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Slug     string `json:"slug"`
	ImageURL string `json:"image_url"`
	HasImage bool   `json:"has_image"`
}

type organizationInvitationInput struct {
	EmailAddress    string          `json:"email_address"`
	InviterUserID   field[string]   `json:"inviter_user_id"`
	Role            string          `json:"role"`
	PublicMetadata  field[metadata] `json:"public_metadata"`
	PrivateMetadata field[metadata] `json:"private_metadata"`
	RedirectURL     field[string]   `json:"redirect_url"`
	ExpiresInDays   field[int64]    `json:"expires_in_days"`
	Notify          field[bool]     `json:"notify"`
}

var tableOrganizationInvitations = &table[*organizationInvitation]{
	name: "organization_invitations",
	id:   func(i *organizationInvitation) string { return i.ID },
	indexes: map[string]func(*organizationInvitation) []string{
		"organization": func(i *organizationInvitation) []string { return []string{i.OrganizationID} },
		"email":        func(i *organizationInvitation) []string { return []string{i.EmailAddress} },
		"ticket":       func(i *organizationInvitation) []string { return []string{i.Ticket} },
	},
}

func organizationInvitationsFamily() family {
	return family{
		tables: []anyTable{tableOrganizationInvitations},
		endpoints: map[string]endpoint{
			"ListOrganizationInvitations":         {read: listOrganizationInvitations},
			"CreateOrganizationInvitation":        {write: createOrganizationInvitation},
			"CreateOrganizationInvitationBulk":    {write: createOrganizationInvitations},
			"ListPendingOrganizationInvitations":  {read: listPendingOrganizationInvitations},
			"GetOrganizationInvitation":           getter((*call).organizationInvitation, (*tx).wireOrganizationInvitation),
			"RevokeOrganizationInvitation":        {write: revokeOrganizationInvitation},
			"ListInstanceOrganizationInvitations": {read: listInstanceOrganizationInvitations},
			"UsersGetOrganizationInvitations":     {read: listUserOrganizationInvitations},
		},
		organizationGone: func(x *tx, organizationID string) {
			tableOrganizationInvitations.deleteAll(x, "organization", organizationID)
		},
	}
}

// pendingInvitations are those that an organization waits for.
func (x *tx) pendingInvitations(orgID string) []*organizationInvitation {
	return keep(tableOrganizationInvitations.find(x, "organization", orgID), func(i *organizationInvitation) bool {
		return i.statusAt(x.now) == "pending"
	})
}

func (x *tx) wireOrganizationInvitation(i *organizationInvitation) organizationInvitationWire {
	expires := i.ExpiresAt
	out := organizationInvitationWire{
		Object: "organization_invitation", ID: i.ID, EmailAddress: i.EmailAddress, Role: i.Role, OrganizationID: i.OrganizationID,
		InviterID: i.InviterID, Status: i.statusAt(x.now), PublicMetadata: i.PublicMetadata, PrivateMetadata: i.PrivateMetadata,
		ExpiresAt: &expires, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	if r := tableRoles.first(x, "key", i.Role); r != nil {
		out.RoleName = r.Name
	}
	if i.InviterID != nil {
		if u := tableUsers.get(x, *i.InviterID); u != nil {
			out.PublicInviterData = &inviterWire{u.ID, u.FirstName, u.LastName, u.ImageURL, u.HasImage, u.identifier()}
		}
	}
	if out.Status == "pending" {
		link := x.inst.ticketURL(i.Ticket)
		out.URL = &link
	}
	return out
}

// organizationInvitationWithOrganization is the form in lists that span organizations.
func (x *tx) organizationInvitationWithOrganization(i *organizationInvitation) organizationInvitationWire {
	out := x.wireOrganizationInvitation(i)
	if o := tableOrganizations.get(x, i.OrganizationID); o != nil {
		out.Organization = &publicOrganizationWire{o.ID, o.Name, o.Slug, o.ImageURL, o.HasImage}
	}
	return out
}

// orderedOrganizationInvitations filters by status, orders and pages.
func orderedOrganizationInvitations(
	c *call, rows []*organizationInvitation, wire func(*organizationInvitation) organizationInvitationWire,
) (any, error) {
	status := c.query.Get("status")
	rows = keep(rows, func(i *organizationInvitation) bool { return status == "" || i.statusAt(c.tx.now) == status })
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *organizationInvitation) int{
		"created_at":    func(a, b *organizationInvitation) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"email_address": func(a, b *organizationInvitation) int { return cmp.Compare(a.EmailAddress, b.EmailAddress) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, wire)
}

func listOrganizationInvitations(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	email := strings.ToLower(c.query.Get("email_address"))
	rows := keep(tableOrganizationInvitations.find(c.tx, "organization", o.ID), func(i *organizationInvitation) bool {
		return email == "" || i.EmailAddress == email
	})
	return orderedOrganizationInvitations(c, rows, c.tx.wireOrganizationInvitation)
}

func listPendingOrganizationInvitations(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	return orderedOrganizationInvitations(c, c.tx.pendingInvitations(o.ID), c.tx.wireOrganizationInvitation)
}

func listInstanceOrganizationInvitations(c *call) (any, error) {
	text := c.query.Get("query")
	rows := keep(tableOrganizationInvitations.all(c.tx), func(i *organizationInvitation) bool {
		return text == "" || i.ID == text || containsFold(i.EmailAddress, text)
	})
	return orderedOrganizationInvitations(c, rows, c.tx.organizationInvitationWithOrganization)
}

func listUserOrganizationInvitations(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	var rows []*organizationInvitation
	for _, email := range identifierValues(u.Emails) {
		rows = append(rows, tableOrganizationInvitations.find(c.tx, "email", email)...)
	}
	return orderedOrganizationInvitations(c, rows, c.tx.organizationInvitationWithOrganization)
}

func createOrganizationInvitation(c *call) (any, error) {
	var in organizationInvitationInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	return c.tx.inviteToOrganization(o, in)
}

func createOrganizationInvitations(c *call) (any, error) {
	var list []organizationInvitationInput
	if err := c.decode(&list); err != nil {
		return nil, err
	}
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	if err := checkBulk(len(list), maxBulk); err != nil {
		return nil, err
	}
	out := make([]organizationInvitationWire, 0, len(list))
	for _, in := range list {
		wire, err := c.tx.inviteToOrganization(o, in)
		if err != nil {
			return nil, err
		}
		out = append(out, wire)
	}
	return envelope[organizationInvitationWire]{Data: out, TotalCount: len(out)}, nil
}

// checkOrganizationInvitation refuses an invitation that cannot be made and returns its address as it is stored.
func (x *tx) checkOrganizationInvitation(o *organization, in *organizationInvitationInput) (email string, err error) {
	email, ok := parseEmail(in.EmailAddress)
	if !ok {
		return "", errParamFormat("email_address", "an e-mail address")
	}
	if err := x.checkMemberRole(o, in.Role); err != nil {
		return "", err
	}
	if err := (&metadataInput{Public: in.PublicMetadata, Private: in.PrivateMetadata}).check(); err != nil {
		return "", err
	}
	if in.RedirectURL.given() {
		if err := checkRedirectURL(in.RedirectURL.Value); err != nil {
			return "", err
		}
	}
	if in.InviterUserID.given() {
		if err := x.checkManager(o.ID, in.InviterUserID.Value); err != nil {
			return "", err
		}
	}
	if u := x.userByEmail(email); u != nil && x.findMembership(o.ID, u.ID) != nil {
		return "", errBadRequest("already_a_member_in_organization", "this user is a member already")
	}
	if err := x.checkMemberQuota(o); err != nil {
		return "", err
	}
	for _, earlier := range tableOrganizationInvitations.find(x, "email", email) {
		if earlier.OrganizationID == o.ID && earlier.statusAt(x.now) == "pending" {
			return "", errBadRequest("organization_invitation_not_unique", "there is a pending invitation for this e-mail address")
		}
	}
	return email, nil
}

func (x *tx) inviteToOrganization(o *organization, in organizationInvitationInput) (organizationInvitationWire, error) {
	email, err := x.checkOrganizationInvitation(o, &in)
	if err != nil {
		return organizationInvitationWire{}, err
	}
	days := int64(defaultInvitationDays)
	in.ExpiresInDays.applyValue(&days)
	row := &organizationInvitation{
		ID: x.newID("orginv_"), OrganizationID: o.ID, EmailAddress: email, Role: in.Role, InviterID: in.InviterUserID.pointer(),
		PublicMetadata: orEmpty(in.PublicMetadata.Value), PrivateMetadata: orEmpty(in.PrivateMetadata.Value),
		RedirectURL: in.RedirectURL.Value, ticket: x.newTicket(time.Duration(days) * 24 * time.Hour),
	}
	tableOrganizationInvitations.put(x, row)
	wire := x.wireOrganizationInvitation(row)
	x.emit("organizationInvitation.created", wire)
	if !in.Notify.Set || in.Notify.Value {
		x.sendEmail(outboxEmail{
			To: email, Slug: "organization_invitation", Subject: "You are invited to " + o.Name,
			Body: "Accept the invitation: " + x.inst.ticketURL(row.Ticket),
		})
	}
	return wire, nil
}

func (c *call) organizationInvitation() (*organizationInvitation, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	if i := tableOrganizationInvitations.get(c.tx, c.param("invitation_id")); i != nil && i.OrganizationID == o.ID {
		return i, nil
	}
	return nil, errNotFound("organization invitation")
}

func revokeOrganizationInvitation(c *call) (any, error) {
	i, err := c.organizationInvitation()
	if err != nil {
		return nil, err
	}
	var in struct {
		RequestingUserID field[string] `json:"requesting_user_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.RequestingUserID.given() {
		if err := c.tx.checkManager(i.OrganizationID, in.RequestingUserID.Value); err != nil {
			return nil, err
		}
	}
	if i.statusAt(c.tx.now) != "pending" {
		return nil, errBadRequest("organization_invitation_not_pending", "only a pending invitation can be revoked")
	}
	i = tableOrganizationInvitations.update(c.tx, i.ID, func(i *organizationInvitation) { i.settle("revoked", c.tx.now) })
	wire := c.tx.wireOrganizationInvitation(i)
	c.tx.emit("organizationInvitation.revoked", wire)
	return wire, nil
}
