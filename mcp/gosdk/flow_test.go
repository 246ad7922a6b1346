package clerkmcpgosdk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgosdk "github.com/clerkgo/clerk-go/mcp/gosdk"
)

// world is a local Clerk, and an MCP server that trusts it.
type world struct {
	t     *testing.T
	clerk *clerktest.Server
	users []clerktest.User
	url   string // of the MCP server
	mu    sync.Mutex
	log   []string // what the MCP server answered: status and scopes of the challenge
	seen  []string // users whom the handlers saw
}

func newWorld(t *testing.T, change ...func(*clerkmcp.Config)) *world {
	t.Helper()
	w := &world{t: t, clerk: clerktest.NewServer(t)}
	for _, email := range []string{"ada@example.com", "eve@example.com"} {
		w.users = append(w.users, w.clerk.CreateUser(clerktest.User{Email: email}))
	}
	w.clerk.OAuth().Configure(func(s *clerktest.OAuthSettings) {
		s.DynamicRegistration = true
		s.DefaultScopes = []string{"mcp:read", "mcp:write"}
		s.Scopes = []clerktest.OAuthScope{{Name: "mcp:read"}, {Name: "mcp:write"}}
	})
	w.clerk.OAuth().AutoConsent(w.users[0].ID, "")

	mux := http.NewServeMux()
	listener := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(&logged{ResponseWriter: rw, note: w.note}, r)
	}))
	t.Cleanup(listener.Close)
	w.url = listener.URL + "/mcp"
	c := clerkmcp.Config{
		Authenticator: clerkauthtest.For(t, w.clerk.Instance), Resource: w.url, AuthorizationServer: w.clerk.OAuth().Issuer(),
		Scopes:   []clerkmcp.Scope{{Name: "mcp:read"}, {Name: "mcp:write"}},
		Baseline: []string{"mcp:read"},
		Tools:    map[string][]string{"read": nil, "write": {"mcp:write"}},
		Now:      w.clerk.Clock().Now,
	}
	for _, fn := range change {
		fn(&c)
	}
	guard, err := clerkmcp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1"}, nil)
	server.AddReceivingMiddleware(clerkmcpgosdk.Middleware(guard))
	tool := func(ctx context.Context, req *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
		user := clerkauth.FromContext(ctx).UserID()
		if other := clerkmcpgosdk.State(req).UserID(); other != user {
			t.Errorf("the context has another user than the request: %s and %s", user, other)
		}
		if info := auth.TokenInfoFromContext(ctx); info != req.Extra.TokenInfo {
			t.Error("the context has another token than the request")
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, user)
		return nil, nil, nil
	}
	mcp.AddTool(server, &mcp.Tool{Name: "read"}, tool)
	mcp.AddTool(server, &mcp.Tool{Name: "write"}, clerkmcpgosdk.Scoped(tool, "mcp:write"))
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	mux.Handle("/mcp", clerkmcpgosdk.Protect(guard, handler))
	for _, path := range guard.MetadataPaths() {
		mux.Handle(path, guard.Metadata())
	}
	return w
}

// logged notes how a request was answered.
type logged struct {
	http.ResponseWriter
	note func(status int, challenge string)
}

func (l *logged) WriteHeader(status int) {
	l.note(status, l.Header().Get("WWW-Authenticate"))
	l.ResponseWriter.WriteHeader(status)
}

func (l *logged) Unwrap() http.ResponseWriter { return l.ResponseWriter }

func (l *logged) Flush() { _ = http.NewResponseController(l.ResponseWriter).Flush() }

func (w *world) note(status int, challenge string) {
	if status < 400 || challenge == "" {
		return
	}
	_, scope, _ := strings.Cut(challenge, `scope="`)
	scope, _, _ = strings.Cut(scope, `"`)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, http.StatusText(status)+" "+scope)
}

// requests returns what the authorization server was asked with this path since the last call, as scopes.
func (w *world) requests(path string) (scopes []string) {
	for _, entry := range w.clerk.OAuth().Log() {
		if entry.Path == path {
			scopes = append(scopes, entry.Scope)
			if entry.Resource != "" && entry.Resource != w.url {
				w.t.Errorf("%s names the resource %s, want %s", path, entry.Resource, w.url)
			}
		}
	}
	return scopes
}

// connect signs in with the Go client, as whoever the authorization server consents for.
func (w *world) connect(ctx context.Context) (*mcp.ClientSession, error) {
	noRedirects := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	const callback = "http://127.0.0.1:1/callback"
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		RedirectURL: callback,
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{ClientName: "go", RedirectURIs: []string{callback}, TokenEndpointAuthMethod: "none"},
		},
		AuthorizationCodeFetcher: func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, args.URL, http.NoBody)
			if err != nil {
				return nil, err
			}
			resp, err := noRedirects.Do(req)
			if err != nil {
				return nil, err
			}
			defer resp.Body.Close()
			location, err := url.Parse(resp.Header.Get("Location"))
			if err != nil {
				return nil, err
			}
			q := location.Query()
			return &auth.AuthorizationResult{Code: q.Get("code"), State: q.Get("state"), Iss: q.Get("iss")}, nil
		},
	})
	if err != nil {
		return nil, err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "go", Version: "1"}, nil)
	return client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: w.url, OAuthHandler: handler}, nil)
}

func callTool(ctx context.Context, session *mcp.ClientSession, name string) (bool, error) {
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: map[string]any{}})
	return err == nil && !result.IsError, err
}

// sameWords compares scopes in any order.
func sameWords(a, b string) bool {
	return slices.Equal(slices.Sorted(strings.FieldsSeq(a)), slices.Sorted(strings.FieldsSeq(b)))
}

func TestProtect_TheGoClientSignsInAndStepsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session, err := w.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, tool := range []string{"read", "write", "read"} {
		if ok, err := callTool(t.Context(), session, tool); !ok {
			t.Fatalf("%s: %v", tool, err)
		}
	}
	if want := []string{w.users[0].ID, w.users[0].ID, w.users[0].ID}; !slices.Equal(w.seen, want) {
		t.Errorf("the handlers saw %v, want %v", w.seen, want)
	}
	asked := w.requests("/oauth/authorize")
	if len(asked) != 2 || asked[0] != "mcp:read" || !sameWords(asked[1], "mcp:read mcp:write") {
		t.Errorf("the client asked for %q, want the baseline and then both scopes", asked)
	}
	if !slices.Contains(w.log, "Unauthorized mcp:read") || !slices.Contains(w.log, "Forbidden mcp:read mcp:write") {
		t.Errorf("the server answered %q", w.log)
	}
}

// send posts a message with a token, as a client that keeps a session would.
func (w *world) send(token, session, body string) *http.Response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + token, "Mcp-Session-Id": session, "Content-Type": "application/json",
		"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18",
	} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// token returns an access token of a user. It names no resource, so the guard must accept such tokens.
func (w *world) token(user int, scopes ...string) string {
	return w.clerk.IssueOAuthAccessToken("", w.users[user].ID, scopes...)
}

func unbound(c *clerkmcp.Config) { c.AcceptUnboundTokens = true }

const (
	begin = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`
	read  = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read","arguments":{}}}`
)

func TestProtect_BindsSessionsToTheirUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unbound)
	ada, eve := w.token(0, "mcp:read"), w.token(1, "mcp:read")
	session := w.send(ada, "", begin).Header.Get("Mcp-Session-Id")
	if session == "" {
		t.Fatal("no session begins")
	}
	w.send(ada, session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	if resp := w.send(eve, session, read); resp.StatusCode != http.StatusNotFound {
		t.Errorf("another user: got %d, want 404", resp.StatusCode)
	}
	if resp := w.send(w.token(0, "mcp:read", "mcp:write"), session, read); resp.StatusCode != http.StatusOK {
		t.Errorf("the user with another token: got %d, want 200", resp.StatusCode)
	}
	if !slices.Equal(w.seen, []string{w.users[0].ID}) {
		t.Errorf("the handlers saw %v, want the first user once", w.seen)
	}
}

// In a session, the context of the SDK is that of the request that began it; the caller must be that of the call.
func TestMiddleware_TheCallerIsThatOfTheRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unbound)
	session := w.send(w.token(0, "mcp:read", "mcp:write"), "", begin).Header.Get("Mcp-Session-Id")
	less := w.token(0, "mcp:read")
	w.send(less, session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	if resp := w.send(less, session, strings.Replace(read, `"read"`, `"write"`, 1)); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a call with less than the session began with: got %d, want 403", resp.StatusCode)
	}
}

// A session that began without a token, or with one of the user, must not lend its first caller to a later one.
func TestMiddleware_AStaleCallerIsNeverSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unbound, func(c *clerkmcp.Config) { c.PublicDiscovery = true })
	ada, eve := w.token(0, "mcp:read", "mcp:write"), w.token(1, "mcp:read", "mcp:write")
	session := w.send("", "", begin).Header.Get("Mcp-Session-Id")
	w.send("", session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	write := strings.Replace(read, `"read"`, `"write"`, 1)
	for _, step := range []struct {
		who, token, session, body string
		status                    int
	}{
		{"the first caller with a token", eve, session, read, 200},
		{"another user in that session", ada, session, write, 404},
		{"the first caller again", eve, session, write, 200},
		{"nobody", "", session, read, 401},
		{"another user in no session", ada, "made-up-session", read, 404},
	} {
		if resp := w.send(step.token, step.session, step.body); resp.StatusCode != step.status {
			t.Errorf("%s: got %d, want %d", step.who, resp.StatusCode, step.status)
		}
	}
	if want := []string{w.users[1].ID, w.users[1].ID}; !slices.Equal(w.seen, want) {
		t.Errorf("the handlers saw %v, want %v", w.seen, want)
	}
}

func TestProtect_RefusesTokensOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if resp := w.send(w.token(0, "mcp:read"), "", read); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unbound token: got %d, want 401", resp.StatusCode)
	}
	if resp := w.send("oat_00000000000000000000000000000000", "", read); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a made-up token: got %d, want 401", resp.StatusCode)
	}
}

func TestProtect_DiscoveryWithoutAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unbound, func(c *clerkmcp.Config) { c.PublicDiscovery = true })
	session := w.send("", "", begin).Header.Get("Mcp-Session-Id")
	w.send("", session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	if resp := w.send("", session, `{"jsonrpc":"2.0","id":3,"method":"tools/list"}`); resp.StatusCode != http.StatusOK {
		t.Errorf("a list: got %d, want 200", resp.StatusCode)
	}
	if resp := w.send("", session, read); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a call: got %d, want 401", resp.StatusCode)
	}
	if resp := w.send(w.token(0, "mcp:read"), session, read); resp.StatusCode != http.StatusOK || !slices.Equal(w.seen, []string{w.users[0].ID}) {
		t.Errorf("a call with a token: got %d and users %v", resp.StatusCode, w.seen)
	}
}

// A second line of defence: the server is reached without the guard in front.
func TestMiddleware_FailsClosedWithoutTheGuard(t *testing.T) {
	t.Parallel()
	for name, tools := range map[string]map[string][]string{"any tool": nil, "a tool that is not listed": {"other": nil}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			callWithoutTheGuard(t, tools)
		})
	}
}

func callWithoutTheGuard(t *testing.T, tools map[string][]string) {
	t.Helper()
	guard, err := clerkmcp.New(clerkmcp.Config{
		Authenticator: clerkauthtest.For(t, clerktest.NewServer(t).Instance), Resource: "http://127.0.0.1/mcp", AuthorizationServer: "https://clerk.example.com",
		Tools: tools,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1"}, nil)
	server.AddReceivingMiddleware(clerkmcpgosdk.Middleware(guard))
	mcp.AddTool(server, &mcp.Tool{Name: "read"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		t.Error("the tool was called")
		return nil, nil, nil
	})
	here, there := mcp.NewInMemoryTransports()
	if _, err := server.Connect(t.Context(), there, nil); err != nil {
		t.Fatal(err)
	}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "go", Version: "1"}, nil).Connect(t.Context(), here, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if ok, err := callTool(t.Context(), session, "read"); ok || (err != nil) != (tools != nil) {
		t.Errorf("got %t, %v, want an error result, and an error where there is no such tool", ok, err)
	}
	if clerkmcpgosdk.Info(clerkmcpgosdk.State(&mcp.CallToolRequest{})) != nil {
		t.Error("a request from nowhere has an identity")
	}
}
