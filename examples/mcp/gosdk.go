package main

import (
	"context"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgosdk "github.com/clerkgo/clerk-go/mcp/gosdk"
)

type noteInput struct {
	Text string `json:"text" jsonschema:"what the note says"`
}

type inviteInput struct {
	Email string `json:"email" jsonschema:"whom to invite into your organization"`
}

// newSDKServer is the server on the official Go SDK.
func newSDKServer(guard *clerkmcp.Guard, t *team) http.Handler {
	//docs:begin server
	server := mcp.NewServer(&mcp.Implementation{Name: "team-notes", Version: "1.0.0"}, nil)
	server.AddReceivingMiddleware(clerkmcpgosdk.Middleware(guard)) // handlers find the caller
	mcp.AddTool(server, &mcp.Tool{Name: "whoami", Description: "says who is signed in"},
		func(ctx context.Context, _ *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			return sdkResult(t.whoami(ctx), nil)
		})
	mcp.AddTool(server, &mcp.Tool{Name: "add_note", Description: "keeps a note"},
		func(ctx context.Context, _ *mcp.CallToolRequest, in noteInput) (*mcp.CallToolResult, any, error) {
			return sdkResult(t.addNote(ctx, in.Text))
		})
	//docs:end server
	mcp.AddTool(server, &mcp.Tool{Name: "invite", Description: "invites somebody into your organization"},
		func(ctx context.Context, _ *mcp.CallToolRequest, in inviteInput) (*mcp.CallToolResult, any, error) {
			return sdkResult(t.invite(ctx, in.Email))
		})
	//docs:begin protect
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: true})
	return clerkmcpgosdk.Protect(guard, handler)
	//docs:end protect
}

// sdkResult is the answer of a tool. The SDK turns an error into one that the model reads.
func sdkResult(text string, err error) (*mcp.CallToolResult, any, error) {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, err
}
