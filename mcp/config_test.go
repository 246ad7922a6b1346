package clerkmcp_test

import (
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

func TestNew_RefusesContradictions(t *testing.T) {
	t.Parallel()
	authn := newAuthenticator(t)
	for name, test := range map[string]struct {
		change func(*clerkmcp.Config)
		want   string
	}{
		"no authenticator":         {func(c *clerkmcp.Config) { c.Authenticator = nil }, "Authenticator is required"},
		"no resource":              {func(c *clerkmcp.Config) { c.Resource = "" }, "Resource must be an absolute"},
		"plain http":               {func(c *clerkmcp.Config) { c.Resource = "http://example.com/mcp" }, "Resource must be an absolute"},
		"a fragment":               {func(c *clerkmcp.Config) { c.Resource = resource + "#x" }, "Resource must be an absolute"},
		"a query":                  {func(c *clerkmcp.Config) { c.Resource = resource + "?x" }, "must not have a query"},
		"a default port":           {func(c *clerkmcp.Config) { c.Resource = "https://example.com:443/mcp" }, "no default port"},
		"capitals":                 {func(c *clerkmcp.Config) { c.Resource = "https://Example.com/mcp" }, "lower case"},
		"braces":                   {func(c *clerkmcp.Config) { c.Resource = "https://example.com/%7Bx%7D/{id}" }, "braces"},
		"a path in the server":     {func(c *clerkmcp.Config) { c.AuthorizationServer = issuer + "/" }, "AuthorizationServer must be an origin"},
		"plain http to the server": {func(c *clerkmcp.Config) { c.AuthorizationServer = "http://clerk.example.com" }, "AuthorizationServer must be an origin"},
		"a bad page":               {func(c *clerkmcp.Config) { c.Documentation = "docs" }, "Documentation must be"},
		"a scope with a quote":     {func(c *clerkmcp.Config) { c.Scopes[0].Name = `a"b` }, "is not the name of a scope"},
		"a scope with a space":     {func(c *clerkmcp.Config) { c.Scopes[0].Name = `a b` }, "is not the name of a scope"},
		"a scope twice":            {func(c *clerkmcp.Config) { c.Scopes[1].Name = c.Scopes[0].Name }, "listed twice"},
		"offline_access":           {func(c *clerkmcp.Config) { c.Scopes[2].Name = "offline_access" }, "is not a scope of a resource"},
		"a label with a break":     {func(c *clerkmcp.Config) { c.Scopes[0].Label = "a\nb" }, "the label of mcp:read"},
		"an endless catalog": {func(c *clerkmcp.Config) {
			c.Scopes = append(c.Scopes, clerkmcp.Scope{Name: strings.Repeat("x", 3000)})
		}, "more than 64 scopes"},
		"an unknown baseline":      {func(c *clerkmcp.Config) { c.Baseline = []string{"x"} }, `Baseline: "x" is not in Scopes`},
		"an unknown tool scope":    {func(c *clerkmcp.Config) { c.Tools["write"] = []string{"x"} }, `Tools: write: "x" is not in Scopes`},
		"unlisted without a list":  {func(c *clerkmcp.Config) { c.Tools, c.AllowUnlistedTools = nil, true }, "means nothing without Tools"},
		"no types":                 {func(c *clerkmcp.Config) { c.Types = []clerkauth.TokenType{} }, "Types is empty"},
		"sessions":                 {func(c *clerkmcp.Config) { c.Types = []clerkauth.TokenType{clerkauth.TokenSession} }, "is no credential for an MCP server"},
		"unbound without baseline": {func(c *clerkmcp.Config) { c.AcceptUnboundTokens, c.Baseline = true, nil }, "every OAuth token of the instance"},
		"unbound without OAuth": {func(c *clerkmcp.Config) {
			c.AcceptUnboundTokens, c.Types = true, []clerkauth.TokenType{clerkauth.TokenAPIKey}
		}, "which Types does not accept"},
		"an origin with a path": {func(c *clerkmcp.Config) { c.Origins = []string{"https://a.example/x"} }, "neither * nor an origin"},
		"a negative body":       {func(c *clerkmcp.Config) { c.MaxBody = -1 }, "must not be negative"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config(authn)
			test.change(&c)
			if guard, err := clerkmcp.New(c); err == nil || guard != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestNew_NamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := clerkmcp.New(clerkmcp.Config{MaxSessions: -1})
	for _, want := range []string{"Authenticator", "Resource", "AuthorizationServer", "MaxSessions"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s named", err, want)
		}
	}
}

func TestNew_AcceptsAddressesOfThisMachine(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://127.0.0.1:8080/mcp", "http://localhost:3000", "http://[::1]:9/a/b/", "https://example.com/"} {
		c := config(newAuthenticator(t))
		c.Resource, c.AuthorizationServer = address, "http://clerk.localhost:4010"
		if _, err := clerkmcp.New(c); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestNew_KeepsItsOwnConfiguration(t *testing.T) {
	t.Parallel()
	c := config(newAuthenticator(t))
	guard, err := clerkmcp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Scopes[0].Name, c.Baseline[0] = "other", "other"
	if guard.Resource() != resource || guard.MetadataURL() != "https://example.com/.well-known/oauth-protected-resource/mcp" {
		t.Errorf("got %s and %s", guard.Resource(), guard.MetadataURL())
	}
	if body := fetch(t, guard.Metadata(), "GET", "/").Body.String(); strings.Contains(body, "other") {
		t.Errorf("the metadata follow a change of the caller's: %s", body)
	}
}
