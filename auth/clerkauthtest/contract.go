package clerkauthtest

import (
	"context"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
)

// ForContract returns the authenticator of the application that package adaptertest drives, for the test of an adapter.
// The test ends if it cannot be made.
func ForContract(tb clerktest.TB, config adaptertest.Config) *clerkauth.Authenticator {
	tb.Helper()
	authn, err := clerkauth.New(contractConfig(config))
	if err != nil {
		tb.Fatalf("clerkauthtest: %v", err)
	}
	return authn
}

// InstancesForContract returns the instances of the same application, of which it keeps two at a time. A function such
// as [clerkauth.Request.Hostname] names the instance of a request. The test ends if they cannot be made.
func InstancesForContract(tb clerktest.TB, config adaptertest.Config, name func(clerkauth.Request) string) *clerkauth.Instances {
	tb.Helper()
	instances, err := clerkauth.NewInstances(clerkauth.InstancesConfig{
		Name: name,
		Open: func(_ context.Context, name string) (clerkauth.Config, error) {
			tenant, ok := config.Tenant(name)
			if !ok {
				return clerkauth.Config{}, clerkauth.ErrUnknownInstance
			}
			return contractConfig(tenant), nil
		},
		Size: 2,
	})
	if err != nil {
		tb.Fatalf("clerkauthtest: %v", err)
	}
	return instances
}

// ForRPCContract returns what authenticates the calls of the server that [adaptertest.RunRPC] drives: one instance, or
// several of which a header names one. The test ends if it cannot be made.
func ForRPCContract(tb clerktest.TB, config adaptertest.Config) clerkauth.RequestAuthenticator {
	tb.Helper()
	if !config.Instances {
		return ForContract(tb, config)
	}
	return InstancesForContract(tb, config, func(req clerkauth.Request) string {
		if values := req.Header(adaptertest.RPCInstanceHeader); len(values) == 1 {
			return values[0]
		}
		return ""
	})
}

func contractConfig(config adaptertest.Config) clerkauth.Config {
	return clerkauth.Config{
		SecretKey:      config.SecretKey,
		PublishableKey: config.PublishableKey,
		APIURL:         config.APIURL,
		SignInURL:      config.SignInURL,
		TokenCacheSize: 64,

		TrustForwardedHeaders: true,
	}
}
