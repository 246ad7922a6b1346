package clerkmirror

import (
	"errors"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Middleware calls Ensure before the handler. Put it behind [clerkauth.Middleware], or behind the middleware of an
// adapter for a framework that is built on net/http. A request whose user no longer exists is answered with 401, and
// one whose rows could not be ensured with 503.
func (m *Mirror) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := m.Ensure(r.Context(), clerkauth.FromContext(r.Context())); err != nil {
			http.Error(w, http.StatusText(StatusCode(err)), StatusCode(err))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// StatusCode returns the HTTP status that answers an error of Ensure, for middleware of other frameworks: 401 for
// [ErrGone] and 503 for everything else.
func StatusCode(err error) int {
	if errors.Is(err, ErrGone) {
		return http.StatusUnauthorized
	}
	return http.StatusServiceUnavailable
}
