package clerktest

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
)

// hiddenSecret stands where a secret was.
const hiddenSecret = "(hidden)"

var (
	// A token keeps header and claims, which is what people look for, and loses its signature.
	tokenText = regexp.MustCompile(`(eyJ[\w-]{4,}\.[\w-]+)\.[\w-]*`)
	// Keys and opaque tokens keep their kind and their end.
	keyText = regexp.MustCompile(`\b((?:sk|pk_live|ak|mt|oat|whsec|dvb|rt|dsc|ticket)(?:_test|_live)?_)[\w+/=.-]{6,}?([\w+/=-]{4})(?:[^\w+/=.-]|$)`)
	// Members of JSON bodies; the value may be cut off.
	secretMember = regexp.MustCompile(`(?i)("(?:` + secretNames + `)"\s*:\s*)("(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|[-\d][\w.+-]*)`)
	// The code of an error is a member too, and is what people look for.
	errorCode = regexp.MustCompile(`:\s*"[a-z]+(?:_[a-z0-9]+)+"$`)
	// Fields of forms and queries.
	secretField = regexp.MustCompile(`(?i)(^|[?&\s])(` + secretNames + `)=[^&\s]*`)
)

const secretNames = `\w*password\w*|\w*secret|\w*secret_key|\w*token|\w*code|\w*codes|code_verifier|\w*ticket|jwt|signing_key|private_key|assertion|client_assertion`

// hideSecrets returns a text that went over the wire, a body of JSON or a form or a query, without the secrets in it.
// The codes of errors stay.
func hideSecrets(text string) string {
	text = secretMember.ReplaceAllStringFunc(text, func(member string) string {
		if errorCode.MatchString(member) && strings.HasPrefix(member, `"code"`) {
			return member
		}
		return secretMember.ReplaceAllString(member, `$1"`+hiddenSecret+`"`)
	})
	text = secretField.ReplaceAllString(text, `$1$2=`+hiddenSecret)
	text = tokenText.ReplaceAllString(text, `$1.`+hiddenSecret)
	return keyText.ReplaceAllStringFunc(text, func(found string) string {
		part := keyText.FindStringSubmatch(found)
		return part[1] + "…" + part[2] + found[len(found)-trailing(found, part[2]):]
	})
}

// trailing is how many bytes follow the last occurrence of end.
func trailing(text, end string) int { return len(text) - strings.LastIndex(text, end) - len(end) }

// hideHeader returns the value of a header without the secrets in it.
func hideHeader(name, value string) string {
	switch name {
	case "Authorization":
		scheme, credentials, ok := strings.Cut(value, " ")
		if !ok {
			return hiddenSecret
		}
		if hidden := hideSecrets(credentials); hidden != credentials {
			return scheme + " " + hidden
		}
		return scheme + " " + hiddenSecret
	case "Cookie", "Set-Cookie":
		return hideCookies(value)
	}
	return hideSecrets(value)
}

// hideCookies hides the values of cookies that are not tokens, numbers or empty.
func hideCookies(line string) string {
	parts := strings.Split(line, "; ")
	for i, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" || plainCookie(name) {
			continue
		}
		hidden := hideSecrets(value)
		if hidden == value {
			hidden = hiddenSecret
		}
		parts[i] = name + "=" + hidden
	}
	return strings.Join(parts, "; ")
}

// plainCookie reports whether a part of a cookie line guards nothing: attributes, and times.
func plainCookie(name string) bool {
	switch strings.ToLower(name) {
	case "path", "domain", "expires", "max-age", "samesite":
		return true
	}
	return strings.HasPrefix(name, "__client_uat")
}

// carriedToken is a JSON web token that was found in a request or its answer.
type carriedToken struct {
	Where    string          `json:"where"`
	Header   json.RawMessage `json:"header"`
	Claims   json.RawMessage `json:"claims"`
	Accepted *bool           `json:"accepted,omitzero"` // of a session token, by today's clock and keys
	Reason   string          `json:"reason,omitzero"`
}

// maxCarried bounds the tokens that are decoded of one exchange.
const maxCarried = 20

var wholeToken = regexp.MustCompile(`eyJ[\w-]{4,}\.[\w-]+\.[\w-]*`)

// carriedTokens decodes the tokens that an exchange carried.
func (in *Instance) carriedTokens(x *exchange) []carriedToken {
	out, seen := []carriedToken{}, map[string]bool{}
	look := func(where, text string) {
		if plain, err := url.QueryUnescape(text); err == nil {
			text = plain
		}
		for _, token := range wholeToken.FindAllString(text, maxCarried) {
			if seen[token] || len(out) >= maxCarried {
				continue
			}
			seen[token] = true
			if carried, ok := in.decodeCarried(where, token); ok {
				out = append(out, carried)
			}
		}
	}
	for name, values := range x.requestHeader {
		look("request header "+name, strings.Join(values, "\n"))
	}
	look("query", x.query)
	look("request body", string(x.requestBody.kept))
	for name, values := range x.responseHeader {
		look("response header "+name, strings.Join(values, "\n"))
	}
	look("response body", string(x.responseBody.kept))
	return out
}

func (in *Instance) decodeCarried(where, token string) (carriedToken, bool) {
	out := carriedToken{Where: where}
	ex := in.Explain(token)
	if ex.Header == nil || ex.Claims == nil {
		return out, false
	}
	out.Header, out.Claims = json.RawMessage(hideSecrets(string(ex.Header))), json.RawMessage(hideSecrets(string(ex.Claims)))
	var facts tokenFacts
	if json.Unmarshal(ex.Claims, &facts) == nil && facts.SessionID != "" {
		out.Accepted, out.Reason = &ex.Accepted, ex.Reason
	}
	return out, json.Valid(out.Header) && json.Valid(out.Claims)
}
