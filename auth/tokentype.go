package clerkauth

// TokenType is the class of a credential.
type TokenType string

// The classes of credentials that Clerk issues. [TokenNone] is the class of a state that has no credential.
const (
	TokenNone    TokenType = ""
	TokenSession TokenType = "session_token"
	TokenAPIKey  TokenType = "api_key"
	TokenM2M     TokenType = "m2m_token"
	TokenOAuth   TokenType = "oauth_token"
)

// AnyToken lists every type, for [Config].AcceptsToken and [AcceptTokens].
func AnyToken() []TokenType {
	return []TokenType{TokenSession, TokenAPIKey, TokenM2M, TokenOAuth}
}

func (t TokenType) known() bool {
	switch t {
	case TokenSession, TokenAPIKey, TokenM2M, TokenOAuth:
		return true
	}
	return false
}
