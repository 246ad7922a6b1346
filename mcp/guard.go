package clerkmcp

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Guard protects one MCP server. It is safe for concurrent use; make one with [New] and keep it.
type Guard struct {
	config       Config
	authn        clerkauth.RequestAuthenticator // by the rules of the guard
	metadataURL  string
	metadata     []byte
	catalog      catalog
	baseline     scopeSet
	tools        map[string]scopeSet
	origins      origins
	acceptsOAuth bool
	sessions     *sessions // nil where the handler keeps none
	relay        relay
}

// New checks the configuration as a whole and returns a [Guard], or an error that names everything that is wrong. It
// does not use the network.
func New(config Config) (*Guard, error) {
	c := config.clone()
	if err := c.check(); err != nil {
		return nil, err
	}
	metadataURL, err := clerkauth.ResourceMetadataURL(c.Resource)
	if err != nil {
		return nil, err
	}
	g := &Guard{
		config: c, metadataURL: metadataURL, catalog: newCatalog(c.Scopes), origins: newOrigins(&c),
		authn: clerkauth.Preset(c.Authenticator, clerkauth.AcceptTokens(c.Types...), clerkauth.AnyOAuthAudience(), clerkauth.HeaderOnly(),
			clerkauth.WithChallenge(metadataURL, c.Baseline...)),
		acceptsOAuth: slices.Contains(c.Types, clerkauth.TokenOAuth),
		relay:        newRelay(&c),
	}
	g.baseline, _ = g.catalog.set(c.Baseline)
	if c.Tools != nil {
		g.tools = make(map[string]scopeSet, len(c.Tools))
		for name, scopes := range c.Tools {
			g.tools[name], _ = g.catalog.set(scopes)
		}
	}
	if !c.Stateless {
		g.sessions = newSessions(c.MaxSessions)
	}
	if g.metadata, err = g.document(); err != nil {
		return nil, err
	}
	return g, nil
}

// Resource returns the URL of the server as it was configured.
func (g *Guard) Resource() string { return g.config.Resource }

// ToolScopes returns the scopes that a call of a tool needs in any case, those of the baseline among them, in the order
// of the catalog. It is false for a tool that the guard refuses as unknown. What [Config].ToolScopes says about the
// arguments of a call is not among them.
func (g *Guard) ToolScopes(tool string) (scopes []string, listed bool) {
	own, listed := g.tools[tool]
	if !listed && g.tools != nil && !g.config.AllowUnlistedTools {
		return nil, false
	}
	return g.catalog.list(g.baseline | own), true
}

// Middleware puts the guard in front of the HTTP handler of an MCP server. The handler sees only requests that may be
// carried out, with the state of the caller in their context.
func (g *Guard) Middleware() func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			v := visit{guard: g, w: w, r: r}
			v.serve(r.Context(), next)
		})
	}
}

// contexter is a handler that makes the context of its requests, out of the one that has the state of the caller. The
// handlers of libraries that look for the caller under a key of their own are such: they need no second copy of the
// request.
type contexter interface {
	CallerContext(ctx context.Context) context.Context
}

// Mount registers the server and its metadata on a mux: the handler, which gets the guard in front of it, at the path
// of the resource, and [Guard.Metadata] at [Guard.MetadataPaths].
func (g *Guard) Mount(mux *http.ServeMux, handler http.Handler) {
	path := pathOf(g.config.Resource)
	mux.Handle(exactly(path), g.Middleware()(handler))
	for _, path := range g.MetadataPaths() {
		mux.Handle(exactly(path), g.Metadata())
	}
}

// exactly is the pattern of a mux that matches one path.
func exactly(path string) string {
	if path[len(path)-1] == '/' {
		return path + "{$}"
	}
	return path
}

// pathOf returns the path of a URL, which is a slash where it has none.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.EscapedPath() == "" {
		return "/"
	}
	return u.EscapedPath()
}
