package clerkauth_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// TestFromHTTP_RequestLine reads request lines of every form (RFC 9112, section 3.2) and a router that has changed the URL.
func TestFromHTTP_RequestLine(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"GET /a%2Fb/c?q=%20 HTTP/1.1":                       "/a%2Fb/c?q=%20",
		"GET //evil.example/x HTTP/1.1":                     "//evil.example/x",
		"GET /x?u=http://evil.example/ HTTP/1.1":            "/x?u=http://evil.example/",
		"GET http://app.example.com/a?b=1 HTTP/1.1":         "/a?b=1",
		"GET http://app.example.com HTTP/1.1":               "/",
		"GET http://app.example.com?b=/c HTTP/1.1":          "/?b=/c",
		"GET http://app.example.com//evil.example HTTP/1.1": "//evil.example",
		"CONNECT app.example.com:443 HTTP/1.1":              "",
		"OPTIONS * HTTP/1.1":                                "*",
	} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(line + "\r\nHost: app.example.com\r\n\r\n")))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if r.Method == http.MethodGet {
			r.URL.Path, r.URL.RawPath, r.URL.RawQuery = "/moved", "", "moved=1" // as a router may
		}
		req := clerkauth.FromHTTP(r)
		got := req.Path
		if req.RawQuery != "" {
			got += "?" + req.RawQuery
		}
		if got != want || !strings.HasPrefix(req.Host, "app.example.com") {
			t.Errorf("%s: got %q of %s, want %q of app.example.com", line, got, req.Host, want)
		}
	}
}

func TestAuthenticator_AddressesAreThoseOfTheHost(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	for target, want := range map[string]string{
		"//evil.example/x": "https://app.example.com//evil.example/x", "*": "https://app.example.com/*", "": "https://app.example.com/",
		"/\\evil.example": "https://app.example.com/\\evil.example", "@evil.example": "https://app.example.com/@evil.example",
	} {
		builder := authn.Redirects(clerkauth.Request{Scheme: "https", Host: "app.example.com", Path: target, Header: http.Header{}.Values}, nil)
		if builder.BaseURL != want {
			t.Errorf("%q: got %q, want %q", target, builder.BaseURL, want)
		}
	}
}
