package clerktest

type organizationWire struct {
	Object                  string    `json:"object"`
	ID                      string    `json:"id"`
	Name                    string    `json:"name"`
	Slug                    string    `json:"slug"`
	ImageURL                string    `json:"image_url"`
	HasImage                bool      `json:"has_image"`
	MembersCount            *int      `json:"members_count,omitzero"`
	MissingElevated         *bool     `json:"missing_member_with_elevated_permissions,omitzero"`
	PendingInvitationsCount *int      `json:"pending_invitations_count,omitzero"`
	MaxAllowedMemberships   int64     `json:"max_allowed_memberships"`
	AdminDeleteEnabled      bool      `json:"admin_delete_enabled"`
	PublicMetadata          metadata  `json:"public_metadata"`
	PrivateMetadata         *metadata `json:"private_metadata,omitzero"`
	CreatedBy               *string   `json:"created_by,omitzero"`
	CreatedAt               int64     `json:"created_at"`
	UpdatedAt               int64     `json:"updated_at"`
	LastActiveAt            *int64    `json:"last_active_at,omitzero"`
	RoleSetKey              *string   `json:"role_set_key"`
}

// wireOrganization returns the answer form of an organization without counts.
func wireOrganization(o *organization) *organizationWire {
	private := orEmpty(o.PrivateMetadata)
	return &organizationWire{
		Object: "organization", ID: o.ID, Name: o.Name, Slug: o.Slug, ImageURL: o.ImageURL, HasImage: o.HasImage,
		MaxAllowedMemberships: o.MaxMemberships, AdminDeleteEnabled: o.AdminDelete, PublicMetadata: orEmpty(o.PublicMetadata),
		PrivateMetadata: &private, CreatedBy: o.CreatedBy, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
		LastActiveAt: o.LastActiveAt, RoleSetKey: o.RoleSetKey,
	}
}

// wireOrganizationCounted adds what include_members_count and its sibling ask for.
func wireOrganizationCounted(c *call, o *organization) *organizationWire {
	w := wireOrganization(o)
	if want, _ := c.queryBool("include_members_count"); want {
		n := tableMemberships.count(c.tx, "organization", o.ID)
		w.MembersCount = &n
	}
	if want, _ := c.queryBool("include_missing_member_with_elevated_permissions"); want {
		missing := !c.tx.hasElevatedMember(o.ID)
		w.MissingElevated = &missing
	}
	return w
}

// hasElevatedMember reports whether somebody may manage the members.
func (x *tx) hasElevatedMember(orgID string) bool {
	for _, m := range tableMemberships.find(x, "organization", orgID) {
		if x.mayManageMembers(m.Role) {
			return true
		}
	}
	return false
}

type membershipWire struct {
	ID              string            `json:"id"`
	Object          string            `json:"object"`
	Role            string            `json:"role"`
	RoleName        string            `json:"role_name"`
	Permissions     []string          `json:"permissions"`
	PublicMetadata  metadata          `json:"public_metadata"`
	PrivateMetadata metadata          `json:"private_metadata"`
	Organization    *organizationWire `json:"organization"`
	PublicUserData  *publicUserWire   `json:"public_user_data,omitzero"`
	CreatedAt       int64             `json:"created_at"`
	UpdatedAt       int64             `json:"updated_at"`
}

// publicUserWire is what other members see of a user.
type publicUserWire struct {
	UserID          string  `json:"user_id"`
	FirstName       *string `json:"first_name"`
	LastName        *string `json:"last_name"`
	ProfileImageURL *string `json:"profile_image_url"`
	ImageURL        string  `json:"image_url"`
	HasImage        bool    `json:"has_image"`
	Identifier      *string `json:"identifier,omitzero"`
	Username        *string `json:"username,omitzero"`
	Banned          bool    `json:"banned"`
}

// wireMembership returns the answer form of a membership.
func (x *tx) wireMembership(m *membership) *membershipWire {
	w := &membershipWire{
		ID: m.ID, Object: "organization_membership", Role: m.Role, Permissions: orNone(x.permissionsOf(m.Role)),
		PublicMetadata: orEmpty(m.PublicMetadata), PrivateMetadata: orEmpty(m.PrivateMetadata),
		CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
	}
	if r := tableRoles.first(x, "key", m.Role); r != nil {
		w.RoleName = r.Name
	}
	if o := tableOrganizations.get(x, m.OrganizationID); o != nil {
		w.Organization = wireOrganization(o)
	}
	if u := tableUsers.get(x, m.UserID); u != nil {
		w.PublicUserData = wirePublicUser(u)
	}
	return w
}

func wirePublicUser(u *user) *publicUserWire {
	w := &publicUserWire{
		UserID: u.ID, FirstName: u.FirstName, LastName: u.LastName, ProfileImageURL: &u.ImageURL, ImageURL: u.ImageURL,
		HasImage: u.HasImage, Username: u.Username, Banned: u.Banned,
	}
	if id := u.identifier(); id != "" {
		w.Identifier = &id
	}
	return w
}

// identifier returns what names the user best: e-mail address, phone number, username or wallet.
func (u *user) identifier() string {
	for _, v := range []string{
		primaryValue(u.Emails, u.PrimaryEmailID), primaryValue(u.Phones, u.PrimaryPhoneID),
		text(u.Username), primaryValue(u.Wallets, u.PrimaryWalletID),
	} {
		if v != "" {
			return v
		}
	}
	return ""
}
