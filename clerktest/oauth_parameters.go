package clerktest

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of an OAuth request: the bytes of its form, the number of its parameters and the bytes of each.
const (
	maxOAuthForm       = 64 << 10
	maxOAuthParameters = 64
	maxOAuthParameter  = 16 << 10
)

// oauthParameters are the parameters of an OAuth request. One without a value counts as left out, RFC 6749 §3.1.
type oauthParameters struct {
	values   map[string]string
	repeated string // name of a parameter that came twice, which is an error
}

func (p *oauthParameters) get(name string) string { return p.values[name] }

// parseOAuthParameters reads a query or a form.
func parseOAuthParameters(raw string) (*oauthParameters, error) {
	if len(raw) > maxOAuthForm || strings.Count(raw, "&") >= maxOAuthParameters {
		return nil, errInvalidRequest("the request has too many parameters")
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, errInvalidRequest("the parameters are not form-encoded")
	}
	p := &oauthParameters{values: make(map[string]string, len(values))}
	for name, list := range values {
		list = slices.DeleteFunc(list, func(v string) bool { return v == "" })
		if len(list) == 0 {
			continue
		}
		if name == "" { // which would look like no repeated one
			return nil, errInvalidRequest("a parameter has no name")
		}
		for _, v := range append(list, name) {
			if len(v) > maxOAuthParameter || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, errInvalidRequest("a parameter is too long, or not valid UTF-8")
			}
		}
		if len(list) > 1 && (p.repeated == "" || name < p.repeated) {
			p.repeated = name
		}
		p.values[name] = list[0]
	}
	return p, nil
}

// readOAuthForm reads the form of a POST.
func readOAuthForm(r *http.Request) (*oauthParameters, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, errInvalidRequest("the body has to be a form: application/x-www-form-urlencoded")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxOAuthForm))
	if err != nil {
		return nil, errInvalidRequest("the body is too large, or breaks off")
	}
	return parseOAuthParameters(string(raw))
}

// readSingleForm reads a form in which no parameter may be repeated.
func readSingleForm(r *http.Request) (*oauthParameters, error) {
	p, err := readOAuthForm(r)
	if err == nil && p.repeated != "" {
		err = errInvalidRequest("the parameter " + p.repeated + " is repeated")
	}
	return p, err
}

// isScope reports whether a text is one scope of RFC 6749 §3.3.
func isScope(text string) bool {
	for _, c := range []byte(text) {
		if c < 0x21 || c > 0x7e || c == '"' || c == '\\' {
			return false
		}
	}
	return text != "" && len(text) <= maxOAuthText
}

// parseScopes reads a list of scopes, each of which counts once.
func parseScopes(text string) ([]string, error) {
	var scopes []string
	for scope := range strings.SplitSeq(text, " ") {
		switch {
		case scope == "":
			continue
		case !isScope(scope) || len(text) > maxOAuthText:
			return nil, errInvalidScope("the scopes are not a list of scopes that RFC 6749 allows")
		case !slices.Contains(scopes, scope):
			scopes = append(scopes, scope)
		}
	}
	return scopes, nil
}

// isResource reports whether a text is a resource indicator of RFC 8707.
func isResource(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		!strings.Contains(text, "#") && len(text) <= maxOAuthText
}

// isUnreserved reports whether a text has only the characters of a code verifier, RFC 7636 §4.1.
func isUnreserved(text string) bool {
	for _, c := range []byte(text) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '.' && c != '_' && c != '~' {
			return false
		}
	}
	return true
}
