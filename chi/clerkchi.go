// Package clerkchi provides Clerk authentication middleware for Chi. [Middleware] finds out who sent a request and lets
// anonymous visitors pass; [RequireAuth] refuses them, on a route or for a group:
//
//	r.Use(clerkchi.Middleware(authn))
//	r.Get("/", home)
//	r.Route("/api", func(r chi.Router) {
//		r.Use(clerkchi.RequireAuth())
//		r.With(clerkchi.RequireAuth(clerkauth.HasPermission("org:invoices:create"))).Post("/invoices", create)
//	})
//
// Handlers read the visitor with clerkauth.FromContext(r.Context()). Chi is net/http: these are the middlewares of
// package clerkauth under the names that the other adapters have, and they work with any router of net/http.
package clerkchi

import (
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Option changes what [Middleware] does. See [clerkauth.WithSkipper], [clerkauth.WithErrorHandler],
// [clerkauth.RejectInvalid] and [clerkauth.WithCallOptions].
type Option = clerkauth.MiddlewareOption

// Middleware authenticates requests and stores the state in their context. It answers Clerk's redirects itself. It
// panics if authn is nil.
func Middleware(authn clerkauth.RequestAuthenticator, opts ...Option) func(http.Handler) http.Handler {
	return clerkauth.Middleware(authn, opts...)
}

// RequireAuth admits signed-in requests that pass every check and refuses the rest. If [Middleware] did not run, it
// refuses every request with 503.
func RequireAuth(checks ...clerkauth.Check) func(http.Handler) http.Handler {
	return clerkauth.RequireAuth(checks...)
}

// RedirectToSignIn is [RequireAuth] for pages: visitors who are not signed in are sent to the sign-in page and come
// back afterwards. Requests that are not page navigations are refused as by [RequireAuth].
func RedirectToSignIn(checks ...clerkauth.Check) func(http.Handler) http.Handler {
	return clerkauth.RedirectToSignIn(checks...)
}
