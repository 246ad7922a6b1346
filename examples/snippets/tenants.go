package snippets

import (
	"context"
	"fmt"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

// TenantUser calls the API of the tenant whose key it gets.
func TenantUser(ctx context.Context, client *clerk.Client, secretKey string) (*clerk.User, error) {
	//docs:begin call
	user, err := client.Users.Get(ctx, clerkauth.FromContext(ctx).UserID(), clerk.WithSecretKey(secretKey))
	//docs:end call
	return user, err
}

// TenantMessage verifies a token that came with a message for a tenant.
func TenantMessage(ctx context.Context, instances *clerkauth.Instances, host, token string) (*clerkauth.RequestState, error) {
	//docs:begin find
	authn, err := instances.Find(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("find the instance: %w", err)
	}
	state := authn.AuthenticateToken(ctx, token)
	//docs:end find
	return state, nil
}

// BehindProxy is the configuration of an application that browsers reach under one address.
func BehindProxy() (*clerkauth.Authenticator, error) {
	//docs:begin proxy
	config, err := clerkauth.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	config.PublicOrigin = "https://example.com/app" // the proxy removes /app before it passes requests on
	authn, err := clerkauth.New(config)
	//docs:end proxy
	return authn, err
}
