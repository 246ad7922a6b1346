// Package clerkecho provides Clerk authentication middleware for Echo v4. [Middleware] finds out who sent a request and
// lets anonymous visitors pass; [RequireAuth] refuses them, on a route or for a group:
//
//	e.Use(clerkecho.Middleware(authn))
//	e.GET("/", home)
//	api := e.Group("/api", clerkecho.RequireAuth())
//	api.POST("/invoices", create, clerkecho.RequireAuth(clerkauth.HasPermission("org:invoices:create")))
//
// Handlers read the visitor with [FromContext]. Code that only gets the context.Context of the request reads the same
// state with [clerkauth.FromContext]. Refusals are returned as *echo.HTTPError, so Echo's error handler answers them.
package clerkecho

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// handlerKey is where the middleware leaves the error handler for the guards behind it.
const handlerKey = "github.com/clerkgo/clerk-go/echo.errorHandler"

// Config configures the middleware. All fields but Authenticator are optional.
type Config struct {
	// Authenticator authenticates the requests.
	Authenticator clerkauth.RequestAuthenticator
	// Skipper leaves alone the requests for which it returns true: they are signed out, and a guard refuses them.
	Skipper middleware.Skipper
	// ErrorHandler answers refusals of this middleware and of the guards behind it, or returns the error to answer with.
	// The error is a [*clerkauth.Error]. The handler of the route does not run, even when nil is returned.
	ErrorHandler func(c echo.Context, err error) error
	// RejectInvalid refuses credentials that are not valid instead of leaving that to the guards.
	RejectInvalid bool
	// CallOptions change the authentication, such as [clerkauth.AcceptTokens] for routes that machines call.
	CallOptions []clerkauth.CallOption
}

// Middleware authenticates requests and stores the state in the context of the request. It answers Clerk's redirects
// itself. It panics if authn is nil.
func Middleware(authn clerkauth.RequestAuthenticator) echo.MiddlewareFunc {
	return WithConfig(Config{Authenticator: authn})
}

// WithConfig is [Middleware] with a configuration. It panics if that is not valid.
func WithConfig(config Config) echo.MiddlewareFunc {
	attach, err := config.ToMiddleware()
	if err != nil {
		panic(err)
	}
	return attach
}

// ToMiddleware is [WithConfig] with an error in place of the panic.
func (config Config) ToMiddleware() (echo.MiddlewareFunc, error) {
	if clerkauth.IsMissing(config.Authenticator) {
		return nil, errors.New("clerkecho: Middleware: the authenticator is nil")
	}
	authn := clerkauth.Preset(config.Authenticator, config.CallOptions...)
	o := &config // Echo makes the handler anew for each request: it shall not copy the configuration.
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if o.Skipper != nil && o.Skipper(c) {
				c.SetRequest(clerkauth.WithState(c.Request(), nil))
				return next(c)
			}
			r := c.Request()
			state := authn.Authenticate(r.Context(), clerkauth.FromHTTP(r))
			c.SetRequest(clerkauth.WithState(r, state))
			if o.ErrorHandler != nil {
				c.Set(handlerKey, o.ErrorHandler)
			}
			if state.WriteHeaders(c.Response().Header()) {
				return c.NoContent(http.StatusTemporaryRedirect)
			}
			if o.RejectInvalid {
				if err := state.Err(); err != nil {
					return refuse(c, err)
				}
			}
			return next(c)
		}
	}, nil
}

// RequireAuth admits signed-in requests that pass every check and refuses the rest. If [Middleware] did not run, it
// refuses every request with 503.
func RequireAuth(checks ...clerkauth.Check) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := FromContext(c).Require(checks...); err != nil {
				return refuse(c, err)
			}
			return next(c)
		}
	}
}

// RedirectToSignIn is [RequireAuth] for pages: visitors who are not signed in are sent to the sign-in page and come
// back afterwards. Requests that are not page navigations are refused as by [RequireAuth].
func RedirectToSignIn(checks ...clerkauth.Check) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			state := FromContext(c)
			err := state.Require(checks...)
			switch {
			case err == nil:
				return next(c)
			case state.WriteSignIn(c.Response().Header(), clerkauth.FromHTTP(c.Request()), err):
				return c.NoContent(http.StatusTemporaryRedirect)
			}
			return refuse(c, err)
		}
	}
}

// FromContext returns the state of the request. It is never nil: where [Middleware] did not run it is signed out, with
// an error that answers 503.
func FromContext(c echo.Context) *clerkauth.RequestState {
	return clerkauth.FromContext(c.Request().Context())
}

// refuse returns the error that Echo's error handler answers with the refusal.
func refuse(c echo.Context, err error) error {
	if handle, ok := c.Get(handlerKey).(func(echo.Context, error) error); ok {
		return handle(c, err)
	}
	answer := clerkauth.FromHTTP(c.Request()).Answer(err)
	answer.WriteHeaders(c.Response().Header())
	c.Response().Header().Set(echo.HeaderContentType, answer.ContentType)
	return &echo.HTTPError{Code: answer.Status, Message: message(answer.Body), Internal: err}
}

// message is a body that is JSON already. Echo's error handler writes it as it is.
type message string

// MarshalJSON returns the message.
func (m message) MarshalJSON() ([]byte, error) { return []byte(m), nil }
