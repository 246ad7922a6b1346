package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

const (
	scopeRead  = "mcp:read"
	scopeWrite = "mcp:write"
)

// world is a local Clerk, and an MCP server that trusts it. Both tell what they were asked.
type world struct {
	in       *clerktest.Instance
	ada, eve clerktest.User
	url      string  // of the MCP server
	clerk    journal // of the local Clerk
	server   journal
	stop     []func()

	mu   sync.Mutex
	seen []string // users whom the tools saw
}

// setup is how a world differs from others.
type setup struct {
	library    library
	origin     string                          // of pages that may call the server
	asksForAll bool                            // the server tells clients all scopes at once
	change     func(http.Handler) http.Handler // puts something in front of the server
}

// newWorld starts both.
func newWorld(s setup) (_ *world, err error) {
	w := &world{}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if err := w.startClerk(); err != nil {
		return nil, err
	}
	var app http.Handler
	server := httptest.NewServer(w.server.watch(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { app.ServeHTTP(rw, r) })))
	w.stop = append(w.stop, server.CloseClientConnections, server.Close)
	w.url = server.URL + "/mcp"
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: w.in.SecretKey(), APIURL: w.in.URL(), HeaderOnly: true, Now: w.in.Clock().Now})
	if err != nil {
		return nil, err
	}
	config := clerkmcp.Config{
		Authenticator: authn, Resource: w.url, AuthorizationServer: w.in.OAuth().Issuer(),
		Scopes:          []clerkmcp.Scope{{Name: scopeRead}, {Name: scopeWrite}},
		Baseline:        []string{scopeRead},
		Tools:           map[string][]string{"read": nil, "write": {scopeWrite}},
		AskForAllScopes: s.asksForAll, Now: w.in.Clock().Now,
	}
	if s.origin != "" {
		config.Origins = []string{s.origin}
	}
	guard, err := clerkmcp.New(config)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/mcp", s.library.protect(guard, w.saw))
	for _, path := range guard.MetadataPaths() {
		mux.Handle(path, guard.Metadata())
	}
	app = mux
	if s.change != nil {
		app = s.change(mux)
	}
	return w, nil
}

func (w *world) startClerk() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a local listener does not wait
	if err != nil {
		return err
	}
	emulator, err := clerktest.New(clerktest.WithURL("http://" + listener.Addr().String()))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := httptest.NewUnstartedServer(w.clerk.watch(emulator))
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	w.stop = append(w.stop, server.CloseClientConnections, server.Close, func() { _ = emulator.Close() })
	w.in = emulator.Default()
	w.ada = w.in.CreateUser(clerktest.User{Email: "ada@example.com"})
	w.eve = w.in.CreateUser(clerktest.User{Email: "eve@example.com"})
	w.in.OAuth().Configure(func(s *clerktest.OAuthSettings) {
		s.DynamicRegistration = true
		s.RefreshAlways = true
		s.Scopes = []clerktest.OAuthScope{{Name: scopeRead}, {Name: scopeWrite}}
		s.DefaultScopes = []string{scopeRead, scopeWrite}
	})
	w.in.OAuth().AutoConsent(w.ada.ID, "")
	return nil
}

func (w *world) close() {
	for _, stop := range w.stop {
		stop()
	}
}

// saw is what the tools do.
func (w *world) saw(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, clerkauth.FromContext(ctx).UserID())
}

// lastSeen is the user whom a tool saw last, and how often one was called.
func (w *world) lastSeen() (user string, calls int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seen) == 0 {
		return "", 0
	}
	return w.seen[len(w.seen)-1], len(w.seen)
}

// log returns what the authorization server answered at a path.
func (w *world) log(path string) (entries []clerktest.OAuthLogEntry) {
	for _, entry := range w.in.OAuth().Log() {
		if entry.Path == path && entry.Method != http.MethodOptions {
			entries = append(entries, entry)
		}
	}
	return entries
}

// addClient makes a client known that may ask for both scopes.
func (w *world) addClient(redirectURI string) string {
	return w.in.OAuth().AddClient(clerktest.OAuthClient{
		Name: "known", Public: true, RedirectURIs: []string{redirectURI}, Scopes: []string{scopeRead, scopeWrite},
	}).ClientID
}

// token is what a client would hold after a user let it in.
func (w *world) token(user clerktest.User, resource string) string {
	return w.in.OAuth().Grant(clerktest.OAuthGrantParams{
		ClientID: w.addClient(callback), UserID: user.ID, Scopes: []string{scopeRead}, Resource: resource,
	}).AccessToken
}

// revokeAll ends every grant.
func (w *world) revokeAll() {
	for _, grant := range w.in.OAuth().Grants() {
		if !grant.Revoked {
			w.in.OAuth().Revoke(grant.ID)
		}
	}
}

const (
	begin    = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"curl","version":"1"}}}`
	callRead = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read","arguments":{}}}`
)

// answered is what the server says to a message.
type answered struct {
	status             int
	challenge, session string
}

// post sends a message without a library.
func (w *world) post(ctx context.Context, token, session, body string) (answered, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, strings.NewReader(body))
	if err != nil {
		return answered{}, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	req.Header.Set("Mcp-Protocol-Version", "2025-06-18")
	if session != "" {
		req.Header.Set("Mcp-Session-Id", session)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answered{}, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	a := answered{resp.StatusCode, resp.Header.Get("WWW-Authenticate"), resp.Header.Get("Mcp-Session-Id")}
	return a, errors.Join(err, resp.Body.Close())
}
