package clerkauth

import (
	"strings"
	"unicode/utf8"
)

// Names of cookies and of query parameters. Some cookies also exist with the suffix of the publishable key.
const (
	cookieSession   = "__session"
	cookieClientUAT = "__client_uat"
	cookieRefresh   = "__refresh"
	cookieRedirects = "__clerk_redirect_count"

	paramDevBrowser     = "__clerk_db_jwt"
	paramDevSession     = "__dev_session"
	paramHandshake      = "__clerk_handshake"
	paramHandshakeNonce = "__clerk_handshake_nonce"
	paramHelp           = "__clerk_help"
	paramSynced         = "__clerk_synced"
	paramRedirectURL    = "__clerk_redirect_url"
)

// cookieNames are the names of the cookies with the suffix of an instance.
type cookieNames struct {
	session, clientUAT, refresh, devBrowser string
}

func newCookieNames(suffix string) cookieNames {
	return cookieNames{
		session: cookieSession + "_" + suffix, clientUAT: cookieClientUAT + "_" + suffix,
		refresh: cookieRefresh + "_" + suffix, devBrowser: paramDevBrowser + "_" + suffix,
	}
}

// cookies are the cookies that matter, decoded. Cookies without a suffix come first, those with a suffix end in S.
type cookies struct {
	session, clientUAT, devBrowser    string
	sessionS, clientUATS, devBrowserS string
	refreshS                          string
	handshake, nonce, redirects       string
}

// readCookies reads the Cookie header in one pass. A name that repeats has its first value. Names are compared whole
// and before anything is decoded, so that no escape can make another cookie.
func (n *cookieNames) readCookies(req *Request) cookies {
	var c cookies
	if req.Header == nil {
		return c
	}
	seen := 0
	for _, line := range req.Header("Cookie") {
		for line != "" {
			pair := line
			if end := strings.IndexByte(line, ';'); end >= 0 {
				pair, line = line[:end], line[end+1:]
			} else {
				line = ""
			}
			name, value, ok := strings.Cut(pair, "=")
			if !ok {
				continue
			}
			field, bit := n.field(&c, trimSpace(name))
			if field == nil || seen&bit != 0 {
				continue
			}
			seen |= bit
			*field = decodeCookie(trimSpace(value))
		}
	}
	return c
}

// field returns where the value of a cookie belongs, or nil for the cookies of others.
func (n *cookieNames) field(c *cookies, name string) (field *string, bit int) {
	if !strings.HasPrefix(name, "__") {
		return nil, 0
	}
	switch name {
	case cookieSession:
		return &c.session, 1
	case cookieClientUAT:
		return &c.clientUAT, 2
	case paramDevBrowser:
		return &c.devBrowser, 4
	case n.session:
		return &c.sessionS, 8
	case n.clientUAT:
		return &c.clientUATS, 16
	case n.devBrowser:
		return &c.devBrowserS, 32
	case n.refresh:
		return &c.refreshS, 64
	case paramHandshake:
		return &c.handshake, 128
	case paramHandshakeNonce:
		return &c.nonce, 256
	case cookieRedirects:
		return &c.redirects, 512
	}
	return nil, 0
}

func trimSpace(text string) string {
	for text != "" && isBlank(text[0]) {
		text = text[1:]
	}
	for text != "" && isBlank(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// decodeCookie takes the quotes off a value and decodes its percent escapes. A value with a broken escape, or one that
// does not decode to text, stands for itself.
func decodeCookie(value string) string {
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
		value = value[1 : len(value)-1]
	}
	if strings.IndexByte(value, '%') < 0 {
		return value
	}
	for i := 0; i < len(value); i++ {
		if value[i] != '%' {
			continue
		}
		if i+2 >= len(value) || !isHex(value[i+1]) || !isHex(value[i+2]) {
			return value
		}
		i += 2
	}
	decoded := string(appendUnescaped(nil, value))
	if !utf8.ValidString(decoded) {
		return value
	}
	return decoded
}

// leadingDigits reads the digits at the start of a text; none is zero. A number that does not fit is the largest.
func leadingDigits(text string) int64 {
	text = strings.TrimPrefix(text, "+")
	var n int64
	for i := range len(text) {
		c := text[i]
		if c < '0' || c > '9' {
			break
		}
		if n > (1<<62)/10 {
			return 1 << 62
		}
		n = n*10 + int64(c-'0')
	}
	return n
}
