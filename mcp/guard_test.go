package clerkmcp_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

const metadata = `resource_metadata="https://example.com/.well-known/oauth-protected-resource/mcp"`

func TestGuard_PassesAValidCallOn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	body := " " + call("7", "read") + "\n"
	w := s.post(sign(t, time.Now(), nil), body)
	if w.Code != http.StatusOK || s.reached != 1 {
		t.Fatalf("got %d %s, want it passed on once", w.Code, w.Body)
	}
	if s.body != body {
		t.Errorf("the handler reads %q, want the same bytes", s.body)
	}
	if s.state.UserID() != "user_ada" || !s.state.Has(clerkauth.HasScope("mcp:read")) {
		t.Errorf("got %v, want the state of the caller", s.state)
	}
}

func TestGuard_ReadsABodyOfUnknownLength(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.MaxBody = 200 })
	for _, test := range []struct {
		body   string
		status int
	}{{call("7", "read"), 200}, {call(strings.Repeat("7", 200), "read"), 413}} {
		r := httptest.NewRequest(http.MethodPost, resource, strings.NewReader(test.body))
		r.ContentLength = -1
		r.Header.Set("Authorization", "Bearer "+sign(t, time.Now(), nil))
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("a body of %d bytes: got %d, want %d", len(test.body), w.Code, test.status)
		}
	}
	if s.reached != 1 {
		t.Errorf("%d requests passed, want 1", s.reached)
	}
	if w := s.post(sign(t, time.Now(), nil), call(strings.Repeat("7", 200), "read")); w.Code != 413 {
		t.Errorf("a body that says it is too long: got %d, want 413", w.Code)
	}
}

func TestGuard_RefusesTokens(t *testing.T) {
	t.Parallel()
	now := time.Now()
	challenge := func(text, scopes string) string {
		return `Bearer error="invalid_token", error_description="` + text + `", scope="` + scopes + `", ` + metadata
	}
	for name, test := range map[string]struct {
		header []string
		want   string
	}{
		"no token":             {nil, `Bearer scope="mcp:read mcp:write", ` + metadata},
		"another scheme":       {[]string{"Authorization", "Basic " + sign(t, now, nil)}, `Bearer scope="mcp:read mcp:write", ` + metadata},
		"a token alone":        {[]string{"Authorization", sign(t, now, nil)}, `Bearer scope="mcp:read mcp:write", ` + metadata},
		"two headers":          {[]string{"Authorization", "Bearer " + sign(t, now, nil), "Authorization", "Bearer x"}, `Bearer scope="mcp:read mcp:write", ` + metadata},
		"a cookie":             {[]string{"Cookie", "__session=" + sign(t, now, nil)}, `Bearer scope="mcp:read mcp:write", ` + metadata},
		"nonsense":             {[]string{"Authorization", "Bearer x"}, challenge("Tokens of this type are not accepted here.", "mcp:read mcp:write")},
		"an expired token":     {[]string{"Authorization", "Bearer " + sign(t, now, fields{"exp": now.Unix() - 60})}, challenge("The token is not valid.", "mcp:read mcp:write")},
		"an API key":           {[]string{"Authorization", "Bearer ak_0123456789abcdef0123456789abcdef"}, challenge("Tokens of this type are not accepted here.", "mcp:read mcp:write")},
		"no audience":          {[]string{"Authorization", "Bearer " + sign(t, now, fields{"aud": nil})}, challenge("The token is not bound to this resource.", "mcp:read mcp:write")},
		"another audience":     {[]string{"Authorization", "Bearer " + sign(t, now, fields{"aud": resource + "/"})}, challenge("The token is meant for another resource.", "mcp:read mcp:write")},
		"two audiences":        {[]string{"Authorization", "Bearer " + sign(t, now, fields{"aud": []string{resource, "https://b.example"}})}, challenge("The token is meant for another resource.", "mcp:read mcp:write")},
		"no expiry":            {[]string{"Authorization", "Bearer " + sign(t, now, fields{"exp": nil})}, challenge("The token is not valid.", "mcp:read mcp:write")},
		"a malformed actor":    {[]string{"Authorization", "Bearer " + sign(t, now, fields{"act": "x"})}, challenge("The token is not valid.", "mcp:read mcp:write")},
		"a changed signature":  {[]string{"Authorization", "Bearer " + sign(t, now, nil) + "A"}, challenge("The token is not valid.", "mcp:read mcp:write")},
		"a token with a comma": {[]string{"Authorization", "Bearer a,b"}, `Bearer scope="mcp:read mcp:write", ` + metadata},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			wantRefusal(t, s.do(http.MethodPost, call("3", "write"), test.header...), 401, -32010, "3", test.want)
			if s.reached != 0 {
				t.Error("the request reached the handler")
			}
		})
	}
}

// The scheme has no case, and any number of spaces may follow it (RFC 9110, section 11.4).
func TestGuard_TakesTheSpellingsOfAHeader(t *testing.T) {
	t.Parallel()
	token := sign(t, time.Now(), nil)
	s := newServer(t, func(c *clerkmcp.Config) { c.PublicDiscovery = true })
	for _, header := range []string{"Bearer " + token, "bearer " + token, "BEARER   " + token, "Bearer " + token + " "} {
		if w := s.do(http.MethodPost, list, "Authorization", header); w.Code != 200 || s.state.UserID() != "user_ada" {
			t.Errorf("%q: got %d %s, want the caller", header[:8], w.Code, w.Body)
		}
	}
	for _, header := range []string{"Bearer", "Bearer ", token, "Basic " + token} {
		if w := s.do(http.MethodPost, list, "Authorization", header); w.Code != 200 || s.state.SignedIn() || s.state.Err() != nil {
			t.Errorf("%.8q: got %d and %v, want an anonymous caller", header, w.Code, s.state.Err())
		}
	}
}

func TestGuard_AsksForScopes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := s.post(sign(t, time.Now(), fields{"scope": "profile mcp:read"}), call(`"x"`, "write"))
	wantRefusal(t, w, 403, -32011, `"x"`, `Bearer error="insufficient_scope", error_description="The token lacks mcp:write (change notes).", `+
		`scope="mcp:read mcp:write", `+metadata)
	w = s.post(sign(t, time.Now(), fields{"scope": "mcp:admin mcp:read"}), call("1", "admin"))
	wantRefusal(t, w, 403, -32011, "1", `Bearer error="insufficient_scope", error_description="The token lacks mcp:write (change notes).", `+
		`scope="mcp:read mcp:write mcp:admin", `+metadata)
	if w = s.post(sign(t, time.Now(), fields{"scope": "mcp:admin mcp:read mcp:write"}), call("1", "admin")); w.Code != 200 {
		t.Errorf("with all scopes: got %d %s, want 200", w.Code, w.Body)
	}
	w = s.post(sign(t, time.Now(), fields{"scope": "profile"}), list)
	wantRefusal(t, w, 403, -32011, `"l"`, `Bearer error="insufficient_scope", error_description="The token lacks mcp:read (read notes).", `+
		`scope="mcp:read", `+metadata)
	if w = s.do(http.MethodGet, "", "Authorization", "Bearer "+sign(t, time.Now(), fields{"scope": "profile"})); w.Code != 403 {
		t.Errorf("a stream without the baseline: got %d, want 403", w.Code)
	}
}

func TestGuard_AsksForAllScopesAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.AskForAllScopes = true })
	for name, token := range map[string]string{"no token": "", "a bad token": sign(t, time.Now().Add(-2*time.Hour), nil)} {
		w := s.post(token, call("7", "read"))
		if challenge := w.Header().Get("WWW-Authenticate"); w.Code != http.StatusUnauthorized || !strings.Contains(challenge, `scope="mcp:read mcp:write mcp:admin"`) {
			t.Errorf("%s: got %d %s, want 401 with all scopes", name, w.Code, challenge)
		}
	}
	w := httptest.NewRecorder()
	s.guard.Metadata().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if !strings.Contains(w.Body.String(), `"scopes_supported":["mcp:read","mcp:write","mcp:admin"]`) {
		t.Errorf("got %s, want all scopes in the metadata", w.Body)
	}
	if w := s.post(sign(t, time.Now(), nil), call("7", "read")); w.Code != http.StatusOK {
		t.Errorf("got %d with the scope of the tool alone, want 200", w.Code)
	}
}

func TestGuard_NotificationsNeedNoScope(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	token := sign(t, time.Now(), fields{"scope": "profile"})
	for _, body := range []string{`{"jsonrpc":"2.0","method":"notifications/initialized"}`, `{"jsonrpc":"2.0","id":1,"result":{}}`} {
		if w := s.post(token, body); w.Code != 200 {
			t.Errorf("%s: got %d, want it passed on", body, w.Code)
		}
		if w := s.post("", body); w.Code != 401 {
			t.Errorf("%s without a token: got %d, want 401", body, w.Code)
		}
	}
}

func TestGuard_RefusesABatchAsAWhole(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	batch := "[" + call("1", "read") + `,{"jsonrpc":"2.0","method":"notifications/x"},` + call("2", "write") + "]"
	w := s.post(sign(t, time.Now(), nil), batch)
	var answers []struct{ ID int }
	if err := json.Unmarshal(w.Body.Bytes(), &answers); err != nil || w.Code != 403 || len(answers) != 2 || answers[0].ID != 1 || answers[1].ID != 2 {
		t.Errorf("got %d %s, want 403 with an error for each request", w.Code, w.Body)
	}
	if s.reached != 0 {
		t.Error("a part of the batch reached the handler")
	}
}

func TestGuard_RefusesToolsThatAreNotListed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	wantRefusal(t, s.post(sign(t, time.Now(), nil), call("1", "drop")), 200, -32602, "1", "")
	s = newServer(t, func(c *clerkmcp.Config) { c.AllowUnlistedTools = true })
	if w := s.post(sign(t, time.Now(), nil), call("1", "drop")); w.Code != 200 || s.reached != 1 {
		t.Errorf("with AllowUnlistedTools: got %d %s, want it passed on", w.Code, w.Body)
	}
	s = newServer(t, func(c *clerkmcp.Config) { c.Tools = nil })
	if w := s.post(sign(t, time.Now(), nil), call("1", "drop")); w.Code != 200 || s.reached != 1 {
		t.Errorf("without Tools: got %d %s, want it passed on", w.Code, w.Body)
	}
}

func TestGuard_AsksToolScopes(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) {
		c.ToolScopes = func(tool string, arguments json.RawMessage) []string {
			switch {
			case tool == "read" && string(arguments) == `{"all":true}`:
				return []string{"mcp:admin"}
			case tool == "write":
				return []string{"mcp:none"}
			}
			return nil
		}
	})
	body := strings.Replace(call("1", "read"), "{}", `{"all":true}`, 1)
	wantRefusal(t, s.post(sign(t, time.Now(), nil), body), 403, -32011, "1",
		`Bearer error="insufficient_scope", error_description="The token lacks mcp:admin.", scope="mcp:read mcp:admin", `+metadata)
	wantRefusal(t, s.post(sign(t, time.Now(), fields{"scope": "mcp:read mcp:write mcp:admin"}), call("1", "write")), 500, -32603, "1", "")
	if w := s.post(sign(t, time.Now(), nil), call("1", "read")); w.Code != 200 || s.reached != 1 {
		t.Errorf("got %d %s, want it passed on", w.Code, w.Body)
	}
}

func TestGuard_AnswersAToolErrorInPlaceOf403(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.ToolErrorInstead403 = true })
	w := s.post(sign(t, time.Now(), nil), call("1", "write"))
	want := `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"The token lacks mcp:write (change notes)."}],"isError":true}}`
	if w.Code != 200 || w.Body.String() != want || w.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("got %d %s, want 200 %s", w.Code, w.Body, want)
	}
	if w = s.post(sign(t, time.Now(), fields{"scope": "x"}), list); w.Code != 403 {
		t.Errorf("a list without the baseline: got %d, want 403", w.Code)
	}
}

func TestGuard_AcceptsWhatTheConfigurationNames(t *testing.T) {
	t.Parallel()
	unbound := newServer(t, func(c *clerkmcp.Config) { c.AcceptUnboundTokens = true })
	if w := unbound.post(sign(t, time.Now(), fields{"aud": nil}), call("1", "read")); w.Code != 200 {
		t.Errorf("an unbound token: got %d %s, want it passed on", w.Code, w.Body)
	}
	if w := unbound.post(sign(t, time.Now(), fields{"aud": "https://b.example"}), call("1", "read")); w.Code != 401 {
		t.Errorf("a foreign token: got %d, want 401", w.Code)
	}
	bound := newServer(t, func(c *clerkmcp.Config) {
		c.Authenticator = newAuthenticator(t, func(c *clerkauth.Config) { c.OAuthAudience = []string{"https://other.example"} })
	})
	if w := bound.post(sign(t, time.Now(), nil), call("1", "read")); w.Code != 200 {
		t.Errorf("another audience in the authenticator: got %d %s, want it passed on", w.Code, w.Body)
	}
}

func TestGuard_OpaqueTokens(t *testing.T) {
	t.Parallel()
	api := newClerkAPI(t)
	s := newServer(t, func(c *clerkmcp.Config) {
		c.Authenticator = newAuthenticator(t, func(c *clerkauth.Config) { c.APIURL = api.URL })
	})
	if w := s.post(opaque, call("1", "read")); w.Code != 200 {
		t.Errorf("got %d %s, want it passed on", w.Code, w.Body)
	}
	answer := func(status int, body string) {
		fn := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
		api.answer.Store(&fn)
	}
	answer(500, `{}`)
	wantRefusal(t, s.post(opaque, call("1", "read")), 503, -32012, "1", "")
	answer(200, `{"object":"clerk_idp_oauth_access_token","id":"oat_1","client_id":"c","subject":"user_ada","scopes":["mcp:read"],"aud":["`+resource+`"]}`)
	if w := s.post(opaque, call("1", "read")); w.Code != 401 || !strings.Contains(w.Body.String(), "when it expires") {
		t.Errorf("without an expiry: got %d %s, want 401", w.Code, w.Body)
	}
	answer(200, `{"active":false}`)
	if w := s.post(opaque, call("1", "read")); w.Code != 401 {
		t.Errorf("an inactive token: got %d, want 401", w.Code)
	}
}

func TestGuard_OpenForDiscovery(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.PublicDiscovery = true })
	if w := s.post("", list); w.Code != 200 || s.reached != 1 || s.state.SignedIn() {
		t.Errorf("a list without a token: got %d %s, want it passed on as anonymous", w.Code, w.Body)
	}
	for _, body := range []string{call("1", "read"), "[" + list + "," + call("1", "read") + "]", `{"jsonrpc":"2.0","id":1,"method":"resources/read"}`, `x`} {
		if w := s.post("", body); w.Code != 401 {
			t.Errorf("%s without a token: got %d, want 401", body, w.Code)
		}
	}
	if w := s.post("x", list); w.Code != 401 {
		t.Errorf("a list with a bad token: got %d, want 401", w.Code)
	}
	if w := s.do(http.MethodGet, ""); w.Code != 405 || s.reached != 1 {
		t.Errorf("a stream without a token: got %d, want 405", w.Code)
	}
}

func TestGuard_EndsStreamsWithTheToken(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newServer(t, func(c *clerkmcp.Config) { c.Now = func() time.Time { return now } })
	token := sign(t, now, fields{"exp": now.Add(time.Minute).Unix()})
	var until time.Time
	var limited bool
	s.answer = func(_ http.ResponseWriter, r *http.Request) { until, limited = r.Context().Deadline() }
	for name, send := range map[string]func() *httptest.ResponseRecorder{
		"GET": func() *httptest.ResponseRecorder { return s.do(http.MethodGet, "", "Authorization", "Bearer "+token) },
		"subscription": func() *httptest.ResponseRecorder {
			return s.post(token, `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}`)
		},
	} {
		if send(); !limited || until.After(now.Add(61*time.Second)) || until.Before(now.Add(50*time.Second)) {
			t.Errorf("%s: got deadline %v, %v, want the expiry of the token", name, until, limited)
		}
	}
	if s.post(token, call("1", "read")); limited {
		t.Error("a call has a deadline, want none")
	}
}

func TestGuard_OtherMethods(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := s.do(http.MethodPut, list, "Authorization", "Bearer "+sign(t, time.Now(), nil))
	if w.Code != 405 || !strings.Contains(w.Header().Get("Allow"), "POST") || s.reached != 0 {
		t.Errorf("got %d, want 405 with Allow", w.Code)
	}
}

func TestGuard_Origins(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.Origins = []string{"https://app.example.com"} })
	token := sign(t, time.Now(), nil)
	for origin, want := range map[string]int{"https://app.example.com": 200, "https://example.com": 200, "https://evil.example": 403, "null": 403} {
		w := s.post(token, call("1", "read"), "Origin", origin)
		if w.Code != want || want == 200 && w.Header().Get("Access-Control-Allow-Origin") != origin {
			t.Errorf("%s: got %d with %v, want %d", origin, w.Code, w.Header(), want)
		}
	}
	w := s.do(http.MethodOptions, "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "authorization, mcp-param-a, x evil, mcp-param-\u00e9")
	allowed := strings.Split(w.Header().Get("Access-Control-Allow-Headers"), ", ")
	if w.Code != 204 || !slices.Contains(allowed, "Authorization") || !slices.Contains(allowed, "mcp-param-a") || len(allowed) != 9 {
		t.Errorf("a preflight: got %d with %v, want 204 and the headers of the protocol", w.Code, allowed)
	}
	w = s.post("", call("1", "read"), "Origin", "https://app.example.com")
	if exposed := w.Header().Get("Access-Control-Expose-Headers"); w.Code != 401 || !strings.Contains(exposed, "WWW-Authenticate") {
		t.Errorf("a refusal: got %d exposing %q, want the challenge exposed", w.Code, exposed)
	}
	all := newServer(t, func(c *clerkmcp.Config) { c.Origins = []string{"*"} })
	if w = all.post(token, call("1", "read"), "Origin", "https://evil.example"); w.Code != 200 {
		t.Errorf("with *: got %d, want 200", w.Code)
	}
}
