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
		"/other": 400, "/__clerkx/v1": 400, "/__clerk/%2e%2e/x": 400, "/__clerk/a/..%2f": 400, "/__clerk/..%5cx": 400, "/__clerk/..;/x": 400, "/__clerk/a/%2e%2e%3bx=1/b": 400, "/__clerk/.;x": 400, "/__clerk/v1/a;x=..": 200, "/__clerk/v1/..x": 200,
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

// What only the proxy may say reaches the upstream in no spelling.
func TestFrontendAPIProxy_WithholdsHeaders(t *testing.T) {
	t.Parallel()
	var got http.Header
	app := frontendProxy(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header }, nil)
	forged := []string{
		"True-Client-IP", "X-Client-IP", "Fastly-Client-IP", "Fly-Client-IP", "CF-Connecting-IP", "X-Real-IP", "X-Cluster-Client-IP",
		"Client-IP", "Forwarded", "Forwarded-For", "X-Forwarded", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server",
		"X-Original-URL", "X-Rewrite-URL", "X-Original-Host", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override",
		"Clerk_Secret_Key", "Clerk.Proxy.Url", "X_Real_IP", "x_forwarded_for", "X.Forwarded.Host", "True_Client_IP", "X_HTTP_Method_Override",
	}
	var header []string
	for _, name := range forged {
		header = append(header, name, "forged")
	}
	header = append(header, "X-Custom", "stays", "Authorization", "stays", "User-Agent", "stays")
	_ = ask(t, t.Context(), http.MethodGet, app.URL+"/__clerk/v1/client", http.NoBody, header...)
	for name, values := range got {
		if strings.Contains(strings.Join(values, ""), "forged") {
			t.Errorf("%s reached the upstream", name)
		}
	}
	for _, name := range []string{"X-Custom", "Authorization", "User-Agent"} {
		if got.Get(name) != "stays" {
			t.Errorf("got %s %q, want it passed on", name, got.Get(name))
		}
	}
}

func TestFrontendAPIProxy_ClientAddress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		trusted bool
		remote  string
		header  []string
		want    string
	}{
		{"the connection", false, "203.0.113.9:5000", nil, "203.0.113.9"},
		{"the connection over IPv6", false, "[2001:db8::1%eth0]:5000", nil, "2001:db8::1"},
		{"no address of the connection", false, "@", nil, ""},
		{"headers without trust", false, "203.0.113.9:5000", []string{"X-Forwarded-For", "6.6.6.6", "X-Real-Ip", "6.6.6.6"}, "203.0.113.9"},
		{"trust without headers", true, "203.0.113.9:5000", nil, "203.0.113.9"},
		{"Cloudflare first", true, "203.0.113.9:5000", []string{"Cf-Connecting-Ip", "198.51.100.1", "X-Real-Ip", "198.51.100.2"}, "198.51.100.1"},
		{"then the real address", true, "203.0.113.9:5000", []string{"X-Real-Ip", "198.51.100.2", "X-Forwarded-For", "198.51.100.3"}, "198.51.100.2"},
		{"then the first of the chain", true, "203.0.113.9:5000", []string{"X-Forwarded-For", " 198.51.100.3 , 10.0.0.1"}, "198.51.100.3"},
		{"an address with a port", true, "203.0.113.9:5000", []string{"X-Forwarded-For", "198.51.100.3:443"}, "198.51.100.3"},
		{"an address in brackets", true, "203.0.113.9:5000", []string{"X-Forwarded-For", "[2001:db8::2]"}, "2001:db8::2"},
		{"words for an address", true, "203.0.113.9:5000", []string{"X-Real-Ip", "unknown", "X-Forwarded-For", "198.51.100.3"}, "198.51.100.3"},
		{"nothing but words", true, "203.0.113.9:5000", []string{"X-Forwarded-For", "_hidden, 198.51.100.3"}, "203.0.113.9"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			upstream := roundTripper(func(r *http.Request) (*http.Response, error) {
				got = r.Header.Values("X-Forwarded-For")
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
			})
			w := proxied(t, upstream, func(c *clerkauth.Config) { c.TrustForwardedHeaders = test.trusted }, test.remote, test.header...)
			if have := strings.Join(got, "|"); have != test.want || w.Code != http.StatusOK {
				t.Errorf("got X-Forwarded-For %q and status %d, want %q and 200", have, w.Code, test.want)
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// proxied sends one request from an address through a proxy whose upstream is a function.
func proxied(t *testing.T, upstream http.RoundTripper, change func(*clerkauth.Config), remote string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	authn := local(t, nil, func(c *clerkauth.Config) {
		c.SecretKey, c.HTTPClient = testSecret, &http.Client{Transport: upstream}
		if change != nil {
			change(c)
		}
	})
	handler, err := authn.FrontendAPIProxy("")
	if err != nil {
		t.Fatal(err)
	}
	req, w := get(t, "/__clerk/v1/client", header...), httptest.NewRecorder()
	req.RemoteAddr = remote
	handler.ServeHTTP(w, req)
	return w
}

// An upstream may have a key of its own, or send ours back: neither reaches the visitor.
func TestFrontendAPIProxy_KeepsKeysOfAnswers(t *testing.T) {
	t.Parallel()
	w := proxied(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Clerk-Secret-Key": {"sk_test_of_the_upstream"}, "Clerk_secret_key": {"x"}, "X-Seen": {"a", "key " + testSecret}, "X-Fine": {"1"}}
		return &http.Response{StatusCode: http.StatusOK, Header: h, Body: http.NoBody, Request: r}, nil
	}), nil, "203.0.113.9:5000")
	for _, name := range []string{"Clerk-Secret-Key", "Clerk_secret_key", "X-Seen"} {
		if values := w.Header()[name]; len(values) > 0 {
			t.Errorf("got %s in the answer, want it withheld", name)
		}
	}
	if w.Header().Get("X-Fine") != "1" || w.Code != http.StatusOK {
		t.Errorf("got %d with %v, want the rest passed on", w.Code, w.Header())
	}
}

// A status that no server may send is trouble of the upstream, and no panic of ours.
func TestFrontendAPIProxy_ImpossibleStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{0: 502, 7: 502, 99: 502, 100: 502, 101: 502, 200: 200, 299: 299, 599: 599, 999: 999, 1000: 502} {
		w := proxied(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		}), nil, "203.0.113.9:5000")
		if w.Code != want {
			t.Errorf("upstream status %03d: got %d, want %d", status, w.Code, want)
		}
	}
}
