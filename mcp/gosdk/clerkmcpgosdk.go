// Package clerkmcpgosdk protects servers of the official Go SDK of the Model Context Protocol,
// github.com/modelcontextprotocol/go-sdk, with Clerk.
//
// [Protect] puts a [clerkmcp.Guard] in front of the SDK's HTTP handler, and [Middleware] gives every handler of the
// server the caller of its own request: in a session, the SDK hands out the context of the request that began it.
package clerkmcpgosdk

import (
	"context"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

// stateKey is where the state is in [auth.TokenInfo].Extra.
const stateKey = "clerk"

// Protect puts the guard in front of the HTTP handler of a server, such as [mcp.NewStreamableHTTPHandler] makes one,
// and tells the SDK who the caller is. The SDK then binds sessions as well. A token is verified once, by the guard,
// which also answers all refusals.
func Protect(guard *clerkmcp.Guard, handler http.Handler) http.Handler {
	return guard.Middleware()(protected{handler})
}

// protected is a handler to which the guard gives requests in whose context the SDK finds who sent them.
type protected struct{ http.Handler }

// CallerContext is what the guard asks for the context of a request.
func (protected) CallerContext(ctx context.Context) context.Context {
	state := clerkauth.FromContext(ctx)
	if !state.SignedIn() {
		return ctx // The guard lets callers without a token through only where the configuration says so.
	}
	c := &identified{info: info(state)}
	c.tokenContext = tokenContext{ctx, &c.info}
	return c
}

// identified is the context of a caller's request and what it tells the SDK, in one piece of memory.
type identified struct {
	tokenContext

	info auth.TokenInfo
}

// tokenContext is a context in which the SDK finds a token.
type tokenContext struct {
	context.Context

	info *auth.TokenInfo // nil for a caller without a token
}

// Value implements [context.Context].
func (c *tokenContext) Value(key any) any {
	switch {
	case key != tokenInfoKey:
		return c.Context.Value(key)
	case c.info == nil:
		return nil
	}
	return c.info
}

// tokenInfoKey is what [auth.TokenInfoFromContext] asks a context for. The SDK itself puts something there only after a
// verification of its own, and the guard has verified the token already.
var tokenInfoKey = func() any {
	asked := &askedContext{Context: context.Background()}
	auth.TokenInfoFromContext(asked)
	return asked.key
}()

// askedContext remembers what it was asked for.
type askedContext struct {
	context.Context

	key any
}

// Value implements [context.Context].
func (c *askedContext) Value(key any) any {
	c.key = key
	return nil
}

// Info describes a state as the SDK does. UserID is [clerkmcp.Owner] and no id of Clerk's: the SDK binds sessions to
// it, and handlers read the user from [State]. It is nil for a state that is not signed in.
func Info(state *clerkauth.RequestState) *auth.TokenInfo {
	if !state.SignedIn() {
		return nil
	}
	described := info(state)
	return &described
}

func info(state *clerkauth.RequestState) auth.TokenInfo {
	return auth.TokenInfo{
		Scopes: state.Scopes(), Expiration: state.ExpiresAt(), UserID: clerkmcp.Owner(state), Extra: map[string]any{stateKey: state},
	}
}

// State returns who sent a request, such as an [*mcp.CallToolRequest]. For a request that did not come through
// [Protect], or without a token, it is nil: all methods of a nil state work, it is signed out and fails every check.
func State(req mcp.Request) *clerkauth.RequestState {
	if extra := req.GetExtra(); extra != nil && extra.TokenInfo != nil {
		if state, ok := extra.TokenInfo.Extra[stateKey].(*clerkauth.RequestState); ok && state != nil {
			return state
		}
	}
	return nil
}

// withCaller returns a context in which both the SDK and clerkauth find the caller of a request, in place of the one who
// began the session.
func withCaller(ctx context.Context, req mcp.Request) context.Context {
	c := &called{state: clerkauth.StateContext{Context: ctx, State: State(req)}}
	c.Context = &c.state
	if extra := req.GetExtra(); extra != nil {
		c.info = extra.TokenInfo
	}
	return c
}

// called is the context of a handler, in one piece of memory.
type called struct {
	tokenContext

	state clerkauth.StateContext
}

// Middleware is for AddReceivingMiddleware of a server: [clerkauth.FromContext] and [auth.TokenInfoFromContext] return
// the caller of each request in all handlers, and a tool that the guard does not know or whose scopes the caller lacks
// is not called, in whatever way the call got there. Add it to every server behind [Protect], before any middleware that
// asks who the caller is.
func Middleware(guard *clerkmcp.Guard) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			ctx = withCaller(ctx, req)
			if call, ok := req.(*mcp.CallToolRequest); ok {
				scopes, listed := guard.ToolScopes(call.Params.Name)
				if !listed {
					return nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: "There is no such tool."}
				}
				if err := clerkmcp.RequireScope(ctx, scopes...); err != nil {
					return failed(err), nil
				}
			}
			return next(ctx, method, req)
		}
	}
}

// Scoped wraps the handler of a tool: it is called with the caller in its context, see [clerkauth.FromContext], and
// only if the caller's credential has all scopes. Otherwise the tool answers an error that the model reads.
func Scoped[In, Out any](handler mcp.ToolHandlerFor[In, Out], scopes ...string) mcp.ToolHandlerFor[In, Out] {
	return func(ctx context.Context, req *mcp.CallToolRequest, in In) (*mcp.CallToolResult, Out, error) {
		ctx = withCaller(ctx, req)
		if err := clerkmcp.RequireScope(ctx, scopes...); err != nil {
			var none Out
			return failed(err), none, nil
		}
		return handler(ctx, req, in)
	}
}

// failed is the result of a tool that was not called.
func failed(err error) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: err.Error()}}, IsError: true}
}
