package clerkauth

import (
	"net"
	"net/http"
	"strings"
)

// Request is what authentication needs from an HTTP request. Frameworks that are not net/http fill it themselves; all
// strings may point into memory that is reused later: whatever is kept is cloned.
type Request struct {
	// Method is the HTTP method; empty is GET.
	Method string
	// Scheme is http or https as this server saw it; empty is http.
	Scheme string
	// Host is the Host header (or the :authority of HTTP/2), with the port if there is one.
	Host string
	// Path is the path as the browser sent it, escaped, and in front of all routing and rewriting.
	Path string
	// RawQuery is the query without the question mark.
	RawQuery string
	// RemoteAddr is the address of the other end of the connection, as [net.Conn] has it; nil is unknown. The calls to Clerk
	// that made-up nonces and tokens cause are bounded for each address, so that a flood from one shuts out no other.
	RemoteAddr net.Addr
	// Header returns all values of the header called name, given in canonical form. It is required. What it has returned must
	// stay as it is until the request is authenticated.
	Header func(name string) []string

	owned bool // the strings are never reused

	credentialsRead       bool
	authorization, cookie []string // the lines of these headers, once they are read
}

// readCredentials reads the headers that credentials come in. They are read once.
func (r *Request) readCredentials() {
	if r.credentialsRead || r.Header == nil {
		return
	}
	r.credentialsRead, r.authorization, r.cookie = true, r.Header("Authorization"), r.Header("Cookie")
}

// FromHTTP describes a request of net/http. Nothing is copied and the body is not read.
func FromHTTP(r *http.Request) Request {
	header := r.Header
	req := Request{
		Method: r.Method,
		Scheme: "http",
		Host:   r.Host,
		Header: func(name string) []string { return header[name] },
		owned:  true,
	}
	req.RemoteAddr = (*peerAddress)(&r.RemoteAddr)
	req.Path, req.RawQuery = requestTarget(r)
	if r.TLS != nil {
		req.Scheme = "https"
	}
	return req
}

// requestTarget returns path and query as the browser sent them: routers and rewrites change r.URL on the way to a
// handler, but the way back must be the address that the browser knows. A request that was not received has only its
// URL.
func requestTarget(r *http.Request) (path, rawQuery string) {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") {
		_, rest, absolute := strings.Cut(target, "://")
		if !absolute {
			return r.URL.EscapedPath(), r.URL.RawQuery
		}
		switch end := strings.IndexAny(rest, "/?"); {
		case end < 0:
			target = "/"
		case rest[end] == '?':
			target = "/" + rest[end:]
		default:
			target = rest[end:]
		}
	}
	path, rawQuery, _ = strings.Cut(target, "?")
	return path, rawQuery
}

// header returns the first value of a header, or nothing.
func (r *Request) header(name string) string {
	if r.Header == nil {
		return ""
	}
	return first(r.Header(name))
}
