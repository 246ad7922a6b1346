package clerkauth

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

const (
	// apiTimeout bounds what one request waits for Clerk.
	apiTimeout = 5 * time.Second
	// developmentSkew is how far the clocks of developers may be off.
	developmentSkew = 24 * time.Hour
)

// callAPI sends one request to the Backend API and does not repeat it: a visitor waits. The client is nil without a
// key.
func callAPI(ctx context.Context, api *clerk.Client, method, path string, params url.Values, body, out any) error {
	if api == nil {
		return &Error{Reason: ReasonSecretKeyInvalid, message: "this needs a secret key"}
	}
	return api.Do(ctx, method, path, params, body, out, clerk.WithTimeout(apiTimeout), clerk.WithRetries(0))
}

// resolveHandshake takes the result of a handshake that the request brings back. Nil means that there is none, or that
// it does not count.
func (v *visit) resolveHandshake(ctx context.Context) *RequestState {
	tokens, nonces := v.cookies.all(atHandshake), v.cookies.all(atNonce)
	v.exchanged = len(tokens) > 0 || len(nonces) > 0
	if v.a.flow.development {
		// In production a link could plant cookies through the query; there the result comes by cookie.
		if text, ok := v.param(paramHandshake); ok && text != "" {
			tokens = []string{text}
		}
		if text, ok := v.param(paramHandshakeNonce); ok && text != "" {
			nonces = []string{text}
		}
	}
	if len(nonces) == 0 && len(tokens) == 0 || len(nonces) > 0 && !v.nonceMatters(ctx) {
		return nil
	}
	var directives []string
	var refusal *Error
	if len(nonces) > 0 {
		directives, refusal = firstGood(ctx, nonces, v.handshakePayload)
	}
	switch {
	case len(tokens) > 0 && (len(nonces) == 0 || refusal == errTooMany):
		directives, refusal = firstGood(ctx, tokens, v.a.handshakeToken)
		if refusal != nil && v.a.flow.development && !errors.Is(refusal, ErrUnavailable) {
			v.a.trouble("clerkauth: the token of a handshake does not verify",
				&Error{Reason: ReasonHandshakeTokenVerificationFailure, message: refusal.message, cause: refusal.cause})
			return v.a.signedOut(TokenSession, &Error{Reason: ReasonHandshakeTokenVerificationFailure, cause: refusal})
		}
	case refusal == errTooMany:
		return v.withoutNonce(ctx)
	case refusal != nil && v.a.flow.development && !errors.Is(refusal, ErrUnavailable):
		directives, refusal = nil, nil // signed out, but with a clean URL
	}
	if refusal != nil {
		if errors.Is(refusal, ErrUnavailable) {
			v.a.trouble("clerkauth: could not look up the result of a handshake", refusal)
			return v.a.signedOut(TokenSession, refusal)
		}
		v.a.log.DebugContext(ctx, "clerkauth: ignored the result of a handshake", "reason", string(refusal.Reason), "detail", refusal.message)
		return nil
	}
	return v.applyDirectives(ctx, safeDirectives(directives))
}

// firstGood returns the result of the first value that is not refused, or the last refusal.
func firstGood(
	ctx context.Context, values []string, find func(ctx context.Context, value string) ([]string, *Error),
) (directives []string, refusal *Error) {
	for _, value := range values {
		if directives, refusal = find(ctx, value); refusal == nil || errors.Is(refusal, ErrUnavailable) {
			break
		}
	}
	return directives, refusal
}

// nonceMatters reports whether the result of a handshake can change the answer: on a page, and where there is no usable
// session. A nonce costs a call with the secret key, and anybody can make one up.
func (v *visit) nonceMatters(ctx context.Context) bool {
	if v.a.api == nil {
		return false
	}
	return isNavigation(&v.req) || !v.hasSession(ctx)
}

// hasSession reports whether the session cookie is good.
func (v *visit) hasSession(ctx context.Context) bool {
	if v.token == "" {
		return false
	}
	_, refusal := v.a.verify(ctx, v.read(v.token), &jwtPolicy{as: asCredential, call: v.call})
	return refusal == nil
}

// withoutNonce is what follows where too many made-up nonces were presented for this one to be exchanged. Whoever has a
// session goes on with it. Other browsers are sent for the result again, which then comes as a token and costs no call.
func (v *visit) withoutNonce(ctx context.Context) *RequestState {
	if v.hasSession(ctx) {
		return nil
	}
	if state := v.handshake(ReasonSessionTokenMissing, nil); state != nil {
		return state
	}
	return v.a.signedOut(TokenSession, errTooMany)
}

// applyDirectives signs in with the session token among the cookies that the Frontend API wants set.
func (v *visit) applyDirectives(ctx context.Context, directives []string) *RequestState {
	token := sessionDirective(directives)
	var state *RequestState
	if token == "" {
		state = v.a.anonymous(TokenSession, ReasonSessionTokenMissing)
	} else {
		p := presented{text: token}
		v.a.read(&p)
		policy := jwtPolicy{as: asSession, call: v.call}
		claims, refusal := v.a.verify(ctx, &p, &policy)
		if refusal != nil && v.a.flow.development && refusal.recoverable() {
			v.a.warnings.warn("clerkauth: the clock of this machine is wrong", slog.String("reason", string(refusal.Reason)),
				slog.String("do", "set the clock; production refuses such sessions"))
			policy.skew = developmentSkew
			claims, refusal = v.a.verify(ctx, &p, &policy)
		}
		switch {
		case refusal == nil:
			state = v.a.signedIn(claims, v.call)
		case errors.Is(refusal, ErrUnavailable):
			return v.a.signedOut(TokenSession, refusal)
		case refusal.Reason == ReasonSessionTokenMissingAZP:
			state = v.a.signedOut(TokenSession, refusal) // Another handshake would bring the same.
			state.token = token                          // A second middleware decides about it, not about the cookie of before.
		default:
			attrs := append([]any{slog.String("reason", string(refusal.Reason))}, refusal.detail()...)
			v.a.warnings.warn("clerkauth: ignored the session of a handshake", append(attrs, slog.String("do",
				"compare the keys and AuthorizedParties with the instance"))...)
			return nil
		}
	}
	state.extras = &stateExtras{cookies: directives}
	if v.a.flow.development {
		state.extras.location = v.cleanAddress()
	}
	return state
}

// cleanAddress returns the address of the request without the traces of a handshake. It is empty where there are none:
// a redirect from an address to itself would never end while the cookie with the result is there.
func (v *visit) cleanAddress() string {
	at := *v.address()
	query := queryWithout(at.rawQuery, paramHandshake, paramHandshakeNonce, paramHelp, paramDevBrowser)
	if query == at.rawQuery {
		return ""
	}
	at.rawQuery = query
	return at.String()
}

// handshakePayload exchanges a nonce for the cookies to set. A nonce works once.
func (v *visit) handshakePayload(ctx context.Context, nonce string) ([]string, *Error) {
	var payload struct {
		Directives []string `json:"directives"`
	}
	err := v.a.flow.nonces.call(ctx, v.a.client(&v.req), nonce, func(ctx context.Context) error {
		return callAPI(ctx, v.a.api, http.MethodGet, "/clients/handshake_payload", url.Values{"nonce": {nonce}}, nil, &payload)
	})
	if err == nil {
		return payload.Directives, nil
	}
	if trouble := callRefusal(err); trouble != nil {
		return nil, trouble
	}
	return nil, &Error{Reason: ReasonTokenInvalid, message: "Clerk does not know the nonce", cause: err}
}

// handshakeToken verifies a handshake token and returns the cookies to set. In production an expired one is refused.
func (a *Authenticator) handshakeToken(ctx context.Context, token string) ([]string, *Error) {
	p := presented{text: token, borrowed: true}
	a.read(&p)
	claims, refusal := a.verify(ctx, &p, &jwtPolicy{as: asHandshake})
	if refusal != nil {
		return nil, refusal
	}
	if expiry := claims.ExpiresAt; !a.flow.development && !expiry.IsZero() && !expiry.After(a.now().Add(-a.skew)) {
		return nil, refuse(ReasonTokenExpired, "the handshake is expired")
	}
	var payload struct {
		Handshake json.RawMessage `json:"handshake"`
	}
	if err := claims.Decode(&payload); err != nil {
		return nil, refuse(ReasonTokenInvalid, "the handshake is malformed")
	}
	var directives []string
	if err := json.Unmarshal(payload.Handshake, &directives); err != nil {
		directives = nil // what is no list has nothing to set
	}
	return directives, nil
}
