package clerkmcp

import (
	"context"
	"errors"
	"net/http"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// bearer returns the token of a request, or nothing without a single Authorization header of the form Bearer TOKEN. It is
// plain where clerkauth reads the header in the same way.
func bearer(h http.Header) (token string, plain bool) {
	values := h["Authorization"]
	if len(values) != 1 {
		return "", len(values) == 0
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.Trim(token, " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.IndexByte(token, ' ') >= 0 || strings.IndexByte(token, '\t') >= 0 || strings.IndexByte(token, ',') >= 0 {
		return "", false
	}
	return token, token != "" && len(values[0]) == len("Bearer ")+len(token)
}

// identify returns the state of who presents a token, which may be empty. Only what [bearer] found counts, whatever the
// header has. The rest of the request names the instance, and the address whose made-up tokens are counted.
func (v *visit) identify(ctx context.Context, token string, plain bool) *clerkauth.RequestState {
	req := clerkauth.FromHTTP(v.r)
	if !plain {
		header := req.Header
		req.Header = func(name string) []string {
			switch {
			case name != "Authorization":
				return header(name)
			case token == "":
				return nil
			}
			return []string{"Bearer " + token}
		}
	}
	return v.guard.authn.Authenticate(ctx, req)
}

// authenticate finds out who sent the request, and returns why the request cannot go on. The refusal names the scopes
// that the request would need.
func (v *visit) authenticate(ctx context.Context, needed scopeSet) *refusal {
	g := v.guard
	token, plain := bearer(v.r.Header)
	state := v.identify(ctx, token, plain)
	v.caller.State = state
	if errors.Is(state.Err(), clerkauth.ErrUnknownInstance) {
		return &refusal{status: http.StatusNotFound, rpc: codeInvalidRequest, code: "invalid_request", text: "There is no such server."}
	}
	if token == "" {
		return &refusal{
			status: http.StatusUnauthorized, rpc: codeUnauthenticated, text: "A token is needed.", anonymous: true, challenge: true,
			scopes: g.asked(needed),
		}
	}
	text := ""
	switch err := state.Err(); {
	case errors.Is(err, clerkauth.ErrUnavailable):
		return &refusal{
			status: http.StatusServiceUnavailable, rpc: codeUnavailable, code: "temporarily_unavailable",
			text: "The token cannot be verified now.",
		}
	case !state.SignedIn():
		text = describe(state.Reason())
	case state.TokenType() == clerkauth.TokenOAuth:
		text = g.unfit(state)
	}
	if text == "" {
		return nil
	}
	return &refusal{
		status: http.StatusUnauthorized, rpc: codeUnauthenticated, code: "invalid_token", text: text, challenge: true,
		scopes: g.asked(needed),
	}
}

// asked are the scopes that a client without a valid token is told, of which the request needs some.
func (g *Guard) asked(needed scopeSet) scopeSet {
	if g.config.AskForAllScopes {
		return g.catalog.all()
	}
	return needed
}

// unfit says why a valid OAuth token is none for this server, or nothing.
func (g *Guard) unfit(state *clerkauth.RequestState) string {
	switch state.Binding(g.config.Resource) {
	case clerkauth.BindingExact:
	case clerkauth.BindingNone:
		if !g.config.AcceptUnboundTokens {
			return "The token is not bound to this resource."
		}
	default:
		return "The token is meant for another resource."
	}
	if state.ExpiresAt().IsZero() && !g.config.AcceptUnexpiring {
		return "The token does not say when it expires."
	}
	return ""
}

// describe tells the developer of a client what is wrong with a token.
func describe(reason clerkauth.Reason) string {
	switch reason {
	case clerkauth.ReasonTokenExpired:
		return "The token is expired."
	case clerkauth.ReasonTokenNotActiveYet, clerkauth.ReasonTokenIatInTheFuture:
		return "The token is not active yet."
	case clerkauth.ReasonTokenTypeMismatch:
		return "Tokens of this type are not accepted here."
	}
	return "The token is not valid."
}
