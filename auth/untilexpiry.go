package clerkauth

import (
	"context"
	"time"
)

// UntilExpiry returns a context that ends with the credential, for streams and sockets; its cause is then an [*Error] of
// the reason [ReasonTokenExpired]. A credential of a machine that does not expire sets no end. Where nobody is signed in
// the context has ended already, with the error of [RequestState.Require] as its cause. Call the function when the work
// is done.
func (s *RequestState) UntilExpiry(ctx context.Context) (context.Context, context.CancelFunc) {
	if err := s.require(nil); err != nil {
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return ctx, func() {}
	}
	left, ends := s.remaining()
	if !ends {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, left, refuse(ReasonTokenExpired, ""))
}

// remaining is how long the credential is still good, by the clock of the configuration; false means that it does not
// expire.
func (s *RequestState) remaining() (time.Duration, bool) {
	end := s.ExpiresAt()
	if end.IsZero() {
		return 0, false
	}
	now := time.Now
	if authn := s.current().authn; authn != nil {
		now = authn.now
	}
	return end.Sub(now()), true
}
