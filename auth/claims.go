package clerkauth

import (
	"encoding/json"
	"slices"
	"time"
)

// SessionStatus is the state of a session as its token tells it.
type SessionStatus string

// The states that a token can tell. A token that says nothing is active.
const (
	SessionActive  SessionStatus = "active"
	SessionPending SessionStatus = "pending"
)

// SessionClaims are the claims of a verified session token. Tokens of version 1 and 2 fill the same fields. Those of
// a [RequestState] are a copy; those of [Authenticator.Verify] may be shared.
type SessionClaims struct {
	// Subject is the id of the user.
	Subject string
	// SessionID is the id of the session; some tokens have none.
	SessionID string
	// Issuer is the Frontend API of the instance.
	Issuer string
	// AuthorizedParty is the origin that asked for the token.
	AuthorizedParty string
	// Audience lists the values of aud.
	Audience []string
	// ID is the id of the token.
	ID string
	// IssuedAt, NotBefore and ExpiresAt are zero where the claim is absent.
	IssuedAt  time.Time
	NotBefore time.Time
	ExpiresAt time.Time
	// Version is 1 or 2.
	Version int
	// Status is empty where the token does not say it.
	Status SessionStatus
	// FactorAge tells how long ago the user verified each factor.
	FactorAge FactorAge
	// Actor is who impersonates the user, or nil.
	Actor *Actor
	// OrgID, OrgSlug and OrgRole describe the active organization; they are empty without one. The role has its prefix,
	// as in org:admin.
	OrgID   string
	OrgSlug string
	OrgRole string

	features string // claim fea
	plans    string // claim pla
	org      orgClaims
	bad      claimSet // claims that are present with a type that cannot be right
	seen     claimSet // claims that are present
	millis   claimTimes
	raw      string
	token    string
	public   *SessionClaims // of a token that is remembered: what callers may see
}

// claimTimes are the claims about time in milliseconds, to compare without calendars.
type claimTimes struct{ issuedAt, notBefore, expires int64 }

// FactorAge is the claim fva: minutes since each factor was verified, -1 for a factor that is not enrolled.
type FactorAge struct {
	// Known is false where the claim is absent or malformed; every reverification check then fails.
	Known  bool
	First  float64
	Second float64
}

// clone protects what is shared: claims may be those of a state, or of a token that is remembered.
func (c *SessionClaims) clone() *SessionClaims {
	if c == nil {
		return nil
	}
	own := *c
	own.public = nil
	own.Audience = slices.Clone(c.Audience)
	own.Actor = c.Actor.clone()
	return &own
}

// Raw returns a copy of the payload of the token, which is JSON.
func (c *SessionClaims) Raw() json.RawMessage {
	if c == nil {
		return nil
	}
	return json.RawMessage(c.raw)
}
