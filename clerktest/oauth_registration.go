package clerktest

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Bounds of what clients register: the bytes of a request, the clients of an instance that registered themselves, and
// the redirect URIs of each.
const (
	maxRegistration   = 64 << 10
	maxDynamicClients = 10_000
	maxRedirectURIs   = 100
)

// clientMetadata is what a client says about itself, RFC 7591 §2. Members that it does not have are ignored.
type clientMetadata struct {
	ClientID     string   `json:"client_id"`     // of a metadata document
	Secret       string   `json:"client_secret"` // which must not be in one
	RedirectURIs []string `json:"redirect_uris"`
	AuthMethod   string   `json:"token_endpoint_auth_method"`
	Name         string   `json:"client_name"`
	ClientURI    string   `json:"client_uri"`
	LogoURI      string   `json:"logo_uri"`
	Scope        string   `json:"scope"`
	GrantTypes   []string `json:"grant_types"`
	Statement    string   `json:"software_statement"`
}

type registrationWire struct {
	ClientID      string   `json:"client_id"`
	ClientSecret  string   `json:"client_secret,omitzero"`
	IssuedAt      int64    `json:"client_id_issued_at"`
	SecretExpires int64    `json:"client_secret_expires_at"`
	Name          string   `json:"client_name"`
	ClientURI     *string  `json:"client_uri,omitzero"`
	LogoURI       *string  `json:"logo_uri,omitzero"`
	RedirectURIs  []string `json:"redirect_uris"`
	GrantTypes    []string `json:"grant_types"`
	ResponseTypes []string `json:"response_types"`
	Scope         string   `json:"scope"`
	AuthMethod    string   `json:"token_endpoint_auth_method"`
}

func errClientMetadata(description string) *oauthError {
	return newOAuthError(http.StatusBadRequest, "invalid_client_metadata", description)
}

// parseClientMetadata reads and checks what a client says about itself. The method is that of clients that name none.
func parseClientMetadata(raw []byte, method string) (*clientMetadata, error) {
	m := &clientMetadata{AuthMethod: method}
	switch err := json.Unmarshal(raw, m); {
	case err != nil || !utf8.Valid(raw):
		return nil, errClientMetadata("the metadata is not a JSON object of the form that RFC 7591 gives it")
	case m.Statement != "":
		return nil, newOAuthError(http.StatusBadRequest, "unapproved_software_statement", "software statements are not approved here")
	case len(m.RedirectURIs) == 0 || len(m.RedirectURIs) > maxRedirectURIs:
		return nil, newOAuthError(http.StatusBadRequest, "invalid_redirect_uri", "redirect_uris needs 1 to 100 addresses")
	case m.AuthMethod != "client_secret_basic" && m.AuthMethod != "client_secret_post" && m.AuthMethod != "none":
		return nil, errClientMetadata("token_endpoint_auth_method has to be client_secret_basic, client_secret_post or none")
	case utf8.RuneCountInString(m.Name) > maxOAuthName || strings.ContainsFunc(m.Name, isControl):
		return nil, errClientMetadata("client_name has at most 256 characters, none of them control characters")
	}
	for _, uri := range m.RedirectURIs {
		if err := checkRedirectURI(uri); err != nil {
			return nil, err
		}
	}
	for _, address := range []string{m.ClientURI, m.LogoURI} {
		if u, err := url.Parse(address); address != "" && (err != nil || len(address) > maxOAuthText || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http") {
			return nil, errClientMetadata("client_uri and logo_uri have to be http or https addresses")
		}
	}
	return m, nil
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// registerClient is the registration endpoint of RFC 7591.
func registerClient(c *oauthCall) (oauthAnswer, error) {
	s := c.tx.oauthSettings()
	if !s.DynamicRegistration {
		return oauthAnswer{}, newOAuthError(http.StatusUnprocessableEntity, "registration_not_supported", "the instance does not let clients register themselves")
	}
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return oauthAnswer{}, errClientMetadata("the body has to be JSON")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, c.r.Body, maxRegistration))
	if err != nil {
		return oauthAnswer{}, errClientMetadata("the metadata is too large, or breaks off")
	}
	m, err := parseClientMetadata(raw, "client_secret_basic")
	if err != nil {
		return oauthAnswer{}, err
	}
	if tableOAuthApplications.count(c.tx, "dynamic", "yes") >= maxDynamicClients {
		return oauthAnswer{}, newOAuthError(http.StatusTooManyRequests, "temporarily_unavailable", "too many clients have registered themselves")
	}
	a, err := c.tx.registeredClient(m, &s)
	if err != nil {
		return oauthAnswer{}, err
	}
	tableOAuthApplications.put(c.tx, a)
	c.note.ClientID, c.note.Scope = a.ClientID, a.Scopes
	return oauthAnswer{status: http.StatusCreated, body: wireRegistration(a)}, nil
}

// registeredClient makes an application of what a client said. Its consent screen cannot be turned off.
func (x *tx) registeredClient(m *clientMetadata, s *OAuthSettings) (*oauthApplication, error) {
	scopes, err := parseScopes(m.Scope)
	if err != nil {
		return nil, errClientMetadata("scope is not a list of scopes")
	}
	if len(scopes) == 0 {
		scopes = s.DefaultScopes
	}
	for _, scope := range scopes {
		if m.Scope != "" && !s.hasScope(scope) {
			return nil, errClientMetadata("scope names a scope that the instance does not have")
		}
	}
	a := &oauthApplication{
		ID: x.newID("oauthapp_"), ClientID: "client_" + randomHex(12), ClientSecret: randomHex(24), Name: m.Name, RedirectURIs: m.RedirectURIs,
		Scopes: canonicalScopes(joinScopes(scopes)), ConsentScreen: true, Public: m.AuthMethod == "none", PKCERequired: m.AuthMethod == "none",
		AuthMethod: m.AuthMethod, Dynamic: true, CreatedAt: x.now, UpdatedAt: x.now,
	}
	if a.Name == "" {
		a.Name = a.ClientID
	}
	clientURI, logoURI := given(m.ClientURI), given(m.LogoURI)
	a.ClientURI, a.LogoURI = clientURI.pointer(), logoURI.pointer()
	for _, kind := range m.GrantTypes {
		a.DeviceGrant = a.DeviceGrant || kind == grantTypeDevice
	}
	return a, nil
}

func wireRegistration(a *oauthApplication) registrationWire {
	w := registrationWire{
		ClientID: a.ClientID, IssuedAt: a.CreatedAt / 1000, Name: a.Name, ClientURI: a.ClientURI, LogoURI: a.LogoURI, RedirectURIs: a.RedirectURIs,
		GrantTypes: a.grantTypes(), ResponseTypes: []string{"code"}, Scope: a.Scopes, AuthMethod: a.AuthMethod,
	}
	if !a.Public {
		w.ClientSecret = a.ClientSecret
	}
	return w
}

// grantTypes are the grant types that the application may use.
func (a *oauthApplication) grantTypes() []string {
	types := []string{grantTypeCode, grantTypeRefresh}
	if a.DeviceGrant {
		types = append(types, grantTypeDevice)
	}
	return types
}
