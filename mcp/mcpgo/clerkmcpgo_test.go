package clerkmcpgo_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgo "github.com/clerkgo/clerk-go/mcp/mcpgo"
)

const (
	begin = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`
	read  = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read","arguments":{}}}`
	list  = `{"jsonrpc":"2.0","id":3,"method":"tools/list"}`
)

// world is a local Clerk and a server that trusts it.
type world struct {
	t     *testing.T
	clerk *clerktest.Server
	guard *clerkmcp.Guard
	app   http.Handler
	seen  []string
}

func newWorld(t *testing.T, opts ...func(*clerkmcp.Guard) server.ServerOption) *world {
	t.Helper()
	w := &world{t: t, clerk: clerktest.NewServer(t)}
	guard, err := clerkmcp.New(clerkmcp.Config{
		Authenticator: clerkauthtest.For(t, w.clerk.Instance), Resource: "https://example.com/mcp", AuthorizationServer: "https://clerk.example.com",
		Scopes: []clerkmcp.Scope{{Name: "mcp:read"}, {Name: "mcp:write"}}, Baseline: []string{"mcp:read"},
		Tools:               map[string][]string{"read": nil, "write": {"mcp:write"}, "wrapped": nil},
		AcceptUnboundTokens: true, Now: w.clerk.Clock().Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.guard = guard
	options := []server.ServerOption{server.WithToolHandlerMiddleware(clerkmcpgo.ToolMiddleware(guard))}
	for _, opt := range opts {
		options = append(options, opt(guard))
	}
	s := server.NewMCPServer("notes", "1", options...)
	tool := func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		w.seen = append(w.seen, clerkauth.FromContext(ctx).UserID())
		return mcp.NewToolResultText("done"), nil
	}
	for _, name := range []string{"read", "write", "hidden"} {
		s.AddTool(mcp.NewTool(name), tool)
	}
	s.AddTool(mcp.NewTool("wrapped"), clerkmcpgo.Scoped(tool, "mcp:write"))
	w.app = clerkmcpgo.Protect(guard, server.NewStreamableHTTPServer(s, server.WithHTTPContextFunc(clerkmcpgo.ContextFunc())))
	return w
}

// user returns a token of a new user.
func (w *world) user(email string, scopes ...string) (id, token string) {
	id = w.clerk.CreateUser(clerktest.User{Email: email}).ID
	return id, w.clerk.IssueOAuthAccessToken("", id, scopes...)
}

func (w *world) send(token, session, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "https://example.com/mcp", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if session != "" {
		r.Header.Set("Mcp-Session-Id", session)
	}
	rec := httptest.NewRecorder()
	w.app.ServeHTTP(rec, r)
	return rec
}

func TestProtect_CallsTheToolAsTheCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, token := w.user("ada@example.com", "mcp:read")
	session := w.send(token, "", begin).Header().Get("Mcp-Session-Id")
	if session == "" {
		t.Fatal("no session begins")
	}
	if rec := w.send(token, session, read); rec.Code != 200 || !strings.Contains(rec.Body.String(), "done") || !slices.Equal(w.seen, []string{ada}) {
		t.Errorf("got %d %s and users %v", rec.Code, rec.Body, w.seen)
	}
	if rec := w.send(token, session, strings.Replace(read, `"read"`, `"write"`, 1)); rec.Code != 403 {
		t.Errorf("without the scope: got %d, want 403", rec.Code)
	}
	if rec := w.send(token, session, strings.Replace(read, `"read"`, `"wrapped"`, 1)); rec.Code != 200 || !strings.Contains(rec.Body.String(), "lacks the scope mcp:write") {
		t.Errorf("a wrapped tool: got %d %s, want an error result", rec.Code, rec.Body)
	}
	_, eve := w.user("eve@example.com", "mcp:read")
	if rec := w.send(eve, session, read); rec.Code != 404 {
		t.Errorf("the session of somebody else: got %d, want 404", rec.Code)
	}
	if len(w.seen) != 1 {
		t.Errorf("the tools were called %d times, want once", len(w.seen))
	}
}

func TestToolFilter_HidesWhatTheCallerMayNotCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(g *clerkmcp.Guard) server.ServerOption { return server.WithToolFilter(clerkmcpgo.ToolFilter(g)) })
	_, token := w.user("ada@example.com", "mcp:read")
	session := w.send(token, "", begin).Header().Get("Mcp-Session-Id")
	body := w.send(token, session, list).Body.String()
	for tool, want := range map[string]bool{"read": true, "write": false, "hidden": false} {
		if got := strings.Contains(body, `"name":"`+tool+`"`); got != want {
			t.Errorf("%s is listed: %t, want %t in %s", tool, got, want, body)
		}
	}
}

// A second line of defence: the server is reached without the guard in front.
func TestToolMiddleware_FailsClosedWithoutTheGuard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	called := false
	handler := clerkmcpgo.ToolMiddleware(w.guard)(func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		called = true
		return nil, io.EOF
	})
	var request mcp.CallToolRequest
	for _, name := range []string{"read", "hidden"} {
		request.Params.Name = name
		if result, err := handler(t.Context(), request); called || err == nil && !result.IsError {
			t.Errorf("%s: got %v, %v, want it refused", name, result, err)
		}
	}
}
