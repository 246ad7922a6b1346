package clerktest

import (
	"cmp"
	"slices"
	"time"
)

// OAuthSettings says how the authorization server of an instance behaves. The zero value, with the default scopes and
// the answers of the Backend API's oauth_application_settings, is how an instance begins.
type OAuthSettings struct {
	// JWTAccessTokens makes new access tokens JWTs instead of opaque tokens.
	JWTAccessTokens bool `json:"oauth_jwt_access_tokens"`
	// DynamicRegistration lets any client register itself under /oauth/register.
	DynamicRegistration bool `json:"dynamic_oauth_client_registration"`
	// DefaultScopes are the scopes of clients that register without naming any, each once. offline_access cannot be one:
	// clients ask for it themselves.
	DefaultScopes []string `json:"default_scopes"`
	// MetadataDocuments makes the server take the address of a client metadata document for a client id, and say so.
	MetadataDocuments bool `json:"client_id_metadata_documents_advertised"`
	// OnlyPreRegistered takes only those client metadata documents whose address is the client id of an application.
	OnlyPreRegistered bool `json:"client_id_metadata_documents_only_allow_pre_registered_clients"`
	// BlockImplicit refuses clients that nobody registered, whose metadata document is their only introduction.
	BlockImplicit bool `json:"client_id_metadata_documents_block_implicitly_allowed_clients"`

	OAuthSwitches
}

// OAuthSwitches are settings that the emulator has and Clerk has not, or of which Clerk's choice is not known.
type OAuthSwitches struct {
	// Scopes are the custom scopes of the instance, beside those that Clerk has.
	Scopes []OAuthScope `json:"scopes"`
	// Resources are the protected resources that tokens may be meant for. While the list is empty, every absolute http or
	// https address without a fragment is accepted.
	Resources []OAuthResource `json:"resources"`
	// Consent says who answers the consent page.
	Consent OAuthConsent `json:"consent"`
	// Rotation says what a refresh does to the refresh token.
	Rotation OAuthRotation `json:"rotate_refresh"`
	// RotationGrace is how many seconds a rotated refresh token may be repeated, once. 0 means no grace.
	RotationGrace int64 `json:"rotation_grace_seconds"`
	// RefreshAlways issues refresh tokens also to clients that did not ask for offline_access.
	RefreshAlways bool `json:"refresh_without_offline_access"`
	// AccessTokenSeconds is how long access tokens live, in seconds. 0 means a day.
	AccessTokenSeconds int64 `json:"access_token_seconds"`
	// OmitAudience leaves the resource out of access tokens, as instances of Clerk do that do not include audiences.
	OmitAudience bool `json:"omit_audience"`
	// OmitIssuer leaves the parameter iss out of authorization responses, and no longer advertises it.
	OmitIssuer bool `json:"omit_iss_parameter"`
	// LoopbackPorts lets a public client with a loopback IP address among its redirect URIs use any port there, RFC 8252.
	LoopbackPorts bool `json:"loopback_ports"`
	// VerifyMilliseconds makes the Backend API tell the times of a verified access token in milliseconds, not seconds.
	VerifyMilliseconds bool `json:"verify_milliseconds"`
	// DocumentHosts are hosts, with their ports, whose client metadata documents are fetched although they are on this
	// machine. Plain http is allowed for them.
	DocumentHosts []string `json:"document_hosts"`
	// DeviceInterval is how many seconds a program waits between two questions of the device grant. 0 means 5.
	DeviceInterval int64 `json:"device_interval_seconds"`
}

// OAuthScope is a custom scope.
type OAuthScope struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// OAuthResource is a protected resource, such as an API or an MCP server.
type OAuthResource struct {
	// URL identifies the resource, as clients send it in the parameter resource.
	URL string `json:"url"`
	// ClientID is the client that owns the resource and may exchange the tokens it receives. It may be empty.
	ClientID string `json:"client_id"`
	// ExchangeTo lists the resources for which the owner may exchange a token of this one.
	ExchangeTo []string `json:"exchange_to"`
}

// OAuthConsent answers the consent page, or leaves it to the user.
type OAuthConsent struct {
	// Answer is [ConsentPage], [ConsentAuto] or [ConsentDeny].
	Answer OAuthAnswer `json:"answer"`
	// UserID is who grants access by [ConsentAuto].
	UserID string `json:"user_id"`
	// OrganizationID is the organization that [ConsentAuto] chooses when a client asks for user:org:read.
	OrganizationID string `json:"organization_id"`
}

// OAuthAnswer says who answers the consent page.
type OAuthAnswer string

// The answers. The zero value is ConsentPage.
const (
	ConsentPage OAuthAnswer = ""     // the user who is signed in, on the page
	ConsentAuto OAuthAnswer = "auto" // a named user, at once and without a browser
	ConsentDeny OAuthAnswer = "deny" // nobody: access is denied
)

// OAuthRotation says what happens to a refresh token that was used.
type OAuthRotation string

// The rotations. The zero value is RotationOn.
const (
	RotationOn  OAuthRotation = ""    // a new refresh token replaces it
	RotationOff OAuthRotation = "off" // it stays
)

// Bounds of the settings: the entries of each list, and the length of each text.
const (
	maxOAuthEntries = 1000
	maxOAuthText    = 1024
)

func (s *OAuthSettings) check() error {
	switch {
	case s.Consent.Answer != ConsentPage && s.Consent.Answer != ConsentAuto && s.Consent.Answer != ConsentDeny:
		return errParamValue("consent", "answered by auto or deny, or by an empty text for the page")
	case s.Rotation != RotationOn && s.Rotation != RotationOff:
		return errParamValue("rotate_refresh", "off or empty")
	case s.RotationGrace < 0 || s.DeviceInterval < 0 || s.DeviceInterval > deviceLife || s.AccessTokenSeconds < 0 || s.AccessTokenSeconds > maxLifetime/1000:
		return errParamValue("access_token_seconds", "a number of seconds that is not negative")
	case len(s.Scopes) > maxOAuthEntries || len(s.Resources) > maxOAuthEntries || len(s.DocumentHosts) > maxOAuthEntries:
		return errParamValue("scopes", "at most 1000 entries, as resources and document_hosts are")
	}
	if err := checkDefaultScopes(s.DefaultScopes); err != nil {
		return err
	}
	for _, scope := range s.Scopes {
		if !isScope(scope.Name) || len(scope.Description) > maxOAuthText {
			return errParamFormat("scopes", "names of the characters that RFC 6749 allows, with short descriptions")
		}
	}
	for _, resource := range s.Resources {
		if !isResource(resource.URL) {
			return errParamFormat("resources", "absolute http or https addresses without a fragment")
		}
	}
	return nil
}

// checkDefaultScopes refuses what no client may get without asking. A custom scope that was deleted may still be there.
func checkDefaultScopes(scopes []string) error {
	for i, scope := range scopes {
		if scope == "offline_access" || slices.Contains(scopes[:i], scope) {
			return errParamValue("default_scopes", "scopes that differ, without offline_access, for which clients ask themselves")
		}
	}
	return nil
}

// oauth returns the settings of the authorization server.
func (s *instanceSettings) oauth() OAuthSettings {
	return OAuthSettings{
		JWTAccessTokens: s.JWTAccessTokens, DynamicRegistration: s.DynamicRegistration, DefaultScopes: slices.Clone(s.DefaultScopes),
		MetadataDocuments: s.MetadataDocuments, OnlyPreRegistered: s.OnlyPreRegistered, BlockImplicit: s.BlockImplicit,
		OAuthSwitches: s.OAuth,
	}
}

// setOAuth is the opposite of oauth.
func (s *instanceSettings) setOAuth(o *OAuthSettings) {
	s.JWTAccessTokens, s.DynamicRegistration, s.DefaultScopes = o.JWTAccessTokens, o.DynamicRegistration, slices.Clone(o.DefaultScopes)
	s.MetadataDocuments, s.OnlyPreRegistered, s.BlockImplicit = o.MetadataDocuments, o.OnlyPreRegistered, o.BlockImplicit
	s.OAuth = o.OAuthSwitches
}

func (x *tx) oauthSettings() OAuthSettings {
	s := x.settings()
	return s.oauth()
}

// configureOAuth checks and stores settings that edit changed.
func (x *tx) configureOAuth(edit func(*OAuthSettings) error) error {
	all := x.settings()
	s := all.oauth()
	s.Scopes, s.Resources, s.DocumentHosts = slices.Clone(s.Scopes), slices.Clone(s.Resources), slices.Clone(s.DocumentHosts)
	if err := edit(&s); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	all.setOAuth(&s)
	tableSettings.put(x, &all)
	return nil
}

// accessTokenLife is how long a new access token is good.
func (s *OAuthSettings) accessTokenLife() time.Duration {
	if s.AccessTokenSeconds > 0 {
		return time.Duration(s.AccessTokenSeconds) * time.Second
	}
	return oauthTokenLife * time.Millisecond
}

// deviceInterval is how many seconds lie between two questions.
func (s *OAuthSettings) deviceInterval() int64 { return cmp.Or(s.DeviceInterval, deviceInterval) }
