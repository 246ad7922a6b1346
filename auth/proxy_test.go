package clerkauth_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func frontendProxy(t *testing.T, upstream http.HandlerFunc, change func(*clerkauth.Config)) *httptest.Server {
	t.Helper()
	api := httptest.NewServer(upstream)
	t.Cleanup(api.Close)
	authn := local(t, nil, func(c *clerkauth.Config) {
		c.SecretKey, c.FrontendAPIURL = testSecret, api.URL
		if change != nil {
			change(c)
		}
	})
	handler, err := authn.FrontendAPIProxy("")
	if err != nil {
		t.Fatal(err)
	}
	app := httptest.NewServer(handler)
	t.Cleanup(app.Close)
	return app
}

func ask(t *testing.T, ctx context.Context, method, address string, body io.Reader, header ...string) *http.Response { //nolint:revive // t first, as everywhere
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestFrontendAPIProxy_request(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	app := frontendProxy(t, func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got, body = r, string(text)
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Location", "/v1/next?x=1#y")
		w.WriteHeader(http.StatusSeeOther)
	}, nil)
	resp := ask(t, t.Context(), http.MethodDelete, app.URL+"/__clerk/v1/a%2Fb/c?q=1%202", strings.NewReader("hello"),
		"Clerk-Secret-Key", "stolen", "Clerk-Proxy-Url", "https://evil.example", "X-Forwarded-For", "6.6.6.6", "Cf-Connecting-Ip", "6.6.6.6",
		"X-Forwarded-Host", "evil.example", "Connection", "X-Hop", "X-Hop", "1", "Cookie", "__client=x")
	if got.Method != http.MethodDelete || got.URL.EscapedPath() != "/v1/a%2Fb/c" || got.URL.RawQuery != "q=1%202" || body != "hello" {
		t.Errorf("got %s %s with body %q, want the request unchanged", got.Method, got.URL, body)
	}
	for name, want := range map[string]string{
		"Clerk-Secret-Key": testSecret, "Clerk-Proxy-Url": app.URL + "/__clerk", "X-Forwarded-For": "127.0.0.1", "Cookie": "__client=x",
		"X-Forwarded-Host": strings.TrimPrefix(app.URL, "http://"), "Accept-Encoding": "identity", "Cf-Connecting-Ip": "", "X-Hop": "",
	} {
		if have := got.Header.Get(name); have != want {
			t.Errorf("got %s %q, want %q", name, have, want)
		}
	}
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != app.URL+"/__clerk/v1/next?x=1#y" {
		t.Errorf("got %d to %q, want 303 through the proxy", resp.StatusCode, resp.Header.Get("Location"))
	}
	if lines := resp.Header.Values("Set-Cookie"); len(lines) != 2 || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got headers %v, want both cookies and no-store", resp.Header)
	}
}

func TestFrontendAPIProxy_streams(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	app := frontendProxy(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		w.(http.Flusher).Flush() //nolint:forcetypeassert // a server's writer flushes
		<-release
		_, _ = io.WriteString(w, "second\n")
	}, nil)
	resp := ask(t, t.Context(), http.MethodGet, app.URL+"/__clerk/v1/stream", http.NoBody)
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != "first" {
		t.Fatalf("got %q before the upstream is done, want the first line", lines.Text())
	}
	close(release)
	if !lines.Scan() || lines.Text() != "second" {
		t.Errorf("got %q, want the second line", lines.Text())
	}
}

func TestFrontendAPIProxy_refusals(t *testing.T) {
	t.Parallel()
	called := false
	app := frontendProxy(t, func(http.ResponseWriter, *http.Request) { called = true }, nil)
	for path, status := range map[string]int{
		"/other": 400, "/__clerkx/v1": 400, "/__clerk/%2e%2e/x": 400, "/__clerk/a/..%2f": 400, "/__clerk/..%5cx": 400, "/__clerk/v1/..x": 200,
	} {
		resp := ask(t, t.Context(), http.MethodGet, app.URL+path, http.NoBody)
		if resp.StatusCode != status {
			t.Errorf("%s: got %d, want %d", path, resp.StatusCode, status)
		}
	}
	if !called {
		t.Error("the upstream was not asked for the path that is fine")
	}
	down := frontendProxy(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}, nil)
	resp := ask(t, t.Context(), http.MethodGet, down.URL+"/__clerk/v1/client", http.NoBody)
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusBadGateway || !strings.Contains(string(body), "proxy_request_failed") || strings.Contains(string(body), "127.0.0.1") {
		t.Errorf("got %d %s, want 502 without details", resp.StatusCode, body)
	}
}

func TestFrontendAPIProxy_configuration(t *testing.T) {
	t.Parallel()
	authn := local(t, nil, nil)
	if _, err := authn.FrontendAPIProxy(""); err == nil {
		t.Error("got no error without a secret key")
	}
	authn = local(t, nil, func(c *clerkauth.Config) { c.SecretKey = testSecret })
	for _, path := range []string{"//evil.example", `/\x`, "relative"} {
		if _, err := authn.FrontendAPIProxy(path); err == nil {
			t.Errorf("path %q: got no error", path)
		}
	}
}

// An upstream that answers TRACE would send the secret key back to the visitor.
func TestFrontendAPIProxy_neverEchoes(t *testing.T) {
	t.Parallel()
	app := frontendProxy(t, func(w http.ResponseWriter, r *http.Request) { _ = r.Write(w) }, nil)
	for _, method := range []string{http.MethodTrace, "TRACK", "DEBUG", http.MethodConnect} {
		resp := ask(t, t.Context(), method, app.URL+"/__clerk/v1/client", http.NoBody)
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusMethodNotAllowed || strings.Contains(string(body), testSecret) {
			t.Errorf("%s: got %d with the key: %v, want 405 without", method, resp.StatusCode, strings.Contains(string(body), testSecret))
		}
	}
}

// A server that merges trailers into the headers must not hear of a key or an address from the visitor.
func TestFrontendAPIProxy_dropsTrailers(t *testing.T) {
	t.Parallel()
	var trailers http.Header
	app := frontendProxy(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		trailers = r.Trailer
	}, nil)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, app.URL+"/__clerk/v1/client", io.NopCloser(strings.NewReader("x")))
	if err != nil {
		t.Fatal(err)
	}
	req.Trailer = http.Header{"Clerk-Secret-Key": {"stolen"}, "X-Forwarded-For": {"6.6.6.6"}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || len(trailers) > 0 {
		t.Errorf("got %d and trailers %v, want none", resp.StatusCode, trailers)
	}
}
