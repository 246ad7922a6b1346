package main

import (
	"context"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgo "github.com/clerkgo/clerk-go/mcp/mcpgo"
)

// newMCPGoServer is the server on mark3labs/mcp-go.
func newMCPGoServer(guard *clerkmcp.Guard, t *team) http.Handler {
	//docs:begin server
	s := server.NewMCPServer("team-notes", "1.0.0", server.WithToolHandlerMiddleware(clerkmcpgo.ToolMiddleware(guard)))
	s.AddTool(mcp.NewTool("whoami", mcp.WithDescription("says who is signed in")),
		func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return toolResult(t.whoami(ctx), nil)
		})
	//docs:end server
	s.AddTool(mcp.NewTool("add_note", mcp.WithDescription("keeps a note"),
		mcp.WithString("text", mcp.Required(), mcp.Description("what the note says"))),
		func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return toolResult(t.addNote(ctx, req.GetString("text", "")))
		})
	s.AddTool(mcp.NewTool("invite", mcp.WithDescription("invites somebody into your organization"),
		mcp.WithString("email", mcp.Required(), mcp.Description("whom to invite into your organization"))),
		func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return toolResult(t.invite(ctx, req.GetString("email", "")))
		})
	//docs:begin protect
	handler := server.NewStreamableHTTPServer(s, server.WithHTTPContextFunc(clerkmcpgo.ContextFunc()), server.WithStateLess(true))
	return clerkmcpgo.Protect(guard, handler)
	//docs:end protect
}

// toolResult is the answer of a tool; an error is one that the model reads.
func toolResult(text string, err error) (*mcp.CallToolResult, error) {
	if err != nil {
		return mcp.NewToolResultError(err.Error()), nil
	}
	return mcp.NewToolResultText(text), nil
}
