package clerkauth

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// flow is what the procedure works out once, in [New].
type flow struct {
	names       cookieNames
	development bool
	origin      address  // fixed public origin, or empty
	issuerHost  string   // whose tokens the cookies hold
	frontendAPI string   // absolute base of the Frontend API; empty if it is a path of this application
	proxyPath   string   // of the Frontend API, if it is a path
	signIn      *url.URL // absolute sign-in page, or nil
	satellites  []string // origins, as browsers compare them
	portal      *url.URL // account portal, or nil
	orgs        *PathMatcher
	personal    *PathMatcher
	machines    *machineCache
	nonces      *exchange
	refreshes   *exchange
	machineAPI  *clerk.Client // for M2M tokens: with the key of this machine, or that of the instance
}

// prepare fills the flow from a configuration that is valid otherwise; an error of it is an error of [New].
func (a *Authenticator) prepare() error {
	c := &a.config
	f := flow{
		names:       newCookieNames(a.key.CookieSuffix()),
		development: a.key.Instance() == Development,
		issuerHost:  a.key.issuerHost(c.Domain, c.IsSatellite),
		nonces:      newExchange(clientBudget, sharedBudget, c.Now),
		refreshes:   newExchange(sessionBudget, unshared, c.Now),
		machines:    newMachineCache(c.MachineCacheTTL, c.Now, max(c.sharedBy, 1)),
	}
	if u, ok := parseWebURL(c.PublicOrigin); ok {
		f.origin = address{scheme: u.Scheme, host: canonicalHost(u.Scheme, u.Host), prefix: pathPrefix(u.EscapedPath())}
	}
	if u, ok := parseWebURL(c.SignInURL); ok {
		f.signIn = u
	}
	if u, ok := parseWebURL(a.key.AccountsURL()); ok {
		f.portal = u
	}
	for _, origin := range c.SatelliteOrigins {
		if u, ok := parseWebURL(origin); ok {
			f.satellites = append(f.satellites, originOf(u))
		}
	}
	frontend := a.key.FrontendAPIFor(c.ProxyURL, c.Domain, c.IsSatellite)
	switch u, ok := parseWebURL(frontend); {
	case isLocalPath(frontend):
		f.proxyPath = trimSlashes(frontend)
	case ok:
		f.frontendAPI = trimSlashes(u.String())
	case c.ProxyURL != "":
		return configError("%s is neither an absolute http(s) URL nor a path", setting("ProxyURL"))
	case frontend != "":
		f.frontendAPI = frontendURL(frontend)
	}
	var err error
	if f.orgs, err = organizationMatcher(c.OrganizationSync.OrganizationPatterns); err != nil {
		return err
	}
	if f.personal, err = NewPathMatcher(c.OrganizationSync.PersonalAccountPatterns...); err != nil {
		return configError("PersonalAccountPatterns: %w", err)
	}
	f.machineAPI = a.api
	if c.MachineSecretKey != "" {
		if f.machineAPI, err = a.newAPI(c.MachineSecretKey); err != nil {
			return err
		}
	}
	a.flow = f
	return nil
}

func trimSlashes(text string) string {
	for len(text) > 0 && text[len(text)-1] == '/' {
		text = text[:len(text)-1]
	}
	return text
}

// withDefaults returns a copy of its own, with the defaults that no key decides.
func (c Config) withDefaults() Config {
	c.AuthorizedParties = slices.Clone(c.AuthorizedParties)
	c.Audience = slices.Clone(c.Audience)
	c.OAuthAudience = slices.Clone(c.OAuthAudience)
	c.TemplateAudience = slices.Clone(c.TemplateAudience)
	c.TemplateSecrets = slices.Clone(c.TemplateSecrets)
	c.Issuer = slices.Clone(c.Issuer)
	if c.TemplateAudience == nil {
		c.TemplateAudience = c.Audience
	}
	if c.OAuthAudience == nil {
		c.OAuthAudience = c.Audience
	}
	c.AcceptTokens = slices.Clone(c.AcceptTokens)
	c.SatelliteOrigins = slices.Clone(c.SatelliteOrigins)
	c.OrganizationSync.OrganizationPatterns = slices.Clone(c.OrganizationSync.OrganizationPatterns)
	c.OrganizationSync.PersonalAccountPatterns = slices.Clone(c.OrganizationSync.PersonalAccountPatterns)
	if c.AcceptTokens == nil {
		c.AcceptTokens = []TokenType{TokenSession}
	}
	if c.TokenCacheSize == 0 {
		c.TokenCacheSize = DefaultTokenCacheSize
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{Timeout: 10 * time.Second}
	}
	return c
}

// configure checks the configuration as a whole and works out what depends on it.
func (a *Authenticator) configure() error {
	c := &a.config
	key, keyErr := c.publishableKey()
	c.APIURL = c.apiURL(key)
	if err := c.check(key, keyErr); err != nil {
		return err
	}
	a.key, a.skew = key, c.clockSkew()
	a.defaults = callConfig{
		accepts: c.AcceptTokens, parties: c.AuthorizedParties, partyFunc: c.AuthorizedPartyFunc,
		allowMissingParty: c.AllowMissingAuthorizedParty, audience: c.Audience,
		requireAudience: c.RequireAudience, issuer: c.Issuer, allowPending: c.AllowPending, headerOnly: c.HeaderOnly,
		oauthAudience: c.OAuthAudience, allowUnbound: c.AllowUnboundTokens, challenge: &challenge{metadataURL: c.ResourceMetadataURL},
		templateAudience: c.TemplateAudience, anyTemplate: c.AllowTemplateWithoutAudience,
	}
	if err := errors.Join(a.openKeySet(), a.openAPI(), a.prepare()); err != nil {
		return err
	}
	if a.key.Instance() == Production && c.needsCookies() && len(c.AuthorizedParties) == 0 && c.AuthorizedPartyFunc == nil {
		a.log.Warn("clerkauth: AuthorizedParties is empty: session cookies of other applications on the same domain are accepted",
			"set", "Config.AuthorizedParties or CLERK_AUTHORIZED_PARTIES to the origins of this application")
	}
	return nil
}

// needsCookies reports whether the cookie procedure can run.
func (c *Config) needsCookies() bool {
	return !c.HeaderOnly && slices.ContainsFunc(c.AcceptTokens, func(t TokenType) bool { return t == TokenSession || t == TokenOAuth })
}

// publishableKey returns the publishable key. It is zero where none is needed.
func (c *Config) publishableKey() (PublishableKey, error) {
	if c.PublishableKey == "" && !c.needsCookies() {
		return PublishableKey{}, nil
	}
	return parsePublishableKey(c.PublishableKey, c.AllowPlainHTTP)
}

// apiURL returns the base of the Backend API without the version: by default that of the local Clerk that the key is of, or
// Clerk's.
func (c *Config) apiURL(key PublishableKey) string {
	switch {
	case c.APIURL != "":
		return strings.TrimSuffix(strings.TrimRight(c.APIURL, "/"), "/v1")
	case key.local:
		return key.APIURL()
	}
	return DefaultAPIURL
}

// clockSkew returns the tolerance of time checks.
func (c *Config) clockSkew() time.Duration {
	switch c.ClockSkew {
	case 0:
		return DefaultClockSkew
	case NoClockSkew:
		return 0
	}
	return c.ClockSkew
}

// openAPI makes the client of the Backend API, if there is a secret key.
func (a *Authenticator) openAPI() (err error) {
	if a.config.SecretKey != "" {
		if a.api, err = a.newAPI(a.config.SecretKey); err != nil {
			return err
		}
	}
	a.currents, err = newCurrent(a.api, a.config.Current, a.config.Now)
	return err
}

// newAPI makes a client of the Backend API for a key.
func (a *Authenticator) newAPI(secretKey string) (*clerk.Client, error) {
	opts := []clerk.ClientOption{clerk.WithBaseURL(a.config.APIURL), clerk.WithLogger(a.config.Logger)}
	if a.config.AllowPlainHTTP {
		opts = append(opts, clerk.WithPlainHTTP())
	}
	if observer, ok := a.config.Observer.(clerk.Observer); ok {
		opts = append(opts, clerk.WithObserver(observer))
	}
	if a.custom != nil {
		opts = append(opts, clerk.WithHTTPClient(a.custom))
	}
	api, err := clerk.NewClient(secretKey, opts...)
	if err != nil {
		return nil, configError("%w", err)
	}
	return api, nil
}

// openKeySet picks the source of keys: the one that was given, the PEM, or the Backend API.
func (a *Authenticator) openKeySet() error {
	c := &a.config
	switch {
	case c.KeySet != nil:
		if isNilPointer(c.KeySet) {
			return configError("KeySet is a nil pointer")
		}
		a.keys = c.KeySet
		a.remote, _ = c.KeySet.(*RemoteKeySet)
	case c.JWTKey != "":
		key, err := ParsePEM(c.JWTKey)
		if err != nil {
			return configError("%s: %w", setting("JWTKey"), err)
		}
		set, err := NewStaticKeySet(key)
		if err != nil {
			return configError("%s: %w", setting("JWTKey"), err)
		}
		a.keys = set
	case c.SecretKey != "":
		config := RemoteKeySetConfig{
			URL: c.APIURL + "/v1/jwks", SecretKey: c.SecretKey, AllowPlainHTTP: c.AllowPlainHTTP, HTTPClient: a.custom,
			OnUnknownKey: c.RefreshOnUnknownKey, Now: c.Now, Logger: c.Logger,
		}
		if c.Observer != nil {
			config.Observer = c.Observer
		}
		set, err := NewRemoteKeySet(config)
		if err != nil {
			return configError("%w", err)
		}
		a.keys, a.remote = set, set
	}
	return nil
}

// isNilPointer finds the sets whose constructor failed and whose error was not looked at.
func isNilPointer(set KeySet) bool {
	switch set := set.(type) {
	case *RemoteKeySet:
		return set == nil
	case *StaticKeySet:
		return set == nil
	}
	return false
}
