package clerkgrpc_test

//docs:begin imports
import (
	"log"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkgrpc "github.com/clerkgo/clerk-go/grpc"
)

//docs:end imports

//docs:begin app
func newGRPCServer(authn *clerkauth.Authenticator) (*grpc.Server, *clerkgrpc.Guard, error) {
	guard, err := clerkgrpc.NewGuard(clerkgrpc.Config{
		Authenticator: authn,
		Rules: clerkauth.ProcedureRules{
			"/acme.invoices.v1.InvoiceService/Create": clerkauth.GuardProcedure(clerkauth.HasPermission("org:invoices:create")),
			"/grpc.health.v1.Health/Check":            clerkauth.OpenProcedure(),
		},
	})
	if err != nil {
		return nil, nil, err
	}
	return grpc.NewServer(
		grpc.ChainUnaryInterceptor(guard.UnaryInterceptor),
		grpc.ChainStreamInterceptor(guard.StreamInterceptor),
	), guard, nil
}

//docs:end app

//docs:begin main
func main() {
	config, err := clerkauth.ConfigFromEnv() // CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY, CLERK_AUTHORIZED_PARTIES, …
	if err != nil {
		log.Fatal(err)
	}
	authn, err := clerkauth.New(config)
	if err != nil {
		log.Fatal(err)
	}
	server, guard, err := newGRPCServer(authn)
	if err != nil {
		log.Fatal(err)
	}
	// Generated code: invoicesv1.RegisterInvoiceServiceServer(server, invoices)
	healthpb.RegisterHealthServer(server, health.NewServer())
	log.Print("open to everybody: ", guard.Unguarded(server.GetServiceInfo()))
	listener, err := net.Listen("tcp", "127.0.0.1:8080")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.Serve(listener))
}

//docs:end main

var _ = main // the program of the README
