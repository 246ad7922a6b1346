package clerkmcpgosdk_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgosdk "github.com/clerkgo/clerk-go/mcp/gosdk"
)

// newApp serves an MCP server at https://example.com/mcp, with its metadata.
//
//docs:begin new
func newApp(authn *clerkauth.Authenticator) (*http.ServeMux, error) {
	guard, err := clerkmcp.New(clerkmcp.Config{
		Authenticator: authn, Resource: "https://example.com/mcp", AuthorizationServer: "https://clerk.example.com",
		Scopes:   []clerkmcp.Scope{{Name: "notes:read", Label: "read notes"}, {Name: "notes:write", Label: "change notes"}},
		Baseline: []string{"notes:read"},
		Tools:    map[string][]string{"whoami": nil, "add_note": {"notes:write"}},
	})
	if err != nil {
		return nil, err
	}
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1.0.0"}, nil)
	server.AddReceivingMiddleware(clerkmcpgosdk.Middleware(guard)) // handlers find the caller
	mcp.AddTool(server, &mcp.Tool{Name: "whoami", Description: "says who is signed in"},
		func(ctx context.Context, _ *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			text := clerkauth.FromContext(ctx).UserID()
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, nil
		})

	mux := http.NewServeMux()
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	mux.Handle("/mcp", clerkmcpgosdk.Protect(guard, handler))
	for _, path := range guard.MetadataPaths() {
		mux.Handle(path, guard.Metadata())
	}
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
	app, err := newApp(authn)
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{}}}`)))
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))
	// Output:
	// 401 Bearer scope="notes:read", resource_metadata="https://example.com/.well-known/oauth-protected-resource/mcp"
}
