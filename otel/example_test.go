package clerkotel_test

import (
	"fmt"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkotel "github.com/clerkgo/clerk-go/otel"
)

//docs:begin app

// observed returns an authenticator and a client whose decisions and calls go to OpenTelemetry's providers.
func observed(secretKey, publishableKey string) (*clerkauth.Authenticator, *clerk.Client, error) {
	observer, err := clerkotel.New(clerkotel.Config{})
	if err != nil {
		return nil, nil, err
	}
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: secretKey, PublishableKey: publishableKey, Observer: observer})
	if err != nil {
		return nil, nil, err
	}
	client, err := clerk.NewClient(secretKey, clerk.WithObserver(observer))
	return authn, client, err
}

//docs:end app

func ExampleNew() {
	authn, client, err := observed("sk_test_secret", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k")
	fmt.Println(authn != nil, client != nil, err)
	// Output: true true <nil>
}
