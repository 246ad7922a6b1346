package main

import (
	"fmt"
	"io"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

const password = "correct horse battery"

// people are those who use the server on a local Clerk.
type people struct {
	admin, member clerktest.User
	organization  clerktest.Organization
}

// populate gives a local Clerk the scopes of this server, and two people in an organization.
func populate(srv *clerktest.Server) people {
	//docs:begin configure
	srv.OAuth().Configure(func(s *clerktest.OAuthSettings) {
		s.JWTAccessTokens = true
		s.DynamicRegistration = true
		s.Scopes = []clerktest.OAuthScope{
			{Name: "notes:read", Description: "Read your notes"}, {Name: "notes:write", Description: "Change your notes"},
		}
		s.DefaultScopes = []string{"notes:read", "notes:write", "user:org:read"}
	})
	//docs:end configure
	var p people
	p.admin = srv.CreateUser(clerktest.User{FirstName: "Ada", Email: "ada@example.com", Password: password})
	p.member = srv.CreateUser(clerktest.User{FirstName: "Ben", Email: "ben@example.com", Password: password})
	p.organization = srv.CreateOrganization(clerktest.Organization{Name: "Analytical Engines", CreatedBy: p.admin.ID})
	srv.AddMember(p.organization.ID, p.member.ID, "org:member")
	return p
}

// token is what a client would hold after a user agreed to these scopes.
func (p *people) token(srv *clerktest.Server, userID, resource string, scopes ...string) string {
	//docs:begin token
	client := srv.OAuth().AddClient(clerktest.OAuthClient{Name: "curl", Public: true, RedirectURIs: []string{"http://127.0.0.1/callback"}, Scopes: scopes})
	tokens := srv.OAuth().Grant(clerktest.OAuthGrantParams{
		ClientID: client.ClientID, UserID: userID, OrganizationID: p.organization.ID, Scopes: scopes, Resource: resource,
	})
	//docs:end token
	return tokens.AccessToken
}

// explain prints what to paste into a client. On a local Clerk it makes the people who can sign in there.
func explain(out io.Writer, k *demo.Clerk) {
	fmt.Fprintf(out, `# Claude Code
claude mcp add --transport http team-notes %[1]s
# VS Code, .vscode/mcp.json
{"servers": {"team-notes": {"type": "http", "url": "%[1]s"}}}
# Cursor, .cursor/mcp.json, and most others
{"mcpServers": {"team-notes": {"url": "%[1]s"}}}
`, resource)
	if k.Local == nil {
		return
	}
	p := populate(k.Local)
	fmt.Fprintf(out, `# The client opens a page of the local Clerk. Sign in as ada@example.com, who may invite, or as ben@example.com;
# the password is: %s
# For curl, as Ada:
export MCP=%s TOKEN=%s
`, password, resource, p.token(k.Local, p.admin.ID, resource, "notes:read", "notes:write", "user:org:read"))
}
