// Package clerkfiber provides Clerk authentication middleware for Fiber v2. The handler of [New] finds out who sent a
// request and lets anonymous visitors pass; [RequireAuth] refuses them, on a route or for a group:
//
//	app.Use(clerkfiber.New(clerkfiber.Config{Authenticator: authn}))
//	app.Get("/", home)
//	api := app.Group("/api", clerkfiber.RequireAuth())
//	api.Post("/invoices", clerkfiber.RequireAuth(clerkauth.HasPermission("org:invoices:create")), create)
//
// Handlers read the visitor with [FromContext]; the state may be kept after the handler returned. Code that gets
// c.UserContext() reads the same state with [clerkauth.FromContext]. Fiber applies a handler to routes registered after
// it.
package clerkfiber

import (
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// DefaultTimeout is how long authentication may wait for Clerk where [Config] does not say.
const DefaultTimeout = 10 * time.Second

type localsKey struct{}

// Config configures the handler. All fields but Authenticator are optional.
type Config struct {
	// Authenticator authenticates the requests.
	Authenticator clerkauth.RequestAuthenticator
	// Next leaves alone the requests for which it returns true: they are signed out, and a guard refuses them.
	Next func(c *fiber.Ctx) bool
	// ErrorHandler answers refusals of this handler and of the guards behind it, or returns the error to answer with.
	// The error is a [*clerkauth.Error]. A nil result does not run the handler of the route; c.Next would, so leave it.
	ErrorHandler fiber.ErrorHandler
	// RejectInvalid refuses credentials that are not valid instead of leaving that to the guards.
	RejectInvalid bool
	// CallOptions change the authentication, such as [clerkauth.AcceptTokens] for routes that machines call.
	CallOptions []clerkauth.CallOption
	// Timeout bounds what authentication waits for: Fiber does not tell when a client hung up. Zero is [DefaultTimeout].
	Timeout time.Duration
}

// New returns a handler that authenticates requests and stores the state in the user context. It answers Clerk's
// redirects itself. It panics if the configuration is not valid.
func New(config Config) fiber.Handler {
	switch {
	case clerkauth.IsMissing(config.Authenticator):
		panic("clerkfiber: New: the authenticator is nil")
	case config.Timeout < 0:
		panic("clerkfiber: New: the timeout is negative")
	case config.Timeout == 0:
		config.Timeout = DefaultTimeout
	}
	authn := clerkauth.Preset(config.Authenticator, config.CallOptions...)
	return func(c *fiber.Ctx) error {
		if config.Next != nil && config.Next(c) {
			store(c, nil)
			return c.Next()
		}
		ctx := clerkauth.NewWaitLimit(c.UserContext(), config.Timeout)
		defer ctx.Stop()
		r := borrowReader(c)
		state := authn.Authenticate(ctx, r.request())
		store(c, state)
		if config.ErrorHandler != nil {
			c.Locals(localsKey{}, config.ErrorHandler)
		}
		redirect := state.WriteHeaders(r.answer)
		write(c, r.answer)
		if r.giveBack(); redirect {
			c.Status(fiber.StatusTemporaryRedirect)
			return nil
		}
		if config.RejectInvalid {
			if err := state.Err(); err != nil {
				return refuse(c, err)
			}
		}
		return c.Next()
	}
}

// RequireAuth admits signed-in requests that pass every check and refuses the rest. If the handler of [New] did not
// run, it refuses every request with 503.
func RequireAuth(checks ...clerkauth.Check) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := FromContext(c).Require(checks...); err != nil {
			return refuse(c, err)
		}
		return c.Next()
	}
}

// RedirectToSignIn is [RequireAuth] for pages: visitors who are not signed in are sent to the sign-in page and come
// back afterwards. Requests that are not page navigations are refused as by [RequireAuth].
func RedirectToSignIn(checks ...clerkauth.Check) fiber.Handler {
	return func(c *fiber.Ctx) error {
		state := FromContext(c)
		err := state.Require(checks...)
		if err == nil {
			return c.Next()
		}
		if header, redirect := state.SignIn(request(c), err); redirect {
			write(c, header)
			c.Status(fiber.StatusTemporaryRedirect)
			return nil
		}
		return refuse(c, err)
	}
}

// FromContext returns the state of the request. It is never nil: where the handler of [New] did not run it is signed
// out, with an error that answers 503.
func FromContext(c *fiber.Ctx) *clerkauth.RequestState {
	return clerkauth.FromContext(c.UserContext())
}

// ErrorHandler answers refusals as JSON and everything else as Fiber does. Fiber's own error handler sends
// the same text labelled as plain. Set it as the ErrorHandler of fiber.Config.
func ErrorHandler(c *fiber.Ctx, err error) error {
	var r *refusal
	if !errors.As(err, &r) {
		return fiber.DefaultErrorHandler(c, err)
	}
	c.Set(fiber.HeaderContentType, r.contentType)
	return c.Status(r.status.Code).SendString(r.body)
}

// refuse returns the error that the application's error handler answers.
func refuse(c *fiber.Ctx, err error) error {
	if handle, ok := c.Locals(localsKey{}).(fiber.ErrorHandler); ok {
		return handle(c, err)
	}
	answer := request(c).Answer(err)
	write(c, answer.Header)
	return &refusal{status: fiber.NewError(answer.Status), body: string(answer.Body), contentType: answer.ContentType, cause: err}
}

// refusal is both a [*fiber.Error] and a [*clerkauth.Error]. Its text is the body to answer with, because that is what
// Fiber's own error handler sends.
type refusal struct {
	status *fiber.Error
	body   string
	cause  error

	contentType string
}

// Error returns the body of the answer.
func (r *refusal) Error() string { return r.body }

// Unwrap returns both errors.
func (r *refusal) Unwrap() []error { return []error{r.status, r.cause} }

// write adds the cookies and sets the other headers.
func write(c *fiber.Ctx, header http.Header) {
	for name, values := range header {
		for _, value := range values {
			if name == fiber.HeaderSetCookie {
				c.Response().Header.Add(name, value)
			} else {
				c.Set(name, value)
			}
		}
	}
}
