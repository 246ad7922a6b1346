package clerkauth

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
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
	warnings        *warnings
	issuerKnown     atomic.Bool // a good session token was seen
	defaults        callConfig
	custom          *http.Client  // of the configuration, may be nil
	api             *clerk.Client // nil without a secret key
	currents        *current      // nil without a secret key
	secret          hidden        // of the configuration, which has it no longer
	templateSecrets []hidden
	flow            flow
	tokenReader
}

// New validates the configuration as a whole and returns an [Authenticator]. It does not use the network.
func New(config Config) (*Authenticator, error) {
	c := config.withDefaults()
	a := &Authenticator{config: c, now: c.Now, log: c.Logger, warnings: newWarnings(c.Logger, c.Now), custom: config.HTTPClient}
	a.tokens = newTokenCache(c.TokenCacheSize)
	a.machineTokens = newTokenCache(c.TokenCacheSize / 4)
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

// Authenticate finds out who sent the request. The state is never nil: signed out is an answer. Where the context has a
// state of this Authenticator for the same credentials, as behind a second middleware, that state is used again: the
// options of this call apply to it, and its cookies are left to the first response.
func (a *Authenticator) Authenticate(ctx context.Context, req Request, opts ...CallOption) *RequestState {
	return a.request(ctx, &req, a.callConfig(opts))
}

func (a *Authenticator) request(ctx context.Context, req *Request, call *callConfig) *RequestState {
	presents := credentialsOf(req)
	ctx, observed := observe(ctx, a.config.Observer)
	var state *RequestState
	if first, ok := ctx.Value(contextKey{}).(*RequestState); ok && first != nil && first.authn == a && first.call != nil && first.presents == presents {
		state = a.again(ctx, req, first, call)
	} else {
		state = a.authenticate(ctx, req, call)
	}
	state.challenge, state.call, state.presents = challengeFor(call.accepts, call.challenge), call, presents
	a.decided(ctx, observed, state)
	return state
}

// AuthenticateToken authenticates a token that did not come in the header of an HTTP request: one of a queue's message,
// of the first message of a WebSocket or of its Sec-WebSocket-Protocol, or of gRPC metadata. The token comes without
// the word Bearer, and may be of any type that [Config].AcceptTokens or [AcceptTokens] names. The state is never nil
// and is as complete as that of a request: checks, [NewContext] and [RequestState.CreateToken] work with it. An empty
// token is an anonymous caller. There is no browser, so nothing is refreshed and there are no headers to send. The
// token must not be changed afterwards. Nobody says who presents it, so the calls that made-up tokens cause are bounded
// for all of them together: where strangers send tokens over a connection, use [Authenticator.Authenticate] with a
// [Request] that has the address of the peer and the token as its Authorization header.
func (a *Authenticator) AuthenticateToken(ctx context.Context, token string, opts ...CallOption) *RequestState {
	call := a.callConfig(opts)
	ctx, observed := observe(ctx, a.config.Observer)
	var state *RequestState
	if token == "" {
		state = a.withoutToken(call)
	} else {
		p := presented{text: token}
		a.read(&p)
		state = a.fromToken(ctx, call, &p, clientKey{})
	}
	state.challenge = challengeFor(call.accepts, call.challenge)
	a.decided(ctx, observed, state)
	return state
}

// decided tells the observer and the log what was decided.
func (a *Authenticator) decided(ctx context.Context, observed *observation, state *RequestState) {
	observed.end(ctx, state)
	a.logRefusal(ctx, state)
}

// Verify verifies a session token and returns its claims, or an [*Error]. Pending sessions verify; tokens that are not
// session tokens do not. With a token cache the claims may be shared with others who presented the same token: they
// must not be changed.
func (a *Authenticator) Verify(ctx context.Context, token string, opts ...CallOption) (*SessionClaims, error) {
	call := a.callConfig(opts)
	ctx, observed := observe(ctx, a.config.Observer)
	p := presented{text: token}
	a.read(&p)
	claims, refusal := a.verify(ctx, &p, &jwtPolicy{as: asSession, call: call})
	observed.endSession(ctx, refusal)
	if refusal != nil {
		a.logRefusal(ctx, a.signedOut(TokenSession, refusal))
		return nil, refusal
	}
	if claims.public != nil {
		return claims.public, nil // The cache keeps its own.
	}
	return claims, nil
}

// authenticate is the procedure behind [Authenticator.Authenticate]. A header token is final: cookies say nothing
// about who sent such a request.
func (a *Authenticator) authenticate(ctx context.Context, req *Request, call *callConfig) *RequestState {
	token, refusal := bearerToken(req)
	switch {
	case refusal != nil:
		return a.unusableHeader(call, refusal)
	case token != "":
		return a.fromHeader(ctx, req, call, token)
	case !a.readsCookies(call):
		return a.withoutToken(call)
	}
	var v visit
	v.begin(a, req, call)
	return v.authenticate(ctx)
}

// readsCookies reports whether a request without a token in its header is authenticated by its cookies.
func (a *Authenticator) readsCookies(call *callConfig) bool {
	return slices.Contains(call.accepts, TokenSession) && a.usesCookies(call)
}

func (a *Authenticator) usesCookies(call *callConfig) bool {
	return !call.headerOnly && !a.key.IsZero()
}

// withoutToken is the state of a caller who presents nothing where only headers count. Its reason speaks of no cookie.
func (a *Authenticator) withoutToken(call *callConfig) *RequestState {
	single := call.single()
	switch {
	case slices.Contains(call.accepts, TokenSession):
		return a.anonymous(TokenSession, ReasonSessionTokenMissing)
	case single != TokenNone:
		return a.anonymous(single, ReasonNoTokenInHeader)
	}
	return a.anonymous(TokenNone, ReasonTokenTypeMismatch)
}

// fromHeader authenticates by a token of the Authorization header. A browser may get a new one where this one is only
// too old or too young.
func (a *Authenticator) fromHeader(ctx context.Context, req *Request, call *callConfig, token string) *RequestState {
	p := presented{text: token, borrowed: !req.owned}
	a.read(&p)
	state := a.fromToken(ctx, call, &p, a.clientOf(req, &p))
	if state.tokenType != TokenSession || state.err == nil || !a.usesCookies(call) || !state.err.recoverable() {
		return state
	}
	var v visit
	v.begin(a, req, call)
	v.fromHeader = true
	return v.refused(ctx, &p, state.err)
}

// fromToken authenticates by a token alone. The client is who presents it.
func (a *Authenticator) fromToken(ctx context.Context, call *callConfig, p *presented, client clientKey) *RequestState {
	single := call.single()
	switch {
	// Where only sessions are accepted, everything is a candidate: the verification says what it lacks.
	// So is the token of a JWT template where it is not accepted as one.
	case single == TokenSession, slices.Contains(call.accepts, TokenSession) &&
		(p.class == TokenSession || p.class == TokenTemplate && !slices.Contains(call.accepts, TokenTemplate)):
		claims, refusal := a.verify(ctx, p, &jwtPolicy{as: asCredential, call: call})
		if refusal != nil {
			return a.signedOut(TokenSession, refusal)
		}
		return a.signedIn(claims, call)
	case !slices.Contains(call.accepts, p.class):
		return a.signedOut(single, refuse(ReasonTokenTypeMismatch, ""))
	}
	if p.class == TokenTemplate {
		return a.template(ctx, p, call)
	}
	return a.machine(ctx, p, client, call)
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

// recoverable reports whether a new token would help.
func (e *Error) recoverable() bool {
	switch e.Reason {
	case ReasonTokenExpired, ReasonTokenNotActiveYet, ReasonTokenIatInTheFuture:
		return true
	}
	return false
}

func isGet(req *Request) bool { return req.Method == "" || req.Method == http.MethodGet }
