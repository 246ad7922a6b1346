package main

import (
	"context"
	"net/http"

	markmcp "github.com/mark3labs/mcp-go/mcp"
	markserver "github.com/mark3labs/mcp-go/server"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgosdk "github.com/clerkgo/clerk-go/mcp/gosdk"
	clerkmcpgo "github.com/clerkgo/clerk-go/mcp/mcpgo"
)

// library makes a server with the tools read and write behind a guard. Both tell who calls them.
type library struct {
	name    string
	protect func(guard *clerkmcp.Guard, saw func(context.Context)) http.Handler
}

var libraries = []library{{"go-sdk", protectSDK}, {"mcp-go", protectMCPGo}}

func protectSDK(guard *clerkmcp.Guard, saw func(context.Context)) http.Handler {
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1.0.0"}, nil)
	server.AddReceivingMiddleware(clerkmcpgosdk.Middleware(guard))
	for _, name := range []string{"read", "write"} {
		mcp.AddTool(server, &mcp.Tool{Name: name}, func(ctx context.Context, _ *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			saw(ctx)
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "done"}}}, nil, nil
		})
	}
	return clerkmcpgosdk.Protect(guard, mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil))
}

func protectMCPGo(guard *clerkmcp.Guard, saw func(context.Context)) http.Handler {
	server := markserver.NewMCPServer("notes", "1.0.0", markserver.WithToolHandlerMiddleware(clerkmcpgo.ToolMiddleware(guard)))
	for _, name := range []string{"read", "write"} {
		server.AddTool(markmcp.NewTool(name), func(ctx context.Context, _ markmcp.CallToolRequest) (*markmcp.CallToolResult, error) {
			saw(ctx)
			return markmcp.NewToolResultText("done"), nil
		})
	}
	return clerkmcpgo.Protect(guard, markserver.NewStreamableHTTPServer(server, markserver.WithHTTPContextFunc(clerkmcpgo.ContextFunc())))
}
