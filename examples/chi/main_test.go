package main

import (
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	"github.com/clerkgo/clerk-go/examples/internal/local/localtest"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	clerk := localtest.Open(t)
	app := routes(clerk.Authenticator)
	baseURL := adaptertest.Serve(t, app)
	localtest.Check(t, baseURL, clerk)
	adaptertest.AuditRoutes(t, baseURL, table(app), "GET /")
}

// table is what the audit calls.
func table(app chi.Router) []adaptertest.Route {
	var routes []adaptertest.Route
	_ = chi.Walk(app, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes = append(routes, adaptertest.Route{Method: method, Path: path})
		return nil
	})
	return routes
}
