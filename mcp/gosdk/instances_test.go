package clerkmcpgosdk_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgosdk "github.com/clerkgo/clerk-go/mcp/gosdk"
)

// tenant is an instance with an opaque token and a JWT of each of its people, who are named by their tokens.
type tenant struct {
	*clerktest.Instance
	tokens map[string]string
	names  []string
}

func newTenant(t *testing.T, srv *clerktest.Server) *tenant {
	t.Helper()
	in := &tenant{Instance: srv.NewInstance(t), tokens: map[string]string{}}
	for n := range 4 {
		in.OAuth().Configure(func(s *clerktest.OAuthSettings) {
			s.JWTAccessTokens, s.Scopes = n%2 == 0, []clerktest.OAuthScope{{Name: "mcp:read"}}
		})
		user := in.CreateUser(clerktest.User{})
		token := in.IssueOAuthAccessToken("", user.ID, "mcp:read")
		in.tokens[token], in.names = user.ID, append(in.names, token)
	}
	return in
}

// Whatever the order of requests is and however often instances are dropped meanwhile, a token counts at its own tenant
// only, and there it names its own user.
func TestProtect_TokensOfOneTenantNeverWorkAtAnother(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	all := map[string]*tenant{}
	for n := range 5 {
		all[fmt.Sprintf("t%d.example.com", n)] = newTenant(t, srv)
	}
	handler := tenantServer(t, all)
	var callers sync.WaitGroup
	for seed := range uint64(8) {
		callers.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // No secret.
			for range 60 {
				home, host := fmt.Sprintf("t%d.example.com", random.IntN(5)), fmt.Sprintf("t%d.example.com", random.IntN(5))
				token := all[home].names[random.IntN(4)]
				r := benchRequest(token)
				r.Host = host
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				switch saw := w.Header().Get("X-User"); {
				case home == host && (w.Code != http.StatusOK || saw != all[home].tokens[token]):
					t.Errorf("at home: got %d for %q, want 200 for %q", w.Code, saw, all[home].tokens[token])
				case home != host && (w.Code != http.StatusUnauthorized && w.Code != http.StatusServiceUnavailable || saw != ""):
					t.Errorf("elsewhere: got %d for %q, want nobody", w.Code, saw)
				}
			}
		})
	}
	callers.Wait()
}

// tenantServer is an MCP server for the people of all tenants, which keeps only two instances at a time.
func tenantServer(t *testing.T, all map[string]*tenant) http.Handler {
	t.Helper()
	instances, err := clerkauth.NewInstances(clerkauth.InstancesConfig{
		Name: clerkauth.Request.Hostname, Size: 2,
		Open: func(_ context.Context, name string) (clerkauth.Config, error) {
			return clerkauthtest.Config(all[name].Instance), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := clerkmcp.New(clerkmcp.Config{
		Authenticator: instances, Resource: benchResource, AuthorizationServer: "https://clerk.example.com", Stateless: true,
		Scopes: []clerkmcp.Scope{{Name: "mcp:read"}}, Baseline: []string{"mcp:read"}, AcceptUnboundTokens: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := benchServer()
	inner := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true})
	return clerkmcpgosdk.Protect(guard, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-User", clerkauth.FromContext(r.Context()).UserID())
		inner.ServeHTTP(w, r)
	}))
}
