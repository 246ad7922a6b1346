package clerktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// enterpriseConnection lets the users of some domains sign in with their company's identity provider.
type enterpriseConnection struct {
	ID               string            `json:"id"`
	Name             string            `json:"name"`
	Provider         string            `json:"provider"`
	Domains          []string          `json:"domains"`
	OrganizationID   *string           `json:"organization_id"`
	Active           bool              `json:"active"`
	SyncAttributes   bool              `json:"sync_attributes"`
	NoOtherIdentity  bool              `json:"no_other_identity"`
	AccountLinking   bool              `json:"account_linking"`
	CustomAttributes []json.RawMessage `json:"custom_attributes"`
	SAML             *samlSettings     `json:"saml"`
	OIDC             *oidcSettings     `json:"oidc"`
	CreatedAt        int64             `json:"created_at"`
	UpdatedAt        int64             `json:"updated_at"`
}

type oidcSettings struct {
	ClientID     *string `json:"client_id"`
	ClientSecret *string `json:"client_secret"`
	DiscoveryURL *string `json:"discovery_url"`
	AuthURL      *string `json:"auth_url"`
	TokenURL     *string `json:"token_url"`
	UserInfoURL  *string `json:"user_info_url"`
	RequiresPKCE bool    `json:"requires_pkce"`
}

type oidcInput struct {
	ClientID     field[string] `json:"client_id"`
	ClientSecret field[string] `json:"client_secret"`
	DiscoveryURL field[string] `json:"discovery_url"`
	AuthURL      field[string] `json:"auth_url"`
	TokenURL     field[string] `json:"token_url"`
	UserInfoURL  field[string] `json:"user_info_url"`
	RequiresPKCE field[bool]   `json:"requires_pkce"`
}

func (in *oidcInput) applyTo(s *oidcSettings) {
	in.ClientID.apply(&s.ClientID)
	in.ClientSecret.apply(&s.ClientSecret)
	in.DiscoveryURL.apply(&s.DiscoveryURL)
	in.AuthURL.apply(&s.AuthURL)
	in.TokenURL.apply(&s.TokenURL)
	in.UserInfoURL.apply(&s.UserInfoURL)
	in.RequiresPKCE.applyValue(&s.RequiresPKCE)
}

type enterpriseConnectionWire struct {
	Object           string              `json:"object"`
	ID               string              `json:"id"`
	Name             string              `json:"name"`
	Provider         string              `json:"provider"`
	Active           bool                `json:"active"`
	Domains          []string            `json:"domains"`
	OrganizationID   *string             `json:"organization_id"`
	SyncAttributes   bool                `json:"sync_user_attributes"`
	NoOtherIdentity  bool                `json:"disable_additional_identifications"`
	AccountLinking   bool                `json:"allow_organization_account_linking"`
	CustomAttributes []json.RawMessage   `json:"custom_attributes"`
	SAML             *enterpriseSAMLWire `json:"saml_connection"`
	OAuth            *enterpriseOIDCWire `json:"oauth_config"`
	Authenticatable  bool                `json:"authenticatable"`
	DisableJIT       bool                `json:"disable_jit_provisioning"`
	CreatedAt        int64               `json:"created_at"`
	UpdatedAt        int64               `json:"updated_at"`
}

type enterpriseSAMLWire struct {
	ID              string            `json:"id"`
	Name            string            `json:"name"`
	EntityID        *string           `json:"idp_entity_id"`
	SSOURL          *string           `json:"idp_sso_url"`
	Certificates    []certificateWire `json:"idp_certificates"`
	MetadataURL     *string           `json:"idp_metadata_url"`
	ACSURL          string            `json:"acs_url"`
	SPEntityID      string            `json:"sp_entity_id"`
	SPMetadataURL   string            `json:"sp_metadata_url"`
	Active          bool              `json:"active"`
	AllowIDP        bool              `json:"allow_idp_initiated"`
	AllowSubdomains bool              `json:"allow_subdomains"`
	ForceAuthn      bool              `json:"force_authn"`
	LoginHint       loginHint         `json:"login_hint"`
}

type enterpriseOIDCWire struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	ProviderKey  string  `json:"provider_key"`
	ClientID     *string `json:"client_id"`
	DiscoveryURL *string `json:"discovery_url"`
	AuthURL      *string `json:"auth_url"`
	TokenURL     *string `json:"token_url"`
	UserInfoURL  *string `json:"user_info_url"`
	RequiresPKCE bool    `json:"requires_pkce"`
	CreatedAt    int64   `json:"created_at"`
	UpdatedAt    int64   `json:"updated_at"`
}

var tableEnterpriseConnections = &table[*enterpriseConnection]{
	name: "enterprise_connections",
	id:   func(e *enterpriseConnection) string { return e.ID },
	indexes: map[string]func(*enterpriseConnection) []string{
		"domain":       func(e *enterpriseConnection) []string { return e.Domains },
		"organization": func(e *enterpriseConnection) []string { return keysOf(text(e.OrganizationID)) },
	},
}

func enterpriseConnectionsFamily() family {
	return family{
		tables: []anyTable{tableEnterpriseConnections},
		endpoints: map[string]endpoint{
			"ListEnterpriseConnections":  {read: listEnterpriseConnections},
			"CreateEnterpriseConnection": {write: createEnterpriseConnection},
			"GetEnterpriseConnection":    getter((*call).enterpriseConnection, (*tx).wireEnterpriseConnection),
			"UpdateEnterpriseConnection": {write: updateEnterpriseConnection},
			"DeleteEnterpriseConnection": deleter((*call).enterpriseConnection, tableEnterpriseConnections, "enterprise_connection", (*tx).forgetTestRuns),
		},
	}
}

func (x *tx) wireEnterpriseConnection(e *enterpriseConnection) enterpriseConnectionWire {
	out := enterpriseConnectionWire{
		Object: "enterprise_connection", ID: e.ID, Name: e.Name, Provider: e.Provider, Active: e.Active, Domains: orNone(e.Domains),
		OrganizationID: e.OrganizationID, SyncAttributes: e.SyncAttributes, NoOtherIdentity: e.NoOtherIdentity,
		AccountLinking: e.AccountLinking, CustomAttributes: orNone(e.CustomAttributes), Authenticatable: true, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
	}
	if s := e.SAML; s != nil {
		base := x.inst.URL() + "/v1/saml/"
		out.SAML = &enterpriseSAMLWire{
			ID: e.ID, Name: e.Name, EntityID: s.EntityID, SSOURL: s.SSOURL, Certificates: s.wireCertificates(), MetadataURL: s.MetadataURL, ACSURL: base + "acs/" + e.ID,
			SPEntityID: base + e.ID, SPMetadataURL: base + "metadata/" + e.ID + ".xml", Active: e.Active,
			AllowIDP: s.AllowIDPInitiated, AllowSubdomains: s.AllowSubdomains, ForceAuthn: s.ForceAuthn, LoginHint: s.LoginHint,
		}
	}
	if o := e.OIDC; o != nil {
		out.OAuth = &enterpriseOIDCWire{
			ID: e.ID, Name: e.Name, ProviderKey: e.Provider, ClientID: o.ClientID, DiscoveryURL: o.DiscoveryURL, AuthURL: o.AuthURL,
			TokenURL: o.TokenURL, UserInfoURL: o.UserInfoURL, RequiresPKCE: o.RequiresPKCE, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
		}
	}
	return out
}

func (c *call) enterpriseConnection() (*enterpriseConnection, error) {
	return rowOf(c, tableEnterpriseConnections, "enterprise_connection_id", "enterprise connection")
}

func listEnterpriseConnections(c *call) (any, error) {
	orgID := c.query.Get("organization_id")
	active, byActive := c.queryBool("active")
	rows := keep(tableEnterpriseConnections.all(c.tx), func(e *enterpriseConnection) bool {
		return (orgID == "" || text(e.OrganizationID) == orgID) && (!byActive || e.Active == active)
	})
	slices.Reverse(rows)
	return pageOf(c, rows, c.tx.wireEnterpriseConnection)
}

type enterpriseConnectionInput struct {
	Name             field[string]            `json:"name"`
	Provider         field[string]            `json:"provider"`
	Domains          field[[]string]          `json:"domains"`
	OrganizationID   field[string]            `json:"organization_id"`
	Active           field[bool]              `json:"active"`
	SyncAttributes   field[bool]              `json:"sync_user_attributes"`
	NoOtherIdentity  field[bool]              `json:"disable_additional_identifications"`
	AccountLinking   field[bool]              `json:"allow_organization_account_linking"`
	CustomAttributes field[[]json.RawMessage] `json:"custom_attributes"`
	SAML             field[samlInput]         `json:"saml"`
	OIDC             field[oidcInput]         `json:"oidc"`
}

func (in *enterpriseConnectionInput) applyTo(x *tx, e *enterpriseConnection) error {
	if len(in.Domains.Value) > 0 {
		domains, err := checkDomains(in.Domains.Value)
		if err != nil {
			return err
		}
		e.Domains = domains
	}
	if in.OrganizationID.given() { // there is no way to unlink one
		if tableOrganizations.get(x, in.OrganizationID.Value) == nil {
			return errNotFound("organization")
		}
		e.OrganizationID = in.OrganizationID.pointer()
	}
	enabled := in.Active.Value && !e.Active
	in.Name.applyValue(&e.Name)
	in.Provider.applyValue(&e.Provider)
	in.Active.applyValue(&e.Active)
	in.SyncAttributes.applyValue(&e.SyncAttributes)
	in.NoOtherIdentity.applyValue(&e.NoOtherIdentity)
	in.AccountLinking.applyValue(&e.AccountLinking)
	in.CustomAttributes.applyValue(&e.CustomAttributes)
	e.UpdatedAt = x.now
	if err := in.applyProvider(e); err != nil || !enabled {
		return err
	}
	if missing := e.missingSettings(); e.SAML != nil && len(missing) > 0 {
		return errParamMissing("saml." + missing[0])
	}
	for _, d := range x.verifiedDomains(e.Domains) {
		if d.OrganizationID != text(e.OrganizationID) || d.EnrollmentMode != strategySSO {
			x.dropOrganizationDomain(d)
		}
	}
	return nil
}

// verifiedDomains are the verified domains of organizations that have one of the names.
func (x *tx) verifiedDomains(names []string) (rows []*organizationDomain) {
	for _, name := range names {
		for _, d := range tableOrganizationDomains.find(x, "name", name) {
			if d.Verified {
				rows = append(rows, d)
			}
		}
	}
	return rows
}

func (x *tx) dropOrganizationDomain(d *organizationDomain) {
	tableOrganizationDomains.delete(x, d.ID)
	x.emit("organizationDomain.deleted", deleted("organization_domain", d.ID))
}

// applyProvider stores the settings of the provider's own protocol and refuses those of the other.
func (in *enterpriseConnectionInput) applyProvider(e *enterpriseConnection) error {
	if strings.HasPrefix(e.Provider, "saml_") {
		if in.OIDC.given() {
			return errParamValue("oidc", "absent for a SAML provider")
		}
		settings := newSAMLSettings()
		if e.SAML != nil {
			settings = *e.SAML
		}
		e.SAML = &settings
		return in.SAML.Value.applyTo(&settings)
	}
	if in.SAML.given() {
		return errParamValue("saml", "absent for an OpenID Connect provider")
	}
	var settings oidcSettings
	if e.OIDC != nil {
		settings = *e.OIDC
	}
	in.OIDC.Value.applyTo(&settings)
	e.OIDC = &settings
	return nil
}

func createEnterpriseConnection(c *call) (any, error) {
	var in enterpriseConnectionInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.answerEnterpriseConnection(c.tx.newEnterpriseConnection(&in))
}

// newEnterpriseConnection stores a connection that is not active unless the input says so.
func (x *tx) newEnterpriseConnection(in *enterpriseConnectionInput) (*enterpriseConnection, error) {
	return x.storeEnterpriseConnection(&enterpriseConnection{ID: x.newID("entconn_"), SyncAttributes: true, CreatedAt: x.now}, in)
}

func (x *tx) storeEnterpriseConnection(e *enterpriseConnection, in *enterpriseConnectionInput) (*enterpriseConnection, error) {
	next := *e
	if err := in.applyTo(x, &next); err != nil {
		return nil, err
	}
	tableEnterpriseConnections.put(x, &next)
	return &next, nil
}

func (c *call) answerEnterpriseConnection(e *enterpriseConnection, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return c.tx.wireEnterpriseConnection(e), nil
}

func updateEnterpriseConnection(c *call) (any, error) {
	var in enterpriseConnectionInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	e, err := c.enterpriseConnection()
	if err != nil {
		return nil, err
	}
	return c.answerEnterpriseConnection(c.tx.storeEnterpriseConnection(e, &in))
}
