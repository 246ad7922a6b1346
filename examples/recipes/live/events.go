// Package live serves streams that end with the session of whoever opened them: server-sent events, and WebSockets with
// github.com/coder/websocket and github.com/gorilla/websocket. Mount the handlers behind clerkauth.Middleware and
// clerkauth.RequireAuth.
package live

import (
	"fmt"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:begin events

// Events sends what comes from subscribe until the token of the request has expired. EventSource connects again by
// itself, with the cookies of then.
func Events(subscribe func(r *http.Request) <-chan string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := clerkauth.FromContext(r.Context()).UntilExpiry(r.Context())
		defer cancel()
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-store")
		flush := http.NewResponseController(w).Flush
		updates := subscribe(r.WithContext(ctx))
		for flush() == nil {
			select {
			case update := <-updates:
				if _, err := fmt.Fprintf(w, "data: %s\n\n", update); err != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	})
}

//docs:end events
