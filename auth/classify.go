package clerkauth

import "strings"

// Prefixes of opaque machine tokens.
const (
	prefixM2M    = "mt_"
	prefixOAuth  = "oat_"
	prefixAPIKey = "ak_"
	prefixMch    = "mch_"
)

// tokenClass is what a token claims to be, before anything is verified. It only decides which verification the token
// has to pass.
type tokenClass struct {
	tokenType TokenType
	isJWT     bool
	header    *tokenHeader // of a JWT
}

// ClassifyToken tells the class of a credential by its shape. Nothing is verified; what fits no other class is a
// session token candidate, garbage included.
func ClassifyToken(token string) TokenType { return classify(token).tokenType }

func classify(token string) tokenClass {
	switch {
	case strings.HasPrefix(token, prefixM2M):
		return tokenClass{tokenType: TokenM2M}
	case strings.HasPrefix(token, prefixOAuth):
		return tokenClass{tokenType: TokenOAuth}
	case strings.HasPrefix(token, prefixAPIKey):
		return tokenClass{tokenType: TokenAPIKey}
	}
	class := tokenClass{tokenType: TokenSession}
	parts, refusal := splitToken(token)
	if refusal != nil || parts.signature == "" {
		return class
	}
	header, err := parseHeader(parts.header)
	if err != nil {
		return class
	}
	class.isJWT, class.header = true, header
	switch {
	case hasMachineSubject(parts.payload):
		class.tokenType = TokenM2M
	case isOAuthType(header.typ):
		class.tokenType = TokenOAuth
	}
	return class
}

func isOAuthType(typ string) bool { return typ == "at+jwt" || typ == "application/at+jwt" }

func hasMachineSubject(payload string) bool {
	decoded, err := decodeSegment(nil, payload)
	if err != nil {
		return false
	}
	claims, err := scanClaims(string(decoded))
	return err == nil && strings.HasPrefix(claims.Subject, prefixMch)
}
