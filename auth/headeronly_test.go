package clerkauth_test

import (
	"net/http"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

func TestHeaderOnly(t *testing.T) {
	t.Parallel()
	server := clerktest.NewServer(t)
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: server.SecretKey(), PublishableKey: server.PublishableKey(), APIURL: server.URL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	user := server.SignedInUser()
	old := server.SessionToken(user.SessionID, clerktest.TokenClaim("exp", 1))
	for name, c := range map[string]struct {
		header http.Header
		reason clerkauth.Reason
	}{
		"a token":        {http.Header{"Authorization": {"Bearer " + user.Token}}, ""},
		"an expired one": {http.Header{"Authorization": {"Bearer " + old}, "Sec-Fetch-Dest": {"document"}}, clerkauth.ReasonTokenExpired},
		"cookies do not count": {
			http.Header{"Cookie": {"__session=" + user.Token + "; __client_uat=1; __clerk_db_jwt=dvb_x"}, "Sec-Fetch-Dest": {"document"}},
			clerkauth.ReasonSessionTokenMissing,
		},
		"nothing": {http.Header{}, clerkauth.ReasonSessionTokenMissing},
	} {
		req := clerkauth.Request{Header: func(name string) []string { return c.header[name] }}
		cookies := authn.Authenticate(t.Context(), req)
		state := authn.Authenticate(t.Context(), req, clerkauth.HeaderOnly())
		if state.Reason() != c.reason || state.Redirect() != "" {
			t.Errorf("%s: got %v, want the reason %q and no redirect", name, state, c.reason)
		}
		again := authn.Authenticate(clerkauth.NewContext(t.Context(), cookies), req, clerkauth.HeaderOnly())
		if again.Reason() != c.reason {
			t.Errorf("%s behind another middleware: got %v, want the reason %q", name, again, c.reason)
		}
	}
}
