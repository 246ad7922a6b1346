package clerkauth

import (
	"net/http"
	"net/netip"
	"strings"
)

// withheldHeaders are the names of request headers that the proxy never passes on, as [headerKey] spells them. They
// tell a server who the client is, which path or method is meant, or whom to trust: only this proxy may say so. What
// begins with forwarded or x-forwarded is withheld as well.
var withheldHeaders = map[string]bool{
	// Of the proxy itself.
	"clerk-secret-key": true, "clerk-proxy-url": true, "accept-encoding": true,
	// The address of the client.
	"cf-connecting-ip": true, "cf-connecting-ipv6": true, "cf-pseudo-ipv4": true, "client-ip": true, "do-connecting-ip": true,
	"fastly-client-ip": true, "fly-client-ip": true, "proxy-client-ip": true, "remote-addr": true, "true-client-ip": true,
	"wl-proxy-client-ip": true, "x-appengine-user-ip": true, "x-azure-clientip": true, "x-azure-socketip": true,
	"x-client-ip": true, "x-cluster-client-ip": true, "x-envoy-external-address": true, "x-forward-for": true,
	"x-nf-client-connection-ip": true, "x-original-forwarded-for": true, "x-originating-ip": true, "x-proxyuser-ip": true,
	"x-real-ip": true, "x-remote-addr": true, "x-remote-ip": true, "x-vercel-forwarded-for": true,
	// The host, the path and the method that are meant.
	"x-host": true, "x-original-host": true, "x-original-uri": true, "x-original-url": true, "x-rewrite-uri": true,
	"x-rewrite-url": true, "x-override-url": true, "x-http-method": true, "x-http-method-override": true,
	"x-method-override": true,
	// Of the connection.
	"connection": true, "upgrade": true, "te": true,
}

// headerKey spells a header as servers do that turn names into variables: they take every mark for the same one, so
// that X_Real_IP and X.Real.IP become X-Real-IP.
func headerKey(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, name)
}

// withhold removes the headers that only the proxy may set.
func withhold(h http.Header) {
	for name := range h {
		key := headerKey(name)
		if withheldHeaders[key] || strings.HasPrefix(key, "x-forwarded") || strings.HasPrefix(key, "forwarded") {
			delete(h, name)
		}
	}
}

// removeKey removes headers of an answer that have the secret key, and those by which an upstream names a key of its
// own.
func (p *frontendProxy) removeKey(h http.Header) {
	secret := p.authn.secret.reveal()
	for name, values := range h {
		if headerKey(name) == "clerk-secret-key" || strings.Contains(strings.Join(values, "\n"), secret) {
			delete(h, name)
		}
	}
}

// clientAddress is the address of the visitor. What the request says about it counts only behind a trusted proxy, and
// only if it is an address.
func (p *frontendProxy) clientAddress(r *http.Request) netip.Addr {
	if p.authn.config.TrustForwardedHeaders {
		for _, name := range []string{"Cf-Connecting-Ip", "X-Real-Ip", "X-Forwarded-For"} {
			first, _, _ := strings.Cut(r.Header.Get(name), ",")
			if address := hostAddress(first); address.IsValid() {
				return address
			}
		}
	}
	return hostAddress(r.RemoteAddr)
}
