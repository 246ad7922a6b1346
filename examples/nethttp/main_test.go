package main

import (
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	"github.com/clerkgo/clerk-go/examples/internal/local/localtest"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	clerk := localtest.Open(t)
	localtest.Check(t, adaptertest.Serve(t, routes(clerk.Authenticator)), clerk)
}

//docs:begin audit
func TestEveryPatternIsGuarded(t *testing.T) {
	t.Parallel()
	mux := &adaptertest.Mux{}
	register(mux)
	app := clerkauth.Middleware(localtest.Open(t).Authenticator)(mux)
	adaptertest.AuditRoutes(t, adaptertest.Serve(t, app), mux.Routes(), "GET /{$}") // the front page alone is open
}

//docs:end audit
