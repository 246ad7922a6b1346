package clerkauth

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
)

// maxMachineToken bounds opaque tokens: real ones are much shorter.
const maxMachineToken = 512

// plausibleMachineToken reports whether a token can be one of Clerk's at all. Others never cost a call.
func plausibleMachineToken(token string) bool {
	_, secret, _ := strings.Cut(token, "_")
	return len(token) <= maxMachineToken && plausibleSecret(secret)
}

// machine returns the state of a machine credential. One that costs a call to Clerk is verified once, and only when the
// state is read: a made-up token sent to a route that never reads the state costs no API call.
func (a *Authenticator) machine(ctx context.Context, p *presented, client clientKey, call *callConfig) *RequestState {
	class, opaque := p.class, p.opaque()
	var identity *machineToken
	var refusal *Error
	switch {
	case !opaque:
		identity, refusal = a.machineJWT(ctx, p, call)
	case !plausibleMachineToken(p.text):
		refusal = refuse(ReasonTokenInvalid, "the token cannot be one of Clerk's")
	}
	token := p.keep()
	if refusal != nil || !opaque && !a.alwaysAsks(class) {
		return a.machineState(class, token, identity, refusal)
	}
	if known := a.flow.machines.known(class, token); opaque && known != nil && (known.refusal != nil || !a.alwaysAsks(class)) {
		a.hit(ctx)
		if refusal = known.refusal; refusal == nil {
			refusal = a.meantForUs(class, known.identity, call)
		}
		return a.machineState(class, token, known.identity, refusal)
	}
	ask := func(ctx context.Context) *RequestState {
		answer, refusal := a.askMachine(ctx, class, token, client, !opaque)
		switch {
		case refusal != nil:
		case opaque:
			refusal = a.meantForUs(class, answer, call)
		case answer.subject != identity.subject:
			refusal = refuse(ReasonTokenInvalid, "Clerk's answer is about another subject")
		default:
			answer = identity // The token itself says more.
		}
		return a.machineState(class, token, answer, refusal)
	}
	if a.config.EagerMachineTokens {
		return ask(ctx)
	}
	// The answer may be needed after the request is gone.
	ctx = context.WithoutCancel(ctx)
	return &RequestState{
		status: StatusSignedOut, tokenType: class, authn: a,
		resolve: sync.OnceValue(func() *RequestState {
			ctx, cancel := context.WithTimeout(ctx, apiTimeout)
			defer cancel()
			ctx, observed := observe(ctx, a.config.Observer)
			state := ask(ctx)
			a.decided(ctx, observed, state)
			return state
		}),
	}
}

// alwaysAsks reports whether Clerk is asked about each token of a class in each request.
func (a *Authenticator) alwaysAsks(t TokenType) bool {
	return t == TokenOAuth && a.config.AlwaysAskClerk
}

func (a *Authenticator) machineState(t TokenType, token string, identity *machineToken, refusal *Error) *RequestState {
	if refusal != nil {
		return a.signedOut(t, refusal)
	}
	return &RequestState{status: StatusSignedIn, tokenType: t, machine: identity, token: token, authn: a}
}

// machineJWT verifies an M2M or OAuth token that is a JWT, without a call. What is true of sessions only, such as
// authorized parties, does not apply.
func (a *Authenticator) machineJWT(ctx context.Context, p *presented, call *callConfig) (*machineToken, *Error) {
	policy := jwtPolicy{as: asM2M, call: &callConfig{audience: call.audience, issuer: call.issuer}}
	if p.class == TokenOAuth {
		policy.as, policy.call.audience = asOAuth, nil
	}
	if p.header != nil && p.refusal == nil {
		if refusal := policy.as.admits(p.header, p.claims); refusal != nil {
			return nil, refusal
		}
	}
	claims, refusal := a.verify(ctx, p, &policy)
	switch {
	case refusal == nil:
	case errors.Is(refusal, ErrUnavailable):
		return nil, refusal
	default:
		return nil, &Error{Reason: ReasonTokenVerificationFailed, message: refusal.message, cause: refusal, received: refusal.received, expected: refusal.expected}
	}
	if p.cached != nil {
		return p.cached.machine, a.meantForUs(p.class, p.cached.machine, call)
	}
	identity, refusal := machineOf(p.class, claims)
	if refusal != nil {
		return nil, refusal
	}
	a.machineTokens.add(claims, p.header.keyID, p.key, identity)
	return identity, a.meantForUs(p.class, identity, call)
}

// meantForUs checks what a credential says about its receiver, for this call.
func (a *Authenticator) meantForUs(t TokenType, m *machineToken, call *callConfig) *Error {
	switch t {
	case TokenM2M:
		if id := a.config.MachineID; id != "" && !slices.Contains(m.scopes, id) {
			return refuse(ReasonTokenVerificationFailed, "the token is not meant for this machine").compared(m.scopes, []string{id})
		}
	case TokenOAuth:
		if len(call.oauthAudience) == 0 {
			return nil
		}
		switch bindingTo(m.audience, call.oauthAudience) {
		case BindingForeign:
			return refuse(ReasonTokenVerificationFailed, "the token is bound to another resource").compared(m.audience, call.oauthAudience)
		case BindingNone:
			if !call.allowUnbound {
				return refuse(ReasonTokenVerificationFailed, "the token is not bound to a resource")
			}
		}
	}
	return nil
}

var (
	// registeredClaims are not custom claims of a machine.
	registeredClaims = []string{"iss", "sub", "exp", "nbf", "iat", "jti"}
	// oauthClaims are not custom claims of an OAuth token.
	oauthClaims = append(slices.Clone(registeredClaims), "aud", "client_id", "scope", "scp", "org_id", "act")
)

// machineOf reads what a verified JWT says about its bearer. Names count as they are spelled.
func machineOf(t TokenType, c *SessionClaims) (*machineToken, *Error) {
	malformed := refuse(ReasonTokenInvalid, "the claims are malformed")
	var payload map[string]json.RawMessage
	if json.Unmarshal([]byte(c.raw), &payload) != nil || c.bad.has(claimAudience) {
		return nil, malformed
	}
	m := &machineToken{
		class: t, id: c.ID, subject: c.Subject, audience: c.Audience, issued: c.IssuedAt, expires: c.ExpiresAt, payload: c.raw,
		hidden: registeredClaims,
	}
	if t == TokenM2M {
		if m.scopes = words(payload["scopes"]); m.scopes == nil {
			m.scopes = c.Audience
		}
		return m, nil
	}
	m.hidden = oauthClaims
	for name, into := range map[string]*string{"client_id": &m.clientID, "org_id": &m.org} {
		if raw := payload[name]; len(raw) > 0 && json.Unmarshal(raw, into) != nil {
			return nil, malformed
		}
	}
	if m.scopes = words(payload["scp"]); m.scopes == nil {
		m.scopes = words(payload["scope"])
	}
	var ok bool
	if m.actors, ok = parseActors(payload["act"]); !ok {
		return nil, malformed
	}
	return m, nil
}

// words reads a list of texts, or a text with spaces. Without either it is nil.
func words(raw json.RawMessage) []string {
	var value any
	if len(raw) == 0 || json.Unmarshal(raw, &value) != nil {
		return nil
	}
	switch value := value.(type) {
	case string:
		return strings.Fields(value)
	case []any:
		list := make([]string, 0, len(value))
		for _, item := range value {
			if text, ok := item.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}
