package clerkauth

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Observer is told what an [Authenticator] decides and why, for tracing, metrics and logs. Set it as [Config].Observer.
// Its arguments are of low cardinality and free of personal data: no token, key, id, address, header or claim. Its
// methods are called on the goroutine of the request, so they should be quick; they must be safe for concurrent use.
type Observer interface {
	// BeginAuthentication is called before a credential is looked for. The context that it returns, which must come from
	// ctx, is used for what authentication does and passed to EndAuthentication: put a span into it.
	BeginAuthentication(ctx context.Context) context.Context
	// EndAuthentication is called once for each BeginAuthentication. A machine token that only Clerk can verify is
	// verified when the state is read: it is told as Deferred first, and a second time when Clerk has answered.
	EndAuthentication(ctx context.Context, info AuthenticationInfo)
	// Refused is called when [RequestState.Require], and so a guard of any adapter, turns a caller away.
	Refused(info RefusalInfo)

	KeyObserver
}

// KeyObserver is told about loads of a [RemoteKeySet].
type KeyObserver interface {
	// EndKeyLoad is called after each load of the keys.
	EndKeyLoad(info KeyLoadInfo)
}

// AuthenticationInfo describes the outcome of one authentication.
type AuthenticationInfo struct {
	// Status is the outcome.
	Status Status
	// Reason says why nobody is signed in; it is empty when somebody is.
	Reason Reason
	// StatusCode is how a guard answers: 401, 404 for an instance that is unknown, or 503 for trouble that is
	// not the caller's. It is zero when somebody is
	// signed in.
	StatusCode int
	// TokenType is the class of the credential, or the class that was expected; it may be empty.
	TokenType TokenType
	// Cached says that the token, or Clerk's answer about it, was remembered.
	Cached bool
	// Deferred says that the credential will be verified when the state is read; Status tells nothing then.
	Deferred bool
	// Duration is the time since BeginAuthentication.
	Duration time.Duration
}

// RefusalInfo describes a caller who was turned away.
type RefusalInfo struct {
	// Reason says why.
	Reason Reason
	// StatusCode answers the refusal: 401, 403, 404 or 503.
	StatusCode int
	// TokenType is the class of the credential, or the class that was expected; it may be empty.
	TokenType TokenType
	// Missing is the check that did not pass, or nil. It must not be changed.
	Missing *Requirement
}

// KeyLoadInfo describes one load of the keys.
type KeyLoadInfo struct {
	// Reason says why the load failed; it is empty for a good one.
	Reason Reason
	// Keys counts the keys that were loaded.
	Keys int
	// Duration is the time that the load took.
	Duration time.Duration
}

// observation is one authentication that an observer follows, and the context of that. Nil follows nothing.
type observation struct {
	context.Context

	observer Observer
	started  time.Duration // since clockStart
	cached   bool
}

// clockStart is what observations are timed from: how long ago it was costs less to find out than what time it is.
var clockStart = time.Now()

type observationKey struct{}

// observe begins an observation and puts it into the context. Without an observer it costs a comparison.
func observe(ctx context.Context, observer Observer) (context.Context, *observation) {
	if observer == nil {
		return ctx, nil
	}
	o := &observation{observer: observer, started: time.Since(clockStart)}
	o.Context = observer.BeginAuthentication(ctx)
	return o, o
}

// Value finds the observation itself, or what the context of the observer has.
func (o *observation) Value(key any) any {
	if key == (observationKey{}) {
		return o
	}
	return o.Context.Value(key)
}

// hit notes that the cache knew the token.
func (a *Authenticator) hit(ctx context.Context) {
	if a.config.Observer == nil {
		return
	}
	if o, ok := ctx.Value(observationKey{}).(*observation); ok {
		o.cached = true
	}
}

// end tells the observer what came of it.
func (o *observation) end(ctx context.Context, s *RequestState) {
	if o == nil {
		return
	}
	info := AuthenticationInfo{
		Status: s.status, Reason: s.reason, TokenType: s.tokenType, Cached: o.cached, Deferred: s.resolve != nil,
		Duration: time.Since(clockStart) - o.started,
	}
	if info.Status != StatusSignedIn && !info.Deferred {
		info.StatusCode = info.Reason.status()
	}
	o.observer.EndAuthentication(ctx, info)
}

// endSession is end for the claims of a session token without a state.
func (o *observation) endSession(ctx context.Context, refusal *Error) {
	if o == nil {
		return
	}
	state := &RequestState{status: StatusSignedIn, tokenType: TokenSession}
	if refusal != nil {
		state.status, state.reason = StatusSignedOut, refusal.Reason
	}
	o.end(ctx, state)
}

// observeRefusal tells the observer and the log whom a guard turned away.
func (s *RequestState) observeRefusal(refusal *Error) {
	if s == nil || s.authn == nil {
		return
	}
	if refusal.StatusCode() == http.StatusForbidden {
		s.authn.log.Debug("clerkauth: turned away", append([]any{slog.String("reason", string(refusal.Reason))}, refusal.detail()...)...)
	}
	if s.authn.config.Observer == nil {
		return
	}
	s.authn.config.Observer.Refused(RefusalInfo{
		Reason: refusal.Reason, StatusCode: refusal.StatusCode(), TokenType: s.tokenType, Missing: refusal.missing,
	})
}

// observeLoad tells the observer about a load of the keys.
func (s *RemoteKeySet) observeLoad(f *keyFlight, loaded fetched) {
	if s.config.Observer == nil {
		return
	}
	info := KeyLoadInfo{Keys: len(loaded.keys), Duration: time.Since(f.started)}
	if loaded.err != nil {
		info.Reason = loaded.err.Reason
	}
	s.config.Observer.EndKeyLoad(info)
}
