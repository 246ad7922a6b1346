package main

import (
	"strings"
	"unicode"
)

// initialisms are the words that Go writes in capitals, and the few fixed spellings.
var initialisms = map[string]string{
	"id": "ID", "ids": "IDs", "url": "URL", "urls": "URLs", "uri": "URI", "uris": "URIs", "api": "API",
	"http": "HTTP", "https": "HTTPS", "html": "HTML", "json": "JSON", "jwt": "JWT", "jwk": "JWK", "jwks": "JWKS",
	"totp": "TOTP", "otp": "OTP", "mfa": "MFA", "sms": "SMS", "sso": "SSO", "saml": "SAML", "scim": "SCIM",
	"oidc": "OIDC", "pkce": "PKCE", "idp": "IDP", "acs": "ACS", "sp": "SP", "ip": "IP", "dns": "DNS",
	"cname": "CNAME", "ttl": "TTL", "hibp": "HIBP", "m2m": "M2M", "oauth": "OAuth", "js": "JS", "x5c": "X5C",
	"x5t": "X5T", "x5u": "X5U", "x5t#s256": "X5TS256", "ios": "IOS", "okta": "Okta", "github": "GitHub",
	"gitlab": "GitLab", "otps": "OTPs", "ui": "UI", "web3": "Web3", "url2": "URL2", "es256": "ES256",
	"okx": "OKX", "md5": "MD5", "sha1": "SHA1", "sha256": "SHA256", "sha512": "SHA512", "ldap": "LDAP", "ssha": "SSHA",
	"pbkdf2": "PBKDF2", "awscognito": "AWSCognito", "metamask": "MetaMask",
}

// goName turns a wire name into an exported Go name.
func goName(wire string) string {
	if s, ok := initialisms[strings.ToLower(wire)]; ok {
		return s
	}
	var b strings.Builder
	for _, word := range words(wire) {
		if s, ok := initialisms[strings.ToLower(word)]; ok {
			b.WriteString(s)
			continue
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// words splits snake_case, kebab-case and camelCase.
func words(name string) []string {
	var out []string
	start := 0
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			if i > start {
				out = append(out, string(runes[start:i]))
			}
			start = i + 1
		case i > start && unicode.IsUpper(r) && unicode.IsLower(runes[i-1]):
			out = append(out, string(runes[start:i]))
			start = i
		}
	}
	if start < len(runes) {
		out = append(out, string(runes[start:]))
	}
	return out
}

// argName turns a path parameter into a Go argument name.
func argName(wire string) string {
	name := goName(wire)
	if rest, ok := strings.CutPrefix(name, "OAuth"); ok {
		return "oauth" + rest
	}
	for i, r := range name {
		if unicode.IsLower(r) {
			if i > 1 {
				i-- // keep the capital that starts the next word
			}
			if i == 0 {
				i = 1
			}
			return strings.ToLower(name[:i]) + name[i:]
		}
	}
	return strings.ToLower(name)
}

// receiver is the receiver letter of a type.
func receiver(typeName string) string {
	return strings.ToLower(typeName[:1])
}

// fileName is the snake_case form used in generated file names.
func fileName(goType string) string {
	var b strings.Builder
	runes := []rune(goType)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) {
			prevLower := !unicode.IsUpper(runes[i-1])
			nextLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if prevLower || nextLower {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	name := strings.NewReplacer("o_auth", "oauth", "m2_m", "m2m", "ur_ls", "urls").Replace(b.String())
	return strings.ReplaceAll(name, "idpoauth", "idp_oauth")
}

// iteratorName inserts All after List.
func iteratorName(method string) string {
	return "ListAll" + strings.TrimPrefix(method, "List")
}
