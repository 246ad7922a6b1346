package clerkauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

const metadataURL = "https://app.example.com/.well-known/oauth-protected-resource"

func TestConfig_ResourceMetadataURL(t *testing.T) {
	t.Parallel()
	const plain, invalid = `Bearer`, `Bearer error="invalid_token", error_description="The token is not valid."`
	const other = `Bearer error="invalid_token", error_description="Tokens of this type are not accepted here."`
	const pointer = `resource_metadata="` + metadataURL + `"`
	api := &machineAPI{status: http.StatusNotFound, answer: fields{}}
	oauth := []clerkauth.TokenType{clerkauth.TokenOAuth}
	tests := []struct {
		name    string
		types   []clerkauth.TokenType // of the route
		narrow  []clerkauth.TokenType // of the handler, if it asks for less
		token   string
		want    string
		unknown bool // the URL is not configured
	}{
		{"nothing was presented", oauth, nil, "", plain + " " + pointer, false},
		{"an opaque token that is not valid", oauth, nil, "oat_0123456789abcdef", invalid + ", " + pointer, false},
		{"a token that is none", oauth, nil, "garbage", other + ", " + pointer, false},
		{"one of several types", clerkauth.AnyToken(), nil, "oat_0123456789abcdef", invalid + ", " + pointer, false},
		{"sessions only", []clerkauth.TokenType{clerkauth.TokenSession}, nil, "", plain, false},
		{"API keys only", []clerkauth.TokenType{clerkauth.TokenAPIKey}, nil, "ak_0123456789abcdef", invalid, false},
		{"a handler for API keys", clerkauth.AnyToken(), []clerkauth.TokenType{clerkauth.TokenAPIKey}, "ak_0123456789abcdef", invalid, false},
		{"a handler for sessions, without a token", clerkauth.AnyToken(), []clerkauth.TokenType{clerkauth.TokenSession}, "", plain, false},
		{"a handler for OAuth tokens gets an API key", clerkauth.AnyToken(), oauth, "ak_0123456789abcdef", other + ", " + pointer, false},
		{"without the option", oauth, nil, "", plain, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			authn := machines(t, api, nil, func(c *clerkauth.Config) {
				if !test.unknown {
					c.ResourceMetadataURL = metadataURL
				}
			})
			var req clerkauth.Request
			if test.token != "" {
				req = bearer(test.token)
			}
			state := authn.Authenticate(t.Context(), req, clerkauth.AcceptTokens(test.types...))
			if test.narrow != nil {
				state = state.Accept(test.narrow...)
			}
			answer := clerkauth.AnswerTo(state.Require())
			if got := answer.Header.Get("WWW-Authenticate"); answer.Status != http.StatusUnauthorized || got != test.want {
				t.Errorf("got %d with challenge %s, want 401 with %s", answer.Status, got, test.want)
			}
			if anonymous := state.Err() == nil; anonymous != (test.token == "") {
				t.Errorf("got error %v, want one only for a token", state.Err())
			}
		})
	}
}

func TestConfig_ResourceMetadataURL_otherAnswers(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := machines(t, &machineAPI{status: http.StatusServiceUnavailable}, clock.now, func(c *clerkauth.Config) {
		c.ResourceMetadataURL = metadataURL
	})
	pending := sign(t, keyA(), header(nil), claims(clock.now(), fields{"sts": "pending"}))
	for name, test := range map[string]struct {
		token  string
		checks []clerkauth.Check
		status int
	}{
		"a check fails":        {good(t, clock.now()), []clerkauth.Check{clerkauth.HasRole("owner")}, http.StatusForbidden},
		"Clerk is unreachable": {"oat_0123456789abcdef", nil, http.StatusServiceUnavailable},
		"a session with tasks": {pending, nil, http.StatusUnauthorized},
	} {
		state := authn.Authenticate(t.Context(), bearer(test.token))
		answer := clerkauth.AnswerTo(state.Require(test.checks...))
		if got := answer.Header.Get("WWW-Authenticate"); answer.Status != test.status || strings.Contains(got, "resource_metadata") {
			t.Errorf("%s: got %d with challenge %q, want %d without metadata", name, answer.Status, got, test.status)
		}
	}
}

func TestConfig_ResourceMetadataURL_refused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"/.well-known/oauth-protected-resource", "app.example.com", "javascript:alert(1)", "https://app.example.com/#x",
		`https://app.example.com/"`, `https://app.example.com/\`, "https://app.example.com/\r\nX: y", "https://user@app.example.com/",
	} {
		_, err := clerkauth.New(clerkauth.Config{JWTKey: pemOf(t, keyA()), PublishableKey: testPublishable, ResourceMetadataURL: text})
		if err == nil {
			t.Errorf("ResourceMetadataURL %q: got no error", text)
		}
	}
}

func TestMiddleware_resourceMetadata(t *testing.T) {
	t.Parallel()
	authn := machines(t, &machineAPI{status: http.StatusNotFound}, nil, func(c *clerkauth.Config) { c.ResourceMetadataURL = metadataURL })
	handler := clerkauth.Middleware(authn, clerkauth.WithCallOptions(clerkauth.AcceptTokens(clerkauth.TokenOAuth)))(
		clerkauth.RequireAuth()(http.NotFoundHandler()))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/mcp", http.NoBody))
	if got, want := w.Header().Get("WWW-Authenticate"), `Bearer resource_metadata="`+metadataURL+`"`; w.Code != http.StatusUnauthorized || got != want {
		t.Errorf("got %d with challenge %s, want 401 with %s", w.Code, got, want)
	}
}
