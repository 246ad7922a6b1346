package clerkauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// floods is how many made-up values a drill presents, and mostCalls what they may cost.
const (
	floods    = 10_000
	mostCalls = 20
)

// countedCalls counts the calls to the Backend API whose path has a part, and passes them on.
type countedCalls struct {
	http.RoundTripper

	part string
	mu   sync.Mutex
	made int
}

func (c *countedCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, c.part) {
		c.mu.Lock()
		c.made++
		c.mu.Unlock()
	}
	return c.RoundTripper.RoundTrip(r)
}

func (c *countedCalls) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made
}

// floodedFlow is a flow whose application counts its calls to a part of the Backend API.
func floodedFlow(t *testing.T, production bool, part string) (*flow, *countedCalls) {
	t.Helper()
	calls := &countedCalls{part: part}
	f := newFlow(t, production, func(c *clerkauth.Config) {
		calls.RoundTripper = c.HTTPClient.Transport
		c.HTTPClient = &http.Client{Transport: calls}
	})
	f.open(appOrigin)
	f.signIn(appOrigin)
	f.open(appOrigin).want(t, "hello "+f.user.ID)
	return f, calls
}

// flood presents made-up values as pages and as fetches, ten strangers at a time, and lets meanwhile look in between.
// It returns how often each status was answered.
func (f *flow) flood(values int, cookie func(i int) string, meanwhile func()) map[int]int {
	statuses := map[int]int{}
	var mu sync.Mutex
	for round := range 10 {
		var wg sync.WaitGroup
		for stranger := range 10 {
			wg.Go(func() {
				for i := range values / 100 {
					r := httptest.NewRequest(http.MethodGet, appOrigin+"/", http.NoBody)
					r.Header.Set("Sec-Fetch-Dest", []string{"document", "empty"}[i%2])
					f.comeFrom(r)
					r.Header.Set("Cookie", cookie(round*values/10+stranger*values/100+i))
					w := httptest.NewRecorder()
					f.hosts["app.example.com"].ServeHTTP(w, r)
					mu.Lock()
					statuses[w.Code]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		meanwhile()
	}
	return statuses
}

// leave removes what makes the browser known to the application, but not to Clerk.
func (f *flow) leave() {
	suffix := "_" + f.clerk.CookieSuffix()
	for _, name := range []string{"__session", "__session" + suffix, "__refresh" + suffix, "__clerk_handshake", "__clerk_handshake_nonce"} {
		f.setCookie(appOrigin, name+"=; Path=/; Max-Age=0")
		f.setCookie(appOrigin, name+"=; Path=/; Domain=example.com; Max-Age=0")
	}
}

func madeUpNonce(i int) string { return fmt.Sprintf("__clerk_handshake_nonce=made-up-%d", i) }

// Made-up nonces cost a bounded number of calls. Nobody who is known notices, and whoever comes for the first time gets
// in, too: the result of the handshake then comes as a token.
func TestFlow_FloodOfNonces(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f, calls := floodedFlow(t, production, "/handshake_payload")
		own := calls.count()
		f.flood(floods, madeUpNonce, func() {
			for _, page := range []*page{f.open(appOrigin + "/page"), f.fetch(appOrigin + "/api")} {
				page.want(t, "hello "+f.user.ID)
			}
		})
		if got := calls.count() - own; got > mostCalls {
			t.Errorf("got %d calls for %d made-up nonces, want at most %d", got, floods, mostCalls)
		}
		own = calls.count()
		f.leave()
		first := f.open(appOrigin + "/page?tab=1")
		first.want(t, "hello "+f.user.ID)
		if got := first.url.String(); first.handshakes() != 1 || got != appOrigin+"/page?tab=1" {
			t.Errorf("got visits %q to %s, want one handshake and the page", first.visits, got)
		}
		f.open(appOrigin+"/again").want(t, "hello "+f.user.ID)
		if got := calls.count() - own; got > 0 {
			t.Errorf("got %d calls for a visitor who came during the flood, want none", got)
		}
	})
}

// A visitor whose nonce came before the flood and cannot be exchanged any more is sent for the result once more.
func TestFlow_NonceThatComesTooLate(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f, _ := floodedFlow(t, production, "/handshake_payload")
		f.flood(100, madeUpNonce, func() {})
		f.leave()
		f.setCookie(appOrigin, "__clerk_handshake_nonce=too-late; Path=/")
		page := f.open(appOrigin + "/page")
		page.want(t, "hello "+f.user.ID)
		if got := page.handshakes(); got != 1 {
			t.Errorf("got %d handshakes, want one; visits %q", got, page.visits)
		}
	})
}

// Refresh tokens are looked up only with an expired token that Clerk has signed, and its session is what a flood uses
// up.
func TestFlow_FloodOfRefreshTokens(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f, calls := floodedFlow(t, production, "/refresh")
		stranger := f.clerk.SignedInUser().Token
		suffix := "_" + f.clerk.CookieSuffix()
		known := map[string]string{}
		for _, name := range []string{"__session", "__session" + suffix, "__refresh" + suffix} {
			known[name] = f.cookie(appOrigin, name)
		}
		f.clerk.Clock().Advance(2 * time.Minute)
		seen := 0
		statuses := f.flood(floods, func(i int) string {
			return fmt.Sprintf("__clerk_db_jwt=d; __session=%s; __client_uat=1; __refresh%s=made-up-%d", stranger, suffix, i)
		}, func() {
			for name, value := range known {
				f.setCookie(appOrigin, name+"="+value+"; Path=/")
			}
			f.fetch(appOrigin+"/api").want(t, "hello "+f.user.ID)
			seen++
		})
		if got := calls.count() - seen; got > mostCalls || got < 1 {
			t.Errorf("got %d calls for %d made-up refresh tokens, want 1 to %d", got, floods, mostCalls)
		}
		if statuses[http.StatusServiceUnavailable] > 0 {
			t.Errorf("got answers %v, want none that blames Clerk", statuses)
		}
	})
}
