package clerkgrpc_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkgrpc "github.com/clerkgo/clerk-go/grpc"
)

// peers authenticates and tells from which addresses calls come.
type peers struct {
	clerkauth.RequestAuthenticator

	seen chan string
}

func (p peers) Authenticate(ctx context.Context, req clerkauth.Request, opts ...clerkauth.CallOption) *clerkauth.RequestState {
	p.seen <- req.RemoteAddr.String()
	return p.RequestAuthenticator.Authenticate(ctx, req, opts...)
}

func TestGuard_AddressOfThePeer(t *testing.T) {
	t.Parallel()
	authn := peers{clerkauthtest.ForContract(t, adaptertest.Config{
		SecretKey: "sk_test_example", PublishableKey: "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk",
	}), make(chan string, 1)}
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
	if got := <-authn.seen; !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("got the peer %s, want one on 127.0.0.1", got)
	}
}
