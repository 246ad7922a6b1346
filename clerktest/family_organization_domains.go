package clerktest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// organizationDomain is an e-mail domain whose users may join an organization.
type organizationDomain struct {
	ID             string `json:"id"`
	OrganizationID string `json:"organization_id"`
	Name           string `json:"name"`
	EnrollmentMode string `json:"enrollment_mode"`
	VerifiedAt     *int64 `json:"verified_at"`
	CreatedAt      int64  `json:"created_at"`
	UpdatedAt      int64  `json:"updated_at"`
}

type organizationDomainWire struct {
	Object                  string                  `json:"object"`
	ID                      string                  `json:"id"`
	OrganizationID          string                  `json:"organization_id"`
	Name                    string                  `json:"name"`
	EnrollmentMode          string                  `json:"enrollment_mode"`
	AffiliationEmail        *string                 `json:"affiliation_email_address"`
	AffiliationVerification *domainVerificationWire `json:"affiliation_verification"`
	OwnershipVerification   *domainVerificationWire `json:"ownership_verification"`
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

var enrollmentModes = []string{"manual_invitation", "automatic_invitation", "automatic_suggestion", "enterprise_sso"}

var hostPattern = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

var tableOrganizationDomains = &table[organizationDomain]{
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
	}
}

func wireOrganizationDomain(d *organizationDomain) organizationDomainWire {
	out := organizationDomainWire{
		Object: "organization_domain", ID: d.ID, OrganizationID: d.OrganizationID, Name: d.Name, EnrollmentMode: d.EnrollmentMode,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
	if d.VerifiedAt != nil {
		out.Verification = &domainVerificationWire{Status: "verified", Strategy: "admin", VerifiedAt: d.VerifiedAt}
		out.OwnershipVerification = out.Verification
	}
	return out
}

func orderedOrganizationDomains(c *call, rows []*organizationDomain) (any, error) {
	verified := c.query.Get("verified")
	rows = keep(rows, func(d *organizationDomain) bool {
		return verified == "" || (verified == "true") == (d.VerifiedAt != nil)
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
	mode := c.query.Get("enrollment_mode")
	rows := keep(tableOrganizationDomains.find(c.tx, "organization", o.ID), func(d *organizationDomain) bool {
		return mode == "" || d.EnrollmentMode == mode
	})
	return orderedOrganizationDomains(c, rows)
}

func listAllOrganizationDomains(c *call) (any, error) {
	if len(c.query) == 0 {
		return nil, errBadRequest("query_string_missing", "at least one filter has to be given")
	}
	var modeList []string
	for _, value := range c.query["enrollment_mode"] {
		modeList = append(modeList, strings.Split(value, ",")...)
	}
	modes, names := newSignedSet(modeList), c.query["domains"]
	orgID, text := c.query.Get("organization_id"), c.query.Get("query")
	rows := keep(tableOrganizationDomains.all(c.tx), func(d *organizationDomain) bool {
		return (orgID == "" || d.OrganizationID == orgID) && (text == "" || containsFold(d.Name, text)) &&
			(len(names) == 0 || slices.Contains(names, d.Name)) && modes.matches(d.EnrollmentMode)
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
	switch {
	case in.Verified.given() && !in.Verified.Value:
		d.VerifiedAt = nil
	case in.Verified.Value && d.VerifiedAt == nil:
		now := x.now
		d.VerifiedAt = &now
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
	for _, other := range tableOrganizationDomains.find(c.tx, "name", name) {
		if other.OrganizationID == o.ID || other.VerifiedAt != nil {
			return nil, errTaken("name")
		}
	}
	d := &organizationDomain{
		ID: c.tx.newID("orgdm_"), OrganizationID: o.ID, Name: name, EnrollmentMode: enrollmentModes[0], CreatedAt: c.tx.now,
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
	return changeOrganizationDomain(c, in)
}

func verifyOrganizationDomain(c *call) (any, error) {
	return changeOrganizationDomain(c, organizationDomainInput{Verified: field[bool]{Set: true, Value: true}})
}

func changeOrganizationDomain(c *call, in organizationDomainInput) (any, error) {
	d, err := c.organizationDomain()
	if err != nil {
		return nil, err
	}
	next := *d
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	tableOrganizationDomains.put(c.tx, &next)
	wire := wireOrganizationDomain(&next)
	c.tx.emit("organizationDomain.updated", wire)
	return wire, nil
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
