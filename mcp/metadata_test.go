package clerkmcp_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

func fetch(tb testing.TB, handler http.Handler, method, path string) *httptest.ResponseRecorder {
	tb.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
	return w
}

func TestGuard_Metadata(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.Name, c.Documentation = "Notes", "https://example.com/docs" })
	w := fetch(t, s.guard.Metadata(), http.MethodGet, "/")
	want := `{"resource":"https://example.com/mcp","authorization_servers":["https://clerk.example.com"],"scopes_supported":["mcp:read"],` +
		`"bearer_methods_supported":["header"],"resource_name":"Notes","resource_documentation":"https://example.com/docs"}`
	if w.Body.String() != want || w.Header().Get("Content-Type") != "application/json" || !strings.Contains(w.Header().Get("Cache-Control"), "max-age=3600") {
		t.Errorf("got %v %s, want %s", w.Header(), w.Body, want)
	}
	if got := w.Header().Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("pages of %q may read it, want all", got)
	}
	if w = fetch(t, s.guard.Metadata(), http.MethodOptions, "/"); w.Code != 204 || !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "*") {
		t.Errorf("a preflight: got %d %v", w.Code, w.Header())
	}
	if w = fetch(t, s.guard.Metadata(), http.MethodPost, "/"); w.Code != 405 {
		t.Errorf("POST: got %d, want 405", w.Code)
	}
}

func TestGuard_MetadataPaths(t *testing.T) {
	t.Parallel()
	const root = "/.well-known/oauth-protected-resource"
	for _, test := range []struct {
		resource string
		shared   bool
		want     []string
	}{
		{"https://example.com/mcp", false, []string{root + "/mcp", root}},
		{"https://example.com/mcp", true, []string{root + "/mcp"}},
		{"https://example.com/a/b/", false, []string{root + "/a/b/", root}},
		{"https://example.com", false, []string{root}},
		{"https://example.com/", true, []string{root}},
		{"http://127.0.0.1:8080/mcp%20x", true, []string{root + "/mcp%20x"}},
	} {
		s := newServer(t, func(c *clerkmcp.Config) { c.Resource, c.SharedOrigin = test.resource, test.shared })
		if got := s.guard.MetadataPaths(); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.resource, got, test.want)
		}
	}
}

// What a client uses and what the metadata name is the same, byte for byte, whatever the request says about itself.
func TestGuard_BehindAProxyAndAPath(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://tools.example.com/team/mcp", "https://tools.example.com/team/mcp/", "https://tools.example.com"} {
		s := newServer(t, func(c *clerkmcp.Config) { c.Resource = address })
		mux := http.NewServeMux()
		s.guard.Mount(mux, http.NotFoundHandler())
		for _, path := range s.guard.MetadataPaths() {
			r := httptest.NewRequest(http.MethodGet, "http://10.0.0.7:8080"+path, http.NoBody)
			r.Header.Set("X-Forwarded-Host", "evil.example")
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			if !strings.HasPrefix(w.Body.String(), `{"resource":"`+address+`",`) {
				t.Errorf("%s at %s: got %d %s", address, path, w.Code, w.Body)
			}
		}
		path := strings.TrimPrefix(address, "https://tools.example.com")
		if path == "" {
			path = "/"
		}
		if w := fetch(t, mux, http.MethodPost, path); w.Code != 401 {
			t.Errorf("%s: the server is at %s with %d, want 401", address, path, w.Code)
		}
		if w := fetch(t, mux, http.MethodPost, path+"x"); w.Code != 404 {
			t.Errorf("%s: another path answers %d, want 404", address, w.Code)
		}
	}
}

// roundTrip is an authorization server.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answering(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {"https://evil.example/"}}, Body: io.NopCloser(strings.NewReader(body))}
}

func TestGuard_AuthorizationServerMetadata(t *testing.T) {
	t.Parallel()
	const document = "{ \"issuer\":\"https://clerk.example.com\" }\n"
	now := time.Now()
	asked, status, body := 0, 200, document
	s := newServer(t, func(c *clerkmcp.Config) {
		c.Now = func() time.Time { return now }
		c.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked++
			if r.URL.String() != issuer+"/.well-known/oauth-authorization-server" {
				t.Errorf("asked %s", r.URL)
			}
			return answering(status, body), nil
		})}
	})
	read := func() *httptest.ResponseRecorder {
		return fetch(t, s.guard.AuthorizationServerMetadata(), http.MethodGet, "/")
	}
	for range 2 {
		if w := read(); w.Code != 200 || w.Body.String() != document {
			t.Errorf("got %d %s, want the same bytes", w.Code, w.Body)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times within the hour, want 1", asked)
	}
	now = now.Add(61 * time.Minute)
	for _, trouble := range []struct {
		status int
		body   string
	}{{500, "{}"}, {302, "{}"}, {200, "<html>"}, {200, `{"a":"` + strings.Repeat("x", 70<<10) + `"}`}, {200, ""}} {
		status, body = trouble.status, trouble.body
		if w := read(); w.Code != 200 || w.Body.String() != document {
			t.Errorf("while the server answers %d: got %d %s, want what it said before", status, w.Code, w.Body)
		}
		now = now.Add(11 * time.Second)
	}
	if asked != 6 {
		t.Errorf("asked %d times, want 6: no redirect is followed", asked)
	}
}

func TestGuard_AuthorizationServerMetadata_WithoutAny(t *testing.T) {
	t.Parallel()
	asked, now := 0, time.Now()
	s := newServer(t, func(c *clerkmcp.Config) {
		c.Now = func() time.Time { return now }
		c.HTTPClient = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			asked++
			return nil, io.ErrUnexpectedEOF
		})}
	})
	for range 3 {
		w := fetch(t, s.guard.AuthorizationServerMetadata(), http.MethodGet, "/")
		if w.Code != 502 || w.Header().Get("Cache-Control") != "no-store" || w.Body.String() != `{"error":"temporarily_unavailable"}` {
			t.Errorf("got %d %s, want 502", w.Code, w.Body)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times at one moment, want 1", asked)
	}
}

func TestGuard_AuthorizationServerMetadata_IsFetchedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		s := newServer(t, func(c *clerkmcp.Config) {
			c.HTTPClient = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				asked.Add(1)
				<-time.After(time.Second)
				return answering(200, "{}"), nil
			})}
		})
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				if w := fetch(t, s.guard.AuthorizationServerMetadata(), http.MethodGet, "/"); w.Code != 200 {
					t.Errorf("got %d, want 200", w.Code)
				}
			})
		}
		group.Wait()
		if asked.Load() != 1 {
			t.Errorf("asked %d times, want 1", asked.Load())
		}
	})
}
