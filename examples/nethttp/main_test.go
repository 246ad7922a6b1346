package main

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	"github.com/clerkgo/clerk-go/examples/internal/local/localtest"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	clerk := localtest.Open(t)
	baseURL := adaptertest.Serve(t, routes(clerk.Authenticator))
	localtest.Check(t, baseURL, clerk)
	adaptertest.AuditRoutes(t, baseURL, []adaptertest.Route{
		{Method: "GET", Path: "/"},
		{Method: "GET", Path: "/api/me"},
		{Method: "POST", Path: "/api/invoices"},
		{Method: "GET", Path: "/account"},
	}, "GET /")
}
