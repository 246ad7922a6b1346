package clerkauth

import (
	"fmt"
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
	portal      string   // origin of the account portal
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
		portal:      a.key.AccountsURL(),
		nonces:      newExchange(c.Now),
		refreshes:   newExchange(c.Now),
		machines:    newMachineCache(c.MachineCacheTTL, c.Now),
	}
	if u, ok := parseWebURL(c.PublicOrigin); ok {
		f.origin = address{scheme: u.Scheme, host: canonicalHost(u.Scheme, u.Host), prefix: pathPrefix(u.EscapedPath())}
	}
	if u, ok := parseWebURL(c.SignInURL); ok {
		f.signIn = u
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
		return configError("ProxyURL is neither an absolute http(s) URL nor a path")
	case a.key.local:
		f.frontendAPI = "http://" + frontend
	default:
		f.frontendAPI = "https://" + frontend
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

func (c Config) clone() Config {
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
	if c.APIURL == "" {
		c.APIURL = DefaultAPIURL
	}
	c.APIURL = strings.TrimSuffix(strings.TrimRight(c.APIURL, "/"), "/v1")
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

// configure checks the configuration and works out what depends on it.
func (a *Authenticator) configure() error {
	c := &a.config
	a.skew = c.ClockSkew
	switch {
	case c.ClockSkew == 0:
		a.skew = DefaultClockSkew
	case c.ClockSkew == NoClockSkew:
		a.skew = 0
	case c.ClockSkew < 0:
		return configError("ClockSkew is negative")
	}
	a.defaults = callConfig{
		accepts: c.AcceptTokens, parties: c.AuthorizedParties, partyFunc: c.AuthorizedPartyFunc,
		allowMissingParty: c.AllowMissingAuthorizedParty, audience: c.Audience,
		requireAudience: c.RequireAudience, issuer: c.Issuer, allowPending: c.AllowPending,
		oauthAudience: c.OAuthAudience, allowUnbound: c.AllowUnboundTokens, challenge: &challenge{metadataURL: c.ResourceMetadataURL},
		templateAudience: c.TemplateAudience, anyTemplate: c.AllowTemplateWithoutAudience,
	}
	for _, check := range []func() error{a.checkTokens, a.checkURLs, a.checkKeys, a.checkSatellite, a.checkLimits, a.openAPI} {
		if err := check(); err != nil {
			return err
		}
	}
	return a.prepare()
}

func configError(format string, args ...any) error {
	return fmt.Errorf("clerkauth: New: "+format, args...)
}

func (a *Authenticator) checkTokens() error {
	c := &a.config
	for _, t := range c.AcceptTokens {
		if !t.known() {
			return configError("AcceptTokens has an unknown type %q", string(t))
		}
	}
	for _, party := range c.AuthorizedParties {
		if !isOrigin(party) {
			return configError("AuthorizedParties: %q is not an origin such as https://app.example.com", party)
		}
	}
	for _, origin := range c.SatelliteOrigins {
		if !isOrigin(origin) {
			return configError("SatelliteOrigins: %q is not an origin such as https://app.example.com", origin)
		}
	}
	if c.RequireAudience && len(c.Audience) == 0 {
		return configError("RequireAudience is set without Audience")
	}
	if slices.Contains(slices.Concat(c.Audience, c.OAuthAudience, c.TemplateAudience, c.Issuer), "") {
		return configError("Audience, OAuthAudience, TemplateAudience and Issuer must not have empty entries")
	}
	if slices.Contains(c.AcceptTokens, TokenTemplate) && len(c.TemplateAudience) == 0 && !c.AllowTemplateWithoutAudience {
		return configError("TokenTemplate is accepted without TemplateAudience: set it, or AllowTemplateWithoutAudience")
	}
	if slices.ContainsFunc(c.TemplateSecrets, func(secret string) bool { return len(secret) < minTemplateSecret }) {
		return configError("TemplateSecrets has a secret of less than %d bytes", minTemplateSecret)
	}
	return nil
}

// needsCookies reports whether the cookie procedure can run.
func (a *Authenticator) needsCookies() bool {
	return !a.config.HeaderOnly &&
		slices.ContainsFunc(a.config.AcceptTokens, func(t TokenType) bool { return t == TokenSession || t == TokenOAuth })
}

func (a *Authenticator) checkKeys() error {
	c := &a.config
	if c.PublishableKey != "" || a.needsCookies() {
		key, err := parsePublishableKey(c.PublishableKey, c.AllowPlainHTTP)
		if err != nil {
			return err
		}
		a.key = key
	}
	for name, value := range map[string]string{
		"SecretKey": c.SecretKey, "MachineSecretKey": c.MachineSecretKey, "PublishableKey": c.PublishableKey,
	} {
		if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return configError("%s has spaces or characters that no key has", name)
		}
	}
	if c.SecretKey == "" && c.JWTKey == "" && c.KeySet == nil {
		if c.MachineSecretKey == "" || slices.ContainsFunc(c.AcceptTokens, func(t TokenType) bool { return t != TokenM2M }) {
			return configError("SecretKey is missing (or JWTKey, for no network at all)")
		}
	}
	return a.openKeySet()
}

func (a *Authenticator) checkURLs() error {
	c := &a.config
	for _, target := range []struct {
		name, address string
		unused        bool
	}{
		{"APIURL", c.APIURL, false},
		{"FrontendAPIURL", c.FrontendAPIURL, c.FrontendAPIURL == ""},
		{"ProxyURL", c.ProxyURL, c.ProxyURL == "" || isLocalPath(c.ProxyURL)},
	} {
		if target.unused {
			continue
		}
		if err := checkTarget(target.address, c.SecretKey, c.AllowPlainHTTP); err != nil {
			return configError("%s %w", target.name, err)
		}
	}
	if u, ok := parseWebURL(c.PublicOrigin); c.PublicOrigin != "" && (!ok || u.RawQuery != "" || u.Fragment != "") {
		return configError("PublicOrigin is not an origin such as https://app.example.com, with or without a path")
	}
	if c.ResourceMetadataURL != "" && !validMetadataURL(c.ResourceMetadataURL) {
		return configError("ResourceMetadataURL is not an absolute http(s) URL")
	}
	for name, value := range map[string]string{
		"SignInURL": c.SignInURL, "SignUpURL": c.SignUpURL,
	} {
		if value != "" && !isLocalPath(value) {
			if u, err := url.Parse(value); err != nil || !isWebURL(u) {
				return configError("%s is neither an absolute http(s) URL nor a path", name)
			}
		}
	}
	return nil
}

func (a *Authenticator) checkSatellite() error {
	c := &a.config
	if strings.ContainsAny(c.Domain, "/\\@?# ") {
		return configError("Domain is not a host name")
	}
	if !c.IsSatellite {
		return nil
	}
	if c.SignInURL == "" && a.key.Instance() == Development {
		return configError("a satellite of a development instance needs SignInURL")
	}
	if c.SignInURL != "" && isLocalPath(c.SignInURL) {
		return configError("SignInURL of a satellite must be absolute")
	}
	if c.ProxyURL == "" && c.Domain == "" {
		return configError("a satellite needs Domain or ProxyURL")
	}
	if c.SignInURL != "" && c.Domain != "" {
		if u, err := url.Parse(c.SignInURL); err == nil && strings.EqualFold(u.Host, c.Domain) {
			return configError("SignInURL of a satellite must have another origin than the satellite")
		}
	}
	return nil
}

func (a *Authenticator) checkLimits() error {
	c := &a.config
	switch {
	case c.TokenCacheSize < NoTokenCache:
		return configError("TokenCacheSize is negative (NoTokenCache turns the cache off)")
	case c.MachineCacheTTL < 0 || c.MachineCacheTTL > time.Minute:
		return configError("MachineCacheTTL must be between zero and one minute")
	case c.RefreshOnUnknownKey < RefreshRateLimited || c.RefreshOnUnknownKey > RefreshAlways:
		return configError("RefreshOnUnknownKey is unknown")
	case c.MachineID != "" && !strings.HasPrefix(c.MachineID, "mch_"):
		return configError("MachineID does not begin with mch_")
	}
	if a.key.Instance() == Production && a.needsCookies() && len(c.AuthorizedParties) == 0 && c.AuthorizedPartyFunc == nil {
		a.log.Warn("clerkauth: AuthorizedParties is empty: session cookies of other applications on the same domain are accepted")
	}
	return nil
}

func isWebURL(u *url.URL) bool {
	return (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// isOrigin accepts a scheme and a host, with no path and no slash at the end.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme+"://"+u.Host == text
}

// isLocalPath accepts a path of this host: //host and /\host would name another one.
func isLocalPath(text string) bool {
	return strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") && !strings.ContainsAny(text, "\\\r\n\t\x00")
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
			return configError("JWTKey: %w", err)
		}
		set, err := NewStaticKeySet(key)
		if err != nil {
			return configError("JWTKey: %w", err)
		}
		a.keys = set
	case c.SecretKey != "":
		set, err := NewRemoteKeySet(RemoteKeySetConfig{
			URL: c.APIURL + "/v1/jwks", SecretKey: c.SecretKey, AllowPlainHTTP: c.AllowPlainHTTP, HTTPClient: a.custom,
			OnUnknownKey: c.RefreshOnUnknownKey, Now: c.Now, Logger: c.Logger,
		})
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
