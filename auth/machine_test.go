package clerkauth_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// machineAPI is a Backend API that answers about opaque tokens and counts.
type machineAPI struct {
	mu     sync.Mutex
	status int
	answer fields
	calls  []string // path, authorization and body
}

// RoundTrip implements [http.RoundTripper].
func (m *machineAPI) RoundTrip(req *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	m.calls = append(m.calls, req.URL.Path+" "+req.Header.Get("Authorization")+" "+string(body))
	text, err := json.Marshal(m.answer)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: m.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(text))), Request: req,
	}, nil
}

func (m *machineAPI) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.calls)
}

func apiKeyAnswer(extra fields) fields {
	return merge(fields{
		"object": "api_key", "id": "ak_1", "subject": "user_1", "name": "ci", "scopes": []string{"read"},
		"claims": fields{"tier": "gold"}, "revoked": false, "expired": false,
	}, extra)
}

func machines(t testing.TB, api *machineAPI, now func() time.Time, change func(*clerkauth.Config)) *clerkauth.Authenticator {
	t.Helper()
	return local(t, now, func(c *clerkauth.Config) {
		c.SecretKey, c.HTTPClient, c.AcceptTokens = testSecret, &http.Client{Transport: api}, clerkauth.AnyToken()
		if change != nil {
			change(c)
		}
	})
}

func TestMachine_lazy(t *testing.T) {
	t.Parallel()
	api := &machineAPI{status: http.StatusOK, answer: apiKeyAnswer(nil)}
	authn := machines(t, api, nil, nil)
	state := authn.Authenticate(t.Context(), bearer("ak_0123456789abcdef"))
	if state.Redirect() != "" || len(state.Headers()) != 0 || state.TokenType() != clerkauth.TokenAPIKey || api.count() != 0 {
		t.Fatalf("got %d calls before anybody asked, want none", api.count())
	}
	for range 3 {
		if !state.SignedIn() || state.UserID() != "user_1" || state.Token() != "ak_0123456789abcdef" {
			t.Errorf("got signed in %t as %q, want user_1", state.SignedIn(), state.UserID())
		}
	}
	m := state.Machine()
	if m == nil || m.ID != "ak_1" || m.Name != "ci" || m.Claims["tier"] != "gold" || !state.Has(clerkauth.HasScope("read")) {
		t.Errorf("got %+v, want the key called ci", m)
	}
	if state.Has(clerkauth.HasScope("write")) || state.Has(clerkauth.HasRole("admin")) || state.Claims() != nil {
		t.Error("a machine has what it was not given")
	}
	want := `/v1/api_keys/verify Bearer ` + testSecret + ` {"secret":"ak_0123456789abcdef"}`
	if !slices.Equal(api.calls, []string{want}) {
		t.Errorf("got calls %q, want %q once", api.calls, want)
	}
}

func TestMachine_refusals(t *testing.T) {
	t.Parallel()
	clock := newClock()
	tests := []struct {
		name   string
		status int
		answer fields
		reason clerkauth.Reason
		kind   error
	}{
		{"revoked", 200, apiKeyAnswer(fields{"revoked": true}), clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"expired", 200, apiKeyAnswer(fields{"expired": true}), clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"expiration has passed", 200, apiKeyAnswer(fields{"expiration": clock.now().UnixMilli() - 1}), clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"not active", 200, apiKeyAnswer(fields{"active": false}), clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"another object", 200, apiKeyAnswer(fields{"object": "session"}), clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"no subject", 200, apiKeyAnswer(fields{"subject": ""}), clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"empty", 200, fields{}, clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"not found", 404, fields{}, clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"bad request", 400, fields{}, clerkauth.ReasonTokenInvalid, clerkauth.ErrUnauthenticated},
		{"our key is wrong", 401, fields{}, clerkauth.ReasonSecretKeyInvalid, clerkauth.ErrUnavailable},
		{"down", 503, fields{}, clerkauth.ReasonUnexpectedError, clerkauth.ErrUnavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := &machineAPI{status: test.status, answer: test.answer}
			authn := machines(t, api, clock.now, func(c *clerkauth.Config) { c.EagerMachineTokens = true })
			state := authn.Authenticate(t.Context(), bearer("ak_0123456789abcdef"))
			if state.SignedIn() || state.Reason() != test.reason || !errors.Is(state.Err(), test.kind) || state.Machine() != nil {
				t.Errorf("got %v with error %v, want reason %q", state, state.Err(), test.reason)
			}
			if api.count() != 1 {
				t.Errorf("got %d calls, want 1", api.count())
			}
		})
	}
}

func TestMachine_implausible(t *testing.T) {
	t.Parallel()
	api := &machineAPI{status: http.StatusOK, answer: apiKeyAnswer(nil)}
	authn := machines(t, api, nil, nil)
	for _, token := range []string{"ak_", "mt_", "ak_\x01", "ak_ü", "ak_" + strings.Repeat("a", 1000)} {
		if state := authn.Authenticate(t.Context(), bearer(token)); state.SignedIn() || state.Reason() != clerkauth.ReasonTokenInvalid {
			t.Errorf("token %.10q: got %v, want signed out", token, state)
		}
	}
	if api.count() != 0 {
		t.Errorf("got %d calls, want none", api.count())
	}
}

func TestMachine_headerWithoutToken(t *testing.T) {
	t.Parallel()
	authn := machines(t, &machineAPI{status: http.StatusOK, answer: apiKeyAnswer(nil)}, nil, nil)
	for name, test := range map[string]struct {
		types  []clerkauth.TokenType
		typ    clerkauth.TokenType
		reason clerkauth.Reason
	}{
		"one machine type": {[]clerkauth.TokenType{clerkauth.TokenAPIKey}, clerkauth.TokenAPIKey, clerkauth.ReasonTokenTypeMismatch},
		"several":          {[]clerkauth.TokenType{clerkauth.TokenAPIKey, clerkauth.TokenM2M}, clerkauth.TokenNone, clerkauth.ReasonTokenTypeMismatch},
		"any":              {clerkauth.AnyToken(), clerkauth.TokenSession, clerkauth.ReasonTokenInvalid},
	} {
		req := clerkauth.Request{Header: http.Header{"Authorization": {"Bearer  ak_0123456789abcdef"}}.Values}
		state := authn.Authenticate(t.Context(), req, clerkauth.AcceptTokens(test.types...))
		if state.SignedIn() || state.TokenType() != test.typ || state.Reason() != test.reason || state.Err() == nil {
			t.Errorf("%s: got %v of type %q, want %s of type %q", name, state, state.TokenType(), test.reason, test.typ)
		}
	}
}

func TestMachine_cache(t *testing.T) {
	t.Parallel()
	clock := newClock()
	api := &machineAPI{status: http.StatusOK, answer: apiKeyAnswer(nil)}
	authn := machines(t, api, clock.now, func(c *clerkauth.Config) { c.MachineCacheTTL = 30 * time.Second })
	ask := func(token string) bool { return authn.Authenticate(t.Context(), bearer(token)).SignedIn() }
	for range 3 {
		if !ask("ak_0123456789abcdef") {
			t.Error("got signed out, want signed in")
		}
	}
	if api.count() != 1 {
		t.Errorf("got %d calls, want 1 for a token that is remembered", api.count())
	}
	ask("ak_another")
	if api.count() != 2 {
		t.Errorf("got %d calls, want another one for another token", api.count())
	}
	clock.advance(30 * time.Second)
	api.answer = apiKeyAnswer(fields{"revoked": true})
	if ask("ak_0123456789abcdef") {
		t.Error("got signed in after the time to live, want the revocation seen")
	}
	clock.advance(9 * time.Second)
	ask("ak_0123456789abcdef")
	if api.count() != 3 {
		t.Errorf("got %d calls, want 3: a refusal is remembered for ten seconds", api.count())
	}
	api.status = http.StatusServiceUnavailable
	clock.advance(time.Second)
	ask("ak_0123456789abcdef")
	ask("ak_0123456789abcdef")
	if api.count() != 5 {
		t.Errorf("got %d calls, want 5: trouble is not remembered", api.count())
	}
}

func TestMachine_claimsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	answer := apiKeyAnswer(fields{"claims": fields{
		"tier": "gold", "limits": fields{"daily": fields{"calls": 5}}, "regions": []any{"eu", fields{"name": "us"}},
	}})
	authn := machines(t, &machineAPI{status: http.StatusOK, answer: answer}, nil, func(c *clerkauth.Config) {
		c.MachineCacheTTL = time.Minute
	})
	state := authn.Authenticate(t.Context(), bearer("ak_0123456789abcdef"))
	claims := state.Machine().Claims
	want, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	claims["tier"] = "none"
	claims["limits"].(map[string]any)["daily"].(map[string]any)["calls"] = 1000000
	claims["regions"].([]any)[0] = "all"
	claims["regions"].([]any)[1].(map[string]any)["name"] = "all"
	again := authn.Authenticate(t.Context(), bearer("ak_0123456789abcdef"))
	for name, s := range map[string]*clerkauth.RequestState{"the same state": state, "another request": again} {
		if got, err := json.Marshal(s.Machine().Claims); err != nil || string(got) != string(want) {
			t.Errorf("%s: got claims %s (%v), want %s", name, got, err, want)
		}
	}
	none := machines(t, &machineAPI{status: http.StatusOK, answer: apiKeyAnswer(fields{"claims": fields{}})}, nil, nil)
	if got := none.Authenticate(t.Context(), bearer("ak_0123456789abcdef")).Machine().Claims; len(got) != 0 {
		t.Errorf("got claims %v, want none", got)
	}
}

func TestMachine_m2m(t *testing.T) {
	t.Parallel()
	clock := newClock()
	api := &machineAPI{status: http.StatusOK, answer: fields{
		"object": "machine_to_machine_token", "id": "mt_1", "subject": "mch_sender", "scopes": []string{"mch_us"},
	}}
	authn := machines(t, api, clock.now, func(c *clerkauth.Config) {
		c.MachineSecretKey, c.MachineID, c.AuthorizedParties = "ak_machine", "mch_us", []string{"https://app.example.com"}
	})
	state := authn.Authenticate(t.Context(), bearer("mt_0123456789abcdef"))
	if !state.SignedIn() || state.Machine().Subject != "mch_sender" || state.UserID() != "" {
		t.Errorf("got %v, want the sending machine and no user", state)
	}
	if want := `/v1/m2m_tokens/verify Bearer ak_machine {"token":"mt_0123456789abcdef"}`; api.calls[0] != want {
		t.Errorf("got call %q, want %q", api.calls[0], want)
	}
	jwt := func(extra fields) string {
		return sign(t, keyA(), header(fields{"cat": "cl_B7d4PD333AAA"}), merge(fields{
			"sub": "mch_sender", "jti": "mt_2", "iat": clock.now().Unix(), "exp": clock.now().Unix() + 60, "scopes": "mch_us mch_other", "tier": "gold",
		}, extra))
	}
	if state := authn.Authenticate(t.Context(), bearer(jwt(nil))); !state.SignedIn() || state.Machine().Claims["tier"] != "gold" {
		t.Errorf("got %v with error %v for a JWT, want signed in", state, state.Err())
	}
	for name, extra := range map[string]fields{
		"for another machine": {"scopes": "mch_other"}, "expired": {"exp": clock.now().Unix() - 60},
	} {
		state := authn.Authenticate(t.Context(), bearer(jwt(extra)))
		if state.SignedIn() || state.Reason() != clerkauth.ReasonTokenVerificationFailed {
			t.Errorf("%s: got %v, want token-verification-failed", name, state)
		}
	}
	if api.count() != 1 {
		t.Errorf("got %d calls, want none for a JWT", api.count())
	}
}

func TestMachine_onlyTheKeyOfTheMachine(t *testing.T) {
	t.Parallel()
	api := &machineAPI{status: http.StatusOK, answer: fields{"object": "machine_to_machine_token", "id": "mt_1", "subject": "mch_sender"}}
	authn, err := clerkauth.New(clerkauth.Config{
		MachineSecretKey: "ak_machine", AcceptTokens: []clerkauth.TokenType{clerkauth.TokenM2M}, HTTPClient: &http.Client{Transport: api},
	})
	if err != nil {
		t.Fatal(err)
	}
	if state := authn.Authenticate(t.Context(), bearer("mt_0123456789abcdef")); !state.SignedIn() {
		t.Errorf("got %v with error %v, want signed in", state, state.Err())
	}
	if state := authn.Authenticate(t.Context(), bearer("oat_0123456789abcdef"), clerkauth.AcceptTokens(clerkauth.TokenOAuth)); state.SignedIn() || api.count() != 1 {
		t.Errorf("got %v after %d calls, want the key of the machine used for nothing else", state, api.count())
	}
}

func TestMachine_oauth(t *testing.T) {
	t.Parallel()
	clock := newClock()
	api := &machineAPI{status: http.StatusOK, answer: fields{
		"object": "clerk_idp_oauth_access_token", "id": "oat_1", "subject": "user_1", "client_id": "client_1", "scopes": []string{"email"},
	}}
	authn := machines(t, api, clock.now, nil)
	if state := authn.Authenticate(t.Context(), bearer("oat_0123456789abcdef")); state.UserID() != "user_1" || state.Machine().ClientID != "client_1" {
		t.Errorf("got %v as %q, want user_1 through client_1", state, state.UserID())
	}
	jwt := sign(t, keyA(), header(fields{"typ": "at+jwt", "cat": nil}), fields{
		"sub": "user_1", "client_id": "client_1", "scope": "email profile", "exp": clock.now().Unix() + 60,
	})
	if state := authn.Authenticate(t.Context(), bearer(jwt)); !state.Has(clerkauth.HasScope("profile")) {
		t.Errorf("got %v with scopes %q, want profile", state, state.Scopes())
	}
	strict := machines(t, api, clock.now, func(c *clerkauth.Config) { c.Audience = []string{"https://api.example.com"} })
	for _, token := range []string{jwt, "oat_0123456789abcdef"} {
		if state := strict.Authenticate(t.Context(), bearer(token)); state.SignedIn() {
			t.Errorf("got signed in without an audience, want %q", clerkauth.ReasonTokenVerificationFailed)
		}
	}
}
