package main

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	"github.com/clerkgo/clerk-go/examples/internal/local/localtest"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	clerk := localtest.Open(t)
	localtest.Check(t, adaptertest.Serve(t, routes(clerk.Authenticator)), clerk)
}

//docs:begin audit

func TestEveryRouteIsGuarded(t *testing.T) {
	t.Parallel()
	app := routes(localtest.Open(t).Authenticator)
	var table []adaptertest.Route
	for _, r := range app.Routes() {
		table = append(table, adaptertest.Route{Method: r.Method, Path: r.Path})
	}
	adaptertest.AuditRoutes(t, adaptertest.Serve(t, app), table, "GET /") // the front page alone is open
}

//docs:end audit
