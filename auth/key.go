package clerkauth

import (
	"crypto/sha1" //nolint:gosec // Clerk derives cookie names from SHA-1; nothing is protected by it.
	"encoding/base64"
	"errors"
	"net/netip"
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
	local       bool // of a local Clerk: an address of this machine and a path, served over plain http
}

// ParsePublishableKey reads a publishable key. The error is [ErrPublishableKeyMissing] or [ErrPublishableKeyInvalid]. The
// key of a development instance may name an address of this machine with a path, as a local Clerk does.
func ParsePublishableKey(key string) (PublishableKey, error) {
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
	name, path, local := strings.Cut(host, "/")
	if !validHost(name) || local && (instance == Production || !isLoopbackAddress(name) || !validLocalPath(path)) {
		return PublishableKey{}, ErrPublishableKeyInvalid
	}
	return PublishableKey{text: key, frontendAPI: host, instance: instance, local: local}, nil
}

// isLoopbackAddress reports whether a host, with or without a port, is an IPv4 address of this machine.
func isLoopbackAddress(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	address, err := netip.ParseAddr(name)
	return err == nil && address.IsLoopback()
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
	if k.instance == Production && isSatellite && domain != "" {
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
