package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

var libraries = []string{"go-sdk", "mcp-go"}

// world is the program on a local Clerk.
type world struct {
	*people

	clerk *demo.Clerk
	url   string
}

func newWorld(t *testing.T, library string) *world {
	t.Helper()
	k, err := demo.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	p := populate(k.Local)
	var app http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { app.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	w := &world{people: &p, clerk: k, url: server.URL + "/mcp"}
	if app, err = newApp(k, library, w.url, false); err != nil {
		t.Fatal(err)
	}
	return w
}

// bearer sends a token with each request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// connect begins to talk to the server as a user who granted these scopes.
func (w *world) connect(t *testing.T, userID string, scopes ...string) *mcp.ClientSession {
	t.Helper()
	token := w.token(w.clerk.Local, userID, w.url, scopes...)
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), &mcp.StreamableClientTransport{
		Endpoint: w.url, HTTPClient: &http.Client{Transport: bearer(token)}, DisableStandaloneSSE: true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// call returns the text of a tool's answer, and whether it succeeded.
func call(ctx context.Context, t *testing.T, session *mcp.ClientSession, tool string, arguments map[string]any) (string, bool) {
	t.Helper()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		return err.Error(), false
	}
	text, _ := result.Content[0].(*mcp.TextContent)
	return text.Text, !result.IsError
}

func TestTools(t *testing.T) {
	t.Parallel()
	for _, library := range libraries {
		t.Run(library, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, library)
			admin := w.connect(t, w.admin.ID, "notes:read", "notes:write", "user:org:read")
			member := w.connect(t, w.member.ID, "notes:read", "user:org:read")
			reader := w.connect(t, w.admin.ID, "notes:read")
			for _, step := range []struct {
				who       string
				session   *mcp.ClientSession
				tool      string
				arguments map[string]any
				want      string
				ok        bool
			}{
				{"a reader", reader, "whoami", map[string]any{}, "user " + w.admin.ID, true},
				{"a member", member, "whoami", map[string]any{}, "in organization " + w.organization.ID, true},
				{"a writer", admin, "add_note", map[string]any{"text": "order cards"}, "That is note 1.", true},
				{"a reader", reader, "add_note", map[string]any{"text": "order cards"}, "", false},
				{"an administrator", admin, "invite", map[string]any{"email": "eve@example.com"}, "on its way", true},
				{"a member", member, "invite", map[string]any{"email": "eve@example.com"}, errNotAllowed.Error(), false},
				{"without the organization", reader, "invite", map[string]any{"email": "eve@example.com"}, "", false},
			} {
				if text, ok := call(t.Context(), t, step.session, step.tool, step.arguments); ok != step.ok || !strings.Contains(text, step.want) {
					t.Errorf("%s, %s: got %t %q, want %t %q", step.who, step.tool, ok, text, step.ok, step.want)
				}
			}
			invitations, err := w.clerk.Client.OrganizationInvitations.List(t.Context(), w.organization.ID, nil)
			if err != nil || len(invitations.Data) != 1 || invitations.Data[0].EmailAddress != "eve@example.com" {
				t.Errorf("got %v, %v, want the invitation of the administrator alone", invitations, err)
			}
		})
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	for _, library := range libraries {
		t.Run(library, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, library)
			resp, err := http.Post(w.url, "application/json", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			_, metadata, _ := strings.Cut(resp.Header.Get("WWW-Authenticate"), `resource_metadata="`)
			if resp.StatusCode != http.StatusUnauthorized || metadata == "" {
				t.Fatalf("got %d and no metadata without a token, want 401", resp.StatusCode)
			}
			resp, err = http.Get(strings.TrimSuffix(metadata, `"`))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var document struct {
				Resource string   `json:"resource"`
				Servers  []string `json:"authorization_servers"`
			}
			if err := json.NewDecoder(resp.Body).Decode(&document); err != nil {
				t.Fatal(err)
			}
			if document.Resource != w.url || !slices.Equal(document.Servers, []string{w.clerk.Local.OAuth().Issuer()}) {
				t.Errorf("got %+v, want the resource %s", document, w.url)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	k, err := demo.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	explain(io.Discard, k)
	if !k.Local.HasUsers() {
		t.Error("nobody can sign in")
	}
	if _, err := newApp(k, "other", resource, false); err == nil {
		t.Error("an unknown library is served")
	}
}
