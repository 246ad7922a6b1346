package main

import (
	"context"
	"encoding/json"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

// newApp accepts machine tokens and nothing else: a session token of a person is refused.
func newApp(config clerkauth.Config) (http.Handler, error) {
	config.AcceptTokens = []clerkauth.TokenType{clerkauth.TokenM2M}
	authn, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charges", func(w http.ResponseWriter, r *http.Request) {
		state := clerkauth.FromContext(r.Context())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"may_talk_to": state.Scopes()})
	})
	return clerkauth.Middleware(authn)(clerkauth.RequireAuth()(mux)), nil
}

// setUp creates the machine of this service and one that may call it, and returns the latter.
func setUp(ctx context.Context, c *demo.Clerk) (*clerk.Machine, error) {
	billing, err := c.Client.Machines.Create(ctx, &clerk.MachineCreateParams{Name: "billing"})
	if err != nil {
		return nil, err
	}
	c.Config.MachineSecretKey = billing.SecretKey
	return c.Client.Machines.Create(ctx, &clerk.MachineCreateParams{
		Name:           "reports",
		ScopedMachines: clerk.Set([]string{billing.ID}),
	})
}
