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
	end := s.ExpiresAt()
	if end.IsZero() {
		return context.WithCancel(ctx)
	}
	now := time.Now
	if authn := s.current().authn; authn != nil {
		now = authn.now
	}
	return context.WithTimeoutCause(ctx, end.Sub(now()), refuse(ReasonTokenExpired, ""))
}
