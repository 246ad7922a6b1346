package clerkauth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"slices"
)

// minTemplateSecret is the length of a shared secret that HS256 needs (RFC 7518, section 3.2).
const minTemplateSecret = 32

// templateHint says what to do about a token of a JWT template where none is accepted.
const templateHint = "the token is one of a JWT template, which is never a session: accept TokenTemplate with AcceptTokens, on a route or in AuthenticateToken"

// WithTemplateAudience replaces [Config].TemplateAudience for this call; without arguments the configured one stays.
func WithTemplateAudience(audience ...string) CallOption {
	audience = slices.Clone(audience)
	return func(c *callConfig) {
		if len(audience) > 0 {
			c.templateAudience = audience
		}
	}
}

// AllowTemplateWithoutAudience accepts tokens of JWT templates for this call whatever their audience. Whoever may have
// a token of any template of the instance then gets in.
func AllowTemplateWithoutAudience() CallOption {
	return func(c *callConfig) { c.anyTemplate = true }
}

// template returns the state of a token of a JWT template.
func (a *Authenticator) template(ctx context.Context, p *presented, call *callConfig) *RequestState {
	identity, refusal := a.templateJWT(ctx, p, call)
	return a.machineState(TokenTemplate, p.keep(), identity, refusal)
}

func (a *Authenticator) templateJWT(ctx context.Context, p *presented, call *callConfig) (*machineToken, *Error) {
	if len(call.templateAudience) == 0 && !call.anyTemplate {
		return nil, refuse(ReasonTokenVerificationFailed, "no audience is set for tokens of JWT templates: set TemplateAudience")
	}
	policy := jwtPolicy{as: asTemplate, call: &callConfig{issuer: call.issuer}}
	claims, refusal := a.verify(ctx, p, &policy)
	if refusal != nil {
		return nil, refusal
	}
	ours := slices.ContainsFunc(claims.Audience, func(aud string) bool { return slices.Contains(call.templateAudience, aud) })
	switch {
	case claims.bad.has(claimAudience):
		return nil, refuse(ReasonTokenVerificationFailed, "the audience is malformed")
	case !ours && !call.anyTemplate:
		return nil, refuse(ReasonTokenVerificationFailed, "the audience is missing or another one")
	}
	if claims.AuthorizedParty != "" {
		if refusal := call.checkParty(claims); refusal != nil {
			return nil, refusal
		}
	}
	return templateOf(claims)
}

// templateOf reads whom a verified token of a template stands for.
func templateOf(c *SessionClaims) (*machineToken, *Error) {
	var payload map[string]json.RawMessage
	if json.Unmarshal([]byte(c.raw), &payload) != nil {
		return nil, refuse(ReasonTokenInvalid, "the claims are malformed")
	}
	actors, ok := parseActors(payload["act"])
	if !ok {
		return nil, refuse(ReasonTokenInvalid, "the actor is malformed")
	}
	return &machineToken{
		class: TokenTemplate, id: c.ID, subject: c.Subject, audience: c.Audience, actors: actors, issued: c.IssuedAt,
		expires: c.ExpiresAt, payload: c.raw,
	}, nil
}

// checkSharedSecret checks a signature by HS256 with the secrets that templates share. The keys of the instance never
// serve as secrets, and secrets never verify anything but tokens of templates.
func (a *Authenticator) checkSharedSecret(p *presented) *Error {
	if p.header.forbidden || p.header.hasTyp && (p.header.badTyp || p.header.typ != "JWT") {
		return refuse(ReasonTokenInvalid, "the type or a parameter of the header is not accepted")
	}
	if len(a.templateSecrets) == 0 {
		return refuse(ReasonTokenInvalidAlgorithm, "the token is signed with HS256: set TemplateSecrets to the secret of the JWT template")
	}
	signature, err := decodeSegment(nil, p.signature)
	if err != nil {
		return refuse(ReasonTokenInvalid, "the signature is malformed")
	}
	good := false
	for i := range a.templateSecrets {
		mac := hmac.New(sha256.New, []byte(a.templateSecrets[i].reveal()))
		mac.Write([]byte(p.signed))
		good = hmac.Equal(mac.Sum(nil), signature) || good
	}
	if !good {
		return refuse(ReasonTokenInvalidSignature, "the signature is wrong")
	}
	return nil
}
