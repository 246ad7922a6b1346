package clerkauth

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxMachineToken bounds opaque tokens: real ones are much shorter.
const maxMachineToken = 512

// plausibleMachineToken reports whether a token can be one of Clerk's at all. Others never cost a call.
func plausibleMachineToken(token string) bool {
	_, secret, _ := strings.Cut(token, "_")
	if secret == "" || len(token) > maxMachineToken {
		return false
	}
	for i := range len(secret) {
		c := secret[i]
		if !isNameByte(c) && strings.IndexByte("-.~+/=", c) < 0 {
			return false
		}
	}
	return true
}

// machine returns the state of a machine credential. One that costs a call to Clerk is verified once, and only when the
// state is read: a made-up token sent to a route that never reads the state costs no API call.
func (a *Authenticator) machine(ctx context.Context, token string, of tokenClass, call *callConfig) *RequestState {
	class, opaque, token := of.tokenType, !of.isJWT, strings.Clone(token)
	var identity *machineToken
	var refusal *Error
	switch {
	case !opaque:
		identity, refusal = a.machineJWT(ctx, class, token, call)
	case !plausibleMachineToken(token):
		refusal = refuse(ReasonTokenInvalid, "the token cannot be one of Clerk's")
	}
	if refusal != nil || !opaque && (class != TokenOAuth || !a.config.AlwaysAskClerk) {
		return a.machineState(class, token, identity, refusal)
	}
	own := *call
	ask := func(ctx context.Context) *RequestState {
		answer, refusal := a.askMachine(ctx, class, token, !opaque)
		switch {
		case refusal != nil:
		case opaque:
			refusal = a.meantForUs(class, answer, &own)
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
			return ask(ctx)
		}),
	}
}

func (a *Authenticator) machineState(t TokenType, token string, identity *machineToken, refusal *Error) *RequestState {
	if refusal != nil {
		return a.signedOut(t, refusal)
	}
	return &RequestState{status: StatusSignedIn, tokenType: t, machine: identity, token: token, authn: a}
}

// machineJWT verifies an M2M or OAuth token that is a JWT, without a call. What is true of sessions only, such as
// authorized parties, does not apply.
func (a *Authenticator) machineJWT(ctx context.Context, t TokenType, token string, call *callConfig) (*machineToken, *Error) {
	wrongCategory := false
	now := a.now()
	policy := jwtPolicy{stable: true, call: &callConfig{audience: call.audience, issuer: call.issuer}}
	policy.admit = func(h *tokenHeader, _ *SessionClaims) *Error {
		refusal := onlyMachine(h)
		wrongCategory = refusal != nil
		return refusal
	}
	if t == TokenOAuth {
		policy.types, policy.admit, policy.call.audience = []string{"at+jwt", "application/at+jwt"}, nil, nil
	}
	identity, refusal := a.knownMachine(ctx, t, token, &policy, now)
	if identity == nil && refusal == nil {
		var verified verifiedJWT
		if verified, refusal = a.verifyJWT(ctx, token, &policy, now); refusal == nil {
			if identity, refusal = machineOf(t, verified.claims); refusal != nil {
				return nil, refusal
			}
			a.machineTokens.add(verified.claims, verified.header.keyID, verified.key, identity)
		}
	}
	switch {
	case refusal == nil:
		return identity, a.meantForUs(t, identity, call)
	case wrongCategory, errors.Is(refusal, ErrUnavailable):
		return nil, refusal
	}
	return nil, &Error{Reason: ReasonTokenVerificationFailed, message: refusal.message, cause: refusal}
}

// knownMachine returns the identity of a JWT that is remembered, if its key is still the same. What can change is
// checked again.
func (a *Authenticator) knownMachine(ctx context.Context, t TokenType, token string, policy *jwtPolicy, now time.Time) (*machineToken, *Error) {
	hit := a.machineTokens.get(token)
	if hit == nil || hit.machine.class != t {
		return nil, nil
	}
	if key, err := a.findKey(ctx, hit.keyID, now); err != nil || !hit.verifiedBy(key) {
		return nil, nil
	}
	return hit.machine, a.checkClaims(hit.claims, policy, now)
}

// classOf classifies a token. What the cache knows need not be taken apart.
func (a *Authenticator) classOf(token string) tokenClass {
	if hit := a.machineTokens.get(token); hit != nil {
		return tokenClass{tokenType: hit.machine.class, isJWT: true}
	}
	return classify(token)
}

// onlyMachine admits M2M tokens; what was signed for another purpose is not valid here.
func onlyMachine(h *tokenHeader) *Error {
	if h.badCategory || h.hasCategory && h.category != categoryM2M && h.category != categoryIgnore {
		return refuse(ReasonTokenInvalid, "the token is not one of a machine")
	}
	return nil
}

// meantForUs checks what a credential says about its receiver, for this call.
func (a *Authenticator) meantForUs(t TokenType, m *machineToken, call *callConfig) *Error {
	switch t {
	case TokenM2M:
		if id := a.config.MachineID; id != "" && !slices.Contains(m.scopes, id) {
			return refuse(ReasonTokenVerificationFailed, "the token is not meant for this machine")
		}
	case TokenOAuth:
		if len(call.oauthAudience) == 0 {
			return nil
		}
		switch bindingTo(m.audience, call.oauthAudience) {
		case BindingForeign:
			return refuse(ReasonTokenVerificationFailed, "the token is bound to another resource")
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
