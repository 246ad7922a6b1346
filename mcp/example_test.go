package clerkmcp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

// newApp serves an MCP server at https://example.com/mcp, with its metadata.
//
//docs:begin new
func newApp(authn *clerkauth.Authenticator, server http.Handler) (*http.ServeMux, error) {
	guard, err := clerkmcp.New(clerkmcp.Config{
		Authenticator:       authn,
		Resource:            "https://example.com/mcp",   // the URL that clients are given
		AuthorizationServer: "https://clerk.example.com", // Clerk's Frontend API of the instance
		Scopes: []clerkmcp.Scope{
			{Name: "notes:read", Label: "read notes"},
			{Name: "notes:write", Label: "change notes"},
		},
		Baseline: []string{"notes:read"},
		Tools:    map[string][]string{"list_notes": nil, "add_note": {"notes:write"}},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	guard.Mount(mux, server)
	return mux, nil
}

//docs:end new

func Example() {
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey:      "sk_test_example", // os.Getenv("CLERK_SECRET_KEY")
		PublishableKey: "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	app, err := newApp(authn, http.NotFoundHandler()) // the handler of your MCP library
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_note","arguments":{}}}`)))
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))
	fmt.Println(w.Body)

	w = httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/oauth-protected-resource/mcp", http.NoBody))
	fmt.Println(w.Body)
	// Output:
	// 401 Bearer scope="notes:read notes:write", resource_metadata="https://example.com/.well-known/oauth-protected-resource/mcp"
	// {"jsonrpc":"2.0","id":1,"error":{"code":-32010,"message":"A token is needed."}}
	// {"resource":"https://example.com/mcp","authorization_servers":["https://clerk.example.com"],"scopes_supported":["notes:read"],"bearer_methods_supported":["header"]}
}
