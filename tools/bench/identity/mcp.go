package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/clerkgo/clerk-go/clerktest"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgosdk "github.com/clerkgo/clerk-go/mcp/gosdk"
)

const resource = "https://bench.example.com/mcp"

const toolCall = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read","arguments":{}}}`

func mcpRequest(token string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, resource, strings.NewReader(toolCall)) //nolint:noctx // it goes nowhere
	if err != nil {
		panic(err)
	}
	r.Header = http.Header{
		"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"},
		"Accept": {"application/json, text/event-stream"}, "Mcp-Protocol-Version": {"2025-06-18"},
	}
	return r
}

// mcp measures a call of a tool over a handler of the official SDK that keeps no sessions.
func (fx *fixture) mcp(ctx context.Context) (group, error) {
	server := mcp.NewServer(&mcp.Implementation{Name: "bench", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "read"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		return nil, nil, nil
	})
	return fx.mcpOver(ctx, "one call of a tool", mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true}))
}

// mcpAlone measures the same guards before a handler that does nothing: what they add is small beside the SDK's own work.
func (fx *fixture) mcpAlone(ctx context.Context) (group, error) {
	return fx.mcpOver(ctx, "a handler that does nothing; ours may add 3000 ns and 12 allocations",
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
}

func (fx *fixture) mcpOver(ctx context.Context, title string, bare http.Handler) (group, error) {
	guarding, err := fx.mcpGuard()
	if err != nil {
		return group{}, err
	}
	verifier, err := fx.mcpVerifier(ctx)
	if err != nil {
		return group{}, err
	}
	tokens := fx.sign(
		clerktest.TokenHeader("typ", "at+jwt"), clerktest.TokenHeader("cat", nil), clerktest.TokenClaim("client_id", "client_bench"),
		clerktest.TokenClaim("scope", "mcp:read mcp:write"), clerktest.TokenClaim("aud", resource),
	)
	required := auth.RequireBearerToken(verifier, &auth.RequireBearerTokenOptions{Scopes: []string{"mcp:read"}})
	subjects, err := tokens.guards([]guard{
		{nameWarm, serving(clerkmcpgosdk.Protect(guarding, bare), mcpRequest)},
		{"RequireBearerToken with golang-jwt", serving(required(bare), mcpRequest)},
	})
	return group{title, subject{"no guard", serving(bare, mcpRequest)(tokens.good)}, subjects}, err
}

func (fx *fixture) mcpGuard() (*clerkmcp.Guard, error) {
	authn, err := fx.authenticator(nil)
	if err != nil {
		return nil, err
	}
	return clerkmcp.New(clerkmcp.Config{
		Authenticator: authn, Resource: resource, AuthorizationServer: fx.server.OAuth().Issuer(), Stateless: true,
		Scopes: []clerkmcp.Scope{{Name: "mcp:read"}, {Name: "mcp:write"}}, Baseline: []string{"mcp:read"},
		Tools: map[string][]string{"read": nil, "write": {"mcp:write"}},
	})
}

// mcpVerifier is byHand for the SDK's own middleware.
func (fx *fixture) mcpVerifier(ctx context.Context) (auth.TokenVerifier, error) {
	verify, err := fx.byHand(ctx)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		claims, err := verify(token)
		if err != nil {
			return nil, auth.ErrInvalidToken
		}
		expires, err := claims.GetExpirationTime()
		if err != nil {
			return nil, auth.ErrInvalidToken
		}
		if audience, err := claims.GetAudience(); err != nil || len(audience) != 1 || audience[0] != resource {
			return nil, auth.ErrInvalidToken
		}
		subject, _ := claims["sub"].(string)
		scope, _ := claims["scope"].(string)
		return &auth.TokenInfo{Scopes: strings.Fields(scope), Expiration: expires.Time, UserID: subject}, nil
	}, nil
}
