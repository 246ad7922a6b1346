package clerktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// frontendServer is an emulator that is called without a network, with somebody who is signed in and a member of 5
// organizations.
type frontendServer struct {
	b       *testing.B
	in      *clerktest.Instance
	handler http.Handler
	query   string
	session string
}

func newFrontendServer(b *testing.B) *frontendServer {
	b.Helper()
	e, err := clerktest.New()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Close() })
	in := e.Default()
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Password: goodPassword})
	for _, name := range []string{"A", "B", "C", "D", "E"} {
		in.AddMember(in.CreateOrganization(clerktest.Organization{Name: name}).ID, u.ID, "member")
	}
	dev := in.NewBrowser()
	session := in.SignInBrowser(dev, u.ID).SessionID
	return &frontendServer{b, in, e, url.Values{"__clerk_db_jwt": {dev}, "__clerk_api_version": {"2026-08-20"}}.Encode(), session}
}

// ask makes a request and fails unless it succeeds.
func (s *frontendServer) ask(method, path string) {
	r := httptest.NewRequestWithContext(s.b.Context(), method, path+"?"+s.query, strings.NewReader(""))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", applicationOrigin)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if _, _ = io.Copy(io.Discard, w.Body); w.Code != http.StatusOK {
		s.b.Fatalf("%s %s: status %d", method, path, w.Code)
	}
}

// measure reports how long a round of requests takes besides the signatures of the tokens in it.
func (s *frontendServer) measure(signatures int, round func()) {
	began := time.Now()
	for range 10 {
		s.in.SessionToken(s.session)
	}
	signature := time.Since(began) / 10
	for s.b.Loop() {
		round()
	}
	besides := s.b.Elapsed()/time.Duration(s.b.N) - time.Duration(signatures)*signature
	s.b.ReportMetric(float64(besides.Microseconds()), "µs-besides-RSA")
}

// BenchmarkFrontend measures what a page waits for. Besides the signatures, client and tokens take less than 1,000 µs, and all
// requests of ClerkJS's start less than 50,000.
func BenchmarkFrontend(b *testing.B) {
	for _, c := range []struct {
		name       string
		signatures int
		round      func(*frontendServer)
	}{
		{"client", 1, func(s *frontendServer) { s.ask(http.MethodGet, "/v1/client") }},
		{"tokens", 1, func(s *frontendServer) { s.ask(http.MethodPost, "/v1/client/sessions/"+s.session+"/tokens") }},
		{"start-of-ClerkJS", 4, func(s *frontendServer) {
			s.ask(http.MethodPost, "/v1/dev_browser")
			s.ask(http.MethodGet, "/v1/environment")
			s.ask(http.MethodGet, "/v1/client")
			s.ask(http.MethodPost, "/v1/client/sessions/"+s.session+"/touch") // signs for the session and for the client
			s.ask(http.MethodPost, "/v1/client/sessions/"+s.session+"/tokens")
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := newFrontendServer(b)
			s.measure(c.signatures, func() { c.round(s) })
		})
	}
}
