package clerkauth_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestRequestState_CreateToken(t *testing.T) {
	t.Parallel()
	type call struct {
		path, authorization string
		body                map[string]any
	}
	calls := make(chan call, 10)
	base := socketServer(t, func(w http.ResponseWriter, r *http.Request) {
		c := call{path: r.Method + " " + r.URL.EscapedPath(), authorization: r.Header.Get("Authorization")}
		_ = json.NewDecoder(r.Body).Decode(&c.body)
		calls <- c
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/v1/sessions/sess_1/tokens/missing" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"errors":[{"code":"resource_not_found"}]}`))
			return
		}
		_, _ = w.Write([]byte(`{"object":"token","jwt":"new.jwt.token"}`))
	})
	clock := newClock()
	token := good(t, clock.now())
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.SecretKey, c.APIURL = testSecret, base })
	state := authn.Authenticate(t.Context(), bearer(token))
	tests := []struct {
		name   string
		params clerkauth.TokenParams
		path   string // empty: no call
		expiry any
	}{
		{"the token of the request", clerkauth.TokenParams{}, "", nil},
		{"a template", clerkauth.TokenParams{Template: "supabase"}, "POST /v1/sessions/sess_1/tokens/supabase", nil},
		{"a template that needs escaping", clerkauth.TokenParams{Template: "a/b?c"}, "POST /v1/sessions/sess_1/tokens/a%2Fb%3Fc", nil},
		{"a life of its own", clerkauth.TokenParams{ExpiresIn: time.Minute}, "POST /v1/sessions/sess_1/tokens", 60.0},
	}
	for _, test := range tests {
		got, err := state.CreateToken(t.Context(), test.params)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if test.path == "" {
			if got != token || len(calls) != 0 {
				t.Errorf("%s: got another token or a call", test.name)
			}
			continue
		}
		c := <-calls
		if got != "new.jwt.token" || c.path != test.path || c.authorization != "Bearer "+testSecret || c.body["expires_in_seconds"] != test.expiry {
			t.Errorf("%s: got %q by %+v, want %s", test.name, got, c, test.path)
		}
	}
	for name, params := range map[string]clerkauth.TokenParams{
		"dots": {Template: ".."}, "dot": {Template: "."}, "negative": {ExpiresIn: -1}, "half a second": {ExpiresIn: time.Second / 2},
	} {
		if _, err := state.CreateToken(t.Context(), params); err == nil || len(calls) != 0 {
			t.Errorf("%s: got %v and %d calls, want an error before any", name, err, len(calls))
		}
	}
	if _, err := state.CreateToken(t.Context(), clerkauth.TokenParams{Template: "missing"}); !errors.Is(err, clerk.ErrNotFound) {
		t.Errorf("got %v, want clerk.ErrNotFound", err)
	}
}

func TestRequestState_CreateToken_refusals(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	template := clerkauth.TokenParams{Template: "x"}
	if _, err := authn.Authenticate(t.Context(), bearer("x")).CreateToken(t.Context(), template); !errors.Is(err, clerkauth.ErrUnauthenticated) {
		t.Errorf("got %v for a signed-out state, want ErrUnauthenticated", err)
	}
	noKey := authn.Authenticate(t.Context(), bearer(good(t, clock.now())))
	if _, err := noKey.CreateToken(t.Context(), template); !errors.Is(err, clerkauth.ErrUnavailable) {
		t.Errorf("got %v without a secret key, want ErrUnavailable", err)
	}
	noSession := sign(t, keyA(), header(nil), claims(clock.now(), fields{"sid": nil}))
	if _, err := authn.Authenticate(t.Context(), bearer(noSession)).CreateToken(t.Context(), template); !errors.Is(err, clerkauth.ErrUnauthenticated) {
		t.Errorf("got %v without a session, want ErrUnauthenticated", err)
	}
}
