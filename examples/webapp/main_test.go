package main

import (
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

// person is somebody with a browser, which follows redirects and keeps cookies.
type person struct {
	*testing.T

	browser *http.Client
	origin  string // of the application
	clerk   *localClerk
}

// newPerson starts the application with its Clerk.
func newPerson(t *testing.T) *person {
	t.Helper()
	clerk, err := startClerk(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(clerk.close)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	origin := originOf(listener)
	app, err := newApplication(origin, clerkauth.Config{
		SecretKey: clerk.SecretKey(), PublishableKey: clerk.PublishableKey(), APIURL: clerk.URL(), Now: clerk.Clock().Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- demo.ServeOn(t.Context(), listener, app.routes()) }()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{T: t, browser: &http.Client{Jar: jar}, origin: origin, clerk: clerk}
}

// page is what a browser shows in the end.
type page struct {
	*testing.T

	status int
	url    *url.URL
	text   string
}

// opens opens a page as somebody who took a while to read the last one: the counter of round trips, which lives for two
// seconds, is gone.
func (p *person) opens(address string) *page {
	p.Helper()
	u, err := url.Parse(p.origin)
	if err != nil {
		p.Fatal(err)
	}
	p.browser.Jar.SetCookies(u, []*http.Cookie{{Name: "__clerk_redirect_count", Path: "/", MaxAge: -1}})
	return p.sends(http.MethodGet, address, nil)
}

func (p *person) sends(method, address string, form url.Values) *page {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Dest", "document")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", req.URL.Scheme+"://"+req.URL.Host)
	}
	resp, err := p.browser.Do(req)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.Fatal(err)
	}
	return &page{p.T, resp.StatusCode, resp.Request.URL, string(body)}
}

// signsIn opens the account page, is asked for who it is, and comes back.
func (p *person) signsIn(email string) *page {
	p.Helper()
	asked := p.opens(p.origin + "/account")
	asked.shows(http.StatusOK, "<h1>Sign in</h1>")
	return p.sends(http.MethodPost, asked.url.String(), url.Values{"action": {"identify"}, "identifier": {email}, "password": {"correct horse battery"}})
}

func (p *page) shows(status int, text string) {
	p.Helper()
	if p.status != status || !strings.Contains(p.text, text) {
		p.Errorf("%s: got status %d, want %d with %q: %s", p.url, p.status, status, text, p.text)
	}
}

func TestApplication_SignInAndOut(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.opens(p.origin+"/").shows(http.StatusOK, ">Sign in</a>")
	back := p.signsIn("ada@example.com")
	back.shows(http.StatusOK, "Hello, <strong>Ada</strong>")
	if got := back.url.String(); got != p.origin+"/account" {
		t.Errorf("came back to %s, want the account page without parameters", got)
	}
	p.opens(p.origin+"/").shows(http.StatusOK, "Sign out")
	p.sends(http.MethodPost, p.origin+"/sign-out", nil).shows(http.StatusOK, ">Sign in</a>")
	p.opens(p.origin+"/account").shows(http.StatusOK, "<h1>Sign in</h1>")
}

func TestApplication_SignOutElsewhereEndsWithTheToken(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.signsIn("ada@example.com").shows(http.StatusOK, "Hello")
	p.sends(http.MethodPost, p.clerk.URL()+"/user", url.Values{"action": {"sign_out"}}).shows(http.StatusOK, "<h1>Sign in</h1>")
	p.clerk.Clock().Advance(70 * time.Second) // a minute, and what clocks may differ
	p.opens(p.origin+"/account").shows(http.StatusOK, "<h1>Sign in</h1>")
}

func TestApplication_TeamsByAddressAndRole(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.signsIn("grace@example.com").shows(http.StatusOK, `href="/teams/compilers"`)
	p.opens(p.origin+"/teams/engines").shows(http.StatusOK, "<strong>org:member</strong>")
	p.opens(p.origin+"/teams/engines/admin").shows(http.StatusForbidden, "This page is not for you.")
	p.opens(p.origin+"/teams/compilers/admin").shows(http.StatusOK, "for administrators of this team")
	p.opens(p.origin+"/teams/engines").shows(http.StatusOK, "<h1>Engines</h1>")

	other := newPerson(t)
	other.signsIn("ada@example.com").shows(http.StatusOK, "Hello")
	other.opens(other.origin+"/teams/engines/admin").shows(http.StatusOK, "for administrators of this team")
	other.opens(other.origin+"/teams/compilers").shows(http.StatusForbidden, "This page is not for you.")
	other.opens(other.origin+"/teams/compilers/admin").shows(http.StatusForbidden, "This page is not for you.")
}

func TestApplication_RefusesFormsOfOtherSites(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.signsIn("ada@example.com").shows(http.StatusOK, "Hello")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.origin+"/sign-out", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "https://evil.example.net")
	resp, err := p.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("got status %d and %v, want 403", resp.StatusCode, err)
	}
	p.opens(p.origin+"/account").shows(http.StatusOK, "Hello")
}
