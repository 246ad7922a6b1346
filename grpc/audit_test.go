package clerkgrpc_test

import (
	"net"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkgrpc "github.com/clerkgo/clerk-go/grpc"
)

// finding records what the audit reports instead of failing the test.
type finding struct {
	testing.TB
	names []string
}

func (f *finding) Errorf(_ string, args ...any) {
	if name, ok := args[0].(string); ok {
		f.names = append(f.names, name)
	}
}

func TestAuditProcedures_FindsStreamsWithoutTheInterceptor(t *testing.T) {
	t.Parallel()
	authn, err := newAuthenticator()
	if err != nil {
		t.Fatal(err)
	}
	guard, err := clerkgrpc.NewGuard(clerkgrpc.Config{Authenticator: authn})
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(guard.UnaryInterceptor))
	healthpb.RegisterHealthServer(server, health.NewServer())
	f := &finding{TB: t}
	audit(f, server)
	if want := []string{"/grpc.health.v1.Health/Watch"}; !slices.Equal(slices.Compact(f.names), want) {
		t.Errorf("got open procedures %q, want %q", f.names, want)
	}
}

func TestAuditProcedures_Clean(t *testing.T) {
	t.Parallel()
	authn, err := newAuthenticator()
	if err != nil {
		t.Fatal(err)
	}
	server, _, err := newGRPCServer(authn)
	if err != nil {
		t.Fatal(err)
	}
	healthpb.RegisterHealthServer(server, health.NewServer())
	audit(t, server, "/grpc.health.v1.Health/Check")
}

//docs:begin audit
func audit(tb testing.TB, server *grpc.Server, open ...string) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(server.Stop)
	var procedures []string
	for service, info := range server.GetServiceInfo() {
		for _, method := range info.Methods {
			procedures = append(procedures, "/"+service+"/"+method.Name)
		}
	}
	adaptertest.AuditProcedures(tb, nil, "http://"+listener.Addr().String(), procedures, open...)
}

//docs:end audit

func TestAuditProcedures_FindsNames(t *testing.T) {
	t.Parallel()
	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, health.NewServer())
	f := &finding{TB: t}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	adaptertest.AuditProcedures(f, nil, "http://"+listener.Addr().String(), []string{"/grpc.health.v1.Health/Chek"})
	if len(f.names) == 0 || !strings.HasSuffix(f.names[0], "Chek") {
		t.Errorf("got %q, want that the procedure is not served", f.names)
	}
}
