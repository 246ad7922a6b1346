//nolint:paralleltest // the tests set variables of the process
package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// application serves a page that shows nothing but who may see it.
func application(t *testing.T, config func(*clerkauth.Config), wrap func(http.Handler) http.Handler) string {
	t.Helper()
	c, err := clerkauth.ConfigFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	if config != nil {
		config(&c)
	}
	authn, err := clerkauth.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	handler = clerkauth.Middleware(authn)(clerkauth.RequireAuth()(handler))
	if wrap != nil {
		handler = wrap(handler)
	}
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestRun_Pages(t *testing.T) {
	srv := start(t, nil)
	token := srv.SessionToken(srv.CreateSession(srv.CreateUser(clerktest.User{}).ID, ""))
	t.Run("a healthy page", func(t *testing.T) {
		_, findings := ask(t, token, "-token", "-", "-url", application(t, nil, nil)+"/account")
		expect(t, findings, good, "page", "comes back to the same address")
		expect(t, findings, good, "page with the token", "200")
		expect(t, findings, warning, partiesVariable, "not among them")
	})
	t.Run("a proxy that ends https", func(t *testing.T) {
		page := application(t, func(c *clerkauth.Config) { c.PublicOrigin = "http://internal.example:8080" }, nil)
		_, findings := ask(t, "", "-url", page)
		expect(t, findings, wrong, "page", "thinks that visitors are at http://internal.example:8080")
	})
	t.Run("a proxy that takes a prefix away", func(t *testing.T) {
		page := application(t, nil, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.URL.Path = strings.TrimPrefix(r.URL.Path, "/shop")
				r.RequestURI = r.URL.RequestURI()
				next.ServeHTTP(w, r)
			})
		})
		_, findings := ask(t, "", "-url", page+"/shop/account")
		expect(t, findings, wrong, "page", "the way back is /account and not /shop/account")
	})
	t.Run("an application with the keys of another instance", func(t *testing.T) {
		other := clerktest.NewServer(t)
		page := application(t, func(c *clerkauth.Config) {
			c.PublishableKey, c.SecretKey, c.APIURL = other.PublishableKey(), other.SecretKey(), other.URL()
		}, nil)
		_, findings := ask(t, token, "-token", "-", "-url", page)
		expect(t, findings, wrong, "page", "to the handshake of")
		expect(t, findings, wrong, "page with the token", "jwk-kid-mismatch")
	})
	t.Run("an application whose secret key Clerk does not know", func(t *testing.T) {
		page := application(t, func(c *clerkauth.Config) { c.SecretKey = "sk_test_unknown0unknown0unknown0unknown0" }, nil)
		_, findings := ask(t, token, "-token", "-", "-url", page)
		expect(t, findings, wrong, "page with the token", "503: Clerk does not accept the secret key")
	})
	t.Run("a cache that keeps answers with cookies", func(t *testing.T) {
		page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "__session", Value: "secret"})
			w.Header().Set("Age", "12")
		}))
		t.Cleanup(page.Close)
		_, findings := ask(t, "", "-url", page.URL)
		expect(t, findings, wrong, "page", "comes out of a cache")
	})
	t.Run("an application that does not run", func(t *testing.T) {
		_, findings := ask(t, "", "-url", "http://127.0.0.1:1/")
		expect(t, findings, wrong, "page", "cannot be reached")
	})
	t.Run("no address at all", func(t *testing.T) {
		_, findings := ask(t, "", "-url", "app.example.com")
		expect(t, findings, wrong, "page", "no web address")
	})
}

func TestRun_TokenNeverCrossesTheNetworkInTheClear(t *testing.T) {
	srv := start(t, nil)
	token := srv.SessionToken(srv.CreateSession(srv.CreateUser(clerktest.User{}).ID, ""))
	var seen []string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		seen = append(seen, r.Header.Get("Authorization"))
		return httptest.NewRecorder().Result(), nil
	})
	r := &report{}
	p, _ := newPatient(r, false)
	p.client.Transport = transport
	p.examinePage(t.Context(), r, "http://app.example.com/", token)
	if len(seen) != 1 || seen[0] != "" {
		t.Errorf("got %d requests, %q as credentials, want one without", len(seen), seen)
	}
	expect(t, r.findings, warning, "page", "was not sent")
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
