package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgosdk "github.com/clerkgo/clerk-go/mcp/gosdk"
)

const resource = "https://bench.example.com/mcp"

const toolCall = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read","arguments":{}}}`

func mcpRequest(token string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, resource, strings.NewReader(toolCall)) //nolint:noctx // it goes nowhere
	if err != nil {
		panic(err)
	}
	r.RemoteAddr = "192.0.2.1:1234"
	r.Header = http.Header{
		"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"},
		"Accept": {"application/json, text/event-stream"}, "Mcp-Protocol-Version": {"2025-06-18"},
	}
	return r
}

// mcp measures a call of a tool over a handler of the official SDK that keeps no sessions.
func (fx *fixture) mcp(ctx context.Context) (group, error) {
	server := mcp.NewServer(&mcp.Implementation{Name: "bench", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "read"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		return nil, nil, nil
	})
	return fx.mcpOver(ctx, "one call of a tool", mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true}))
}

// mcpAlone measures the same guards before a handler that does nothing: what they add is small beside the SDK's own work.
func (fx *fixture) mcpAlone(ctx context.Context) (group, error) {
	return fx.mcpOver(ctx, "a handler that does nothing; ours may add 3000 ns and 12 allocations",
		http.HandlerFunc(nothing))
}

func (fx *fixture) mcpOver(ctx context.Context, title string, bare http.Handler) (group, error) {
	guarding, err := fx.mcpGuard()
	if err != nil {
		return group{}, err
	}
	verifier, err := fx.mcpVerifier(ctx)
	if err != nil {
		return group{}, err
	}
	smallest, err := fx.smallestGuard(ctx)
	if err != nil {
		return group{}, err
	}
	tokens := fx.mcpTokens()
	required := auth.RequireBearerToken(verifier, &auth.RequireBearerTokenOptions{Scopes: []string{"mcp:read"}})
	subjects, err := tokens.guards([]guard{
		{"smallest guard possible", serving(smallest(tokens.good, bare), mcpRequest)}, {nameWarm, serving(clerkmcpgosdk.Protect(guarding, bare), mcpRequest)},
		{"ours, without the SDK's token info", serving(guarding.Middleware()(bare), mcpRequest)},
		{"RequireBearerToken with golang-jwt", serving(required(bare), mcpRequest)},
	})
	return group{title, subject{"no guard", serving(bare, mcpRequest)(tokens.good)}, subjects}, err
}

// mcpOpaque measures a token about which Clerk was asked before.
func (fx *fixture) mcpOpaque(context.Context) (group, error) {
	guarding, err := fx.mcpGuard()
	if err != nil {
		return group{}, err
	}
	bare, tokens := http.HandlerFunc(nothing), fx.opaqueTokens()
	subjects, err := tokens.guards([]guard{{nameWarm, serving(clerkmcpgosdk.Protect(guarding, bare), mcpRequest)}})
	return group{"a handler that does nothing", subject{"no guard", serving(bare, mcpRequest)(tokens.good)}, subjects}, err
}

func nothing(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

// mcpTokens are access tokens that are JWTs.
func (fx *fixture) mcpTokens() tokens {
	return fx.sign(
		clerktest.TokenHeader("typ", "at+jwt"), clerktest.TokenHeader("cat", nil), clerktest.TokenClaim("client_id", "client_bench"),
		clerktest.TokenClaim("scope", "mcp:read mcp:write"), clerktest.TokenClaim("aud", resource),
	)
}

// opaqueTokens are access tokens about which Clerk is asked: one for this server, for another one, and that nobody issued.
func (fx *fixture) opaqueTokens() tokens {
	oauth, scopes := fx.server.OAuth(), []string{"mcp:read", "mcp:write"}
	oauth.Configure(func(s *clerktest.OAuthSettings) {
		s.Scopes = []clerktest.OAuthScope{{Name: "mcp:read"}, {Name: "mcp:write"}}
	})
	client := oauth.AddClient(clerktest.OAuthClient{Name: "bench", RedirectURIs: []string{origin}, Scopes: scopes})
	grant := func(resource string) string {
		return oauth.Grant(clerktest.OAuthGrantParams{ClientID: client.ClientID, UserID: fx.person.UserID, Scopes: scopes, Resource: resource}).AccessToken
	}
	return tokens{good: grant(resource), bad: map[string]string{
		"for another server": grant(resource + "/other"), "made up": "oat_0000000000000000000000000000000000000000000000000000",
	}}
}

// admitted is what the smallest guard tells a handler.
type admitted struct {
	subject string
	expires time.Time
}

type admittedKey struct{}

// smallestGuard finds a token in a map, looks at the clock and tells the handler who came. It shows how fast this
// machine is: it neither reads the message nor knows tools, sessions, origins or the keys of the instance.
func (fx *fixture) smallestGuard(ctx context.Context) (func(token string, next http.Handler) http.Handler, error) {
	verify, err := fx.byHand(ctx)
	if err != nil {
		return nil, err
	}
	return func(token string, next http.Handler) http.Handler {
		var known sync.Map
		if claims, err := verify(token); err == nil {
			subject, _ := claims.GetSubject()
			if expires, err := claims.GetExpirationTime(); err == nil {
				known.Store(token, &admitted{subject, expires.Time})
			}
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			value, _ := known.Load(token)
			who, ok := value.(*admitted)
			if !ok || !time.Now().Before(who.expires) {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), admittedKey{}, who)))
		})
	}, nil
}

func (fx *fixture) mcpGuard() (*clerkmcp.Guard, error) {
	authn, err := fx.authenticator(func(c *clerkauth.Config) { c.MachineCacheTTL = time.Minute })
	if err != nil {
		return nil, err
	}
	return clerkmcp.New(clerkmcp.Config{
		Authenticator: authn, Resource: resource, AuthorizationServer: fx.server.OAuth().Issuer(), Stateless: true,
		Scopes: []clerkmcp.Scope{{Name: "mcp:read"}, {Name: "mcp:write"}}, Baseline: []string{"mcp:read"},
		Tools: map[string][]string{"read": nil, "write": {"mcp:write"}},
	})
}

// mcpVerifier is byHand for the SDK's own middleware.
func (fx *fixture) mcpVerifier(ctx context.Context) (auth.TokenVerifier, error) {
	verify, err := fx.byHand(ctx)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		claims, err := verify(token)
		if err != nil {
			return nil, auth.ErrInvalidToken
		}
		expires, err := claims.GetExpirationTime()
		if err != nil {
			return nil, auth.ErrInvalidToken
		}
		if audience, err := claims.GetAudience(); err != nil || len(audience) != 1 || audience[0] != resource {
			return nil, auth.ErrInvalidToken
		}
		subject, _ := claims["sub"].(string)
		scope, _ := claims["scope"].(string)
		return &auth.TokenInfo{Scopes: strings.Fields(scope), Expiration: expires.Time, UserID: subject}, nil
	}, nil
}
