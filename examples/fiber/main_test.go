package main

import (
	"errors"
	"net"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	"github.com/clerkgo/clerk-go/examples/internal/local/localtest"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	clerk := localtest.Open(t)
	app := routes(clerk.Authenticator)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	t.Cleanup(func() {
		if err := errors.Join(app.Shutdown(), <-done); err != nil {
			t.Error(err)
		}
	})
	baseURL := "http://" + listener.Addr().String()
	localtest.Check(t, baseURL, clerk)
	adaptertest.AuditRoutes(t, baseURL, table(app), "GET /", "HEAD /")
}

// table is what the audit calls: the routes without the entries of the middleware.
func table(app *fiber.App) []adaptertest.Route {
	var routes []adaptertest.Route
	for _, r := range app.GetRoutes(true) {
		routes = append(routes, adaptertest.Route{Method: r.Method, Path: r.Path})
	}
	return routes
}
