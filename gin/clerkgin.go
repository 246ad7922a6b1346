// Package clerkgin provides Clerk authentication middleware for Gin. [Middleware] finds out who sent a request and lets
// anonymous visitors pass; [RequireAuth] refuses them, on a route or for a group:
//
//	r.Use(clerkgin.Middleware(authn))
//	r.GET("/", home)
//	api := r.Group("/api", clerkgin.RequireAuth())
//	api.POST("/invoices", clerkgin.RequireAuth(clerkauth.HasPermission("org:invoices:create")), create)
//
// Handlers read the visitor with [FromContext]. Code that only gets the context.Context of the request reads the same
// state with [clerkauth.FromContext]. Gin applies a middleware to routes that are registered after it.
package clerkgin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// handlerKey is where [Middleware] leaves the error handler for the guards behind it.
const handlerKey = "github.com/clerkgo/clerk-go/gin.errorHandler"

// Option changes what [Middleware] does.
type Option func(*options)

type options struct {
	skip          func(*gin.Context) bool
	onError       func(*gin.Context, error)
	rejectInvalid bool
	call          []clerkauth.CallOption
}

// WithSkipper leaves alone the requests for which skip returns true: they are signed out, and a guard refuses them.
// Prefer a group without the middleware where that is possible.
func WithSkipper(skip func(c *gin.Context) bool) Option {
	return func(o *options) { o.skip = skip }
}

// WithErrorHandler lets the application answer refusals of this middleware and of the guards behind it. The error is a
// [*clerkauth.Error]; the chain is aborted before the handler is called.
func WithErrorHandler(handle func(c *gin.Context, err error)) Option {
	return func(o *options) { o.onError = handle }
}

// WithCallOptions authenticates with these options, such as [clerkauth.AcceptTokens] for routes that machines call.
func WithCallOptions(opts ...clerkauth.CallOption) Option {
	return func(o *options) { o.call = append(o.call, opts...) }
}

// RejectInvalid refuses credentials that are not valid instead of leaving that to the guards. Anonymous visitors pass.
func RejectInvalid() Option {
	return func(o *options) { o.rejectInvalid = true }
}

// Middleware authenticates requests and stores the state in the context of the request. It answers Clerk's redirects
// itself. It panics if authn is nil.
func Middleware(authn clerkauth.RequestAuthenticator, opts ...Option) gin.HandlerFunc {
	if clerkauth.IsMissing(authn) {
		panic("clerkgin: Middleware: the authenticator is nil")
	}
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	authn = clerkauth.Preset(authn, o.call...)
	return func(c *gin.Context) {
		if o.skip != nil && o.skip(c) {
			c.Request = clerkauth.WithState(c.Request, nil)
			return
		}
		state := authn.Authenticate(c.Request.Context(), clerkauth.FromHTTP(c.Request))
		c.Request = clerkauth.WithState(c.Request, state)
		if o.onError != nil {
			c.Set(handlerKey, o.onError)
		}
		if state.WriteHeaders(c.Writer.Header()) {
			c.AbortWithStatus(http.StatusTemporaryRedirect)
			return
		}
		if o.rejectInvalid {
			if err := state.Err(); err != nil {
				refuse(c, err)
			}
		}
	}
}

// RequireAuth admits signed-in requests that pass every check and refuses the rest. If [Middleware] did not run, it
// refuses every request with 503.
func RequireAuth(checks ...clerkauth.Check) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := FromContext(c).Require(checks...); err != nil {
			refuse(c, err)
		}
	}
}

// RedirectToSignIn is [RequireAuth] for pages: visitors who are not signed in are sent to the sign-in page and come
// back afterwards. Requests that are not page navigations are refused as by [RequireAuth].
func RedirectToSignIn(checks ...clerkauth.Check) gin.HandlerFunc {
	return func(c *gin.Context) {
		state := FromContext(c)
		err := state.Require(checks...)
		if err == nil {
			return
		}
		if state.WriteSignIn(c.Writer.Header(), clerkauth.FromHTTP(c.Request), err) {
			c.AbortWithStatus(http.StatusTemporaryRedirect)
			return
		}
		refuse(c, err)
	}
}

// FromContext returns the state of the request. It is never nil: where [Middleware] did not run it is signed out, with
// an error that answers 503.
func FromContext(c *gin.Context) *clerkauth.RequestState {
	return clerkauth.FromContext(c.Request.Context())
}

// refuse ends the chain and answers with the refusal. The error is in c.Errors, too. The chain ends first: an error
// handler that calls c.Next does not run what is behind the guard.
func refuse(c *gin.Context, err error) {
	c.Abort()
	_ = c.Error(err)
	if handle, ok := c.Value(handlerKey).(func(*gin.Context, error)); ok {
		handle(c, err)
		return
	}
	answer := clerkauth.FromHTTP(c.Request).Answer(err)
	answer.WriteHeaders(c.Writer.Header())
	c.Data(answer.Status, answer.ContentType, answer.Body)
}
