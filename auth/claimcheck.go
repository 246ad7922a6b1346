package clerkauth

import (
	"slices"
	"time"
)

// checkClaims checks the claims of a token whose signature is good, in Clerk's order.
func (a *Authenticator) checkClaims(c *SessionClaims, p *jwtPolicy, now time.Time) *Error {
	if p.anyTime {
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

func (p *callConfig) check(c *SessionClaims) *Error {
	if len(p.audience) > 0 {
		switch {
		case c.bad.has(claimAudience):
			return refuse(ReasonTokenVerificationFailed, "the audience is malformed")
		case len(c.Audience) == 0:
			if p.requireAudience {
				return refuse(ReasonTokenVerificationFailed, "there is no audience")
			}
		case !slices.ContainsFunc(c.Audience, func(aud string) bool { return slices.Contains(p.audience, aud) }):
			return refuse(ReasonTokenVerificationFailed, "the audience is another one")
		}
	}
	if len(p.parties) > 0 && (c.AuthorizedParty == "" || !slices.Contains(p.parties, c.AuthorizedParty)) {
		return refuse(ReasonTokenInvalidAuthorizedParties, "the authorized party is missing or another one")
	}
	if len(p.issuer) > 0 && !slices.Contains(p.issuer, c.Issuer) {
		return refuse(ReasonTokenInvalidIssuer, "the issuer is another one")
	}
	return nil
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
