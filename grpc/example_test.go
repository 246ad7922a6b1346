package clerkgrpc_test

import (
	"fmt"
	"testing"

	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkgrpc "github.com/clerkgo/clerk-go/grpc"
)

func newAuthenticator() (*clerkauth.Authenticator, error) {
	return clerkauth.New(clerkauth.Config{SecretKey: "sk_test_example", HeaderOnly: true})
}

func ExampleGuard_Unguarded() {
	authn, err := newAuthenticator()
	if err != nil {
		fmt.Println(err)
		return
	}
	server, guard, err := newGRPCServer(authn)
	if err != nil {
		fmt.Println(err)
		return
	}
	healthpb.RegisterHealthServer(server, health.NewServer())
	fmt.Println(guard.Unguarded(server.GetServiceInfo()))
	// Output: [/grpc.health.v1.Health/Check]
}

func TestNewGuard_Refuses(t *testing.T) {
	t.Parallel()
	authn, err := newAuthenticator()
	if err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]clerkgrpc.Config{
		"no authenticator":     {},
		"a rule for no method": {Authenticator: authn, Rules: clerkauth.ProcedureRules{"acme/Get": {}}},
	} {
		if _, err := clerkgrpc.NewGuard(config); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestNewCredentials(t *testing.T) {
	t.Parallel()
	source, err := clerk.NewStaticTokenSource("ak_example")
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := clerkgrpc.NewCredentials(source)
	if err != nil {
		t.Fatal(err)
	}
	got, err := credentials.GetRequestMetadata(t.Context())
	if err != nil || got["authorization"] != "Bearer ak_example" {
		t.Errorf("got %q, %v, want the token as a bearer", got["authorization"], err)
	}
	if !credentials.RequireTransportSecurity() {
		t.Error("the token may leave without TLS")
	}
	if _, err := clerkgrpc.NewCredentials(nil); err == nil {
		t.Error("got no error without a source")
	}
}
