package clerktest

import (
	"cmp"
	"slices"
	"strings"
)

// samlSettings is what SAML and enterprise connections are told about an identity provider.
type samlSettings struct {
	EntityID          *string          `json:"idp_entity_id"`
	SSOURL            *string          `json:"idp_sso_url"`
	Certificate       *string          `json:"idp_certificate"`
	Certificates      []string         `json:"idp_certificates,omitzero"` // the first one is Certificate
	MetadataURL       *string          `json:"idp_metadata_url"`
	Metadata          *string          `json:"idp_metadata"`
	Attributes        attributeMapping `json:"attribute_mapping"`
	AllowSubdomains   bool             `json:"allow_subdomains"`
	AllowIDPInitiated bool             `json:"allow_idp_initiated"`
	ForceAuthn        bool             `json:"force_authn"`
	LoginHint         loginHint        `json:"login_hint"`
}

type attributeMapping struct {
	UserID       string `json:"user_id"`
	EmailAddress string `json:"email_address"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
}

type loginHint struct {
	Mode   string `json:"mode"`
	Source string `json:"source,omitzero"`
}

// samlInput is the part of a request that changes samlSettings.
type samlInput struct {
	Name              field[string]           `json:"name"`
	EntityID          field[string]           `json:"idp_entity_id"`
	SSOURL            field[string]           `json:"idp_sso_url"`
	Certificate       field[string]           `json:"idp_certificate"`
	Certificates      field[[]string]         `json:"idp_certificates"`
	MetadataURL       field[string]           `json:"idp_metadata_url"`
	Metadata          field[string]           `json:"idp_metadata"`
	Attributes        field[attributeMapping] `json:"attribute_mapping"`
	AllowSubdomains   field[bool]             `json:"allow_subdomains"`
	AllowIDPInitiated field[bool]             `json:"allow_idp_initiated"`
	ForceAuthn        field[bool]             `json:"force_authn"`
	LoginHint         field[loginHint]        `json:"login_hint"`
}

func newSAMLSettings() samlSettings {
	return samlSettings{
		Attributes: attributeMapping{UserID: "user.id", EmailAddress: "user.email", FirstName: "user.firstName", LastName: "user.lastName"},
		LoginHint:  loginHint{Mode: "email_address"},
	}
}

func (in *samlInput) applyTo(s *samlSettings) error {
	if in.LoginHint.given() && !slices.Contains([]string{"email_address", "custom_attribute", "off"}, in.LoginHint.Value.Mode) {
		return errParamValue("login_hint", "email_address, custom_attribute or off")
	}
	in.EntityID.apply(&s.EntityID)
	in.SSOURL.apply(&s.SSOURL)
	in.applyCertificates(s)
	in.MetadataURL.apply(&s.MetadataURL)
	in.Metadata.apply(&s.Metadata)
	in.Attributes.applyValue(&s.Attributes)
	in.AllowSubdomains.applyValue(&s.AllowSubdomains)
	in.AllowIDPInitiated.applyValue(&s.AllowIDPInitiated)
	in.ForceAuthn.applyValue(&s.ForceAuthn)
	in.LoginHint.applyValue(&s.LoginHint)
	return nil
}

// applyCertificates keeps the one certificate and the list in step: either field replaces all that are trusted.
func (in *samlInput) applyCertificates(s *samlSettings) {
	switch {
	case in.Certificates.given():
		s.Certificates, s.Certificate = in.Certificates.Value, nil
		if len(s.Certificates) > 0 {
			s.Certificate = &s.Certificates[0]
		}
	case in.Certificate.Set:
		s.Certificate, s.Certificates = in.Certificate.pointer(), nil
		if s.Certificate != nil {
			s.Certificates = []string{*s.Certificate}
		}
	}
}

// certificateWire is a certificate of an identity provider as Clerk shows it.
type certificateWire struct {
	Certificate string `json:"certificate"`
	IssuedAt    *int64 `json:"issued_at"`
	ExpiresAt   *int64 `json:"expires_at"`
}

func (s *samlSettings) wireCertificates() []certificateWire {
	out := []certificateWire{}
	for _, text := range s.Certificates {
		out = append(out, certificateWire{Certificate: text})
	}
	return out
}

// samlConnection is a connection of the deprecated SAML endpoints.
type samlConnection struct {
	ID              string       `json:"id"`
	Name            string       `json:"name"`
	Provider        string       `json:"provider"`
	Domains         []string     `json:"domains"`
	OrganizationID  *string      `json:"organization_id"`
	Active          bool         `json:"active"`
	SyncAttributes  bool         `json:"sync_attributes"`
	NoOtherIdentity bool         `json:"no_other_identity"`
	AccountLinking  bool         `json:"account_linking"`
	SAML            samlSettings `json:"saml"`
	CreatedAt       int64        `json:"created_at"`
	UpdatedAt       int64        `json:"updated_at"`
}

type samlConnectionWire struct {
	Object          string            `json:"object"`
	ID              string            `json:"id"`
	Name            string            `json:"name"`
	Domain          string            `json:"domain"`
	Domains         []string          `json:"domains"`
	EntityID        *string           `json:"idp_entity_id"`
	SSOURL          *string           `json:"idp_sso_url"`
	Certificate     *string           `json:"idp_certificate"`
	Certificates    []certificateWire `json:"idp_certificates"`
	CertIssuedAt    *int64            `json:"idp_certificate_issued_at"`
	CertExpiresAt   *int64            `json:"idp_certificate_expires_at"`
	MetadataURL     *string           `json:"idp_metadata_url"`
	Metadata        *string           `json:"idp_metadata"`
	ACSURL          string            `json:"acs_url"`
	SPEntityID      string            `json:"sp_entity_id"`
	SPMetadataURL   string            `json:"sp_metadata_url"`
	OrganizationID  *string           `json:"organization_id"`
	Attributes      attributeMapping  `json:"attribute_mapping"`
	Active          bool              `json:"active"`
	Provider        string            `json:"provider"`
	UserCount       int64             `json:"user_count"`
	SyncAttributes  bool              `json:"sync_user_attributes"`
	AllowSubdomains bool              `json:"allow_subdomains"`
	AllowIDP        bool              `json:"allow_idp_initiated"`
	NoOtherIdentity bool              `json:"disable_additional_identifications"`
	AccountLinking  bool              `json:"allow_organization_account_linking"`
	ForceAuthn      bool              `json:"force_authn"`
	LoginHint       loginHint         `json:"login_hint"`
	Authenticatable bool              `json:"authenticatable"`
	DisableJIT      bool              `json:"disable_jit_provisioning"`
	CreatedAt       int64             `json:"created_at"`
	UpdatedAt       int64             `json:"updated_at"`
}

var tableSAMLConnections = &table[*samlConnection]{
	name:    "saml_connections",
	id:      func(s *samlConnection) string { return s.ID },
	indexes: map[string]func(*samlConnection) []string{"domain": func(s *samlConnection) []string { return s.Domains }},
}

func samlConnectionsFamily() family {
	return family{
		tables: []anyTable{tableSAMLConnections},
		endpoints: map[string]endpoint{
			"ListSAMLConnections":  {read: listSAMLConnections},
			"CreateSAMLConnection": {write: createSAMLConnection},
			"GetSAMLConnection":    getter((*call).samlConnection, (*tx).wireSAMLConnection),
			"UpdateSAMLConnection": {write: updateSAMLConnection},
			"DeleteSAMLConnection": deleter((*call).samlConnection, tableSAMLConnections, "saml_connection", nil),
		},
	}
}

func (x *tx) wireSAMLConnection(s *samlConnection) samlConnectionWire {
	base, domain := x.inst.URL()+"/v1/saml/", ""
	if len(s.Domains) > 0 {
		domain = s.Domains[0]
	}
	return samlConnectionWire{
		Object: "saml_connection", ID: s.ID, Name: s.Name, Domain: domain, Domains: orNone(s.Domains), EntityID: s.SAML.EntityID,
		SSOURL: s.SAML.SSOURL, Certificate: s.SAML.Certificate, Certificates: s.SAML.wireCertificates(), MetadataURL: s.SAML.MetadataURL, Metadata: s.SAML.Metadata,
		ACSURL: base + "acs/" + s.ID, SPEntityID: base + s.ID, SPMetadataURL: base + "metadata/" + s.ID + ".xml",
		OrganizationID: s.OrganizationID, Attributes: s.SAML.Attributes, Active: s.Active, Provider: s.Provider,
		SyncAttributes: s.SyncAttributes, AllowSubdomains: s.SAML.AllowSubdomains, AllowIDP: s.SAML.AllowIDPInitiated,
		NoOtherIdentity: s.NoOtherIdentity, AccountLinking: s.AccountLinking, ForceAuthn: s.SAML.ForceAuthn,
		LoginHint: s.SAML.LoginHint, Authenticatable: true, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
}

func (c *call) samlConnection() (*samlConnection, error) {
	return rowOf(c, tableSAMLConnections, "saml_connection_id", "SAML connection")
}

func listSAMLConnections(c *call) (any, error) {
	query, orgs := c.query.Get("query"), newSignedSet(c.query["organization_id"])
	rows := keep(tableSAMLConnections.all(c.tx), func(s *samlConnection) bool {
		return (query == "" || containsFold(s.Name, query) || slices.Contains(s.Domains, query)) && orgs.matches(text(s.OrganizationID))
	})
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *samlConnection) int{
		"created_at": func(a, b *samlConnection) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *samlConnection) int { return cmp.Compare(a.Name, b.Name) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, c.tx.wireSAMLConnection)
}

type samlConnectionInput struct {
	Provider        string          `json:"provider"`
	Domain          field[string]   `json:"domain"`
	Domains         field[[]string] `json:"domains"`
	OrganizationID  field[string]   `json:"organization_id"`
	Active          field[bool]     `json:"active"`
	SyncAttributes  field[bool]     `json:"sync_user_attributes"`
	NoOtherIdentity field[bool]     `json:"disable_additional_identifications"`
	AccountLinking  field[bool]     `json:"allow_organization_account_linking"`
	Consent         bool            `json:"consent_verified_domains_deletion"`
	samlInput
}

func (in *samlConnectionInput) applyTo(x *tx, s *samlConnection) error {
	domains := in.Domains.Value
	if in.Domain.given() {
		domains = append([]string{in.Domain.Value}, domains...)
	}
	if len(domains) > 0 {
		checked, err := checkDomains(domains)
		if err != nil {
			return err
		}
		s.Domains = checked
	}
	if len(s.Domains) == 0 {
		return errParamMissing("domains")
	}
	if err := in.samlInput.applyTo(&s.SAML); err != nil {
		return err
	}
	if err := x.applyConnectionOrganization(in.OrganizationID, &s.OrganizationID); err != nil {
		return err
	}
	if in.Active.Value && !s.Active {
		taken := x.verifiedDomains(s.Domains)
		if len(taken) > 0 && !in.Consent {
			return errConflict("verified_domains_exist", "organizations have verified these domains, consent_verified_domains_deletion removes them")
		}
		for _, d := range taken {
			x.dropOrganizationDomain(d)
		}
	}
	in.Name.applyValue(&s.Name)
	in.Active.applyValue(&s.Active)
	in.SyncAttributes.applyValue(&s.SyncAttributes)
	in.NoOtherIdentity.applyValue(&s.NoOtherIdentity)
	in.AccountLinking.applyValue(&s.AccountLinking)
	s.UpdatedAt = x.now
	return nil
}

// applyConnectionOrganization links a connection to an organization; an empty id unlinks it.
func (x *tx) applyConnectionOrganization(in field[string], column **string) error {
	if !in.given() {
		return nil
	}
	if in.Value == "" {
		*column = nil
		return nil
	}
	if tableOrganizations.get(x, in.Value) == nil {
		return errNotFound("organization")
	}
	*column = in.pointer()
	return nil
}

// checkDomains returns domain names as they are stored, without repetitions.
func checkDomains(names []string) ([]string, error) {
	out := make([]string, 0, len(names))
	for _, name := range names {
		name = strings.ToLower(name)
		if !hostPattern.MatchString(name) {
			return nil, errParamFormat("domains", "a list of domain names")
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}

func createSAMLConnection(c *call) (any, error) {
	var in samlConnectionInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s := &samlConnection{
		ID: c.tx.newID("samlc_"), Provider: in.Provider, SyncAttributes: true, SAML: newSAMLSettings(), CreatedAt: c.tx.now,
	}
	return c.storeSAMLConnection(s, &in)
}

func (c *call) storeSAMLConnection(s *samlConnection, in *samlConnectionInput) (any, error) {
	next := *s
	if err := in.applyTo(c.tx, &next); err != nil {
		return nil, err
	}
	tableSAMLConnections.put(c.tx, &next)
	return c.tx.wireSAMLConnection(&next), nil
}

func updateSAMLConnection(c *call) (any, error) {
	var in samlConnectionInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, err := c.samlConnection()
	if err != nil {
		return nil, err
	}
	return c.storeSAMLConnection(s, &in)
}
