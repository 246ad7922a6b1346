package clerkauth_test

import (
	"net/http"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestRefresh_sameSessionOnly(t *testing.T) {
	t.Parallel()
	clock := newClock()
	expired := sign(t, keyA(), header(nil), claims(clock.now().Add(-time.Hour), nil))
	suffix := "_" + clerkauth.CookieSuffix(testPublishable)
	cookie := "__clerk_db_jwt=d; __clerk_db_jwt" + suffix + "=d; __client_uat" + suffix + "=1; __session" + suffix + "=" + expired +
		"; __refresh" + suffix + "=rt_1"
	const refused clerkauth.Reason = "session-token-expired-refresh-invalid-session-token"
	tests := []struct {
		name   string
		extra  fields
		reason clerkauth.Reason // empty is signed in
	}{
		{"the same session", nil, ""},
		{"the same session in another organization", fields{"o": fields{"id": "org_2", "slg": "globex", "rol": "member"}}, ""},
		{"another session of the user", fields{"sid": "sess_2"}, refused},
		{"no session", fields{"sid": nil}, refused},
		{"another user", fields{"sub": "user_2"}, refused},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			line := "__session=" + sign(t, keyA(), header(nil), claims(clock.now(), test.extra)) + "; Path=/"
			api := &machineAPI{status: http.StatusOK, answer: fields{"object": "cookies", "cookies": []string{line}}}
			authn := local(t, clock.now, func(c *clerkauth.Config) {
				c.SecretKey, c.HTTPClient = testSecret, &http.Client{Transport: api}
			})
			page := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", cookie))
			script := authn.Authenticate(t.Context(), clerkauth.Request{
				Method: http.MethodGet, Scheme: "https", Host: "app.example.com", Path: "/",
				Header: http.Header{"Cookie": {cookie}, "Sec-Fetch-Dest": {"empty"}}.Values,
			})
			if api.count() != 2 {
				t.Fatalf("got %d calls, want a refresh for each request", api.count())
			}
			if test.reason == "" {
				if !page.SignedIn() || page.UserID() != "user_1" || len(page.Headers().Values("Set-Cookie")) != 1 {
					t.Errorf("got %v, want signed in with the new cookie", page)
				}
				return
			}
			if page.Status() != clerkauth.StatusHandshake || page.Reason() != test.reason {
				t.Errorf("a page: got %v, want a handshake for %s", page, test.reason)
			}
			if got := page.Headers().Values("Set-Cookie"); len(got) != 1 || got[0] == line {
				t.Errorf("got cookies %q, want the counter of redirects alone", got)
			}
			if script.Status() != clerkauth.StatusSignedOut || script.Reason() != test.reason {
				t.Errorf("a script: got %v, want signed out for %s", script, test.reason)
			}
		})
	}
}
