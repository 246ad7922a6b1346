package clerkmcp_test

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

const (
	resource = "https://example.com/mcp"
	issuer   = "https://clerk.example.com"
)

type fields map[string]any

// signer is the key that all tests sign with: making RSA keys is slow.
var signer = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// sign makes an OAuth access token that is good for an hour, for the resource and with the scope mcp:read, changed by
// extra; a nil value removes a claim.
func sign(tb testing.TB, now time.Time, extra fields) string {
	tb.Helper()
	claims := fields{
		"iss": issuer, "sub": "user_ada", "client_id": "client_1", "jti": "oat_1", "scope": "mcp:read", "aud": resource,
		"iat": now.Unix(), "nbf": now.Unix() - 1, "exp": now.Add(time.Hour).Unix(),
	}
	maps.Copy(claims, extra)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			tb.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	text := part(fields{"alg": "RS256", "typ": "at+jwt", "kid": "ins_1"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, signer(), crypto.SHA256, sum[:])
	if err != nil {
		tb.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// clerkAPI answers questions about opaque tokens, and counts them.
type clerkAPI struct {
	*httptest.Server
	asked  atomic.Int64
	answer atomic.Pointer[func(http.ResponseWriter, *http.Request)]
}

// opaque is a token about which clerkAPI gives a good answer.
const opaque = "oat_0123456789abcdef0123456789abcdef"

func newClerkAPI(tb testing.TB) *clerkAPI {
	tb.Helper()
	api := &clerkAPI{}
	api.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.asked.Add(1)
		if answer := api.answer.Load(); answer != nil {
			(*answer)(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(fields{
			"object": "clerk_idp_oauth_access_token", "id": "oat_1", "client_id": "client_1", "subject": "user_ada",
			"scopes": []string{"mcp:read"}, "revoked": false, "expired": false, "aud": []string{resource},
			"expiration": time.Now().Add(time.Hour).Unix(), "created_at": time.Now().Unix(), "updated_at": time.Now().Unix(),
		})
	}))
	tb.Cleanup(api.Close)
	return api
}

func newAuthenticator(tb testing.TB, change ...func(*clerkauth.Config)) *clerkauth.Authenticator {
	tb.Helper()
	public, err := x509.MarshalPKIXPublicKey(&signer().PublicKey)
	if err != nil {
		tb.Fatal(err)
	}
	c := clerkauth.Config{
		HeaderOnly: true, JWTKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})), SecretKey: "sk_test_x",
	}
	for _, fn := range change {
		fn(&c)
	}
	authn, err := clerkauth.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return authn
}

// config is a server with a tool for everybody who has the baseline, and one that needs another scope.
func config(authn *clerkauth.Authenticator) clerkmcp.Config {
	return clerkmcp.Config{
		Authenticator: authn, Resource: resource, AuthorizationServer: issuer,
		Scopes:   []clerkmcp.Scope{{Name: "mcp:read", Label: "read notes"}, {Name: "mcp:write", Label: "change notes"}, {Name: "mcp:admin"}},
		Baseline: []string{"mcp:read"},
		Tools:    map[string][]string{"read": nil, "write": {"mcp:write"}, "admin": {"mcp:admin", "mcp:write"}},
	}
}

// server is a guard with a handler behind it that notes what reaches it.
type server struct {
	tb      testing.TB
	guard   *clerkmcp.Guard
	handler http.Handler
	reached int
	body    string
	header  http.Header
	state   *clerkauth.RequestState
	answer  http.HandlerFunc // in place of an empty one
}

func newServer(tb testing.TB, change ...func(*clerkmcp.Config)) *server {
	tb.Helper()
	c := config(newAuthenticator(tb))
	for _, fn := range change {
		fn(&c)
	}
	guard, err := clerkmcp.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	s := &server{tb: tb, guard: guard}
	s.handler = guard.Middleware()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			tb.Error(err)
		}
		s.reached, s.body, s.header, s.state = s.reached+1, string(body), r.Header, clerkauth.FromContext(r.Context())
		if s.answer != nil {
			s.answer(w, r)
		}
	}))
	return s
}

// do sends a request with a body and headers, given as name and value.
func (s *server) do(method, body string, header ...string) *httptest.ResponseRecorder {
	s.tb.Helper()
	r := httptest.NewRequest(method, resource, bytes.NewBufferString(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// post sends a message with a token, which may be empty.
func (s *server) post(token, body string, header ...string) *httptest.ResponseRecorder {
	s.tb.Helper()
	if token != "" {
		header = append(header, "Authorization", "Bearer "+token)
	}
	return s.do(http.MethodPost, body, header...)
}

func call(id, tool string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `","arguments":{}}}`
}

const list = `{"jsonrpc":"2.0","id":"l","method":"tools/list"}`

// wantRefusal holds an answer against the status, the code of the JSON-RPC error, and a part of the challenge.
func wantRefusal(t *testing.T, w *httptest.ResponseRecorder, status, code int, id, challenge string) {
	t.Helper()
	var body struct {
		ID    json.RawMessage `json:"id"`
		Error struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	if w.Code != status || body.Error.Code != code || string(body.ID) != id {
		t.Errorf("got %d %s, want %d with code %d and id %s", w.Code, w.Body, status, code, id)
	}
	if got := w.Header().Get("WWW-Authenticate"); got != challenge {
		t.Errorf("got challenge\n%s, want\n%s", cmp.Or(got, "none"), cmp.Or(challenge, "none"))
	}
	if strings.Contains(w.Body.String(), "user_ada") {
		t.Error("the answer names the user")
	}
}
