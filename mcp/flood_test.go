package clerkmcp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

// knowsGood is a Backend API that knows the OAuth tokens with the word good in them, and counts questions about others.
type knowsGood struct{ vain atomic.Int64 }

func (k *knowsGood) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
	answer := fmt.Sprintf(`{"object":"clerk_idp_oauth_access_token","id":"oat_1","subject":"user_ada","client_id":"client_1",`+
		`"scopes":["mcp:read"],"aud":["%s"],"expiration":%d}`, resource, time.Now().Add(time.Hour).Unix())
	if !strings.Contains(string(body), "good") {
		k.vain.Add(1)
		resp.StatusCode, answer = http.StatusNotFound, `{"errors":[{"code":"resource_not_found"}]}`
	}
	resp.Body = io.NopCloser(strings.NewReader(answer))
	return resp, nil
}

// A flood of made-up tokens from one address costs few calls, and a token that is seen for the first time gets in from any
// other address: at every moment of the flood. Behind a trusted proxy the address is the one that the proxy has added.
func TestGuard_FloodOfOneAddress(t *testing.T) {
	t.Parallel()
	const floods, mostCalls = 10_000, 20
	for name, trusted := range map[string]bool{"connected": false, "behind a trusted proxy": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, now := &knowsGood{}, time.Now()
			s := newServer(t, func(c *clerkmcp.Config) {
				c.Authenticator = newAuthenticator(t, func(c *clerkauth.Config) {
					c.HTTPClient, c.TrustForwardedHeaders = &http.Client{Transport: api}, trusted
					c.Now = func() time.Time { return now } // no call that was in vain is forgotten
				})
			})
			ask := func(address, token string) int {
				r := httptest.NewRequest(http.MethodPost, resource, strings.NewReader(call("1", "read")))
				r.RemoteAddr = address + ":4711"
				if trusted {
					r.RemoteAddr = "192.0.2.1:80"
					r.Header.Set("X-Forwarded-For", "10.9.9.9, "+address)
				}
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				s.handler.ServeHTTP(w, r)
				return w.Code
			}
			refused := map[int]int{}
			for i := range floods {
				ask("203.0.113.9", fmt.Sprint("oat_made_up_", i))
				if i%100 == 0 {
					if got := ask("198.51.100.7", fmt.Sprint("oat_good_", i)); got != http.StatusOK {
						refused[got]++
					}
				}
			}
			if got := api.vain.Load(); got > mostCalls {
				t.Errorf("got %d calls for %d made-up tokens, want at most %d", got, floods, mostCalls)
			}
			if len(refused) > 0 {
				t.Errorf("got answers %v for tokens that came from another address for the first time, want 200", refused)
			}
		})
	}
}
