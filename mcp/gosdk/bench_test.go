package clerkmcpgosdk_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
	clerkmcpgosdk "github.com/clerkgo/clerk-go/mcp/gosdk"
)

const benchResource = "https://example.com/mcp"

var benchKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func benchToken(b *testing.B) string {
	b.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": "https://clerk.example.com", "sub": "user_ada", "client_id": "client_1", "jti": "oat_1", "scope": "mcp:read mcp:write",
		"aud": benchResource, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	})
	token.Header["typ"], token.Header["kid"] = "at+jwt", "ins_1"
	text, err := token.SignedString(benchKey())
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// benchClerk answers questions about opaque tokens and counts them.
func benchClerk(tb testing.TB, asked *atomic.Int64) string {
	tb.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"object": "clerk_idp_oauth_access_token", "id": "oat_1", "client_id": "client_1", "subject": "user_ada",
			"scopes": []string{"mcp:read", "mcp:write"}, "aud": []string{benchResource}, "expiration": time.Now().Add(time.Hour).Unix(),
		})
	}))
	tb.Cleanup(api.Close)
	return api.URL
}

func benchGuard(tb testing.TB, apiURL string) *clerkmcp.Guard {
	tb.Helper()
	public, err := x509.MarshalPKIXPublicKey(&benchKey().PublicKey)
	if err != nil {
		tb.Fatal(err)
	}
	authn, err := clerkauth.New(clerkauth.Config{
		HeaderOnly: true, SecretKey: "sk_test_x", APIURL: apiURL, MachineCacheTTL: time.Minute,
		JWTKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
	})
	if err != nil {
		tb.Fatal(err)
	}
	guard, err := clerkmcp.New(clerkmcp.Config{
		Authenticator: authn, Resource: benchResource, AuthorizationServer: "https://clerk.example.com", Stateless: true,
		Scopes: []clerkmcp.Scope{{Name: "mcp:read"}, {Name: "mcp:write"}}, Baseline: []string{"mcp:read"},
		Tools: map[string][]string{"read": nil, "write": {"mcp:write"}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return guard
}

func benchServer() *mcp.Server {
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "read"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		return nil, nil, nil
	})
	return server
}

// BenchmarkCall measures a call of a tool over a handler of the SDK that keeps no sessions: bare, behind the guard, and
// behind the SDK's own check of a JWT. The figures of the guard are what they are more than the bare handler.
func BenchmarkCall(b *testing.B) {
	server := benchServer()
	bare := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true})
	discard := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	var asked atomic.Int64
	guard := benchGuard(b, benchClerk(b, &asked))
	verifier := func(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		claims := jwt.MapClaims{}
		if _, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return &benchKey().PublicKey, nil }, jwt.WithValidMethods([]string{"RS256"})); err != nil {
			return nil, auth.ErrInvalidToken
		}
		expires, err := claims.GetExpirationTime()
		if err != nil {
			return nil, auth.ErrInvalidToken
		}
		subject, _ := claims["sub"].(string)
		scope, _ := claims["scope"].(string)
		return &auth.TokenInfo{Scopes: strings.Fields(scope), Expiration: expires.Time, UserID: subject}, nil
	}
	token := benchToken(b)
	for _, bench := range []struct {
		name    string
		handler http.Handler
		token   string
	}{
		{"bare", bare, token},
		{"guard/jwt", clerkmcpgosdk.Protect(guard, bare), token},
		{"guard/opaque", clerkmcpgosdk.Protect(guard, bare), "oat_0123456789abcdef0123456789abcdef"},
		{"RequireBearerToken/jwt", auth.RequireBearerToken(verifier, &auth.RequireBearerTokenOptions{Scopes: []string{"mcp:read"}})(bare), token},
		{"alone/guard/jwt", clerkmcpgosdk.Protect(guard, discard), token},
		{"alone/guard/opaque", clerkmcpgosdk.Protect(guard, discard), "oat_0123456789abcdef0123456789abcdef"},
		{"alone/discard", discard, token},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := benchRequest(bench.token)
				w := httptest.NewRecorder()
				bench.handler.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatalf("got %d %s", w.Code, w.Body)
				}
			}
		})
	}
}

func benchRequest(token string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, benchResource, strings.NewReader(read))
	r.Header["Authorization"] = []string{"Bearer " + token}
	r.Header["Content-Type"] = []string{"application/json"}
	r.Header["Accept"] = []string{"application/json, text/event-stream"}
	r.Header["Mcp-Protocol-Version"] = []string{"2025-06-18"}
	return r
}

func TestProtect_ManyCallsWithANewTokenCostOneVerification(t *testing.T) {
	t.Parallel()
	var asked, answered atomic.Int64
	server := benchServer()
	handler := clerkmcpgosdk.Protect(benchGuard(t, benchClerk(t, &asked)), mcp.NewStreamableHTTPHandler(
		func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true}))
	var group sync.WaitGroup
	for range 1000 {
		group.Go(func() {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, benchRequest("oat_0123456789abcdef0123456789abcdef"))
			if w.Code == http.StatusOK {
				answered.Add(1)
			}
		})
	}
	group.Wait()
	if asked.Load() != 1 || answered.Load() != 1000 {
		t.Errorf("%d calls went through and cost %d verifications, want 1000 and 1", answered.Load(), asked.Load())
	}
}
