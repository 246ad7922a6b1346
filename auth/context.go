package clerkauth

import (
	"context"
	"net/http"
)

type contextKey struct{}

// missingState is what [FromContext] returns where no middleware ran. It fails closed.
var missingState = &RequestState{
	status: StatusSignedOut,
	reason: ReasonMiddlewareMissing,
	err:    &Error{Reason: ReasonMiddlewareMissing, message: "no Clerk middleware ran for this request"},
}

// ginState is the same where the context is one of Gin, which hides the context of the request.
var ginState = &RequestState{
	status: StatusSignedOut,
	reason: ReasonMiddlewareMissing,
	err: &Error{Reason: ReasonMiddlewareMissing, message: "no Clerk middleware ran for this request, or a gin.Context was " +
		"passed as the context of an engine without ContextWithFallback: pass c.Request.Context()"},
}

// ginContextKey is what a gin.Context, and each context that is made from one, answers with itself.
const ginContextKey = "_gin-gonic/gin/contextkey"

// StateContext is a context that carries a state, as [NewContext] returns it: it can be part of a larger struct, which
// then needs no memory of its own for the context. Both fields must be set before it is used and not change afterwards.
type StateContext struct {
	context.Context

	// State is what [FromContext] finds. Nil hides the state that the inner context has.
	State *RequestState
}

// Value implements [context.Context].
func (c *StateContext) Value(key any) any {
	if key == (contextKey{}) {
		return c.State
	}
	return c.Context.Value(key)
}

// NewContext returns a context that carries the state. Middleware calls it; tests may call it with a state of
// [NewState]. A nil state hides the one that the context has: [FromContext] then answers as where no middleware ran.
func NewContext(ctx context.Context, state *RequestState) context.Context {
	return &StateContext{ctx, state}
}

// requestWithState is a request and its context in one piece of memory.
type requestWithState struct {
	context StateContext
	request http.Request
}

// WithState returns a shallow copy of a request whose context carries the state, as that of [NewContext] does. Middleware
// calls it. A nil state hides the one that the context of the request has.
func WithState(r *http.Request, state *RequestState) *http.Request {
	out := &requestWithState{context: StateContext{r.Context(), state}}
	out.request = *r.WithContext(&out.context) //nolint:contextcheck // that has the context of the request
	return &out.request
}

// FromContext returns the state that middleware stored. It is never nil: where no middleware ran it is signed out, with
// reason [ReasonMiddlewareMissing] and an error that answers 503.
func FromContext(ctx context.Context) *RequestState {
	if state, ok := ctx.Value(contextKey{}).(*RequestState); ok && state != nil {
		return state
	}
	if ctx.Value(ginContextKey) != nil {
		return ginState
	}
	return missingState
}
