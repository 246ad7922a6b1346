package adaptertest

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// testCase is one request and what the contract says about its answer.
type testCase struct {
	name   string
	method string // empty is GET
	path   string
	host   string // empty is the address of the application
	header http.Header

	status   int
	runs     int    // how often the handler runs
	userID   string // of the identity that the handler sees
	reason   string // in the refusal, or in the identity when the handler runs
	kind     string // "error" in the body of a refusal: unauthenticated, forbidden, unavailable
	verify   func(t *testing.T, a *answer)
	presents bool // the request carries a credential that the refusal's challenge speaks about
}

// answer is what came back.
type answer struct {
	status     int
	header     http.Header
	body       string
	identities []Identity // one for each time the handler ran
}

// client talks to one application.
type client struct {
	baseURL string
	http    *http.Client
	config  Config
	count   atomic.Int64
}

func newClient(t *testing.T, config Config, build func(*testing.T, Config) string) *client {
	t.Helper()
	config.records = &records{}
	transport := &http.Transport{MaxConnsPerHost: 8, MaxIdleConnsPerHost: 8, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{
		baseURL: build(t, config),
		config:  config,
		http: &http.Client{
			Transport:     transport,
			Timeout:       20 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// send performs the request of a case.
func (c *client) send(t *testing.T, tc testCase) *answer {
	t.Helper()
	a, err := c.try(t.Context(), tc)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// try is send for goroutines, which must not end the test.
func (c *client) try(ctx context.Context, tc testCase) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, cmp.Or(tc.method, http.MethodGet), c.baseURL+tc.path, http.NoBody)
	if err != nil {
		return nil, err
	}
	for name, values := range tc.header {
		req.Header[name] = slices.Clone(values)
	}
	req.Host = tc.host
	id := c.caseID()
	req.Header.Set(CaseHeader, id)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return &answer{
		status: resp.StatusCode, header: resp.Header, body: string(body), identities: c.config.records.of(id),
	}, nil
}

func (c *client) caseID() string { return "case-" + strconv.FormatInt(c.count.Add(1), 10) }

// check performs a case and compares its answer with the contract.
func (c *client) check(t *testing.T, tc testCase) {
	t.Helper()
	a := c.send(t, tc)
	if a.status != tc.status {
		t.Errorf("got status %d, want %d; headers %v, body %q", a.status, tc.status, a.header, a.body)
	}
	if got := len(a.identities); got != tc.runs {
		t.Errorf("the handler ran %d times, want %d", got, tc.runs)
	}
	switch {
	case tc.runs == 1 && len(a.identities) == 1:
		checkIdentity(t, a.identities[0], tc)
	case tc.kind != "":
		checkRefusal(t, a, tc)
	}
	if tc.verify != nil {
		tc.verify(t, a)
	}
}

// checkIdentity compares what the handler saw, through the framework and through context.Context.
func checkIdentity(t *testing.T, id Identity, tc testCase) {
	t.Helper()
	if id.UserID != tc.userID {
		t.Errorf("got user %q, want %q", id.UserID, tc.userID)
	}
	if id.Reason != tc.reason {
		t.Errorf("got reason %q, want %q", id.Reason, tc.reason)
	}
	if id.ContextUserID != id.UserID || id.ContextReason != id.Reason {
		t.Errorf("context.Context has user %q and reason %q, the framework %q and %q",
			id.ContextUserID, id.ContextReason, id.UserID, id.Reason)
	}
}

// checkRefusal checks the answer of a guard: challenge, headers and body.
func checkRefusal(t *testing.T, a *answer, tc testCase) {
	t.Helper()
	if tc.reason != "" && tc.kind != "forbidden" {
		if got := a.header.Get("X-Clerk-Auth-Reason"); got != tc.reason {
			t.Errorf("got x-clerk-auth-reason %q, want %q", got, tc.reason)
		}
		if got := a.header.Get("X-Clerk-Auth-Status"); got != "signed-out" {
			t.Errorf("got x-clerk-auth-status %q, want signed-out", got)
		}
	}
	challenge := a.header.Get("Www-Authenticate")
	switch {
	case tc.kind != "unauthenticated":
	case !strings.HasPrefix(challenge, "Bearer"):
		t.Errorf("got challenge %q, want one of the scheme Bearer", challenge)
	case strings.Contains(challenge, "error=") != tc.presents:
		t.Errorf("got challenge %q, want an error code only where a token was presented (here: %t)", challenge, tc.presents)
	}
	if tc.method == http.MethodHead {
		return
	}
	if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
		t.Errorf("got content type %q, want application/json", got)
	}
	var body struct {
		Error  string `json:"error"`
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatalf("the body %q is not JSON: %v", a.body, err)
	}
	if body.Error != tc.kind || (tc.reason != "" && body.Reason != tc.reason) {
		t.Errorf("got error %q and reason %q, want %q and %q", body.Error, body.Reason, tc.kind, tc.reason)
	}
}
