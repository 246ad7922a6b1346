package clerkauth

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// Authenticator authenticates requests for one Clerk instance. It is safe for concurrent use; make one and keep it.
type Authenticator struct {
	config   Config
	key      PublishableKey // zero when HeaderOnly needs none
	keys     KeySet         // nil when no session or JWT can be verified
	remote   *RemoteKeySet  // the same, if it is one of ours
	skew     time.Duration
	now      func() time.Time
	log      *slog.Logger
	defaults callConfig
	custom   *http.Client  // of the configuration, may be nil
	api      *clerk.Client // nil without a secret key
	secret   hidden        // of the configuration, which has it no longer
	flow     flow
	verifier
}

// New validates the configuration as a whole and returns an Authenticator. It does not use the network.
func New(config Config) (*Authenticator, error) {
	c := config.clone()
	a := &Authenticator{config: c, now: c.Now, log: c.Logger, custom: config.HTTPClient}
	a.tokens = newTokenCache(max(c.TokenCacheSize, 0))
	a.machineTokens = newTokenCache(max(c.TokenCacheSize, 0) / 4)
	a.buffers.New = newTokenBuffer
	if err := a.configure(); err != nil {
		return nil, err
	}
	a.secret = hide(c.SecretKey)
	a.config.SecretKey, a.config.MachineSecretKey = "", ""
	return a, nil
}

// Authenticate tells who sent the request. The state is never nil: signed out is an answer.
func (a *Authenticator) Authenticate(ctx context.Context, req Request, opts ...CallOption) *RequestState {
	call := a.callConfig(opts)
	call.volatile = !req.stable
	state := a.authenticate(ctx, &req, call)
	state.challenge = challengeFor(call.accepts, call.challenge)
	return state
}

// Verify verifies a session token and returns its claims, or an [*Error]. Pending sessions verify; tokens that are not
// session tokens do not. With a token cache the claims may be shared with others who presented the same token: they must
// not be changed.
func (a *Authenticator) Verify(ctx context.Context, token string, opts ...CallOption) (*SessionClaims, error) {
	call := a.callConfig(opts)
	claims, refusal := a.verifySession(ctx, token, &call)
	if refusal != nil {
		return nil, refusal
	}
	if claims.public != nil {
		return claims.public, nil // The cache keeps its own.
	}
	return claims, nil
}
