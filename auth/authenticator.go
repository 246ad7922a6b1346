package clerkauth

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// Authenticator authenticates requests for one Clerk instance. It is safe for concurrent use; make one and keep it.
type Authenticator struct {
	config          Config
	key             PublishableKey // zero when HeaderOnly needs none
	keys            KeySet         // nil when no session or JWT can be verified
	remote          *RemoteKeySet  // the same, if it is one of ours
	skew            time.Duration
	now             func() time.Time
	log             *slog.Logger
	defaults        callConfig
	custom          *http.Client  // of the configuration, may be nil
	api             *clerk.Client // nil without a secret key
	currents        *current      // nil without a secret key
	secret          hidden        // of the configuration, which has it no longer
	templateSecrets []hidden
	flow            flow
	tokenReader
}

// New validates the configuration as a whole and returns an Authenticator. It does not use the network.
func New(config Config) (*Authenticator, error) {
	c := config.clone()
	a := &Authenticator{config: c, now: c.Now, log: c.Logger, custom: config.HTTPClient}
	a.tokens = newTokenCache(max(c.TokenCacheSize, 0))
	a.machineTokens = newTokenCache(max(c.TokenCacheSize, 0) / 4)
	if err := a.configure(); err != nil {
		return nil, err
	}
	a.secret = hide(c.SecretKey)
	for _, secret := range c.TemplateSecrets {
		a.templateSecrets = append(a.templateSecrets, hide(secret))
	}
	a.config.SecretKey, a.config.MachineSecretKey, a.config.TemplateSecrets = "", "", nil
	return a, nil
}

// Authenticate tells who sent the request. The state is never nil: signed out is an answer.
func (a *Authenticator) Authenticate(ctx context.Context, req Request, opts ...CallOption) *RequestState {
	call := a.callConfig(opts)
	state := a.authenticate(ctx, &req, call)
	state.challenge = challengeFor(call.accepts, call.challenge)
	return state
}

// Verify verifies a session token and returns its claims, or an [*Error]. Pending sessions verify; tokens that are not
// session tokens do not. With a token cache the claims may be shared with others who presented the same token: they must
// not be changed.
func (a *Authenticator) Verify(ctx context.Context, token string, opts ...CallOption) (*SessionClaims, error) {
	call := a.callConfig(opts)
	p := a.read(token, false)
	claims, refusal := a.verify(ctx, &p, &jwtPolicy{as: asSession, call: &call})
	if refusal != nil {
		return nil, refusal
	}
	if claims.public != nil {
		return claims.public, nil // The cache keeps its own.
	}
	return claims, nil
}

// authenticate is the procedure behind [Authenticator.Authenticate]. A header token is final: cookies say nothing
// about who sent such a request.
func (a *Authenticator) authenticate(ctx context.Context, req *Request, call callConfig) *RequestState {
	token, refusal := bearerToken(req)
	switch {
	case refusal != nil:
		return a.unusableHeader(&call, refusal)
	case token != "":
		return a.fromHeader(ctx, req, &call, token)
	case !slices.Contains(call.accepts, TokenSession):
		if single := call.single(); single != TokenNone {
			return a.anonymous(single, ReasonNoTokenInHeader)
		}
		return a.anonymous(TokenNone, ReasonTokenTypeMismatch)
	case !a.usesCookies():
		return a.anonymous(TokenSession, ReasonSessionTokenAndUATMissing)
	}
	v := newVisit(a, req, &call)
	return v.authenticate(ctx)
}

func (a *Authenticator) usesCookies() bool { return !a.config.HeaderOnly && !a.key.IsZero() }

// fromHeader authenticates by a token of the Authorization header.
func (a *Authenticator) fromHeader(ctx context.Context, req *Request, call *callConfig, token string) *RequestState {
	p := a.read(token, !req.owned)
	single := call.single()
	switch {
	// Where only sessions are accepted, everything is a candidate: the verification says what it lacks.
	// So is the token of a JWT template where it is not accepted as one.
	case single == TokenSession, slices.Contains(call.accepts, TokenSession) &&
		(p.class == TokenSession || p.class == TokenTemplate && !slices.Contains(call.accepts, TokenTemplate)):
		return a.sessionHeader(ctx, req, call, &p)
	case !slices.Contains(call.accepts, p.class):
		return a.signedOut(single, refuse(ReasonTokenTypeMismatch, ""))
	}
	if p.class == TokenTemplate {
		return a.template(ctx, &p, call)
	}
	return a.machine(ctx, &p, call)
}

// unusableHeader is the state of an Authorization header without a usable token. Such a token is a candidate for a
// session, and of another type where no sessions are accepted.
func (a *Authenticator) unusableHeader(call *callConfig, refusal *Error) *RequestState {
	if slices.Contains(call.accepts, TokenSession) {
		return a.signedOut(TokenSession, refusal)
	}
	if refusal.Reason == ReasonTokenInvalid {
		refusal = refuse(ReasonTokenTypeMismatch, "")
	}
	return a.signedOut(call.single(), refusal)
}

func (a *Authenticator) sessionHeader(ctx context.Context, req *Request, call *callConfig, p *presented) *RequestState {
	claims, refusal := a.verify(ctx, p, &jwtPolicy{as: asCredential, call: call})
	if refusal == nil {
		return a.signedIn(claims, call)
	}
	if !a.usesCookies() || !refusal.recoverable() {
		return a.signedOut(TokenSession, refusal)
	}
	v := newVisit(a, req, call)
	v.fromHeader = true
	return v.refused(ctx, p, refusal)
}

// recoverable reports whether a new token would help.
func (e *Error) recoverable() bool {
	switch e.Reason {
	case ReasonTokenExpired, ReasonTokenNotActiveYet, ReasonTokenIatInTheFuture:
		return true
	}
	return false
}

func isGet(req *Request) bool { return req.Method == "" || req.Method == http.MethodGet }
