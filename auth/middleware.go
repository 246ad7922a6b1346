package clerkauth

import (
	"context"
	"net/http"
)

// MiddlewareOption changes what [Middleware] does.
type MiddlewareOption func(*middleware)

type middleware struct {
	authn         RequestAuthenticator
	next          http.Handler
	skip          func(*http.Request) bool
	onError       func(http.ResponseWriter, *http.Request, error)
	rejectInvalid bool
	call          []CallOption
}

// WithSkipper leaves alone the requests for which skip returns true: they are signed out, also where another middleware
// outside of this one has signed them in, and a guard refuses them. Prefer mounting without the middleware where that
// is possible.
func WithSkipper(skip func(r *http.Request) bool) MiddlewareOption {
	return func(m *middleware) { m.skip = skip }
}

// WithErrorHandler lets the application answer refusals of this middleware and of the guards behind it. The error is an
// [*Error]; the handler behind the middleware does not run.
func WithErrorHandler(handle func(w http.ResponseWriter, r *http.Request, err error)) MiddlewareOption {
	return func(m *middleware) { m.onError = handle }
}

// WithCallOptions authenticates with these options, such as [AcceptTokens] for routes that machines call.
func WithCallOptions(opts ...CallOption) MiddlewareOption {
	return func(m *middleware) { m.call = append(m.call, opts...) }
}

// RejectInvalid refuses credentials that are not valid instead of leaving that to the guards. Anonymous visitors pass.
func RejectInvalid() MiddlewareOption {
	return func(m *middleware) { m.rejectInvalid = true }
}

// Middleware authenticates requests and stores the state in their context, where [FromContext] finds it. It answers
// Clerk's redirects itself and never turns an anonymous visitor away. It panics if authn is nil.
func Middleware(authn RequestAuthenticator, opts ...MiddlewareOption) func(http.Handler) http.Handler {
	if IsMissing(authn) {
		panic("clerkauth: Middleware: the authenticator is nil")
	}
	m := middleware{authn: authn}
	for _, opt := range opts {
		opt(&m)
	}
	m.authn = Preset(m.authn, m.call...)
	return func(next http.Handler) http.Handler {
		m := m
		m.next = next
		return &m
	}
}

// ServeHTTP implements [http.Handler].
func (m *middleware) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if m.skip != nil && m.skip(r) {
		m.next.ServeHTTP(w, WithState(r, nil))
		return
	}
	state := m.authn.Authenticate(r.Context(), FromHTTP(r))
	if m.onError != nil {
		r = r.WithContext(context.WithValue(r.Context(), errorHandlerKey{}, m.onError))
	}
	r = WithState(r, state)
	if state.WriteHeaders(w.Header()) {
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	if m.rejectInvalid {
		if err := state.Err(); err != nil {
			refuseHTTP(w, r, err)
			return
		}
	}
	m.next.ServeHTTP(w, r)
}

type errorHandlerKey struct{}

// RequireAuth admits signed-in requests that pass every check and refuses the rest with 401, 403 or 503. If
// [Middleware] did not run, it refuses every request with 503. It never redirects.
func RequireAuth(checks ...Check) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := FromContext(r.Context()).Require(checks...); err != nil {
				refuseHTTP(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// RedirectToSignIn is [RequireAuth] for pages: visitors who are not signed in are sent to the sign-in page and come
// back afterwards. Requests that are not page navigations are refused as by [RequireAuth].
func RedirectToSignIn(checks ...Check) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			state := FromContext(r.Context())
			err := state.Require(checks...)
			switch {
			case err == nil:
				next.ServeHTTP(w, r)
			case state.WriteSignIn(w.Header(), FromHTTP(r), err):
				w.WriteHeader(http.StatusTemporaryRedirect)
			default:
				refuseHTTP(w, r, err)
			}
		})
	}
}

// refuseHTTP answers a refusal, or lets the application do so.
func refuseHTTP(w http.ResponseWriter, r *http.Request, err error) {
	if handle, ok := r.Context().Value(errorHandlerKey{}).(func(http.ResponseWriter, *http.Request, error)); ok {
		handle(w, r, err)
		return
	}
	FromHTTP(r).Answer(err).Write(w)
}
