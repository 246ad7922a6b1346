package clerkauth

import (
	"net/http"
	"slices"
	"strings"
)

// maxChallengeScopes bounds the scopes of a challenge: longer headers do not pass every proxy.
const maxChallengeScopes = 2 << 10

// challenge is what a refusal tells OAuth clients (RFC 6750, RFC 9728).
type challenge struct {
	metadataURL string   // where they learn how to get a token, or empty
	scopes      []string // that every request needs
}

// WithChallenge says what refusals of this call tell OAuth clients: where the metadata of the resource are, in place of
// [Config].ResourceMetadataURL, and the scopes that every request needs. It takes effect where the call accepts OAuth
// tokens. An address or a scope that cannot stand in the header is left out.
func WithChallenge(metadataURL string, scopes ...string) CallOption {
	own := &challenge{}
	if validMetadataURL(metadataURL) {
		own.metadataURL = metadataURL
	}
	for _, scope := range scopes {
		own.scopes = appendScope(own.scopes, scope)
	}
	return func(c *callConfig) { c.challenge = own }
}

// challengeFor returns what refusals tell where these types are accepted, or nil if OAuth tokens are not among them.
func challengeFor(types []TokenType, configured *challenge) *challenge {
	if configured == nil || !slices.Contains(types, TokenOAuth) {
		return nil
	}
	return configured
}

// refusing returns a refusal with the challenge of this state: the scopes that the checks demand are named with those
// of the token, because some clients ask for exactly what they are told.
func (s *RequestState) refusing(refusal *Error, checks []Check) *Error {
	forbidden := refusal.Reason == ReasonMissingScope
	if s == nil || s.challenge == nil || refusal.Reason == ReasonSessionPending || refusal.StatusCode() == 503 ||
		refusal.StatusCode() == 403 && !forbidden {
		return refusal
	}
	out := *refusal
	out.metadataURL = s.challenge.metadataURL
	needed := slices.Clone(s.challenge.scopes)
	for i := range checks {
		needed = checks[i].appendScopes(needed)
	}
	out.scopes = needed
	if machine := s.current().machine; forbidden && machine != nil {
		var all []string
		for _, scope := range machine.scopes {
			all = appendScope(all, scope)
		}
		for _, scope := range needed {
			all = appendScope(all, scope)
		}
		if len(strings.Join(all, " ")) <= maxChallengeScopes {
			out.scopes = all
		}
	}
	return &out
}

// appendScopes appends the scopes that a check demands. Of several ways to pass it is the first.
func (c *Check) appendScopes(scopes []string) []string {
	switch c.kind {
	case checkScope:
		return appendScope(scopes, c.value)
	case checkAllOf:
		for i := range c.checks {
			scopes = c.checks[i].appendScopes(scopes)
		}
	case checkAnyOf:
		if len(c.checks) > 0 {
			return c.checks[0].appendScopes(scopes)
		}
	}
	return scopes
}

// appendScope appends a scope that is new and valid (RFC 6749, section 3.3).
func appendScope(scopes []string, scope string) []string {
	valid := scope != "" && !strings.ContainsFunc(scope, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
	if !valid || slices.Contains(scopes, scope) {
		return scopes
	}
	return append(scopes, scope)
}

// challenge is the value of WWW-Authenticate. A request without a credential is told no error.
func (e *Error) challenge() string {
	var params []string
	add := func(name, value string) {
		if value != "" {
			params = append(params, name+`="`+value+`"`)
		}
	}
	if !e.anonymous {
		code := "invalid_token"
		if e.Reason == ReasonMissingScope {
			code = "insufficient_scope"
		}
		add("error", code)
		add("error_description", e.description())
	}
	add("scope", strings.Join(e.scopes, " "))
	add("resource_metadata", e.metadataURL)
	return strings.TrimSpace("Bearer " + strings.Join(params, ", "))
}

// description tells the developer of a client what was wrong. It is made of fixed texts only.
func (e *Error) description() string {
	switch e.StatusCode() {
	case http.StatusServiceUnavailable:
		return "The request could not be authenticated for reasons that are not the caller's."
	case http.StatusNotFound:
		return "The request is for an instance that is not known here."
	case http.StatusForbidden:
		if e.Reason != ReasonMissingScope {
			return "The identity lacks what this request needs."
		}
	}
	if e.anonymous {
		return "The request needs a credential."
	}
	switch e.Reason {
	case ReasonMissingScope:
		return "The token lacks a scope that this request needs."
	case ReasonTokenExpired:
		return "The token is expired."
	case ReasonTokenNotActiveYet, ReasonTokenIatInTheFuture:
		return "The token is not active yet."
	case ReasonTokenTypeMismatch:
		return "Tokens of this type are not accepted here."
	case ReasonSessionPending:
		return "The session has tasks to complete."
	}
	return "The token is not valid."
}
