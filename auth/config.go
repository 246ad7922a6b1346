package clerkauth

import (
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Defaults that [New] fills in where the field of [Config] is zero.
const (
	DefaultAPIURL    = "https://api.clerk.com"
	DefaultClockSkew = 5 * time.Second
)

// NoClockSkew as [Config].ClockSkew compares times exactly, with no tolerance.
const NoClockSkew time.Duration = -1

// DefaultTokenCacheSize is the size that a zero [Config].TokenCacheSize stands for: at most about 25 MB when it is
// full, whatever the size of the tokens.
const DefaultTokenCacheSize = 10_000

// NoTokenCache as [Config].TokenCacheSize turns the cache of verified tokens off.
const NoTokenCache = -1

// Config is what an [Authenticator] needs to know about the Clerk instance and the application. The zero value of
// every field is the strict choice. [New] copies the whole and validates it; later changes have no effect.
type Config struct {
	// SecretKey is the secret key of the instance (sk_live_… or sk_test_…). Public keys, handshakes, refreshes and
	// machine tokens are looked up with it. It may be empty when JWTKey or KeySet is set.
	SecretKey string
	// PublishableKey (pk_live_… or pk_test_…) names the instance and its Frontend API. It is required unless
	// HeaderOnly is set or only API keys and M2M tokens are accepted.
	PublishableKey string
	// JWTKey is the public key of the instance as PEM. Tokens are then verified without any network access.
	JWTKey string
	// MachineSecretKey (ak_…) is the key of this machine, used to verify M2M tokens that were made for it.
	MachineSecretKey string
	// KeySet replaces the source of public keys. It wins over JWTKey and SecretKey.
	KeySet KeySet
	// RefreshOnUnknownKey says what an unknown key id may cost; zero is [RefreshRateLimited].
	RefreshOnUnknownKey RefreshPolicy

	// HeaderOnly turns cookie authentication off: only the Authorization header counts.
	HeaderOnly bool
	// AuthorizedParties lists the origins (https://app.example.com) whose session tokens are accepted. Where it and
	// AuthorizedPartyFunc are empty, azp is not checked, which is safe for header tokens only.
	AuthorizedParties []string
	// AuthorizedPartyFunc accepts further origins, such as those of preview deployments. It must compare whole origins:
	// whoever controls an accepted origin can act as every user who visits it. It must be safe for concurrent use.
	AuthorizedPartyFunc func(origin string) bool
	// AllowMissingAuthorizedParty also accepts session tokens without azp. Clerk mints such tokens where the Frontend API
	// saw no Origin: on page navigations (the cookie of every first page), through the Backend API and in native
	// applications. Leave it off if other applications run on subdomains of yours: each of them can obtain such a token.
	AllowMissingAuthorizedParty bool
	// Audience lists the accepted values of aud, of session tokens and M2M tokens. Empty skips the check.
	Audience []string
	// OAuthAudience lists the resources that OAuth tokens may be bound to, such as https://api.example.com/mcp (RFC 8707).
	// A token that is bound to another resource, or to others as well, is refused. Nil is Audience; where both are empty
	// the check is skipped.
	OAuthAudience []string
	// AllowUnboundTokens accepts OAuth tokens without aud although OAuthAudience or Audience is set. Clerk leaves aud out
	// of tokens of clients that named no resource. Set it only if the client or the scopes are checked elsewhere.
	AllowUnboundTokens bool
	// RequireAudience refuses tokens without aud when Audience is set.
	RequireAudience bool
	// TemplateAudience lists the accepted values of aud in tokens of JWT templates; nil is Audience. Such a token must
	// have one of them.
	TemplateAudience []string
	// AllowTemplateWithoutAudience waives the audience of tokens of JWT templates: the token of any template of the
	// instance is accepted where [TokenTemplate] is.
	AllowTemplateWithoutAudience bool
	// TemplateSecrets are the secrets that JWT templates with the algorithm HS256 share with this application, of 32 bytes
	// or more.
	TemplateSecrets []string
	// Issuer lists the accepted values of iss, in tokens of sessions and in M2M and OAuth tokens that are JWTs. Empty
	// skips the check: the key is the anchor of trust.
	Issuer []string
	// AcceptTokens lists the types of tokens that requests may present; nil is session tokens only.
	AcceptTokens []TokenType
	// AllowPending treats sessions with open tasks (sts pending) as signed in.
	AllowPending bool
	// ResourceMetadataURL is where clients read which authorization server issues OAuth tokens for this application
	// (RFC 9728). Answers with 401, and with 403 for a missing scope, name it on routes that accept OAuth tokens. The
	// document describes a resource of this application, so this application serves it; see [ResourceMetadataURL] for its
	// place. Empty names none.
	ResourceMetadataURL string
	// MachineID is the id of this machine (mch_…). When set, M2M tokens must name it among their scopes, whether they are
	// opaque or JWTs.
	MachineID string
	// MachineCacheTTL keeps good answers about opaque machine tokens in memory for this long, at most one minute. A
	// revoked token may live on for as long as the answer is kept. Zero asks Clerk each time, once for all who present the
	// same token at the same time. Refusals are remembered for ten seconds in any case.
	MachineCacheTTL time.Duration
	// AlwaysAskClerk asks Clerk about every OAuth token in each request, also about JWTs and in spite of MachineCacheTTL,
	// so that a revoked grant ends at once. It costs a call for each request.
	AlwaysAskClerk bool
	// EagerMachineTokens verifies machine tokens while the request is authenticated; by default they are verified on first
	// use of the state.
	EagerMachineTokens bool

	// Domain is the domain of this satellite application.
	Domain string
	// IsSatellite marks an application that signs in on the primary domain.
	IsSatellite bool
	// SatelliteAutoSync lets a satellite synchronise on the first visit.
	SatelliteAutoSync bool
	// SatelliteOrigins lists, on a primary, the origins of its satellites. Only these receive users back, and only
	// with them a visit from a foreign page is synchronised. Without any, only the origin of the request does.
	SatelliteOrigins []string
	// ProxyURL is where the Frontend API is proxied: an absolute URL, or a path of this application.
	ProxyURL string
	// SignInURL and SignUpURL are the pages that visitors are sent to; empty is the account portal.
	SignInURL string
	SignUpURL string
	// PublicOrigin is the origin (https://app.example.com) that browsers use to reach this application, where it
	// differs from what the server sees. It may have a path (https://example.com/shop): the prefix that a proxy removes.
	PublicOrigin string
	// TrustForwardedHeaders reads the origin from X-Forwarded-Host and X-Forwarded-Proto, and a path that the proxy
	// removed from X-Forwarded-Prefix. Set it only behind a proxy that overwrites or removes all three.
	// Floods are then counted by the last address of X-Forwarded-For, which the nearest proxy adds.
	// [Authenticator.FrontendAPIProxy] then also tells Clerk the visitor's address as CF-Connecting-IP, X-Real-IP or
	// X-Forwarded-For has it: where it serves, the proxy must overwrite or remove these.
	TrustForwardedHeaders bool
	// OrganizationSync activates the organization that the URL names.
	OrganizationSync OrganizationSync
	// OmitSessionInHandshake keeps the session cookie out of the handshake URL.
	OmitSessionInHandshake bool
	// DebugHeaders adds x-clerk-auth-message to answers. It reveals details of the configuration.
	DebugHeaders bool

	// APIURL is the base of the Backend API. Empty is [DefaultAPIURL], or the local Clerk where PublishableKey is its key.
	APIURL string
	// FrontendAPIURL overrides the upstream of the Frontend API proxy.
	FrontendAPIURL string
	// AllowPlainHTTP accepts plain http for APIURL, FrontendAPIURL and ProxyURL on other machines, and a publishable key
	// that names another machine: for an emulator in a container beside this one. Keys and answers then cross the network
	// in the clear, so a live key is refused there. Addresses of this machine need no permission.
	AllowPlainHTTP bool
	// HTTPClient sends all requests to Clerk; nil is a client of our own with time-outs.
	HTTPClient *http.Client
	// ClockSkew is the tolerance of all time checks; zero is [DefaultClockSkew], [NoClockSkew] is none.
	ClockSkew time.Duration
	// Now is the clock; nil is [time.Now].
	Now func() time.Time
	// Observer is told what is decided and why; nil observes nothing and costs nothing. One that is also a clerk.Observer
	// is told about the calls to Clerk's Backend API as well.
	Observer Observer
	// TokenCacheSize is how many verified session tokens are remembered so that the next request with the same token
	// skips the signature. Zero is [DefaultTokenCacheSize]; [NoTokenCache] verifies every token anew.
	TokenCacheSize int
	// Current says how long [CurrentUser], [CurrentOrganization] and [CurrentMembership] remember what Clerk answered. The
	// zero value is ten seconds.
	Current CurrentConfig
	// Logger gets warnings about configuration and about Clerk, and at debug level why requests are refused; never tokens,
	// keys or people. Nil is silent.
	Logger *slog.Logger

	sharedBy int    // how many instances have the bounds of what is remembered together; zero is one
	instance string // the name by which Instances keep it
}

// OrganizationSync holds the URL patterns that name the organization (or the personal account) to be active.
type OrganizationSync struct {
	// OrganizationPatterns match pages of an organization and contain :id or :slug, such as /orgs/:slug/(.*).
	OrganizationPatterns []string
	// PersonalAccountPatterns match pages of the personal account.
	PersonalAccountPatterns []string
}

// String hides the secrets of the configuration.
func (c Config) String() string { return "clerkauth.Config{…}" }

// LogValue hides the secrets of the configuration.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// ConfigFromEnv returns the configuration that the variables of Clerk's own SDKs describe: CLERK_SECRET_KEY,
// CLERK_PUBLISHABLE_KEY, CLERK_JWT_KEY, CLERK_MACHINE_SECRET_KEY, CLERK_API_URL, CLERK_FAPI_URL, CLERK_DOMAIN,
// CLERK_IS_SATELLITE, CLERK_PROXY_URL, CLERK_SIGN_IN_URL and CLERK_SIGN_UP_URL. It also reads
// CLERK_AUTHORIZED_PARTIES, origins separated by commas. Warnings go to [slog.Default]. A variable that does not parse
// is an error.
func ConfigFromEnv() (Config, error) {
	c := Config{
		SecretKey:        os.Getenv("CLERK_SECRET_KEY"),
		PublishableKey:   os.Getenv("CLERK_PUBLISHABLE_KEY"),
		JWTKey:           os.Getenv("CLERK_JWT_KEY"),
		MachineSecretKey: os.Getenv("CLERK_MACHINE_SECRET_KEY"),
		APIURL:           os.Getenv("CLERK_API_URL"),
		FrontendAPIURL:   os.Getenv("CLERK_FAPI_URL"),
		Domain:           os.Getenv("CLERK_DOMAIN"),
		ProxyURL:         os.Getenv("CLERK_PROXY_URL"),
		SignInURL:        os.Getenv("CLERK_SIGN_IN_URL"),
		SignUpURL:        os.Getenv("CLERK_SIGN_UP_URL"),
		Logger:           slog.Default(),
	}
	if text := os.Getenv("CLERK_IS_SATELLITE"); text != "" {
		satellite, err := strconv.ParseBool(text)
		if err != nil {
			return Config{}, errors.New("clerkauth: ConfigFromEnv: CLERK_IS_SATELLITE is neither true nor false")
		}
		c.IsSatellite = satellite
	}
	for origin := range strings.SplitSeq(os.Getenv("CLERK_AUTHORIZED_PARTIES"), ",") {
		if origin = strings.TrimSpace(origin); origin != "" {
			c.AuthorizedParties = append(c.AuthorizedParties, origin)
		}
	}
	return c, nil
}
