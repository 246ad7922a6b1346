package main

import (
	"testing"

	"github.com/gin-gonic/gin"

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
func table(app *gin.Engine) []adaptertest.Route {
	var routes []adaptertest.Route
	for _, r := range app.Routes() {
		routes = append(routes, adaptertest.Route{Method: r.Method, Path: r.Path})
	}
	return routes
}
