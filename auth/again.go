package clerkauth

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
)

// credentialSeed makes the marks of credentials unpredictable.
var credentialSeed = maphash.MakeSeed()

// credentials tell requests apart.
type credentials struct{ authorization, cookie credential }

// credential is what a header has. One line, as there mostly is, is kept as it is; several, and those in memory that is
// reused, are a mark.
type credential struct {
	line string
	mark uint64
}

func credentialsOf(req *Request) credentials {
	req.readCredentials()
	return credentials{req.credential(req.authorization), req.credential(req.cookie)}
}

func (r *Request) credential(lines []string) credential {
	switch {
	case len(lines) == 0:
		return credential{}
	case len(lines) > 1:
		return credential{mark: maphash.Comparable(credentialSeed, strings.Join(lines, "\n"))}
	case r.owned:
		return credential{line: lines[0]}
	}
	return credential{mark: maphash.Comparable(credentialSeed, lines[0])}
}

// first returns the first value of a header, or nothing.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// again authenticates a request whose context has a state of this authenticator already, as it has where middleware is
// attached twice. Nothing is exchanged, refreshed, redirected or asked for a second time, and the cookies of the first
// state are on the response; what the options of this call change is decided anew.
func (a *Authenticator) again(ctx context.Context, req *Request, first *RequestState, call *callConfig) *RequestState {
	if first.call == call || first.location() != "" && first.status != StatusSignedIn && a.readsCookies(call) {
		return first.withoutCookies()
	}
	token, refusal := bearerToken(req)
	switch {
	case refusal != nil:
		return a.unusableHeader(call, refusal)
	case token != "":
		return a.headerAgain(ctx, req, token, first, call)
	case !a.readsCookies(call):
		state := a.withoutToken(call)
		state.extras = &stateExtras{earlier: a.ofCookies(first)}
		return state
	}
	if first = a.ofCookies(first); first == nil {
		return a.authenticate(ctx, req, call) // Nothing was said about the cookies yet.
	}
	if first.call == call {
		return first.withoutCookies()
	}
	text := first.token
	if text == "" && first.err != nil && first.err.aboutReceiver() {
		var v visit
		v.begin(a, req, call)
		if v.cookies.twins != nil {
			v.settleTwins(ctx)
		}
		if at, ok := v.read(v.token).issuedAt(); v.uat > 0 && (!ok || at >= v.uat) {
			text = v.token
		}
	}
	if text == "" {
		return first.withoutCookies()
	}
	p := presented{text: text, borrowed: !req.owned}
	a.read(&p)
	claims, refusal := a.verify(ctx, &p, &jwtPolicy{as: asCredential, call: call})
	var state *RequestState
	if refusal != nil {
		state = a.signedOut(TokenSession, refusal)
		state.token = first.token // A third middleware decides about it, not about the cookie of before.
	} else {
		state = a.signedIn(claims, call)
	}
	if location := first.location(); location != "" {
		state.extras = &stateExtras{location: location}
	}
	return state
}

// headerAgain is [Authenticator.again] for a token of the Authorization header. What Clerk has said about a machine
// token is not asked again.
func (a *Authenticator) headerAgain(ctx context.Context, req *Request, token string, first *RequestState, call *callConfig) *RequestState {
	p := presented{text: token, borrowed: !req.owned}
	a.read(&p)
	class, client := p.class, a.clientOf(req, &p)
	if !p.opaque() && !a.alwaysAsks(class) || class != first.tokenType || !slices.Contains(call.accepts, class) ||
		first.err != nil && first.err.Reason == ReasonTokenTypeMismatch {
		return a.fromToken(ctx, call, &p, client)
	}
	token = p.keep()
	ctx = context.WithoutCancel(ctx)
	decide := func() *RequestState {
		known := first.current()
		refusal := known.err
		if known.machine != nil {
			refusal = a.meantForUs(class, known.machine, call)
		}
		if known.machine == nil && (refusal == nil || refusal.Reason == ReasonTokenVerificationFailed) {
			p := presented{text: token} // It was not meant for the receiver of the first call.
			a.read(&p)
			return a.fromToken(ctx, call, &p, client).current()
		}
		return a.machineState(class, token, known.machine, refusal)
	}
	if first.resolve == nil {
		return decide()
	}
	return &RequestState{status: StatusSignedOut, tokenType: class, authn: a, resolve: sync.OnceValue(decide)}
}

// aboutReceiver reports whether other parties, audiences or issuers could have accepted the token.
func (e *Error) aboutReceiver() bool {
	switch e.Reason {
	case ReasonTokenInvalidAuthorizedParties, ReasonSessionTokenMissingAZP, ReasonTokenInvalidIssuer, ReasonTokenVerificationFailed:
		return true
	}
	return false
}

// withoutCookies returns the state for a response that has its cookies already.
func (s *RequestState) withoutCookies() *RequestState {
	out := *s
	if s.extras != nil {
		out.extras = &stateExtras{location: s.extras.location, earlier: s.extras.earlier}
	}
	return &out
}

// ofCookies returns the state of a middleware that read the cookies: this one, an earlier one, or nil.
func (a *Authenticator) ofCookies(s *RequestState) *RequestState {
	switch {
	case a.readsCookies(s.call):
		return s
	case s.extras != nil:
		return s.extras.earlier
	}
	return nil
}
