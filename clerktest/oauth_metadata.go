package clerktest

import (
	"net/http"
	"strings"
)

// oauthMetadata is what the two metadata documents have in common: RFC 8414 and OpenID Connect Discovery.
type oauthMetadata struct {
	Issuer                string   `json:"issuer"`
	Authorization         string   `json:"authorization_endpoint"`
	Token                 string   `json:"token_endpoint"`
	Revocation            string   `json:"revocation_endpoint"`
	Introspection         string   `json:"introspection_endpoint"`
	Device                string   `json:"device_authorization_endpoint"`
	UserInfo              string   `json:"userinfo_endpoint"`
	JWKS                  string   `json:"jwks_uri"`
	Registration          string   `json:"registration_endpoint,omitzero"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	Scopes                []string `json:"scopes_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	SigningAlgs           []string `json:"id_token_signing_alg_values_supported"`
	Claims                []string `json:"claims_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	ServiceDocumentation  string   `json:"service_documentation"`
	UILocales             []string `json:"ui_locales_supported"`
	PolicyURI             string   `json:"op_tos_uri"`
	IssuerParameter       bool     `json:"authorization_response_iss_parameter_supported"`
	MetadataDocuments     bool     `json:"client_id_metadata_document_supported,omitzero"`
	BackchannelLogout     bool     `json:"backchannel_logout_supported"`
	FrontchannelLogout    bool     `json:"frontchannel_logout_supported"`
	RequestParameter      bool     `json:"request_parameter_supported"`
	RequestURIParameter   bool     `json:"request_uri_parameter_supported"`
	ClaimsParameter       bool     `json:"claims_parameter_supported"`
	PromptValuesSupported []string `json:"prompt_values_supported"`
}

// serverDocumentation is what the metadata calls the documentation of the server.
const serverDocumentation = "https://clerk.com/docs"

// metadata describes the server at the address that it was asked under.
func (c *oauthCall) metadata() *oauthMetadata {
	base := c.base()
	if behind := c.r.PathValue("issuer"); behind != "" {
		base += "/" + behind
	}
	s := c.tx.oauthSettings()
	m := &oauthMetadata{
		Issuer: base, Authorization: base + "/oauth/authorize", Token: base + "/oauth/token", Revocation: base + "/oauth/token/revoke",
		Introspection: base + "/oauth/token_info", Device: base + "/oauth/device_authorization", UserInfo: base + "/oauth/userinfo",
		JWKS: base + "/.well-known/jwks.json", ResponseTypes: []string{"code"}, ResponseModes: []string{"query", "form_post"},
		GrantTypes:   []string{grantTypeCode, grantTypeRefresh, grantTypeDevice, grantTypeExchange},
		AuthMethods:  []string{"client_secret_basic", "none", "client_secret_post"},
		SubjectTypes: []string{"public"}, SigningAlgs: []string{"RS256"}, ChallengeMethods: []string{"S256"},
		Claims: []string{
			"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "email", "email_verified", "name", "given_name", "family_name",
			"picture", "preferred_username", "org_id", "org_name", "org_slug",
		},
		ServiceDocumentation: serverDocumentation, PolicyURI: serverDocumentation, UILocales: []string{"en"},
		IssuerParameter: !s.OmitIssuer, MetadataDocuments: s.MetadataDocuments, PromptValuesSupported: []string{"none", "login", "consent"},
	}
	if s.DynamicRegistration {
		m.Registration = base + "/oauth/register"
	}
	for _, scope := range s.scopeCatalog() {
		m.Scopes = append(m.Scopes, scope.Name)
	}
	return m
}

// findIssuer chooses the instance of a frontend path that stands behind the well-known path, as RFC 8414 §3.1 has it.
// One that stands in front of it has chosen already.
func findIssuer(c *oauthCall) error {
	name, ok := strings.CutSuffix(c.r.PathValue("issuer"), frontendSuffix)
	in := c.emulator.InstanceByName(name)
	if _, before := c.r.Context().Value(labelKey{}).(string); !ok || before || in == nil {
		return newOAuthError(http.StatusNotFound, "invalid_request", "there is no authorization server of this address")
	}
	c.inst = in
	return nil
}

func serveOAuthMetadata(c *oauthCall) (oauthAnswer, error) {
	return oauthAnswer{body: c.metadata()}, nil
}
