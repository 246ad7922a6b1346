package clerktest

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// dangerousSchemes run code or show content of their own when a browser is led to them.
var dangerousSchemes = []string{"javascript", "data", "vbscript", "blob", "file", "filesystem", "about", "view-source", "ws", "wss", "ftp"}

// checkRedirectURI refuses an address that codes must not be sent to: it has to be https, http on this machine, or a
// scheme that a native application owns.
func checkRedirectURI(text string) error {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxOAuthText || strings.Contains(text, "#") || u.Scheme == "" || u.User != nil {
		return errRedirectURI()
	}
	switch {
	case slices.Contains(dangerousSchemes, u.Scheme):
		return errRedirectURI()
	case u.Scheme == "https" && u.Hostname() != "":
		return nil
	case u.Scheme == "http":
		if u.Hostname() == "" || !isLoopback("http://"+u.Host) {
			return errRedirectURI()
		}
		return nil
	case u.Scheme == "https":
		return errRedirectURI()
	}
	return nil
}

func errRedirectURI() *oauthError {
	return newOAuthError(400, "invalid_redirect_uri", "a redirect URI has to be https, http on this machine, or of a native application's scheme, without a fragment")
}

// redirectsTo reports whether a client may receive codes at an address: it has to be one of its redirect URIs, letter
// by letter. With loopbackPorts a public client may choose the port of a loopback IP address.
func (a *oauthApplication) redirectsTo(address string, loopbackPorts bool) bool {
	if slices.Contains(a.RedirectURIs, address) {
		return true
	}
	if !loopbackPorts || !a.Public {
		return false
	}
	plain, ok := withoutLoopbackPort(address)
	return ok && slices.ContainsFunc(a.RedirectURIs, func(registered string) bool {
		other, ok := withoutLoopbackPort(registered)
		return ok && other == plain
	})
}

// withoutLoopbackPort removes the port of an http address whose host is a loopback IP address, RFC 8252 §7.3.
func withoutLoopbackPort(address string) (plain string, ok bool) {
	rest, ok := strings.CutPrefix(address, "http://")
	if !ok {
		return "", false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, port, err := net.SplitHostPort(rest[:end])
	if err != nil {
		host, port, err = net.SplitHostPort(rest[:end] + ":")
	}
	ip := net.ParseIP(host)
	if err != nil || ip == nil || !ip.IsLoopback() || strings.Trim(port, "0123456789") != "" {
		return "", false
	}
	return "http://" + ip.String() + rest[end:], true
}
