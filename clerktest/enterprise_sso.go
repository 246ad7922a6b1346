package clerktest

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// enterprise is a connection of the deprecated SAML endpoints as one of those that came after them.
func (s *samlConnection) enterprise() *enterpriseConnection {
	return &enterpriseConnection{
		ID: s.ID, Name: s.Name, Provider: s.Provider, Domains: s.Domains, OrganizationID: s.OrganizationID, Active: s.Active,
		SyncAttributes: s.SyncAttributes, NoOtherIdentity: s.NoOtherIdentity, AccountLinking: s.AccountLinking, SAML: &s.SAML,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
}

// activeConnection is the active connection with an id, nil when there is none.
func (x *tx) activeConnection(id string) *enterpriseConnection {
	e := tableEnterpriseConnections.get(x, id)
	if s := tableSAMLConnections.get(x, id); s != nil {
		e = s.enterprise()
	}
	if e == nil || !e.Active {
		return nil
	}
	return e
}

// connectionsFor are the active connections that serve an e-mail address, none when the text is no address.
func (x *tx) connectionsFor(email string) []*enterpriseConnection {
	plain, ok := parseEmail(email)
	if !ok {
		return nil
	}
	var out []*enterpriseConnection
	_, own, _ := strings.Cut(plain, "@")
	for domain, below := own, true; below; _, domain, below = strings.Cut(domain, ".") {
		out = append(out, tableEnterpriseConnections.find(x, "domain", domain)...)
		for _, s := range tableSAMLConnections.find(x, "domain", domain) {
			out = append(out, s.enterprise())
		}
	}
	return keep(out, func(e *enterpriseConnection) bool { return e.Active && e.serves(plain) })
}

// anyConnection reports whether some connection is active.
func (x *tx) anyConnection() bool {
	for e := range tableEnterpriseConnections.each(x) {
		if e.Active {
			return true
		}
	}
	for s := range tableSAMLConnections.each(x) {
		if s.Active {
			return true
		}
	}
	return false
}

// serves reports whether an e-mail address is of one of the connection's domains, or below one where that is allowed.
func (e *enterpriseConnection) serves(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	return slices.ContainsFunc(e.Domains, func(own string) bool {
		return domain == own || e.SAML != nil && e.SAML.AllowSubdomains && strings.HasSuffix(domain, "."+own)
	})
}

// strategy is how verifications over the connection are named.
func (e *enterpriseConnection) strategy() string {
	if e.SAML != nil {
		return "saml"
	}
	return "oauth_custom_" + strings.Map(func(r rune) rune {
		if unicode.IsLower(r) {
			return r
		}
		return -1
	}, strings.TrimPrefix(e.Provider, "oidc_"))
}

// protocol is what the connection speaks with its identity provider.
func (e *enterpriseConnection) protocol() string {
	if e.SAML != nil {
		return "saml"
	}
	return "oauth"
}

// refusal is the code of a refusal as the connection's protocol spells it.
func (e *enterpriseConnection) refusal(what string) string {
	if e.SAML != nil {
		return "saml_" + what
	}
	return "enterprise_sso_" + what
}

// enterpriseAccountWire is an account of a user at the identity provider of a connection.
type enterpriseAccountWire struct {
	ID                  string                `json:"id"`
	Object              string                `json:"object"`
	Protocol            string                `json:"protocol"`
	Provider            string                `json:"provider"`
	Active              bool                  `json:"active"`
	EmailAddress        string                `json:"email_address"`
	FirstName           *string               `json:"first_name"`
	LastName            *string               `json:"last_name"`
	ProviderUserID      string                `json:"provider_user_id"`
	ConnectionID        string                `json:"enterprise_connection_id"`
	PublicMetadata      metadata              `json:"public_metadata"`
	Verification        *verificationWire     `json:"verification"`
	Connection          accountConnectionWire `json:"enterprise_connection"`
	LastAuthenticatedAt int64                 `json:"last_authenticated_at"`
}

// accountConnectionWire is what an account says of its connection.
type accountConnectionWire struct {
	ID                string    `json:"id"`
	Protocol          string    `json:"protocol"`
	Provider          string    `json:"provider"`
	Name              string    `json:"name"`
	LogoURL           *struct{} `json:"logo_public_url"`
	Domains           []string  `json:"domains"`
	Active            bool      `json:"active"`
	SyncAttributes    bool      `json:"sync_user_attributes"`
	AllowSubdomains   bool      `json:"allow_subdomains"`
	AllowIDPInitiated bool      `json:"allow_idp_initiated"`
	NoOtherIdentity   bool      `json:"disable_additional_identifications"`
	CreatedAt         int64     `json:"created_at"`
	UpdatedAt         int64     `json:"updated_at"`
}

// linkConnection makes a user one of a connection's: the account at the identity provider is noted, the names follow it
// where the connection says so, and the user joins the organization that the connection is linked to.
func (x *tx) linkConnection(u *user, e *enterpriseConnection, identity *externalIdentity) error {
	if err := x.joinByConnection(u, e); err != nil {
		return err
	}
	account := enterpriseAccountWire{
		ID: x.newID("entacc_"), Object: "enterprise_account", Protocol: e.protocol(), Provider: e.Provider, Active: true,
		EmailAddress: identity.Email, FirstName: nilIfEmpty(identity.FirstName), LastName: nilIfEmpty(identity.LastName),
		ProviderUserID: identity.ID, ConnectionID: e.ID, PublicMetadata: emptyMetadata, LastAuthenticatedAt: x.now,
		Verification: &verificationWire{Object: "verification_" + e.protocol(), Status: "verified", Strategy: e.strategy(), ExpireAt: &x.now},
		Connection: accountConnectionWire{
			ID: e.ID, Protocol: e.protocol(), Provider: e.Provider, Name: e.Name, Domains: orNone(e.Domains), Active: e.Active,
			SyncAttributes: e.SyncAttributes, NoOtherIdentity: e.NoOtherIdentity, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
		},
	}
	if e.SAML != nil {
		account.Connection.AllowSubdomains, account.Connection.AllowIDPInitiated = e.SAML.AllowSubdomains, e.SAML.AllowIDPInitiated
	}
	others := slices.DeleteFunc(slices.Clone(u.EnterpriseAccounts), func(raw json.RawMessage) bool {
		var old enterpriseAccountWire
		if json.Unmarshal(raw, &old) != nil || old.ConnectionID != e.ID {
			return false
		}
		account.ID = old.ID
		return true
	})
	raw, err := json.Marshal(account)
	if err != nil {
		return err
	}
	accounts := slices.Concat(others, []json.RawMessage{raw})
	x.changeUser(u.ID, func(u *user) {
		u.EnterpriseAccounts, u.UpdatedAt = accounts, x.now
		if e.SyncAttributes && identity.FirstName != "" {
			u.FirstName = &identity.FirstName
		}
		if e.SyncAttributes && identity.LastName != "" {
			u.LastName = &identity.LastName
		}
	})
	return nil
}

// joinByConnection makes a user a member of the organization that a connection is linked to.
func (x *tx) joinByConnection(u *user, e *enterpriseConnection) error {
	o := tableOrganizations.get(x, text(e.OrganizationID))
	if o == nil || x.findMembership(o.ID, u.ID) != nil {
		return nil
	}
	if x.checkMemberQuota(o) != nil {
		return errRule("organization_membership_quota_exceeded_for_sso", "Your organization has as many members as it may have.")
	}
	_, err := x.newMembership(o, u, x.settings().DomainsDefaultRole, nil)
	return err
}
