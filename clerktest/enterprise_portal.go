package clerktest

import "slices"

// portalToken is a link token of the admin portal, where the IT department of a customer sets up its connection.
type portalToken struct {
	ID               string   `json:"id"`
	LinkID           string   `json:"link_id"`
	OrganizationID   *string  `json:"organization_id"`
	ContactID        *string  `json:"contact_id"`
	Scopes           []string `json:"scopes"`
	Revoked          bool     `json:"revoked"`
	RevocationReason *string  `json:"revocation_reason"`
	Expiration       int64    `json:"expiration"`
	CreatedAt        int64    `json:"created_at"`
	UpdatedAt        int64    `json:"updated_at"`
}

type portalTokenWire struct {
	Object           string   `json:"object"`
	ID               string   `json:"id"`
	LinkID           string   `json:"admin_portal_link_id"`
	InstanceID       string   `json:"instance_id"`
	OrganizationID   *string  `json:"organization_id"`
	ContactID        *string  `json:"it_contact_id"`
	Scopes           []string `json:"scopes"`         // null when none were given
	Token            string   `json:"token,omitzero"` // shown once
	Revoked          bool     `json:"revoked"`
	RevocationReason *string  `json:"revocation_reason"`
	Expired          bool     `json:"expired"`
	Expiration       int64    `json:"expiration"`
	CreatedAt        int64    `json:"created_at"`
	UpdatedAt        int64    `json:"updated_at"`
}

var tablePortalTokens = &table[*portalToken]{name: "admin_portal_link_tokens", id: func(t *portalToken) string { return t.ID }}

func adminPortalFamily() family {
	return family{
		tables: []anyTable{tablePortalTokens},
		endpoints: map[string]endpoint{
			"createAdminPortalLinkToken": {write: createPortalToken},
			"revokeAdminPortalLinkToken": {write: revokePortalToken},
		},
	}
}

func (x *tx) wirePortalToken(t *portalToken) portalTokenWire {
	return portalTokenWire{
		Object: "admin_portal_link_token", ID: t.ID, LinkID: t.LinkID, InstanceID: x.inst.id, OrganizationID: t.OrganizationID,
		ContactID: t.ContactID, Scopes: t.Scopes, Revoked: t.Revoked, RevocationReason: t.RevocationReason,
		Expired: expiredAt(&t.Expiration, x.now), Expiration: t.Expiration, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

func createPortalToken(c *call) (any, error) {
	var in struct {
		OrganizationID field[string] `json:"organization_id"`
		ContactID      field[string] `json:"it_contact_id"`
		Scopes         []string      `json:"scopes"`
		Lifetime       field[int64]  `json:"seconds_until_expiration"`
	}
	if len(c.raw) == 0 {
		return nil, errBodyInvalid("the body is missing, an empty object at least has to be there")
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.OrganizationID.given() && tableOrganizations.get(c.tx, in.OrganizationID.Value) == nil {
		return nil, errNotFound("organization")
	}
	if slices.Contains(in.Scopes, "") {
		return nil, errParamValue("scopes", "a list of scopes that are not empty")
	}
	lifetime := int64(3600)
	in.Lifetime.applyValue(&lifetime)
	t := &portalToken{
		ID: newHexID("aplt_"), LinkID: c.tx.newID("apl_"), OrganizationID: in.OrganizationID.pointer(), ContactID: in.ContactID.pointer(),
		Scopes: in.Scopes, Expiration: c.tx.now + lifetime*1000, CreatedAt: c.tx.now, UpdatedAt: c.tx.now,
	}
	tablePortalTokens.put(c.tx, t)
	wire := c.tx.wirePortalToken(t)
	wire.Token = newHexID("aplt_")
	return wire, nil
}

func revokePortalToken(c *call) (any, error) {
	var in struct {
		Reason field[string] `json:"revocation_reason"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t := tablePortalTokens.update(c.tx, c.param("adminPortalLinkTokenID"), func(t *portalToken) {
		t.Revoked, t.RevocationReason, t.UpdatedAt = true, in.Reason.pointer(), c.tx.now
	})
	if t == nil {
		return nil, errNotFound("admin portal link token")
	}
	return c.tx.wirePortalToken(t), nil
}
