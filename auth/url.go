package clerkauth

import (
	"net/url"
	"strings"
)

// address is the URL of a request as browsers see it. Its parts are kept apart and never resolved against each other,
// so that no path can become a host.
type address struct {
	scheme, host string
	prefix       string // of the path, which a proxy took off
	path         string // escaped, with a slash in front
	rawQuery     string
}

func (u address) origin() string { return u.scheme + "://" + u.host }

func (u address) String() string {
	text := u.origin() + u.prefix + u.path
	if u.rawQuery != "" {
		text += "?" + u.rawQuery
	}
	return text
}

// address works out the canonical URL of a request. Headers that any client can send count only where the
// configuration trusts them.
func (a *Authenticator) address(req *Request) address {
	u := address{path: escapeUnsafe(req.Path), rawQuery: escapeUnsafe(req.RawQuery)}
	if !strings.HasPrefix(u.path, "/") {
		u.path = "/" + u.path
	}
	if a.flow.origin.host != "" {
		u.scheme, u.host = a.flow.origin.scheme, a.flow.origin.host
		u.prefix = a.flow.origin.prefix
		return u
	}
	scheme := "http"
	if strings.EqualFold(req.Scheme, "https") {
		scheme = "https"
	}
	u.scheme, u.host = scheme, canonicalHost(scheme, req.Host)
	if !a.config.TrustForwardedHeaders {
		return u
	}
	host, forwarded := firstItem(req, "X-Forwarded-Host")
	if !forwarded {
		host = req.Host
	}
	proto, forwarded := firstItem(req, "X-Forwarded-Proto")
	if !forwarded {
		proto = scheme
	}
	if host = strings.TrimRight(host, " "); validAuthority(host) {
		u.scheme = pageScheme(proto, scheme)
		u.host = canonicalHost(u.scheme, host)
	}
	if prefix, ok := firstItem(req, "X-Forwarded-Prefix"); ok {
		u.prefix = pathPrefix(strings.TrimSpace(prefix))
	}
	return u
}

// pathPrefix returns a prefix of paths without a slash at its end, or nothing for what is no path of this host.
func pathPrefix(text string) string {
	text = trimSlashes(text)
	if !isLocalPath(text) || strings.ContainsAny(text, "?#") {
		return ""
	}
	return escapeUnsafe(text)
}

// pageScheme returns the scheme of the page behind a scheme, which may be that of a WebSocket: some proxies name that one
// in X-Forwarded-Proto. For what it does not know it returns the other scheme.
func pageScheme(text, other string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "https", "wss":
		return "https"
	case "http", "ws":
		return "http"
	}
	return other
}

// firstItem returns what precedes the first comma of a header, and whether there is such a header.
func firstItem(req *Request, name string) (string, bool) {
	if req.Header == nil {
		return "", false
	}
	values := req.Header(name)
	if len(values) == 0 {
		return "", false
	}
	item, _, _ := strings.Cut(values[0], ",")
	return item, true
}

// canonicalHost gives a host lower case and no default port. An invalid host becomes "invalid", which no DNS name
// matches.
func canonicalHost(scheme, host string) string {
	if !validAuthority(host) {
		return "invalid"
	}
	if scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	} else {
		host = strings.TrimSuffix(host, ":80")
	}
	return strings.ToLower(host)
}

// validAuthority accepts a host name or an address in brackets, with an optional port, and no user.
func validAuthority(host string) bool {
	name, port := host, ""
	if end := strings.LastIndexByte(host, ']'); strings.HasPrefix(host, "[") && end > 0 {
		name, port = host[1:end], host[end+1:]
		if !isAddressV6(name) {
			return false
		}
	} else {
		if i := strings.IndexByte(host, ':'); i >= 0 {
			name, port = host[:i], host[i:]
		}
		if !validHost(name) {
			return false
		}
	}
	return port == "" || (port[0] == ':' && len(port) <= 6 && isDigits(port[1:]))
}

func isAddressV6(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F') && r != ':' && r != '.'
	})
}

// escapeUnsafe escapes bytes that must not be in a URL or a header, and clones the text.
func escapeUnsafe(text string) string {
	unsafe := 0
	for i := range len(text) {
		if isUnsafe(text[i]) {
			unsafe++
		}
	}
	var out strings.Builder
	out.Grow(len(text) + 2*unsafe)
	const digits = "0123456789ABCDEF"
	for i := range len(text) {
		if c := text[i]; isUnsafe(c) {
			out.WriteByte('%')
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

func isUnsafe(c byte) bool {
	return c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '#'
}

// queryGet returns the first value of a parameter of a raw query and whether it is there. Text that is not escaped
// well stands for itself.
func queryGet(rawQuery, name string) (string, bool) {
	for pair := range strings.SplitSeq(rawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if unescapeQuery(key) == name {
			return unescapeQuery(value), true
		}
	}
	return "", false
}

// queryWithout removes parameters from a raw query and leaves all others exactly as they are.
func queryWithout(rawQuery string, names ...string) string {
	var kept []string
	for pair := range strings.SplitSeq(rawQuery, "&") {
		key, _, _ := strings.Cut(pair, "=")
		key = unescapeQuery(key)
		drop := pair == ""
		for _, name := range names {
			drop = drop || key == name
		}
		if !drop {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

func unescapeQuery(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	return string(appendUnescaped(nil, strings.ReplaceAll(text, "+", " ")))
}

// appendUnescaped decodes percent escapes and keeps what is none.
func appendUnescaped(out []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]) {
			out = append(out, unhex(text[i+1])<<4|unhex(text[i+2]))
			i += 2
			continue
		}
		out = append(out, text[i])
	}
	return out
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// query builds a query in the order of its parameters.
type query struct{ text strings.Builder }

func (q *query) add(name, value string) {
	if q.text.Len() > 0 {
		q.text.WriteByte('&')
	}
	q.text.WriteString(url.QueryEscape(name))
	q.text.WriteByte('=')
	q.text.WriteString(url.QueryEscape(value))
}

// withQuery sets parameters of an absolute URL: name, value, name, value. Others keep their spelling.
func withQuery(u *url.URL, params ...string) string {
	out := *u
	var added query
	names := make([]string, 0, len(params)/2)
	for i := 0; i+1 < len(params); i += 2 {
		names = append(names, params[i])
		added.add(params[i], params[i+1])
	}
	out.RawQuery = queryWithout(out.RawQuery, names...)
	if out.RawQuery != "" {
		out.RawQuery += "&"
	}
	out.RawQuery += added.text.String()
	return out.String()
}

// parseWebURL reads an absolute http(s) URL without a user, and without anything that browsers read differently.
func parseWebURL(text string) (*url.URL, bool) {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return nil, false
	}
	u, err := url.Parse(text)
	if err != nil || !isWebURL(u) || !validAuthority(u.Host) {
		return nil, false
	}
	return u, true
}

// originOf returns the origin of an absolute URL as browsers compare it.
func originOf(u *url.URL) string {
	scheme := strings.ToLower(u.Scheme)
	return scheme + "://" + canonicalHost(scheme, u.Host)
}

func isWebURL(u *url.URL) bool {
	return (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// isLocalPath accepts a path of this host: //host and /\host would name another one.
func isLocalPath(text string) bool {
	return strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") && !strings.ContainsAny(text, "\\\r\n\t\x00")
}
