package clerkauth

import (
	"context"
	"strings"
)

// flow is what the procedure works out once, in [New].
type flow struct{}

// prepare fills the flow from a configuration that is valid otherwise; an error of it is an error of [New].
func (a *Authenticator) prepare() error {
	a.flow = flow{}
	return nil
}

// machineToken is what a verified machine credential says about its bearer.
type machineToken struct {
	id       string
	subject  string
	name     string
	clientID string
	scopes   []string
	claims   map[string]any
}

// authenticate is the procedure behind [Authenticator.Authenticate]. A header token is final: cookies are not looked at.
// Without one the request is signed out.
func (a *Authenticator) authenticate(ctx context.Context, req *Request, call callConfig) *RequestState {
	token, refusal := bearerToken(req)
	if refusal != nil {
		return a.signedOut(TokenSession, refusal)
	}
	if token == "" {
		return a.anonymous(TokenSession, ReasonSessionTokenAndUATMissing)
	}
	claims, refusal := a.verifySessionAs(ctx, token, &call, onlySessionClass)
	if refusal != nil {
		return a.signedOut(TokenSession, refusal)
	}
	return a.signedIn(claims, &call)
}

func (m *machineToken) userID() string {
	if strings.HasPrefix(m.subject, "user_") {
		return m.subject
	}
	return ""
}

func (m *machineToken) orgID() string {
	if strings.HasPrefix(m.subject, "org_") {
		return m.subject
	}
	return ""
}
