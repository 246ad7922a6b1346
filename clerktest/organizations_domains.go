package clerktest

import (
	"cmp"
	"slices"
	"strings"
)

// organizationDomain is an e-mail domain whose users may join an organization.
type organizationDomain struct {
	ID             string `json:"id"`
	OrganizationID string `json:"organization_id"`
	Name           string `json:"name"`
	EnrollmentMode string `json:"enrollment_mode"`
	Verified       bool   `json:"verified"` // that it belongs with the organization
	OwnedAt        *int64 `json:"owned_at"` // when ownership was verified
	CreatedAt      int64  `json:"created_at"`
	UpdatedAt      int64  `json:"updated_at"`

	AffiliationEmail  string       `json:"affiliation_email,omitzero"` // that the code of Affiliation went to
	Affiliation       *oneTimeCode `json:"affiliation,omitzero"`
	OwnershipRecord   string       `json:"ownership_record,omitzero"` // value of the TXT record that shows ownership
	OwnershipAttempts int64        `json:"ownership_attempts,omitzero"`
}

type organizationDomainWire struct {
	Object                  string                  `json:"object"`
	ID                      string                  `json:"id"`
	OrganizationID          string                  `json:"organization_id"`
	Name                    string                  `json:"name"`
	EnrollmentMode          string                  `json:"enrollment_mode"`
	AffiliationEmail        *string                 `json:"affiliation_email_address"`
	AffiliationVerification *domainVerificationWire `json:"affiliation_verification"`
	OwnershipVerification   *domainOwnershipWire    `json:"ownership_verification"`
	Verification            *domainVerificationWire `json:"verification"`
	PendingInvitations      int64                   `json:"total_pending_invitations"`
	PendingSuggestions      int64                   `json:"total_pending_suggestions"`
	CreatedAt               int64                   `json:"created_at"`
	UpdatedAt               int64                   `json:"updated_at"`
}

type domainVerificationWire struct {
	Status     string `json:"status"`
	Strategy   string `json:"strategy"`
	Attempts   *int64 `json:"attempts"`
	ExpireAt   *int64 `json:"expire_at"`
	VerifiedAt *int64 `json:"verified_at"`
}

// domainOwnershipWire tells besides where the record of a domain has to be.
type domainOwnershipWire struct {
	domainVerificationWire
	RecordName  *string `json:"txt_record_name,omitzero"`
	RecordValue *string `json:"txt_record_value,omitzero"`
}

var enrollmentModes = []string{"manual_invitation", "automatic_invitation", "automatic_suggestion", "enterprise_sso"}

// maxDomains is how many domains an organization may have.
const maxDomains = 10

// commonDomains are some of those that belong to nobody's organization.
var commonDomains = []string{"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "proton.me", "gmx.de"}

var tableOrganizationDomains = &table[*organizationDomain]{
	name: "organization_domains",
	id:   func(d *organizationDomain) string { return d.ID },
	indexes: map[string]func(*organizationDomain) []string{
		"organization": func(d *organizationDomain) []string { return []string{d.OrganizationID} },
		"name":         func(d *organizationDomain) []string { return []string{d.Name} },
	},
}

func organizationDomainsFamily() family {
	return family{
		tables: []anyTable{tableOrganizationDomains},
		endpoints: map[string]endpoint{
			"ListOrganizationDomains":           {read: listOrganizationDomains},
			"CreateOrganizationDomain":          {write: createOrganizationDomain},
			"UpdateOrganizationDomain":          {write: updateOrganizationDomain},
			"DeleteOrganizationDomain":          {write: deleteOrganizationDomain},
			"VerifyOrganizationDomainOwnership": {write: verifyOrganizationDomain},
			"ListAllOrganizationDomains":        {read: listAllOrganizationDomains},
		},
		organizationGone: func(x *tx, organizationID string) {
			tableOrganizationDomains.deleteAll(x, "organization", organizationID)
		},
	}
}

func wireOrganizationDomain(d *organizationDomain) organizationDomainWire {
	out := organizationDomainWire{
		Object: "organization_domain", ID: d.ID, OrganizationID: d.OrganizationID, Name: d.Name, EnrollmentMode: d.EnrollmentMode,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
	switch code := d.Affiliation; {
	case code != nil:
		out.AffiliationVerification = &domainVerificationWire{Status: code.Status, Strategy: "email_code", Attempts: &code.Attempts, ExpireAt: &code.ExpireAt}
	case d.Verified:
		out.AffiliationVerification = &domainVerificationWire{Status: "verified", Strategy: "admin"}
	}
	out.Verification, out.AffiliationEmail = out.AffiliationVerification, nilIfEmpty(d.AffiliationEmail)
	switch {
	case d.OwnershipRecord != "":
		name := ownershipRecord + d.Name
		out.OwnershipVerification = &domainOwnershipWire{
			domainVerificationWire{Status: "unverified", Strategy: "txt", Attempts: &d.OwnershipAttempts, VerifiedAt: d.OwnedAt}, &name, &d.OwnershipRecord,
		}
		if d.OwnedAt != nil {
			out.OwnershipVerification.Status = "verified"
		}
	case d.OwnedAt != nil:
		out.OwnershipVerification = &domainOwnershipWire{
			domainVerificationWire: domainVerificationWire{Status: "verified", Strategy: "manual_override", VerifiedAt: d.OwnedAt},
		}
	}
	return out
}

// orderedOrganizationDomains applies what both lists offer: filters by verification and enrollment mode, order and
// paging.
func orderedOrganizationDomains(c *call, rows []*organizationDomain) (any, error) {
	modes, verified := newSignedSet(c.query["enrollment_mode"]), c.query.Get("verified")
	rows = keep(rows, func(d *organizationDomain) bool {
		return modes.matches(d.EnrollmentMode) && (verified == "" || (verified == "true") == d.Verified)
	})
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *organizationDomain) int{
		"created_at": func(a, b *organizationDomain) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *organizationDomain) int { return cmp.Compare(a.Name, b.Name) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, wireOrganizationDomain)
}

func listOrganizationDomains(c *call) (any, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	return orderedOrganizationDomains(c, tableOrganizationDomains.find(c.tx, "organization", o.ID))
}

func listAllOrganizationDomains(c *call) (any, error) {
	names, orgID, text := c.query["domains"], c.query.Get("organization_id"), c.query.Get("query")
	if c.query.Has("query") && strings.TrimSpace(text) == "" {
		return nil, errParamNil("query")
	}
	if strings.HasPrefix(text, "org_") {
		orgID, text = text, ""
	}
	rows := keep(tableOrganizationDomains.all(c.tx), func(d *organizationDomain) bool {
		return (orgID == "" || d.OrganizationID == orgID) && containsFold(d.Name, text) && (len(names) == 0 || slices.Contains(names, d.Name))
	})
	return orderedOrganizationDomains(c, rows)
}

type organizationDomainInput struct {
	Name           string        `json:"name"`
	EnrollmentMode field[string] `json:"enrollment_mode"`
	Verified       field[bool]   `json:"verified"`
}

func (in *organizationDomainInput) applyTo(x *tx, d *organizationDomain) error {
	if in.EnrollmentMode.given() && !slices.Contains(enrollmentModes, in.EnrollmentMode.Value) {
		return errParamValue("enrollment_mode", "one of "+strings.Join(enrollmentModes, ", "))
	}
	in.EnrollmentMode.applyValue(&d.EnrollmentMode)
	in.Verified.applyValue(&d.Verified)
	for _, other := range tableOrganizationDomains.find(x, "name", d.Name) {
		if other.ID != d.ID && (other.OrganizationID == d.OrganizationID || (other.Verified && d.Verified)) {
			return paramError("organization_domain_already_exists", "name", "is taken", "this domain is in use already")
		}
	}
	d.UpdatedAt = x.now
	return nil
}

func createOrganizationDomain(c *call) (any, error) {
	var in organizationDomainInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(in.Name)
	if !hostPattern.MatchString(name) {
		return nil, errParamFormat("name", "a domain name")
	}
	switch {
	case slices.Contains(commonDomains, name):
		return nil, paramError("organization_domain_common", "name", "is not permitted", "everybody may have an address of this domain")
	case tableOrganizationDomains.count(c.tx, "organization", o.ID) >= maxDomains:
		return nil, errQuota("organization_domain_quota_exceeded", "this organization has as many domains as it may have")
	}
	d := &organizationDomain{
		ID: c.tx.newID("orgdm_"), OrganizationID: o.ID, Name: name, EnrollmentMode: enrollmentModes[0], Verified: true, CreatedAt: c.tx.now,
	}
	if err := in.applyTo(c.tx, d); err != nil {
		return nil, err
	}
	tableOrganizationDomains.put(c.tx, d)
	wire := wireOrganizationDomain(d)
	c.tx.emit("organizationDomain.created", wire)
	return wire, nil
}

func (c *call) organizationDomain() (*organizationDomain, error) {
	o, err := c.organization()
	if err != nil {
		return nil, err
	}
	if d := tableOrganizationDomains.get(c.tx, c.param("domain_id")); d != nil && d.OrganizationID == o.ID {
		return d, nil
	}
	return nil, errNotFound("organization domain")
}

func updateOrganizationDomain(c *call) (any, error) {
	var in organizationDomainInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	d, err := c.organizationDomain()
	if err != nil {
		return nil, err
	}
	next := *d
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	return c.storeOrganizationDomain(&next), nil
}

func verifyOrganizationDomain(c *call) (any, error) {
	d, err := c.organizationDomain()
	if err != nil {
		return nil, err
	}
	if d.OwnedAt != nil {
		return wireOrganizationDomain(d), nil
	}
	next := *d
	next.OwnedAt, next.UpdatedAt = &c.tx.now, c.tx.now
	return c.storeOrganizationDomain(&next), nil
}

func (c *call) storeOrganizationDomain(d *organizationDomain) organizationDomainWire {
	tableOrganizationDomains.put(c.tx, d)
	wire := wireOrganizationDomain(d)
	c.tx.emit("organizationDomain.updated", wire)
	return wire
}

func deleteOrganizationDomain(c *call) (any, error) {
	d, err := c.organizationDomain()
	if err != nil {
		return nil, err
	}
	tableOrganizationDomains.delete(c.tx, d.ID)
	gone := deleted("organization_domain", d.ID)
	c.tx.emit("organizationDomain.deleted", gone)
	return gone, nil
}
