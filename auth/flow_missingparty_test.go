package clerkauth_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// withoutRefresh is a Clerk that refreshes no session.
type withoutRefresh struct{ http.RoundTripper }

func (w withoutRefresh) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/refresh") {
		return w.RoundTripper.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"errors":[{"code":"refresh_token_invalid"}]}`)),
	}, nil
}

// Clerk names no party in the tokens of page navigations. Where one is demanded and a refresh cannot bring it, such a
// visitor is sent to Clerk once, and then told what is missing: on each page, and after the token has expired.
func TestFlow_TokenWithoutPartyCausesNoCircle(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f := newFlowWith(t, production, func(c *clerkauth.Config) {
			c.HTTPClient = &http.Client{Transport: withoutRefresh{c.HTTPClient.Transport}}
		})
		f.open(appOrigin)
		f.signIn(appOrigin)
		refused := func(visit func(string) *page, handshakes int) {
			t.Helper()
			page := visit(appOrigin + "/page")
			page.want(t, "signed-out")
			if got := page.header.Get("X-Clerk-Auth-Reason"); got != string(clerkauth.ReasonSessionTokenMissingAZP) || page.handshakes() != handshakes {
				t.Errorf("got the reason %q after visits %q, want %s after %d handshakes", got, page.visits, clerkauth.ReasonSessionTokenMissingAZP, handshakes)
			}
		}
		f.leave()
		refused(f.open, 1)
		refused(f.open, 1)
		refused(f.fetch, 0)
		f.clerk.Clock().Advance(2 * time.Minute)
		refused(f.open, 1)
	})
}

// A refresh tells Clerk the origin, so its token names the party: the visitor is signed in after at most one handshake.
func TestFlow_TokenWithoutPartyIsRefreshed(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f := newFlowWith(t, production, nil)
		f.open(appOrigin)
		f.signIn(appOrigin)
		f.leave()
		if page := f.open(appOrigin + "/page"); page.handshakes() != 1 {
			t.Errorf("got visits %q, want one handshake", page.visits)
		}
		for _, visit := range []func(string) *page{f.fetch, f.open} {
			page := visit(appOrigin + "/page")
			page.want(t, "hello "+f.user.ID)
			if page.handshakes() != 0 {
				t.Errorf("got visits %q, want no handshake", page.visits)
			}
		}
	})
}

// Where the configuration accepts them, the same visitor stays signed in, also after an idle minute.
func TestFlow_TokenWithoutPartyIsAcceptedByName(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f := newFlowWith(t, production, func(c *clerkauth.Config) { c.AllowMissingAuthorizedParty = true })
		f.open(appOrigin)
		f.signIn(appOrigin)
		f.open(appOrigin+"/page").want(t, "hello "+f.user.ID)
		f.clerk.Clock().Advance(2 * time.Minute)
		page := f.open(appOrigin + "/page")
		page.want(t, "hello "+f.user.ID)
		if page.handshakes() != 0 {
			t.Errorf("got visits %q, want a refresh alone", page.visits)
		}
	})
}
