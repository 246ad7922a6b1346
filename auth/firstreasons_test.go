package clerkauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// TestFirstReasons holds the table of guide 8: what people meet first depends on the configuration.
func TestFirstReasons(t *testing.T) {
	t.Parallel()
	development, production := clerktest.NewServer(t), clerktest.NewServer(t)
	production.SetProduction(true)
	authenticator := func(server *clerktest.Server, headerOnly bool) *clerkauth.Authenticator {
		authn, err := clerkauth.New(clerkauth.Config{
			SecretKey: server.SecretKey(), PublishableKey: server.PublishableKey(), APIURL: server.URL(), HeaderOnly: headerOnly,
		})
		if err != nil {
			t.Fatal(err)
		}
		return authn
	}
	for name, c := range map[string]struct {
		server     *clerktest.Server
		headerOnly bool
		// The reasons of no credential, and of tokens that are too old, not valid yet, and from the future.
		nobody, old, early, future clerkauth.Reason
	}{
		"development": {development, false, "dev-browser-missing", "session-token-expired-refresh-", "session-token-nbf", "session-token-iat-in-the-future"},
		"production":  {production, false, "session-token-and-uat-missing", "session-token-expired-refresh-", "session-token-nbf", "session-token-iat-in-the-future"},
		"header only": {development, true, "session-token-missing", "token-expired", "token-not-active-yet", "token-iat-in-the-future"},
	} {
		authn := authenticator(c.server, c.headerOnly)
		session := c.server.SignedInUser().SessionID
		far := time.Now().Add(time.Hour).Unix()
		for what, attempt := range map[string]struct {
			token string
			want  clerkauth.Reason
		}{
			"no credential":   {"", c.nobody},
			"too old":         {c.server.SessionToken(session, clerktest.TokenClaim("exp", 1)), c.old},
			"not valid yet":   {c.server.SessionToken(session, clerktest.TokenClaim("nbf", far), clerktest.TokenTTL(2*time.Hour)), c.early},
			"from the future": {c.server.SessionToken(session, clerktest.TokenClaim("iat", far), clerktest.TokenTTL(2*time.Hour)), c.future},
		} {
			header := http.Header{}
			if attempt.token != "" {
				header.Set("Authorization", "Bearer "+attempt.token)
			}
			got := authn.Authenticate(t.Context(), clerkauth.Request{Header: func(name string) []string { return header[name] }}).Reason()
			prefix, isPrefix := strings.CutSuffix(string(attempt.want), "-")
			if got != attempt.want && (!isPrefix || !strings.HasPrefix(string(got), prefix)) {
				t.Errorf("%s, %s: got %s, want %s", name, what, got, attempt.want)
			}
		}
	}
}
