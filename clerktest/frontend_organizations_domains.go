package clerktest

import (
	"errors"
	"slices"
	"strings"
)

// browserDomainsFamily is the part of the Frontend API about the domains of organizations.
func browserDomainsFamily() family {
	manage := func(handle memberHandler) frontendEndpoint {
		return frontendEndpoint{write: inOrganization(manageDomains, withDomains(handle))}
	}
	return family{frontend: map[string]frontendEndpoint{
		"ListOrganizationDomains": {read: inOrganization(readDomains, withDomains(func(c *frontendCall, o *organization) (any, error) {
			return c.borrowIn(o, listOrganizationDomains)
		}))},
		"GetOrganizationDomain":                  {read: inOrganization(readDomains, withDomains(readDomain))},
		"CreateOrganizationDomain":               manage(addOrganizationDomain),
		"createOrganizationDomainsBulk":          manage(addOrganizationDomains),
		"deleteOrganizationDomain":               manage(removeDomain),
		"UpdateOrganizationDomainEnrollmentMode": manage(changeEnrollment),

		"prepareOrganizationDomainVerification":           manage(prepareAffiliation),
		"attemptOrganizationDomainVerification":           manage(attemptAffiliation),
		"prepareOrganizationDomainOwnershipVerification":  manage(eachDomain(prepareOwnership)),
		"attemptOrganizationDomainOwnershipVerification":  manage(eachDomain(attemptOwnership)),
		"prepareOrganizationDomainsOwnershipVerification": manage(everyDomain(prepareOwnership)),
		"attemptOrganizationDomainsOwnershipVerification": manage(everyDomain(attemptOwnership)),
	}}
}

// ownershipRecord is in front of the domain in the name of the TXT record that shows who owns it.
const ownershipRecord = "_clerk-challenge."

// withDomains refuses where the instance does without domains of organizations.
func withDomains(handle memberHandler) memberHandler {
	return func(c *frontendCall, o *organization) (any, error) {
		if s := c.tx.settings(); !s.DomainsEnabled {
			return nil, errForbidden("organization_domains_not_enabled", "Domains of organizations are switched off in this instance.")
		}
		return handle(c, o)
	}
}

func readDomain(c *frontendCall, o *organization) (any, error) {
	d, err := c.domainOf(o, c.param("domain_id"))
	if err != nil {
		return nil, err
	}
	return wireOrganizationDomain(d), nil
}

func (c *frontendCall) domainOf(o *organization, id string) (*organizationDomain, error) {
	if d := tableOrganizationDomains.get(c.tx, id); d != nil && d.OrganizationID == o.ID {
		return d, nil
	}
	return nil, errNotFound("organization domain")
}

// addOrganizationDomain adds a domain that nobody has verified yet.
func addOrganizationDomain(c *frontendCall, _ *organization) (any, error) {
	if err := c.keepListedFields(); err != nil {
		return nil, err
	}
	if err := c.setField("verified", false); err != nil {
		return nil, err
	}
	return createOrganizationDomain(c.call)
}

type domainRefusal struct {
	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
	Code string `json:"code"`
}

// domainsWire tells of several domains which ones went well.
type domainsWire struct {
	Data   []organizationDomainWire `json:"data"`
	Errors []domainRefusal          `json:"errors"`
}

// addOrganizationDomains adds several domains; one that is refused does not hold the others up.
func addOrganizationDomains(c *frontendCall, _ *organization) (any, error) {
	var in struct {
		Names          []string      `json:"names"`
		EnrollmentMode field[string] `json:"enrollment_mode"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := checkBulk(len(in.Names), maxBulk); err != nil {
		return nil, err
	}
	out := domainsWire{Data: []organizationDomainWire{}, Errors: []domainRefusal{}}
	for _, name := range in.Names {
		c.raw = nil
		if err := c.setField("name", name); err != nil {
			return nil, err
		}
		if in.EnrollmentMode.given() {
			if err := c.setField("enrollment_mode", in.EnrollmentMode.Value); err != nil {
				return nil, err
			}
		}
		if err := c.setField("verified", false); err != nil {
			return nil, err
		}
		made, err := createOrganizationDomain(c.call)
		if err != nil {
			out.Errors = append(out.Errors, domainRefusal{Name: name, Code: codeOf(err)})
			continue
		}
		if wire, ok := made.(organizationDomainWire); ok {
			out.Data = append(out.Data, wire)
		}
	}
	return out, nil
}

// codeOf is Clerk's code of a refusal.
func codeOf(err error) string {
	var refused *apiError
	if errors.As(err, &refused) && len(refused.items) > 0 {
		return refused.items[0].Code
	}
	return "internal_clerk_error"
}

func removeDomain(c *frontendCall, o *organization) (any, error) {
	return c.borrowIn(o, deleteOrganizationDomain)
}

// changeEnrollment says how people with an address of a verified domain come in.
func changeEnrollment(c *frontendCall, o *organization) (any, error) {
	var in struct {
		Mode          string      `json:"enrollment_mode"`
		DeletePending field[bool] `json:"delete_pending"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	d, err := c.domainOf(o, c.param("domain_id"))
	if err != nil {
		return nil, err
	}
	s := c.tx.settings()
	switch {
	case !slices.Contains(s.EnrollmentModes, in.Mode):
		return nil, errParamValue("enrollment_mode", "one of "+strings.Join(s.EnrollmentModes, ", "))
	case in.Mode != enrollmentModes[0] && !d.Verified:
		return nil, errBadRequest("organization_domain_not_verified", "Verify the domain first.")
	}
	next := *d
	next.EnrollmentMode, next.UpdatedAt = in.Mode, c.tx.now
	if in.DeletePending.Value {
		c.tx.dropPendingOf(&next)
	}
	wire := c.storeOrganizationDomain(&next)
	if in.Mode == "automatic_invitation" {
		for _, u := range tableUsers.all(c.tx) {
			c.tx.inviteByDomain(u)
		}
	}
	return wire, nil
}

// dropPendingOf revokes the invitations and drops the requests of people who have an address of a domain.
func (x *tx) dropPendingOf(d *organizationDomain) {
	for _, i := range x.pendingInvitations(d.OrganizationID) {
		if strings.HasSuffix(i.EmailAddress, "@"+d.Name) {
			tableOrganizationInvitations.update(x, i.ID, func(i *organizationInvitation) { i.settle("revoked", x.now) })
		}
	}
	for _, r := range tableJoinRequests.find(x, "organization", d.OrganizationID) {
		if u := tableUsers.get(x, r.UserID); r.Status == "pending" && u != nil && slices.ContainsFunc(u.Emails, func(e identifier) bool {
			return strings.HasSuffix(e.Value, "@"+d.Name)
		}) {
			tableJoinRequests.delete(x, r.ID)
		}
	}
}

// inviteByDomain invites a user into the organizations that have verified the domain of an address of the user and want
// that.
func (x *tx) inviteByDomain(u *user) {
	for _, d := range x.domainsOf(u, "automatic_invitation") {
		o := tableOrganizations.get(x, d.OrganizationID)
		if o == nil {
			continue
		}
		for i := range u.Emails {
			if u.Emails[i].verified() && strings.HasSuffix(u.Emails[i].Value, "@"+d.Name) {
				// A refusal, such as that of a full organization, is no concern of the user's.
				_, _ = x.inviteToOrganization(o, organizationInvitationInput{
					EmailAddress: u.Emails[i].Value, Role: x.settings().DomainsDefaultRole, Notify: field[bool]{Set: true},
				})
				break
			}
		}
	}
}

// prepareAffiliation sends a code to an address of the domain.
func prepareAffiliation(c *frontendCall, o *organization) (any, error) {
	var in struct {
		Email string `json:"affiliation_email_address"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	d, err := c.domainOf(o, c.param("domain_id"))
	if err != nil {
		return nil, err
	}
	email, ok := parseEmail(in.Email)
	switch {
	case !ok || !strings.HasSuffix(email, "@"+d.Name):
		return nil, errParamValue("affiliation_email_address", "an address of the domain "+d.Name)
	case d.Verified:
		return nil, errBadRequest("organization_domain_already_verified", "This domain is verified already.")
	}
	code, err := c.tx.newOneTimeCode()
	if err != nil {
		return nil, err
	}
	next := *d
	next.AffiliationEmail, next.Affiliation, next.UpdatedAt = email, &code, c.tx.now
	c.tx.sendEmail(outboxEmail{
		To: email, Slug: "affiliation_code", Subject: code.Code + " is your verification code",
		Body: "The code that verifies " + d.Name + " for " + o.Name + " is " + code.Code, Code: code.Code,
	})
	return c.storeOrganizationDomain(&next), nil
}

func attemptAffiliation(c *frontendCall, o *organization) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	d, err := c.domainOf(o, c.param("domain_id"))
	switch {
	case err != nil:
		return nil, err
	case d.Affiliation == nil:
		return nil, errNotPrepared()
	}
	next, v := *d, &factorVerification{Value: d.AffiliationEmail, oneTimeCode: *d.Affiliation}
	refusal := c.tx.guessCode(v, in.Code)
	next.Affiliation, next.UpdatedAt = &v.oneTimeCode, c.tx.now
	if refusal != nil {
		tableOrganizationDomains.put(c.tx, &next)
		return nil, refusal
	}
	if err := (&organizationDomainInput{Verified: field[bool]{Set: true, Value: true}}).applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	return c.storeOrganizationDomain(&next), nil
}

// eachDomain does something with the domain of the path.
func eachDomain(step func(*frontendCall, *organizationDomain) (organizationDomainWire, error)) memberHandler {
	return func(c *frontendCall, o *organization) (any, error) {
		d, err := c.domainOf(o, c.param("domain_id"))
		if err != nil {
			return nil, err
		}
		return step(c, d)
	}
}

// everyDomain does something with several domains and tells of each whether it went well.
func everyDomain(step func(*frontendCall, *organizationDomain) (organizationDomainWire, error)) memberHandler {
	return func(c *frontendCall, o *organization) (any, error) {
		var in struct {
			IDs []string `json:"organization_domain_ids"`
		}
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		if err := checkBulk(len(in.IDs), maxBulk); err != nil {
			return nil, err
		}
		out := domainsWire{Data: []organizationDomainWire{}, Errors: []domainRefusal{}}
		for _, id := range in.IDs {
			d, err := c.domainOf(o, id)
			if err != nil {
				out.Errors = append(out.Errors, domainRefusal{ID: id, Code: codeOf(err)})
				continue
			}
			wire, err := step(c, d)
			if err != nil {
				out.Errors = append(out.Errors, domainRefusal{ID: id, Code: codeOf(err)})
				continue
			}
			out.Data = append(out.Data, wire)
		}
		return out, nil
	}
}

// prepareOwnership says which record of the domain shows that it belongs to the organization.
func prepareOwnership(c *frontendCall, d *organizationDomain) (organizationDomainWire, error) {
	if d.OwnedAt != nil || d.OwnershipRecord != "" {
		return wireOrganizationDomain(d), nil
	}
	next := *d
	next.OwnershipRecord, next.UpdatedAt = "clerk-verification="+randomHex(16), c.tx.now
	return c.storeOrganizationDomain(&next), nil
}

// testDomain is a domain that exists for tests alone (RFC 2606, RFC 6761).
func testDomain(name string) bool {
	for _, reserved := range []string{"test", "example", "invalid", "localhost", "example.com", "example.net", "example.org"} {
		if name == reserved || strings.HasSuffix(name, "."+reserved) {
			return true
		}
	}
	return false
}

// attemptOwnership looks for the record. The emulator asks no name server: in test mode the domains that exist for
// tests have their record, no other domain has.
func attemptOwnership(c *frontendCall, d *organizationDomain) (organizationDomainWire, error) {
	s := c.tx.settings()
	switch {
	case d.OwnedAt != nil:
		return wireOrganizationDomain(d), nil
	case d.OwnershipRecord == "":
		return organizationDomainWire{}, errNotPrepared()
	}
	next := *d
	next.OwnershipAttempts++
	next.UpdatedAt = c.tx.now
	if s.TestMode && testDomain(d.Name) {
		next.OwnedAt = &c.tx.now
	}
	return c.storeOrganizationDomain(&next), nil
}
