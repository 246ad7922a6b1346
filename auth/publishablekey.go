package clerkauth

import (
	"crypto/sha1" //nolint:gosec // Clerk derives cookie names from SHA-1; nothing is protected by it.
	"encoding/base64"
	"errors"
	"strings"
)

// InstanceType tells development instances from production instances.
type InstanceType string

// The types of instances.
const (
	Production  InstanceType = "production"
	Development InstanceType = "development"
)

// Errors of [ParsePublishableKey].
var (
	ErrPublishableKeyMissing = errors.New("clerkauth: the publishable key is missing (only Config.HeaderOnly does without one)")
	ErrPublishableKeyInvalid = errors.New("clerkauth: the publishable key is not valid")
)

const (
	livePrefix = "pk_live_"
	testPrefix = "pk_test_"
)

// PublishableKey is a parsed publishable key. The zero value is no key.
type PublishableKey struct {
	text        string
	frontendAPI string
	instance    InstanceType
	local       bool // of a local Clerk, which no address made from the key may lead away from
}

// ParsePublishableKey reads a publishable key. The error is [ErrPublishableKeyMissing] or [ErrPublishableKeyInvalid]. A
// key may name an address of this machine, also with a path: then it is the key of a local Clerk, and every URL made
// from it is a plain-http URL of that address.
func ParsePublishableKey(key string) (PublishableKey, error) { return parsePublishableKey(key, false) }

// parsePublishableKey reads a publishable key; with plainHTTP a local Clerk may be on another machine.
func parsePublishableKey(key string, plainHTTP bool) (PublishableKey, error) {
	if key == "" {
		return PublishableKey{}, ErrPublishableKeyMissing
	}
	instance := Production
	body, ok := strings.CutPrefix(key, livePrefix)
	if !ok {
		instance = Development
		body, ok = strings.CutPrefix(key, testPrefix)
	}
	if !ok || body == "" || strings.Contains(body, "_") {
		return PublishableKey{}, ErrPublishableKeyInvalid
	}
	decoded, err := base64.RawStdEncoding.DecodeString(trimPadding(body))
	if err != nil {
		return PublishableKey{}, ErrPublishableKeyInvalid
	}
	host, ok := strings.CutSuffix(string(decoded), "$")
	if !ok || !strings.Contains(host, ".") {
		return PublishableKey{}, ErrPublishableKeyInvalid
	}
	name, path, hasPath := strings.Cut(host, "/")
	if !validHost(name) || hasPath && (!isLoopbackHost(name) && !plainHTTP || !validLocalPath(path)) {
		return PublishableKey{}, ErrPublishableKeyInvalid
	}
	return PublishableKey{text: key, frontendAPI: host, instance: instance, local: isLocalFrontend(host)}, nil
}

// isLocalFrontend reports whether a Frontend API is one of a local Clerk: on this machine, or with a path.
func isLocalFrontend(frontendAPI string) bool {
	host, _, hasPath := strings.Cut(frontendAPI, "/")
	return hasPath || isLoopbackHost(host)
}

// frontendURL returns the address of a Frontend API without a slash at its end. A local Clerk speaks plain http.
func frontendURL(frontendAPI string) string {
	if isLocalFrontend(frontendAPI) {
		return "http://" + frontendAPI
	}
	return "https://" + frontendAPI
}

// validLocalPath accepts the one path element by which a local Clerk tells its instances apart.
func validLocalPath(path string) bool {
	return validHost(path) && !strings.HasPrefix(path, ".") && !strings.Contains(path, "..")
}

// trimPadding removes the padding of a base64 text that is padded in full.
func trimPadding(s string) string {
	if len(s)%4 != 0 {
		return s
	}
	for range 2 {
		s = strings.TrimSuffix(s, "=")
	}
	return s
}

// validHost accepts the characters of a host name with a port: the value becomes part of URLs and headers.
func validHost(host string) bool {
	for i := range len(host) {
		c := host[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == ':', c == '_':
		default:
			return false
		}
	}
	return host != ""
}

// BuildPublishableKey returns the publishable key of the instance with this Frontend API host.
func BuildPublishableKey(frontendAPI string) string {
	prefix := livePrefix
	if isDevelopmentHost(frontendAPI) {
		prefix = testPrefix
	}
	return prefix + base64.RawStdEncoding.EncodeToString([]byte(frontendAPI+"$"))
}

// String returns the key. Publishable keys are public.
func (k PublishableKey) String() string { return k.text }

// IsZero reports whether there is no key.
func (k PublishableKey) IsZero() bool { return k.text == "" }

// Instance returns the type of the instance.
func (k PublishableKey) Instance() InstanceType { return k.instance }

// FrontendAPI returns the host of the Frontend API, without a scheme.
func (k PublishableKey) FrontendAPI() string { return k.frontendAPI }

// FrontendAPIFor returns the Frontend API that browsers of this application use: the proxy URL as given, the host
// of a production satellite, or the host of the key. It is a URL only if it has a scheme.
func (k PublishableKey) FrontendAPIFor(proxyURL, domain string, isSatellite bool) string {
	if proxyURL != "" {
		return proxyURL
	}
	return k.issuerHost(domain, isSatellite)
}

// issuerHost is the host that issues session tokens: proxies do not change it.
func (k PublishableKey) issuerHost(domain string, isSatellite bool) string {
	if k.instance == Production && isSatellite && domain != "" && !k.local {
		return "clerk." + domain
	}
	return k.frontendAPI
}

// CookieSuffix returns the suffix of this key's cookies. It depends on the exact spelling of the key.
func (k PublishableKey) CookieSuffix() string { return CookieSuffix(k.text) }

// CookieSuffix returns the suffix of the cookies that belong to a publishable key.
func CookieSuffix(publishableKey string) string {
	sum := sha1.Sum([]byte(publishableKey)) //nolint:gosec // See the import.
	return base64.RawURLEncoding.EncodeToString(sum[:])[:8]
}

// legacyDevSuffixes end the hosts of old development instances.
var legacyDevSuffixes = []string{".lcl.dev", ".lclstage.dev", ".lclclerk.com"}

// APIURL returns the base of the Backend API for the environment of this key. Keys of customers are always of the
// production environment. The key of a local Clerk gives the address of that.
func (k PublishableKey) APIURL() string {
	if k.local {
		host, _, _ := strings.Cut(k.frontendAPI, "/")
		return "http://" + host
	}
	switch k.environment() {
	case environmentLocal:
		return "https://api.lclclerk.com"
	case environmentStaging:
		return "https://api.clerkstage.dev"
	}
	return DefaultAPIURL
}

// FrontendAPIProxyURL returns the upstream of the Frontend API proxy for the environment of this key. The key of a
// local Clerk gives the Frontend API of that.
func (k PublishableKey) FrontendAPIProxyURL() string {
	if k.local {
		return frontendURL(k.frontendAPI)
	}
	switch k.environment() {
	case environmentLocal:
		return "https://frontend-api.lclclerk.com"
	case environmentStaging:
		return "https://frontend-api.clerkstage.dev"
	}
	return "https://frontend-api.clerk.dev"
}

// AccountsURL returns the base of the account portal, or "" for the zero key.
func (k PublishableKey) AccountsURL() string { return AccountsURL(k.frontendAPI) }

// AccountsURL returns the base of the account portal that belongs to a Frontend API host; empty for an empty host. A
// local Clerk has its pages where its Frontend API is.
func AccountsURL(frontendAPI string) string {
	if frontendAPI == "" {
		return ""
	}
	if isLocalFrontend(frontendAPI) {
		return frontendURL(frontendAPI)
	}
	host := strings.Replace(frontendAPI, "clerk.accountsstage.", "accountsstage.", 1)
	if strings.Contains(host, "clerk.accounts.") {
		return "https://" + strings.Replace(host, "clerk.accounts.", "accounts.", 1)
	}
	return "https://" + strings.Replace(host, "clerk.", "accounts.", 1)
}

type environment uint8

const (
	environmentProduction environment = iota
	environmentStaging
	environmentLocal
)

func (k PublishableKey) environment() environment {
	host := k.frontendAPI
	if strings.HasPrefix(host, "clerk.") && hasLegacyDevSuffix(host) {
		return environmentProduction
	}
	for _, suffix := range []string{".lcl.dev", "lclstage.dev", ".lclclerk.com"} {
		if strings.HasSuffix(host, suffix) {
			return environmentLocal
		}
	}
	if strings.HasSuffix(host, ".accountsstage.dev") {
		return environmentStaging
	}
	return environmentProduction
}

func hasLegacyDevSuffix(host string) bool {
	for _, suffix := range legacyDevSuffixes {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}

// isDevelopmentAccountsHost reports whether host is the account portal of a development instance.
func isDevelopmentAccountsHost(host string) bool {
	if strings.HasPrefix(host, "accounts.") && hasLegacyDevSuffix(host) {
		return true
	}
	for _, suffix := range []string{".accounts.dev", ".accountsstage.dev", ".accounts.lclclerk.com"} {
		if strings.HasSuffix(host, suffix) && !strings.HasSuffix(host, ".clerk"+suffix) {
			return true
		}
	}
	return false
}

// isDevelopmentHost reports whether a Frontend API host belongs to a development instance: two words and a number
// under clerk.accounts, or clerk. with an old development suffix.
func isDevelopmentHost(host string) bool {
	host = strings.ToLower(host)
	if strings.HasPrefix(host, "clerk.") && hasLegacyDevSuffix(host) {
		return true
	}
	name, rest, ok := strings.Cut(host, ".clerk.accounts")
	if !ok || !developmentRest(rest) {
		return false
	}
	parts := strings.Split(name, "-")
	if len(parts) != 3 {
		return false
	}
	return isWord(parts[0]) && isWord(parts[1]) && len(parts[2]) <= 2 && isDigits(parts[2])
}

// developmentRest accepts what follows clerk.accounts: letters and dots, ending in dev or com.
func developmentRest(rest string) bool {
	for i := range len(rest) {
		if c := rest[i]; c != '.' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return strings.HasSuffix(rest, "dev") || strings.HasSuffix(rest, "com")
}

func isWord(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
