package clerkconnect_test

//docs:begin imports
import (
	"context"
	"log"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkconnect "github.com/clerkgo/clerk-go/connect"
)

//docs:end imports

//docs:begin app
func newMux(authn *clerkauth.Authenticator) (*http.ServeMux, error) {
	guard, err := clerkconnect.NewInterceptor(clerkconnect.Config{
		Authenticator: authn,
		Rules: clerkauth.ProcedureRules{
			"/acme.invoices.v1.InvoiceService/Create": clerkauth.GuardProcedure(clerkauth.HasPermission("org:invoices:create")),
			"/grpc.health.v1.Health/Check":            clerkauth.OpenProcedure(),
		},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	// Generated code: mux.Handle(invoicesv1connect.NewInvoiceServiceHandler(server, connect.WithInterceptors(guard)))
	const create = "/acme.invoices.v1.InvoiceService/Create"
	mux.Handle(create, connect.NewUnaryHandler(create, createInvoice, connect.WithInterceptors(guard)))
	return mux, nil
}

func createInvoice(ctx context.Context, _ *connect.Request[emptypb.Empty]) (*connect.Response[wrapperspb.StringValue], error) {
	return connect.NewResponse(wrapperspb.String("created by " + clerkauth.FromContext(ctx).UserID())), nil
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
	mux, err := newMux(authn)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", mux))
}

//docs:end main

var _ = main // the program of the README
