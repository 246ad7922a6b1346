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

// The cookies that matter, with and without the suffix of the instance.
const (
	atSession = iota
	atSessionS
	atClientUAT
	atClientUATS
	atDevBrowser
	atDevBrowserS
	atRefreshS
	atHandshake
	atNonce
	atRedirects
	cookieCount
)

// cookieNames are the names of the cookies for an instance.
type cookieNames [cookieCount]string

func newCookieNames(suffix string) cookieNames {
	return cookieNames{
		atSession: cookieSession, atSessionS: cookieSession + "_" + suffix,
		atClientUAT: cookieClientUAT, atClientUATS: cookieClientUAT + "_" + suffix,
		atDevBrowser: paramDevBrowser, atDevBrowserS: paramDevBrowser + "_" + suffix,
		atRefreshS: cookieRefresh + "_" + suffix, atHandshake: paramHandshake, atNonce: paramHandshakeNonce, atRedirects: cookieRedirects,
	}
}

// cookies are the values of the cookies that matter, decoded.
type cookies struct {
	value [cookieCount]string
	twins map[int][]string // all values of a name that repeats, the first one included; nil where none does
}

// readCookies reads the Cookie header in one pass. Names are compared whole and before anything is decoded, so that no
// escape can make another cookie. Of a name that repeats the first value is the value until [visit.settleTwins] has
// decided.
func (n *cookieNames) readCookies(req *Request, c *cookies) {
	req.readCredentials()
	var seen [cookieCount]bool
	for _, line := range req.cookie {
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
			i, ok := n.find(trimSpace(name))
			if !ok {
				continue
			}
			value = decodeCookie(trimSpace(value))
			if seen[i] {
				c.addTwin(i, value)
				continue
			}
			seen[i], c.value[i] = true, value
		}
	}
}

// find returns which of the cookies has a name, if one of them has.
func (n *cookieNames) find(name string) (int, bool) {
	if !strings.HasPrefix(name, "__") {
		return 0, false
	}
	for i := range n {
		if n[i] == name {
			return i, true
		}
	}
	return 0, false
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
