// Package clerkmcpgo protects servers of github.com/mark3labs/mcp-go, a library of the Model Context Protocol, with
// Clerk.
//
// [clerkmcp.Guard] stands in front of the library's HTTP handler, [ContextFunc] hands the caller on, and handlers find
// the caller with [clerkauth.FromContext].
package clerkmcpgo

import (
	"context"
	"net/http"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

// Protect puts the guard in front of the HTTP handler of a server, such as [server.NewStreamableHTTPServer] makes one.
func Protect(guard *clerkmcp.Guard, handler http.Handler) http.Handler {
	return guard.Middleware()(handler)
}

// ContextFunc is for [server.WithHTTPContextFunc]: handlers find the caller of their request in their context, whatever
// context the library gives them. A request that did not come through the guard has a caller who is signed out.
func ContextFunc() server.HTTPContextFunc {
	return func(ctx context.Context, r *http.Request) context.Context {
		return clerkauth.NewContext(ctx, clerkauth.FromContext(r.Context()))
	}
}

// ToolMiddleware is for [server.WithToolHandlerMiddleware]: a tool whose scopes the caller lacks is not called, in
// whatever way the call got there, and answers an error that the model reads.
func ToolMiddleware(guard *clerkmcp.Guard) server.ToolHandlerMiddleware {
	return func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
		return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			scopes, listed := guard.ToolScopes(request.Params.Name)
			if !listed {
				return nil, server.ErrToolNotFound
			}
			if err := clerkmcp.RequireScope(ctx, scopes...); err != nil {
				return mcp.NewToolResultError(err.Error()), nil
			}
			return next(ctx, request)
		}
	}
}

// ToolFilter is for [server.WithToolFilter]: it hides tools that the guard refuses as unknown, and tools whose scopes
// the caller lacks. Clients never ask the user for the scope of a tool that they do not see, so use it for clients that
// cannot ask.
func ToolFilter(guard *clerkmcp.Guard) server.ToolFilterFunc {
	return func(ctx context.Context, tools []mcp.Tool) []mcp.Tool {
		return slices.DeleteFunc(slices.Clone(tools), func(tool mcp.Tool) bool {
			scopes, listed := guard.ToolScopes(tool.Name)
			return !listed || clerkmcp.RequireScope(ctx, scopes...) != nil
		})
	}
}

// Scoped wraps the handler of a tool: it is called only if the caller's credential has all scopes. Otherwise the tool
// answers an error that the model reads.
func Scoped(handler server.ToolHandlerFunc, scopes ...string) server.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if err := clerkmcp.RequireScope(ctx, scopes...); err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return handler(ctx, request)
	}
}
