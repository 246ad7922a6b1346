package clerkconnect_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkconnect "github.com/clerkgo/clerk-go/connect"
	clerk "github.com/clerkgo/clerk-go/core"
)

func ExampleNewInterceptor() {
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: "sk_test_example", HeaderOnly: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux, err := newMux(authn)
	fmt.Println(mux != nil, err)
	// Output: true <nil>
}

func TestNewInterceptor_Refuses(t *testing.T) {
	t.Parallel()
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: "sk_test_example", HeaderOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]clerkconnect.Config{
		"no authenticator":     {},
		"a rule for no method": {Authenticator: authn, Rules: clerkauth.ProcedureRules{"acme/Get": {}}},
	} {
		if _, err := clerkconnect.NewInterceptor(config); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestCredentials_SendTheToken(t *testing.T) {
	t.Parallel()
	source, err := clerk.NewStaticTokenSource("ak_example")
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := clerkconnect.NewCredentials(source)
	if err != nil {
		t.Fatal(err)
	}
	const procedure = "/acme.v1.Echo/Get"
	url := adaptertest.Serve(t, connect.NewUnaryHandler(procedure,
		func(_ context.Context, req *connect.Request[emptypb.Empty]) (*connect.Response[wrapperspb.StringValue], error) {
			return connect.NewResponse(wrapperspb.String(req.Header().Get("Authorization"))), nil
		}))
	client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](http.DefaultClient, url+procedure, connect.WithInterceptors(credentials))
	resp, err := client.CallUnary(t.Context(), connect.NewRequest(&emptypb.Empty{}))
	if err != nil || resp.Msg.GetValue() != "Bearer ak_example" {
		t.Errorf("got %v, %v, want the token as a bearer", resp, err)
	}
	if _, err := clerkconnect.NewCredentials(nil); err == nil {
		t.Error("got no error without a source")
	}
}
