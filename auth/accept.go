package clerkauth

import "slices"

// Accept narrows a state to credentials of these types, for a handler behind a middleware that accepts more. A state of
// another type becomes a signed-out one with reason [ReasonTokenTypeMismatch]; where one type is asked for, that is its
// type. Without types nothing is accepted.
func (s *RequestState) Accept(types ...TokenType) *RequestState {
	if slices.Contains(types, s.TokenType()) {
		if s.challenge == nil || slices.Contains(types, TokenOAuth) {
			return s
		}
		own := *s
		own.challenge = nil
		return &own
	}
	out := &RequestState{status: StatusSignedOut, reason: ReasonTokenTypeMismatch}
	if len(types) == 1 {
		out.tokenType = types[0]
	}
	if s != nil {
		out.authn, out.challenge = s.authn, challengeFor(types, s.challenge)
		// A credential that waits to be verified is not what was asked for, whatever it turns out to be: verifying it
		// would let a visitor spend calls on routes that never take it.
		if s.resolve != nil || s.tokenType != TokenNone && s.status == StatusSignedIn {
			out.err = refuse(ReasonTokenTypeMismatch, "")
		}
	}
	return out
}
