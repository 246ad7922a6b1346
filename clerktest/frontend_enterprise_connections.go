package clerktest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
)

// manageConnections is the permission that changes of an organization's connections ask for.
const manageConnections = "org:sys_entconns:manage"

// browserConnectionsFamily is the part of the Frontend API about enterprise connections: people look at those of their
// domain, and set up those of their organization.
func browserConnectionsFamily() family {
	f := family{frontend: map[string]frontendEndpoint{
		"getMeEnterpriseConnections":             {read: listOwnConnections},
		"listOrganizationEnterpriseConnections":  {read: inOrganization("", whileActive(listConnectionsOf))},
		"createOrganizationEnterpriseConnection": {write: inOrganization(manageConnections, whileActive(addConnection))},
		"createMeEnterpriseConnection":           {write: addOwnConnection},
	}}
	for name, change := range map[string]struct {
		handle connectionHandler
		reads  bool
	}{
		"update%sEnterpriseConnection":        {changeConnection, false},
		"delete%sEnterpriseConnection":        {borrowForConnection(enterpriseConnectionsFamily().endpoints["DeleteEnterpriseConnection"].write), false},
		"list%sEnterpriseConnectionTestRuns":  {borrowForConnection(listTestRuns), true},
		"create%sEnterpriseConnectionTestRun": {borrowForConnection(createTestRun), false},
	} {
		own, ofOrganization := ownConnection(change.handle), inOrganization(manageConnections, whileActive(connectionOf(change.handle)))
		mine, theirs := strings.Replace(name, "%s", "Me", 1), strings.Replace(name, "%s", "Organization", 1)
		if change.reads {
			f.frontend[mine], f.frontend[theirs] = frontendEndpoint{read: own}, frontendEndpoint{read: ofOrganization}
		} else {
			f.frontend[mine], f.frontend[theirs] = frontendEndpoint{write: own}, frontendEndpoint{write: ofOrganization}
		}
	}
	return f
}

// connectionHandler answers somebody who may manage a connection of an organization.
type connectionHandler func(*frontendCall, *organization, *enterpriseConnection) (any, error)

// whileActive refuses where the organization is not the active one of the session.
func whileActive(handle memberHandler) memberHandler {
	return func(c *frontendCall, o *organization) (any, error) {
		if text(c.session.OrganizationID) != o.ID {
			return nil, errForbidden("authorization_invalid", "Make this organization the active one first.")
		}
		return handle(c, o)
	}
}

// connectionOf finds the connection of the path among those of the organization.
func connectionOf(handle connectionHandler) memberHandler {
	return func(c *frontendCall, o *organization) (any, error) {
		e, err := c.enterpriseConnection()
		if err != nil || text(e.OrganizationID) != o.ID {
			return nil, errNotFound("enterprise connection")
		}
		return handle(c, o, e)
	}
}

// ownConnection is connectionOf by the path of the person: the connection serves their verified primary address, and
// their role in its organization lets them manage it.
func ownConnection(handle connectionHandler) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		e, err := c.enterpriseConnection()
		if err != nil {
			return nil, err
		}
		if email := c.user.verifiedPrimary(); email == "" || !e.serves(email) {
			return nil, errForbidden("authorization_invalid", "This connection does not serve your e-mail address.")
		}
		o, err := c.memberOf(text(e.OrganizationID), manageConnections)
		if err != nil {
			return nil, err
		}
		return handle(c, o, e)
	}
}

// verifiedPrimary is the primary e-mail address of a user, empty when it is not verified.
func (u *user) verifiedPrimary() string {
	for i := range u.Emails {
		if e := &u.Emails[i]; e.ID == text(u.PrimaryEmailID) && e.verified() {
			return e.Value
		}
	}
	return ""
}

// borrowForConnection lets a handler of the Backend API work on the connection of the path.
func borrowForConnection(handle backendHandler) connectionHandler {
	return func(c *frontendCall, _ *organization, e *enterpriseConnection) (any, error) {
		return c.borrow(handle, route.Param{Name: "enterprise_connection_id", Value: e.ID})
	}
}

func listOwnConnections(c *frontendCall) (any, error) {
	return c.wireConnections(c.tx.connectionsFor(c.user.verifiedPrimary())), nil
}

// listConnectionsOf lists those of an organization that serve the person; with account linking, all of them.
func listConnectionsOf(c *frontendCall, o *organization) (any, error) {
	email, all := c.user.verifiedPrimary(), c.query.Get("with_organization_account_linking") == "true"
	return c.wireConnections(keep(tableEnterpriseConnections.find(c.tx, "organization", o.ID), func(e *enterpriseConnection) bool {
		return e.Active && (all && e.AccountLinking || email != "" && e.serves(email))
	})), nil
}

// addOwnConnection adds a connection to the organization of the form, or to the active one.
func addOwnConnection(c *frontendCall) (any, error) {
	var in struct {
		OrganizationID string `json:"organization_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	o, err := c.memberOf(cmp.Or(in.OrganizationID, text(c.session.OrganizationID)), manageConnections)
	if err != nil {
		return nil, err
	}
	return addConnection(c, o)
}

func addConnection(c *frontendCall, o *organization) (any, error) {
	in, err := c.decodeConnection(o)
	if err != nil {
		return nil, err
	}
	if in.Name.Value == "" {
		_, domain, _ := strings.Cut(primaryValue(c.user.Emails, c.user.PrimaryEmailID), "@")
		in.Name = given(cmp.Or(domain, o.Name))
	}
	return c.answerConnection(c.tx.newEnterpriseConnection(in))
}

func changeConnection(c *frontendCall, o *organization, e *enterpriseConnection) (any, error) {
	in, err := c.decodeConnection(o)
	if err != nil {
		return nil, err
	}
	return c.answerConnection(c.tx.storeEnterpriseConnection(e, in))
}

func (c *frontendCall) answerConnection(e *enterpriseConnection, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return c.tx.wireFrontendConnection(e), nil
}

// decodeConnection reads the flat form of the Frontend API as the body of the Backend API. The domains have to be the
// organization's own.
func (c *frontendCall) decodeConnection(o *organization) (*enterpriseConnectionInput, error) {
	if err := c.keepListedFields(); err != nil {
		return nil, err
	}
	flat, err := c.bodyFields()
	if err != nil {
		return nil, err
	}
	parts := map[string]map[string]json.RawMessage{"": {}, "saml": {}, "oidc": {}}
	for name, value := range flat {
		part, inner, nested := strings.Cut(name, "_")
		if parts[part] == nil || !nested {
			part, inner = "", name
		}
		if inner == "attribute_mapping" || inner == "custom_attributes" {
			value = plainJSON(value)
		}
		parts[part][inner] = value
	}
	for _, name := range []string{"saml", "oidc"} {
		if len(parts[name]) > 0 {
			if parts[""][name], err = json.Marshal(parts[name]); err != nil {
				return nil, err
			}
		}
	}
	if c.raw, err = json.Marshal(parts[""]); err != nil {
		return nil, err
	}
	in := &enterpriseConnectionInput{}
	if err := c.decode(in); err != nil {
		return nil, err
	}
	in.OrganizationID = given(o.ID)
	if p := findParam(c.endpoint.op.fields, "provider"); p != nil && !slices.Contains(p.allowed, in.Provider.Value) {
		return nil, errParamValue("provider", "one of "+strings.Join(p.allowed, ", "))
	}
	return in, c.tx.checkOwnedDomains(o, in.Domains.Value)
}

// plainJSON is the JSON that a text has.
func plainJSON(value json.RawMessage) json.RawMessage {
	var inner string
	if json.Unmarshal(value, &inner) != nil || !json.Valid([]byte(inner)) {
		return value
	}
	return json.RawMessage(inner)
}

// checkOwnedDomains refuses domains that the organization has not proved to own, or has other plans for.
func (x *tx) checkOwnedDomains(o *organization, names []string) error {
	own := tableOrganizationDomains.find(x, "organization", o.ID)
	for _, name := range names {
		if !slices.ContainsFunc(own, func(d *organizationDomain) bool {
			return strings.EqualFold(d.Name, strings.TrimSpace(name)) && d.OwnedAt != nil && d.EnrollmentMode == strategySSO
		}) {
			return errParamValue("domains", "domains of the organization, with verified ownership and the enrollment mode "+strategySSO)
		}
	}
	return nil
}

// frontendConnectionWire is a connection as people see it: without secrets, and without what is not set.
type frontendConnectionWire struct {
	ID              string         `json:"id"`
	Name            string         `json:"name"`
	Provider        string         `json:"provider"`
	LogoURL         *struct{}      `json:"logo_public_url"`
	Active          bool           `json:"active"`
	Domains         []string       `json:"domains"`
	OrganizationID  string         `json:"organization_id,omitzero"`
	SyncAttributes  bool           `json:"sync_user_attributes"`
	NoOtherIdentity bool           `json:"disable_additional_identifications"`
	AccountLinking  bool           `json:"allow_organization_account_linking"`
	Authenticatable bool           `json:"authenticatable"`
	SAML            map[string]any `json:"saml_connection,omitzero"`
	OAuth           map[string]any `json:"oauth_config,omitzero"`
	CreatedAt       int64          `json:"created_at"`
	UpdatedAt       int64          `json:"updated_at"`
}

func (c *frontendCall) wireConnections(rows []*enterpriseConnection) []*frontendConnectionWire {
	return orNone(mapped(rows, c.tx.wireFrontendConnection))
}

func (x *tx) wireFrontendConnection(e *enterpriseConnection) *frontendConnectionWire {
	out := &frontendConnectionWire{
		ID: e.ID, Name: e.Name, Provider: e.Provider, Active: e.Active, Domains: orNone(e.Domains), OrganizationID: text(e.OrganizationID),
		SyncAttributes: e.SyncAttributes, NoOtherIdentity: e.NoOtherIdentity, AccountLinking: e.AccountLinking, Authenticatable: true,
		CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
	}
	full := x.wireEnterpriseConnection(e)
	if s := full.SAML; s != nil {
		out.SAML = withoutEmpty(map[string]any{
			"id": s.ID, "name": s.Name, "idp_entity_id": text(s.EntityID), "idp_sso_url": text(s.SSOURL), "idp_certificate": text(e.SAML.Certificate),
			"idp_metadata_url": text(s.MetadataURL), "acs_url": s.ACSURL, "sp_entity_id": s.SPEntityID, "sp_metadata_url": s.SPMetadataURL,
			"active": s.Active, "allow_idp_initiated": s.AllowIDP, "allow_subdomains": s.AllowSubdomains, "force_authn": s.ForceAuthn, "login_hint": s.LoginHint,
		})
	}
	if o := full.OAuth; o != nil {
		out.OAuth = withoutEmpty(map[string]any{
			"id": o.ID, "name": o.Name, "provider_key": o.ProviderKey, "client_id": text(o.ClientID), "discovery_url": text(o.DiscoveryURL),
			"auth_url": text(o.AuthURL), "token_url": text(o.TokenURL), "user_info_url": text(o.UserInfoURL),
			"redirect_uri": x.inst.pageURL("/v1/oauth_callback"), "requires_pkce": o.RequiresPKCE, "created_at": o.CreatedAt, "updated_at": o.UpdatedAt,
		})
	}
	return out
}

// withoutEmpty drops the texts that are not set.
func withoutEmpty(fields map[string]any) map[string]any {
	for name, value := range fields {
		if value == "" {
			delete(fields, name)
		}
	}
	return fields
}
