package main

import (
	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

// newGuard describes the server: who may call it, and what each tool needs.
func newGuard(k *demo.Clerk, resource string, unbound bool) (*clerkmcp.Guard, error) {
	authn, err := clerkauth.New(k.Config)
	if err != nil {
		return nil, err
	}
	issuer, err := authorizationServer(k)
	if err != nil {
		return nil, err
	}
	//docs:begin guard
	guard, err := clerkmcp.New(clerkmcp.Config{
		Authenticator: authn, Resource: resource, AuthorizationServer: issuer, Name: "Team notes",
		Scopes: []clerkmcp.Scope{
			{Name: "notes:read", Label: "read notes"},
			{Name: "notes:write", Label: "change notes"},
			{Name: "user:org:read", Label: "know your organization"}, // Clerk asks the user which one
		},
		Baseline: []string{"notes:read"},
		Tools: map[string][]string{
			"whoami":   nil,
			"add_note": {"notes:write"},
			"invite":   {"user:org:read"},
		},
		// Most clients register themselves, and may then ask for no other scopes than the first that they are told. Those that you
		// have registered ask for a scope when a tool needs it.
		AskForAllScopes:     true,
		AcceptUnboundTokens: unbound,
		// A session belongs to one user in one organization. Without sessions, a user can choose the organization at the first
		// call that needs it.
		Stateless: true,
	})
	//docs:end guard
	return guard, err
}

// authorizationServer is where clients sign the user in: the Frontend API of the instance.
func authorizationServer(k *demo.Clerk) (string, error) {
	if k.Local != nil {
		return k.Local.OAuth().Issuer(), nil
	}
	key, err := clerkauth.ParsePublishableKey(k.Config.PublishableKey)
	if err != nil {
		return "", err
	}
	return "https://" + key.FrontendAPI(), nil
}
