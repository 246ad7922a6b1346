package clerkauth

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// checkTarget reports why requests of this application, and the secret key with them, must not be sent to an address.
// The rule is the one of core: https everywhere, plain http on this machine or where the configuration allows it, and a
// live key to neither.
func checkTarget(address, secretKey string, plainHTTP bool) error {
	u, err := url.Parse(address)
	if err != nil || !isWebURL(u) || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("is not an absolute http(s) URL")
	}
	local := isLoopbackHost(u.Host)
	switch {
	case (local || u.Scheme == "http") && isLiveKey(secretKey):
		return errors.New("is a local address or plain http, which must not be used with a live key")
	case u.Scheme == "http" && !local && !plainHTTP:
		return errors.New("is plain http on another machine: use https, or set AllowPlainHTTP for an emulator there")
	}
	return nil
}

// isClerkURL reports whether an address is one of Clerk's own services.
func isClerkURL(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	name := "." + strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	for _, domain := range []string{".clerk.com", ".clerk.dev", ".clerkstage.dev", ".lclclerk.com", ".clerk.services", ".accounts.dev", ".accountsstage.dev"} {
		if strings.HasSuffix(name, domain) {
			return true
		}
	}
	return false
}

// isLiveKey reports whether a secret key is of a production instance.
func isLiveKey(secretKey string) bool {
	return strings.HasPrefix(secretKey, "sk_live_") || strings.HasPrefix(secretKey, "live_")
}

// isLoopbackHost reports whether a host, with or without a port, is this machine.
func isLoopbackHost(host string) bool {
	u := url.URL{Host: host}
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(name)
	return err == nil && (address.Unmap().IsLoopback() || address.Unmap().IsUnspecified())
}
