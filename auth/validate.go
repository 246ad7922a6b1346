package clerkauth

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// variables are the environment variables that [ConfigFromEnv] reads into fields, for messages.
var variables = map[string]string{
	"SecretKey": "CLERK_SECRET_KEY", "PublishableKey": "CLERK_PUBLISHABLE_KEY", "JWTKey": "CLERK_JWT_KEY",
	"MachineSecretKey": "CLERK_MACHINE_SECRET_KEY", "APIURL": "CLERK_API_URL", "FrontendAPIURL": "CLERK_FAPI_URL",
	"Domain": "CLERK_DOMAIN", "ProxyURL": "CLERK_PROXY_URL", "SignInURL": "CLERK_SIGN_IN_URL", "SignUpURL": "CLERK_SIGN_UP_URL",
	"AuthorizedParties": "CLERK_AUTHORIZED_PARTIES",
}

// setting names a field of [Config] together with its variable.
func setting(field string) string {
	if variable := variables[field]; variable != "" {
		return field + " (" + variable + ")"
	}
	return field
}

func configError(format string, args ...any) error {
	return fmt.Errorf("clerkauth: New: "+format, args...)
}

// problems collects what is wrong with a configuration.
type problems []error

// add adds a problem. Its body stays out of the many checks that call it.
//
//go:noinline
func (p *problems) add(format string, args ...any) { *p = append(*p, configError(format, args...)) }

// check returns everything that is wrong with a configuration, not only the first of it. The key is the publishable key of
// the configuration, or keyErr why it is none.
func (c *Config) check(key PublishableKey, keyErr error) error {
	var found problems
	checkKeys(c, keyErr, &found)
	checkPair(c, key, &found)
	checkTokens(c, &found)
	checkURLs(c, key, &found)
	checkSatellite(c, key, &found)
	checkLimits(c, &found)
	return errors.Join(found...)
}

// checkKeys checks the keys. What is wrong with the text of one is told alone.
func checkKeys(c *Config, keyErr error, found *problems) {
	before := len(*found)
	for _, key := range []struct{ field, value string }{
		{"SecretKey", c.SecretKey}, {"PublishableKey", c.PublishableKey}, {"MachineSecretKey", c.MachineSecretKey},
	} {
		if trouble := keyTrouble(key.field, key.value); trouble != "" {
			found.add("%s %s", setting(key.field), trouble)
		}
	}
	if len(*found) > before {
		return
	}
	if c.SecretKey == "" && c.JWTKey == "" && c.KeySet == nil {
		if c.MachineSecretKey == "" || slices.ContainsFunc(c.AcceptTokens, func(t TokenType) bool { return t != TokenM2M }) {
			found.add("%s is missing (or JWTKey, for no network at all)", setting("SecretKey"))
		}
	}
	if keyErr != nil {
		found.add("%s: %w", setting("PublishableKey"), keyErr)
	}
}

// checkPair refuses keys of two instances, as far as they show it. A local Clerk in production mode keeps its test key.
func checkPair(c *Config, key PublishableKey, found *problems) {
	u, ok := parseWebURL(c.APIURL)
	environment := secretKeyInstance(c.SecretKey)
	if environment == "" || key.IsZero() || environment == key.Instance() || key.local || !ok || isLoopbackHost(u.Host) || u.Scheme == "http" {
		return
	}
	found.add("%s is of a %s instance and %s of a %s instance: take both keys from the same instance",
		setting("SecretKey"), environment, setting("PublishableKey"), key.Instance())
}

// keyTrouble reports what is wrong with a key as text, without showing it.
func keyTrouble(field, value string) string {
	if value == "" {
		return ""
	}
	if first := value[0]; first == '"' || first == '\'' || first == '`' {
		return "is in quotes: remove them"
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "has spaces or characters that no key has"
	}
	for _, kind := range []struct{ prefix, name, field string }{
		{"pk_", "a publishable key", "PublishableKey"}, {"sk_", "a secret key", "SecretKey"},
		{"whsec_", "the signing secret of a webhook endpoint", ""}, {"ak_", "the secret key of a machine", "MachineSecretKey"},
	} {
		if !strings.HasPrefix(value, kind.prefix) || kind.field == field {
			continue
		}
		if kind.field == "" {
			return "holds " + kind.name
		}
		return "holds " + kind.name + ", which belongs into " + setting(kind.field)
	}
	return ""
}

// secretKeyInstance returns which type of instance a secret key is of, or nothing where its prefix does not say so.
func secretKeyInstance(key string) InstanceType {
	switch {
	case isLiveKey(key):
		return Production
	case strings.HasPrefix(key, "sk_test_"), strings.HasPrefix(key, "test_"):
		return Development
	}
	return ""
}

func checkTokens(c *Config, found *problems) {
	for _, t := range c.AcceptTokens {
		if !t.known() {
			found.add("AcceptTokens has an unknown type %q", string(t))
		}
	}
	for _, party := range c.AuthorizedParties {
		if trouble := originTrouble(party); trouble != "" {
			found.add("%s: %q %s", setting("AuthorizedParties"), party, trouble)
		}
	}
	for _, origin := range c.SatelliteOrigins {
		if trouble := originTrouble(origin); trouble != "" {
			found.add("SatelliteOrigins: %q %s", origin, trouble)
		}
	}
	if c.RequireAudience && len(c.Audience) == 0 {
		found.add("RequireAudience is set without Audience")
	}
	if slices.Contains(slices.Concat(c.Audience, c.OAuthAudience, c.TemplateAudience, c.Issuer), "") {
		found.add("Audience, OAuthAudience, TemplateAudience and Issuer must not have empty entries")
	}
	if slices.Contains(c.AcceptTokens, TokenTemplate) && len(c.TemplateAudience) == 0 && !c.AllowTemplateWithoutAudience {
		found.add("TokenTemplate is accepted without TemplateAudience: set it, or AllowTemplateWithoutAudience")
	}
	if slices.ContainsFunc(c.TemplateSecrets, func(secret string) bool { return len(secret) < minTemplateSecret }) {
		found.add("TemplateSecrets has a secret of less than %d bytes", minTemplateSecret)
	}
}

// originTrouble reports why an origin can never be equal to one that a browser sends, and which form would be. It is
// empty where nothing is wrong.
func originTrouble(text string) string {
	const example = "is not an origin such as https://app.example.com"
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "" || u.User != nil:
		return example
	case strings.Contains(u.Host, "*"):
		return "has a wildcard, which matches nothing: list each origin, or set AuthorizedPartyFunc"
	}
	u.Scheme = pageScheme(u.Scheme, strings.ToLower(u.Scheme))
	form := u.Scheme + "://" + strings.ToLower(u.Host)
	if isWebURL(&url.URL{Scheme: u.Scheme, Host: u.Host}) {
		host, ok := asciiHost(u.Host)
		if !ok || !validAuthority(host) {
			return example
		}
		u.Host = host
		form = originOf(u)
	}
	if form != text {
		return "never matches: browsers send " + form
	}
	return ""
}

// asciiHost returns a host as browsers send it, with the xn-- form of names that are not ASCII. The standard library
// has that form only where it writes requests.
func asciiHost(host string) (string, bool) {
	var sent bytes.Buffer
	req := http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Host: strings.ToLower(host)}
	if err := req.Write(&sent); err != nil {
		return "", false
	}
	_, rest, _ := strings.Cut(sent.String(), "\r\nHost: ")
	host, _, _ = strings.Cut(rest, "\r\n")
	return host, host != ""
}

func checkURLs(c *Config, key PublishableKey, found *problems) {
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
			found.add("%s %w", setting(target.name), err)
		} else if key.local && isClerkURL(target.address) {
			found.add("%s leads to Clerk itself, but %s is the key of a local Clerk: remove it, or use the keys of one instance",
				setting(target.name), setting("PublishableKey"))
		}
	}
	if u, ok := parseWebURL(c.PublicOrigin); c.PublicOrigin != "" && (!ok || u.RawQuery != "" || u.Fragment != "") {
		found.add("PublicOrigin is not an origin such as https://app.example.com, with or without a path")
	}
	if c.ResourceMetadataURL != "" && !validMetadataURL(c.ResourceMetadataURL) {
		found.add("ResourceMetadataURL is not an absolute http(s) URL")
	}
	for _, page := range []struct{ name, address string }{{"SignInURL", c.SignInURL}, {"SignUpURL", c.SignUpURL}} {
		if page.address != "" && !isLocalPath(page.address) {
			if u, err := url.Parse(page.address); err != nil || !isWebURL(u) {
				found.add("%s is neither an absolute http(s) URL nor a path", setting(page.name))
			}
		}
	}
}

func checkSatellite(c *Config, key PublishableKey, found *problems) {
	if strings.ContainsAny(c.Domain, "/\\@?# ") {
		found.add("%s is not a host name", setting("Domain"))
	}
	if !c.IsSatellite {
		return
	}
	if c.SignInURL == "" && key.Instance() == Development {
		found.add("a satellite of a development instance needs %s", setting("SignInURL"))
	}
	if c.SignInURL != "" && isLocalPath(c.SignInURL) {
		found.add("%s of a satellite must be absolute", setting("SignInURL"))
	}
	if c.ProxyURL == "" && c.Domain == "" {
		found.add("a satellite needs %s or %s", setting("Domain"), setting("ProxyURL"))
	}
	if c.SignInURL != "" && c.Domain != "" {
		if u, err := url.Parse(c.SignInURL); err == nil && strings.EqualFold(u.Host, c.Domain) {
			found.add("%s of a satellite must have another origin than the satellite", setting("SignInURL"))
		}
	}
}

// checkLimits checks what has a range.
func checkLimits(c *Config, found *problems) {
	if c.TokenCacheSize < NoTokenCache {
		found.add("TokenCacheSize is negative (NoTokenCache turns the cache off)")
	}
	if c.MachineCacheTTL < 0 || c.MachineCacheTTL > time.Minute {
		found.add("MachineCacheTTL must be between zero and one minute")
	}
	if c.RefreshOnUnknownKey < RefreshRateLimited || c.RefreshOnUnknownKey > RefreshAlways {
		found.add("RefreshOnUnknownKey is unknown")
	}
	if c.MachineID != "" && !strings.HasPrefix(c.MachineID, "mch_") {
		found.add("MachineID does not begin with mch_")
	}
	if c.ClockSkew < 0 && c.ClockSkew != NoClockSkew {
		found.add("ClockSkew is negative")
	}
}
