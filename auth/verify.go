package clerkauth

import "context"

func (a *Authenticator) verifySession(_ context.Context, _ string, _ *callConfig) (*SessionClaims, *Error) {
	return nil, refuse(ReasonJWKFailedToResolve, "")
}

func (a *Authenticator) openKeySet() error { return nil }
