package clerkauth_test

import (
	"errors"
	"net/http"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Whatever needs a key while the key server fails is 503 at once: nobody is sent around, and nobody is called signed
// out.
func TestAuthenticator_NoKeysIsOurTroubleAtOnce(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := sign(t, keyA(), header(nil), claims(clock.now(), nil))
	handshake := sign(t, keyA(), header(nil), fields{"handshake": []string{"__session=" + token + "; Path=/"}})
	uat := "__client_uat=1; "
	development := "__clerk_db_jwt=d; " + uat
	page := func(query, cookies string) clerkauth.Request {
		return document("https", "app.example.com", "/", query, "Cookie", cookies)
	}
	fetch := clerkauth.Request{Scheme: "https", Host: "app.example.com", Path: "/", Header: http.Header{
		"Cookie": {development + "__session=" + token}, "Sec-Fetch-Dest": {"empty"},
	}.Values}
	machine := sign(t, keyA(), header(fields{"cat": nil}), claims(clock.now(), fields{"sub": "mch_1", "sid": nil}))
	requests := map[string]struct {
		production bool
		request    clerkauth.Request
	}{
		"a page":                         {false, page("", development+"__session="+token)},
		"a page with twins":              {false, page("", development+"__session=x; __session="+token)},
		"a page with a handshake":        {false, page("__clerk_handshake="+handshake, development)},
		"a fetch":                        {false, fetch},
		"a token of the header":          {false, bearer(token)},
		"a token of a machine":           {false, bearer(machine)},
		"a page of production":           {true, page("", uat+"__session="+token)},
		"a handshake for production":     {true, page("", uat+"__clerk_handshake="+handshake)},
		"a token of production's header": {true, bearer(token)},
	}
	for trouble, answer := range map[string]struct {
		status int
		body   string
	}{
		"no connection": {0, ""}, "an error": {http.StatusInternalServerError, "{}"}, "too many requests": {http.StatusTooManyRequests, "{}"},
		"a refused key": {http.StatusUnauthorized, `{"errors":[{"code":"clerk_key_invalid"}]}`}, "no keys": {http.StatusOK, `{"keys":[]}`},
	} {
		for name, test := range requests {
			t.Run(trouble+"/"+name, func(t *testing.T) {
				t.Parallel()
				server := newKeyServer(oneKey())
				server.answer(answer.status, answer.body)
				authn := server.remote(t, clock.now, func(c *clerkauth.Config) {
					c.AcceptTokens = clerkauth.AnyToken()
					if test.production {
						c.SecretKey, c.PublishableKey, c.AuthorizedParties = "sk_live_x", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", []string{appOrigin}
					}
				})
				want := clerkauth.ReasonJWKRemoteFailedToLoad
				if answer.status == http.StatusUnauthorized {
					want = clerkauth.ReasonSecretKeyInvalid
				}
				for range 3 {
					state := authn.Authenticate(t.Context(), test.request)
					if err := state.Require(); !errors.Is(err, clerkauth.ErrUnavailable) || state.Status() != clerkauth.StatusSignedOut {
						t.Errorf("got %v for %v, want 503", err, state)
					}
					if got := state.Reason(); got != want {
						t.Errorf("got the reason %s, want %s: the keys are to blame", got, want)
					}
					if location := state.Headers().Get("Location"); location != "" {
						t.Errorf("got a redirect to %s, want none", location)
					}
				}
				if got := server.fetches.Load(); got > 2 {
					t.Errorf("got %d loads for three requests, want the first alone and its second attempt", got)
				}
			})
		}
	}
}
