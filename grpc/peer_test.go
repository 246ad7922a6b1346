package clerkgrpc_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc"

	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkgrpc "github.com/clerkgo/clerk-go/grpc"
)

func TestGuard_AddressOfThePeer(t *testing.T) {
	t.Parallel()
	authn := clerkauthtest.NewPeers(clerkauthtest.ForContract(t, adaptertest.Config{
		SecretKey: "sk_test_example", PublishableKey: "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk",
	}))
	guard, err := clerkgrpc.NewGuard(clerkgrpc.Config{Authenticator: authn})
	if err != nil {
		t.Fatal(err)
	}
	connection := serve(t, grpc.NewServer(
		grpc.UnaryInterceptor(guard.UnaryInterceptor),
		grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error { return nil }),
		grpc.StreamInterceptor(guard.StreamInterceptor),
	))
	call(t.Context(), connection, grpc.StreamDesc{}, "/"+prefix+"unary/"+adaptertest.RPCProtected, false)
	if got := <-authn.Seen; !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("got the peer %s, want one on 127.0.0.1", got)
	}
}
