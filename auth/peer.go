package clerkauth

import (
	"net"
	"net/netip"
	"strings"
)

// networkBits is how much of an IPv6 address names a network, which one customer has as a whole.
const networkBits = 64

// peerAddress is the address of a peer as net/http has it.
type peerAddress string

// Network implements [net.Addr].
func (*peerAddress) Network() string { return "tcp" }

// String implements [net.Addr].
func (p *peerAddress) String() string { return string(*p) }

// clientKey tells those apart whose calls in vain are counted: an address, or a session. It is zero for those whom nobody
// knows.
type clientKey struct {
	address netip.Addr
	session string
}

// client is the address of the peer or, behind a trusted proxy, the last one of X-Forwarded-For: that one the proxy has
// added, whereas visitors can make up all others.
func (a *Authenticator) client(req *Request) clientKey {
	var address netip.Addr
	if a.config.TrustForwardedHeaders && req.Header != nil {
		if lines := req.Header("X-Forwarded-For"); len(lines) > 0 {
			line := lines[len(lines)-1]
			address = hostAddress(line[strings.LastIndexByte(line, ',')+1:])
		}
	}
	if !address.IsValid() && req.RemoteAddr != nil {
		address = hostAddress(req.RemoteAddr.String())
	}
	if address = address.Unmap(); address.Is6() {
		address = netip.PrefixFrom(address, networkBits).Masked().Addr()
	}
	return clientKey{address: address}
}

// clientOf is [Authenticator.client] where the token costs a call that is counted, and zero for all others.
func (a *Authenticator) clientOf(req *Request, p *presented) clientKey {
	if !p.opaque() {
		return clientKey{}
	}
	return a.client(req)
}

// hostAddress returns the IP address of a text with or without a port. It is not valid for any other text.
func hostAddress(text string) netip.Addr {
	text = strings.TrimSpace(text)
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		return netip.Addr{}
	}
	return address.WithZone("")
}
