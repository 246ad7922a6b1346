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
	// TokenTemplate is the token of a JWT template: it stands for a user, with claims of its own, and is never a session.
	TokenTemplate TokenType = "jwt_template"
)

// AnyToken lists the types of all credentials, for [Config].AcceptTokens and [AcceptTokens]. [TokenTemplate] is not
// among them: it is accepted only where it is named.
func AnyToken() []TokenType {
	return []TokenType{TokenSession, TokenAPIKey, TokenM2M, TokenOAuth}
}

func (t TokenType) known() bool {
	switch t {
	case TokenSession, TokenAPIKey, TokenM2M, TokenOAuth, TokenTemplate:
		return true
	}
	return false
}
