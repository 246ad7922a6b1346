package main

import (
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

// verifierFor makes a local Clerk send its events to url; the real one is told so in its dashboard.
func verifierFor(k *demo.Clerk, url string) (*clerkwebhook.Verifier, error) {
	if k.Local == nil {
		return clerkwebhook.NewFromEnv()
	}
	endpoint, err := k.Local.AddWebhook(url)
	if err != nil {
		return nil, err
	}
	return clerkwebhook.New(clerkwebhook.Config{
		Secrets: []string{endpoint.Secret()},
		Now:     k.Local.Clock().Now,
	})
}
