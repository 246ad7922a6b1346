package clerkauth

import (
	"encoding/json"
	"slices"
	"time"
)

// Status is the outcome of authenticating a request.
type Status string

// The outcomes.
const (
	StatusSignedOut Status = "signed-out"
	StatusSignedIn  Status = "signed-in"
	StatusHandshake Status = "handshake"
)

// RequestState is the result of authenticating a request. It never changes and is safe for concurrent use; a nil state
// is signed out.
type RequestState struct {
	status    Status
	reason    Reason
	err       *Error
	tokenType TokenType
	claims    *SessionClaims // of a session that is signed in or pending
	machine   *machineToken  // of a machine that is signed in
	token     string
	extras    *stateExtras // mostly nil
	authn     *Authenticator
	challenge *challenge           // what refusals tell OAuth clients, or nil
	resolve   func() *RequestState // for a credential that is verified on first use
	call      *callConfig          // of the call that made the state
	presents  credentials          // of the request, for a second middleware
}

// stateExtras is what only few states have.
type stateExtras struct {
	cookies  []string      // Set-Cookie lines of the response
	location string        // where the browser must go first
	earlier  *RequestState // of a middleware outside of this one that read the cookies, where this one did not
}

// cookies returns the Set-Cookie lines of the response.
func (s *RequestState) cookies() []string {
	if s.extras == nil {
		return nil
	}
	return s.extras.cookies
}

// location returns where the browser must go first, or nothing.
func (s *RequestState) location() string {
	if s.extras == nil {
		return ""
	}
	return s.extras.location
}

// current returns the state to read from: a credential that waits to be verified is verified now.
func (s *RequestState) current() *RequestState {
	if s == nil {
		return missingState
	}
	if s.resolve != nil {
		return s.resolve()
	}
	return s
}

// SignedIn reports whether the credential is valid. It does not imply a user: a machine can be signed in.
func (s *RequestState) SignedIn() bool { return s.current().status == StatusSignedIn }

// Status returns the outcome.
func (s *RequestState) Status() Status { return s.current().status }

// Reason says why the request is not signed in; it is empty when it is.
func (s *RequestState) Reason() Reason { return s.current().reason }

// Err returns what was wrong with the credential as an [*Error]. It is nil when the request is signed in, and also for
// an anonymous visitor, who presented none.
func (s *RequestState) Err() error {
	if err := s.current().err; err != nil && !err.anonymous {
		return s.refusing(err, nil)
	}
	return nil
}

// TokenType returns the class of the credential. On a signed-out state it is the class that was expected.
func (s *RequestState) TokenType() TokenType {
	if s == nil {
		return TokenNone
	}
	return s.tokenType
}

// Claims returns a copy of the claims of the session, or nil when no session is signed in.
func (s *RequestState) Claims() *SessionClaims {
	if c := s.current(); c.status == StatusSignedIn {
		return c.claims.clone()
	}
	return nil
}

// empty stands in for claims that are not there.
var empty = &SessionClaims{}

func (s *RequestState) session() *SessionClaims {
	if c := s.current(); c.status == StatusSignedIn && c.claims != nil {
		return c.claims
	}
	return empty
}

// UserID returns the id of the user, or "".
func (s *RequestState) UserID() string {
	c := s.current()
	if c.status == StatusSignedIn && c.machine != nil {
		return c.machine.userID()
	}
	return s.session().Subject
}

// SessionID returns the id of the session, or "".
func (s *RequestState) SessionID() string { return s.session().SessionID }

// SessionStatus returns what the token says about its session. It is [SessionPending] also where the state is signed
// out because of it.
func (s *RequestState) SessionStatus() SessionStatus {
	if c := s.current(); c.claims != nil {
		return c.claims.Status
	}
	return ""
}

// Instance returns the name of the instance that the request is for, where [Instances] found one. It is empty for an
// [Authenticator] that serves all requests.
func (s *RequestState) Instance() string {
	if c := s.current(); c.authn != nil {
		return c.authn.config.instance
	}
	return ""
}

// OrgID returns the id of the active organization of a session, of the organization that an API key belongs to, or of
// the one that the user chose for an OAuth client. It is empty without one.
func (s *RequestState) OrgID() string {
	c := s.current()
	if c.status == StatusSignedIn && c.machine != nil {
		return c.machine.orgID()
	}
	return s.session().OrgID
}

// OrgSlug returns the slug of the active organization, or "".
func (s *RequestState) OrgSlug() string { return s.session().OrgSlug }

// OrgRole returns the role in the active organization, such as org:admin, or "".
func (s *RequestState) OrgRole() string { return s.session().OrgRole }

// OrgPermissions returns the permissions in the active organization.
func (s *RequestState) OrgPermissions() []string { return s.session().OrgPermissions() }

// Scopes returns the scopes of a machine credential.
func (s *RequestState) Scopes() []string {
	if c := s.current(); c.status == StatusSignedIn && c.machine != nil {
		return slices.Clone(c.machine.scopes)
	}
	return nil
}

// Token returns the credential that was accepted, or "". After a refresh or a handshake it is the new one.
func (s *RequestState) Token() string {
	if c := s.current(); c.status == StatusSignedIn {
		return c.token
	}
	return ""
}

// ExpiresAt returns when the credential expires. It is zero when nobody is signed in, and for a credential of a machine
// that does not expire.
func (s *RequestState) ExpiresAt() time.Time {
	if c := s.current(); c.status == StatusSignedIn && c.machine != nil {
		return c.machine.expires
	}
	return s.session().ExpiresAt
}

// String describes the state without the identity or the credential.
func (s *RequestState) String() string {
	if s == nil {
		return "clerkauth.RequestState(nil)"
	}
	return "clerkauth.RequestState(" + string(s.status) + " " + string(s.reason) + ")"
}

// MarshalJSON writes the status and the reason only.
func (s *RequestState) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("null"), nil
	}
	return json.Marshal(struct {
		Status Status `json:"status"`
		Reason Reason `json:"reason,omitzero"`
	}{s.status, s.reason})
}

// NewState returns the state of a session that is signed in with these claims, for tests of handlers. Nothing is
// verified. Claims that are nil, or of a pending session, give a signed-out state.
func NewState(claims *SessionClaims) *RequestState {
	if claims == nil {
		return &RequestState{status: StatusSignedOut, tokenType: TokenSession, reason: ReasonSessionTokenAndUATMissing}
	}
	return stateOf(claims.clone(), false)
}

func stateOf(claims *SessionClaims, allowPending bool) *RequestState {
	s := &RequestState{status: StatusSignedIn, tokenType: TokenSession, claims: claims, token: claims.token}
	if claims.Status == SessionPending && !allowPending {
		s.status, s.reason = StatusSignedOut, ReasonSessionPending
	}
	return s
}

func (a *Authenticator) signedIn(claims *SessionClaims, call *callConfig) *RequestState {
	s := stateOf(claims, call.allowPending)
	s.authn = a
	return s
}

// signedOut is the state of a credential that was refused.
func (a *Authenticator) signedOut(t TokenType, err *Error) *RequestState {
	return &RequestState{status: StatusSignedOut, tokenType: t, reason: err.Reason, err: err, authn: a}
}

// anonymous is the state of a request without a credential.
func (a *Authenticator) anonymous(t TokenType, reason Reason) *RequestState {
	return &RequestState{status: StatusSignedOut, tokenType: t, reason: reason, authn: a}
}
