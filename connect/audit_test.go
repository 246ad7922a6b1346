package clerkconnect_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"connectrpc.com/connect"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkconnect "github.com/clerkgo/clerk-go/connect"
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

func TestAuditProcedures_FindsHandlersWithoutTheInterceptor(t *testing.T) {
	t.Parallel()
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: "sk_test_example", HeaderOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := clerkconnect.NewInterceptor(clerkconnect.Config{
		Authenticator: authn, Rules: clerkauth.ProcedureRules{"/acme.v1.Echo/Health": clerkauth.OpenProcedure()},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux, intercept := http.NewServeMux(), connect.WithInterceptors(guard)
	mux.Handle("/acme.v1.Echo/Health", connect.NewUnaryHandler("/acme.v1.Echo/Health", unary, intercept))
	mux.Handle("/acme.v1.Echo/Unary", connect.NewUnaryHandler("/acme.v1.Echo/Unary", unary, intercept))
	mux.Handle("/acme.v1.Echo/Stream", connect.NewBidiStreamHandler("/acme.v1.Echo/Stream", bidiStream, intercept))
	mux.Handle("/acme.v1.Echo/Bare", connect.NewBidiStreamHandler("/acme.v1.Echo/Bare", bidiStream))
	server := httptest.NewUnstartedServer(mux)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	f := &finding{TB: t}
	adaptertest.AuditProcedures(f, server.Client(), server.URL, []string{
		"/acme.v1.Echo/Health", "/acme.v1.Echo/Unary", "/acme.v1.Echo/Stream", "/acme.v1.Echo/Bare", "/acme.v1.Echo/Gone",
	}, "/acme.v1.Echo/Health")
	if got, want := slices.Compact(f.names), []string{"/acme.v1.Echo/Bare", "/acme.v1.Echo/Gone"}; !slices.Equal(got, want) {
		t.Errorf("got open procedures %q, want %q", got, want)
	}
}
