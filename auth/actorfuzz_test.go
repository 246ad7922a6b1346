package clerkauth_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// FuzzMachineAnswer feeds what Clerk might answer about a token: nothing panics, and nobody is let in whose answer lacks
// what counts.
func FuzzMachineAnswer(f *testing.F) {
	f.Add(`{"object":"clerk_idp_oauth_access_token","id":"oat_1","subject":"user_1","scopes":["a"],"expiration":1900000000,"act":{"sub":"a","act":{"sub":"b"}}}`)
	f.Add(`{"object":"clerk_idp_oauth_access_token","id":"oat_1","subject":"user_1","aud":["x",1],"claims":[],"active":true}`)
	f.Add(`{"active":false}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		api := roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
		})
		authn := local(t, nil, func(c *clerkauth.Config) {
			c.SecretKey, c.HTTPClient, c.AcceptTokens = testSecret, &http.Client{Transport: api}, []clerkauth.TokenType{clerkauth.TokenOAuth}
			c.OAuthAudience, c.AllowUnboundTokens = []string{"https://api"}, true
		})
		state := authn.Authenticate(t.Context(), bearer("oat_fuzz"))
		if !state.SignedIn() {
			return
		}
		m := state.Machine()
		if m.ID == "" || m.Subject == "" || len(m.Actors) > 8 || state.Binding("https://api") == clerkauth.BindingForeign {
			t.Errorf("%s: got %+v let in", text, m)
		}
		for _, actor := range m.Actors {
			if actor.Subject == "" {
				t.Errorf("%s: got an actor without a subject", text)
			}
		}
		if strings.Contains(text, `"active":false`) && !strings.Contains(text, `"active":true`) && strings.Count(text, "active") == 1 {
			t.Errorf("%s: got an inactive token let in", text)
		}
		_, _ = clerkauth.ClaimsAs[map[string]any](state)
	})
}
