package clerkconnect_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkconnect "github.com/clerkgo/clerk-go/connect"
)

func TestInterceptor_AddressOfThePeer(t *testing.T) {
	t.Parallel()
	authn := clerkauthtest.NewPeers(clerkauthtest.ForContract(t, adaptertest.Config{
		SecretKey: "sk_test_example", PublishableKey: "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk",
	}))
	interceptor, err := clerkconnect.NewInterceptor(clerkconnect.Config{Authenticator: authn})
	if err != nil {
		t.Fatal(err)
	}
	procedure := service + "Unary/" + adaptertest.RPCProtected
	server := httptest.NewServer(connect.NewUnaryHandler(procedure, unary, connect.WithInterceptors(interceptor)))
	t.Cleanup(server.Close)
	client := connect.NewClient[request, response](server.Client(), server.URL+procedure)
	if _, err := client.CallUnary(t.Context(), connect.NewRequest(&request{})); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Errorf("got %v, want unauthenticated", err)
	}
	if got := <-authn.Seen; !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("got the peer %s, want one on 127.0.0.1", got)
	}
}
