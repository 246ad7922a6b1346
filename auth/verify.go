package clerkauth

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"slices"
	"strings"
	"time"
)

// purpose is what a JWT is verified as. One instance key signs tokens for all of them.
type purpose uint8

const (
	asCredential purpose = iota // a session token that a request presents
	asSession                   // a session token that comes from elsewhere
	asHandshake                 // the result of a handshake: it has no subject, and its times are the caller's business
	asM2M
	asOAuth
	asTemplate
)

// jwtPolicy says which JWTs a verification accepts.
type jwtPolicy struct {
	as   purpose
	call *callConfig   // parties, audience and issuer to check; nil skips them
	skew time.Duration // tolerance of the time checks; zero is the configured one
}

// session reports whether the purpose is one of session tokens.
func (as purpose) session() bool { return as == asCredential || as == asSession }

// class returns the class of the tokens that pass for the purpose.
func (as purpose) class() TokenType {
	switch as {
	case asM2M:
		return TokenM2M
	case asOAuth:
		return TokenOAuth
	case asTemplate:
		return TokenTemplate
	}
	return TokenSession
}

// admits looks at what the token claims to be before a key is looked for, and refuses the wrong class. Nothing is
// verified yet, so it may only make the outcome stricter.
func (as purpose) admits(h *tokenHeader, c *SessionClaims) *Error {
	machine := strings.HasPrefix(c.Subject, prefixMch)
	switch as {
	case asCredential:
		if h.category == categoryTemplate {
			return refuse(ReasonTokenTypeMismatch, templateHint)
		}
		if !h.isSession() || machine || isOAuthType(h.typ) || isIDToken(h, c) {
			return refuse(ReasonTokenTypeMismatch, "")
		}
	case asSession:
		if h.category == categoryTemplate {
			return refuse(ReasonTokenInvalid, templateHint)
		}
		if !h.isSession() || machine || isIDToken(h, c) {
			return refuse(ReasonTokenInvalid, "the token is not that of a session")
		}
	case asHandshake:
		if !h.isSession() {
			return refuse(ReasonTokenInvalid, "the token is not one of a handshake")
		}
	case asM2M:
		if h.badCategory || h.hasCategory && h.category != categoryM2M && h.category != categoryIgnore {
			return refuse(ReasonTokenInvalid, "the token is not one of a machine")
		}
	case asTemplate:
		if !h.isTemplate() || machine {
			return refuse(ReasonTokenTypeMismatch, "")
		}
	case asOAuth: // Its type tells.
	}
	return nil
}

// verify verifies a token by the policy and returns its claims. A token that the cache knows is not verified again
// while its key is still the same; everything that can change is checked each time.
func (a *Authenticator) verify(ctx context.Context, p *presented, policy *jwtPolicy) (*SessionClaims, *Error) {
	now := a.now()
	if p.cached != nil {
		if p.cached.passes(policy.as) {
			if key, err := a.findKey(ctx, p.cached.keyID, now); err == nil && p.cached.verifiedBy(key) {
				a.hit(ctx)
				return accepted(p.claims, a.checkClaims(p.claims, policy, now))
			}
		}
		a.parse(p)
	}
	if p.refusal != nil {
		return nil, p.refusal
	}
	if refusal := policy.as.admits(p.header, p.claims); refusal != nil {
		return nil, refusal
	}
	if policy.as == asTemplate && p.header.shared {
		if refusal := a.checkSharedSecret(p); refusal != nil {
			return nil, refusal
		}
		p.claims.token = p.keep()
		return accepted(p.claims, a.checkClaims(p.claims, policy, now))
	}
	key, refusal := a.keyFor(ctx, p.header, policy.as, now)
	if refusal == nil {
		refusal = a.checkSignature(p, key)
	}
	if policy.as.session() {
		a.noteIssuer(p.claims, refusal)
	}
	if refusal != nil {
		return nil, refusal
	}
	// What is remembered must not keep the rest of a header alive.
	p.borrowed = p.borrowed || a.tokens != nil
	p.key, p.claims.token = key, p.keep()
	if policy.as.session() {
		p.cached = a.tokens.add(p.claims, p.header.keyID, key, nil)
	}
	return accepted(p.claims, a.checkClaims(p.claims, policy, now))
}

func accepted(claims *SessionClaims, refusal *Error) (*SessionClaims, *Error) {
	if refusal != nil {
		return nil, refusal
	}
	return claims, nil
}

// checkSignature checks the signature of a token with a key that fits its header.
func (a *Authenticator) checkSignature(p *presented, key *Key) *Error {
	buffer := a.buffer()
	defer a.buffers.Put(buffer)
	signature, err := decodeSegment((*buffer)[:0], p.signature)
	if err != nil {
		return refuse(ReasonTokenInvalid, "the signature is malformed")
	}
	hash := p.header.method.Hash
	*buffer = signature
	*buffer = append(*buffer, p.signed...)
	end := len(*buffer)
	*buffer = appendDigest(*buffer, hash, (*buffer)[len(signature):])
	if err := rsa.VerifyPKCS1v15(key.Public, hash, (*buffer)[end:], (*buffer)[:len(signature)]); err != nil {
		return refuse(ReasonTokenInvalidSignature, "the signature is wrong")
	}
	if p.newHeader != "" {
		a.headers.add(p.newHeader, p.header)
		p.newHeader = ""
	}
	return nil
}

// appendDigest appends the digest of what was signed. That of another hash is empty, which no signature fits. The
// method of the library copies the token for it.
func appendDigest(dst []byte, hash crypto.Hash, signed []byte) []byte {
	switch hash {
	case crypto.SHA256:
		sum := sha256.Sum256(signed)
		return append(dst, sum[:]...)
	case crypto.SHA384:
		sum := sha512.Sum384(signed)
		return append(dst, sum[:]...)
	case crypto.SHA512:
		sum := sha512.Sum512(signed)
		return append(dst, sum[:]...)
	}
	return dst
}

// keyFor returns the key of a header that asks for nothing unusual. A header that is refused anyway never makes a key
// set load; if its key is known to be missing, that is the reason.
func (a *Authenticator) keyFor(ctx context.Context, h *tokenHeader, as purpose, now time.Time) (*Key, *Error) {
	if refusal := h.check(as); refusal != nil {
		if a.remote != nil && a.remote.lacks(h.keyID) {
			return nil, unknownKey()
		}
		return nil, refusal
	}
	key, err := a.findKey(ctx, h.keyID, now)
	if err != nil {
		return nil, keyError(err)
	}
	if key == nil || !usableKey(key.Public) {
		return nil, refuse(ReasonTokenVerificationFailed, "the key cannot be used")
	}
	if key.Algorithm != "" && key.Algorithm != h.method.Alg() {
		return nil, refuse(ReasonTokenVerificationFailed, "the key is for another algorithm")
	}
	return key, nil
}

// check refuses headers that no token of the purpose has.
func (h *tokenHeader) check(as purpose) *Error {
	switch {
	case h.forbidden:
		return refuse(ReasonTokenInvalid, "the header has a parameter that must not be used")
	case as == asOAuth && !isOAuthType(h.typ), as != asOAuth && h.hasTyp && (h.badTyp || h.typ != "JWT"):
		return refuse(ReasonTokenInvalid, "the type is not accepted")
	case h.shared:
		return refuse(ReasonTokenInvalidAlgorithm, "HS256 is not accepted; "+templateHint)
	case h.method == nil:
		return refuse(ReasonTokenInvalidAlgorithm, "the algorithm is not accepted")
	}
	return nil
}

func (a *Authenticator) findKey(ctx context.Context, id string, now time.Time) (*Key, error) {
	switch {
	case a.remote != nil:
		return a.remote.keyAt(ctx, id, now)
	case a.keys == nil:
		return nil, refuse(ReasonJWKFailedToResolve, "there is no source of keys")
	}
	return a.keys.Key(ctx, id)
}

func unknownKey() *Error {
	return refuse(ReasonJWKKidMismatch, "no key has the key id of the token")
}

// keyError keeps the reasons of our own key sets; what another key set reports is our trouble.
func keyError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	return &Error{Reason: ReasonJWKFailedToResolve, message: "the key set failed", cause: err}
}

// checkClaims checks the claims of a token whose signature is good, in Clerk's order.
func (a *Authenticator) checkClaims(c *SessionClaims, p *jwtPolicy, now time.Time) *Error {
	if p.as == asHandshake {
		return nil
	}
	if c.Subject == "" {
		return refuse(ReasonTokenVerificationFailed, "there is no subject")
	}
	if p.call != nil {
		if refusal := p.call.check(c); refusal != nil {
			return refusal
		}
	}
	skew := a.skew
	if p.skew > 0 {
		skew = p.skew
	}
	return checkTimes(c, now.UnixMilli(), skew.Milliseconds())
}

func (c *callConfig) check(claims *SessionClaims) *Error {
	if len(c.audience) > 0 {
		switch {
		case claims.bad.has(claimAudience):
			return refuse(ReasonTokenVerificationFailed, "the audience is malformed")
		case len(claims.Audience) == 0:
			if c.requireAudience {
				return refuse(ReasonTokenVerificationFailed, "there is no audience")
			}
		case !slices.ContainsFunc(claims.Audience, func(aud string) bool { return slices.Contains(c.audience, aud) }):
			return refuse(ReasonTokenVerificationFailed, "the audience is another one").compared(claims.Audience, c.audience)
		}
	}
	if refusal := c.checkParty(claims); refusal != nil {
		return refusal
	}
	if len(c.issuer) > 0 && !slices.Contains(c.issuer, claims.Issuer) {
		return refuse(ReasonTokenInvalidIssuer, "the issuer is another one").compared([]string{claims.Issuer}, c.issuer)
	}
	return nil
}

// checkParty checks for whose pages a session token was made. Clerk leaves azp out where it saw no Origin.
func (c *callConfig) checkParty(claims *SessionClaims) *Error {
	party := claims.AuthorizedParty
	switch {
	case c.partyTrouble != nil:
		return c.partyTrouble
	case len(c.parties) == 0 && c.partyFunc == nil:
		return nil
	case !claims.seen.has(claimParty) || party == "" && !claims.bad.has(claimParty):
		if c.allowMissingParty {
			return nil
		}
		return refuse(ReasonSessionTokenMissingAZP, "the token names no authorized party; see AllowMissingAuthorizedParty").compared(nil, c.expectedParties())
	case party != "" && (slices.Contains(c.parties, party) || c.partyFunc != nil && c.partyFunc(party)):
		return nil
	}
	return refuse(ReasonTokenInvalidAuthorizedParties, "the authorized party is another one").compared([]string{party}, c.expectedParties())
}

// expectedParties are the parties of the configuration, for the log.
func (c *callConfig) expectedParties() []string {
	if c.partyFunc == nil {
		return c.parties
	}
	return append(slices.Clone(c.parties), "(AuthorizedPartyFunc)")
}

// checkTimes compares whole milliseconds, as Clerk does.
func checkTimes(c *SessionClaims, millis, skew int64) *Error {
	switch {
	case !c.seen.has(claimExpiry) || c.bad.has(claimExpiry):
		return refuse(ReasonTokenVerificationFailed, "there is no expiry")
	case c.millis.expires <= millis-skew:
		return refuse(ReasonTokenExpired, "the token is expired")
	case c.bad.has(claimNotBefore):
		return refuse(ReasonTokenVerificationFailed, "not-before is malformed")
	case c.seen.has(claimNotBefore) && c.millis.notBefore > millis+skew:
		return refuse(ReasonTokenNotActiveYet, "the token is not active yet")
	case c.bad.has(claimIssuedAt):
		return refuse(ReasonTokenVerificationFailed, "issued-at is malformed")
	case c.seen.has(claimIssuedAt) && c.millis.issuedAt > millis+skew:
		return refuse(ReasonTokenIatInTheFuture, "the token is from the future")
	}
	return nil
}
