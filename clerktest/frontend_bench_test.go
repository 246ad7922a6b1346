package clerktest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/clerktest/internal/digest"
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

// ask makes a request, with a form if there is one, and fails unless it succeeds.
func (s *frontendServer) ask(method, path string, form ...string) {
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	r := httptest.NewRequestWithContext(s.b.Context(), method, path+"?"+s.query, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", applicationOrigin)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if _, _ = io.Copy(io.Discard, w.Body); w.Code != http.StatusOK {
		s.b.Fatalf("%s %s: status %d", method, path, w.Code)
	}
}

// cryptography is work that an answer cannot do without: signatures of tokens, or the check of a password.
type cryptography struct {
	name  string
	times int // in a round
	work  func() error
}

// measure reports how long a round of requests takes besides its cryptography. Rounds and the bare cryptography take turns and
// their medians count, so that other programs disturb both alike.
func (s *frontendServer) measure(c cryptography, round func()) {
	var rounds, bare []time.Duration
	for s.b.Loop() {
		began := time.Now()
		round()
		rounds = append(rounds, time.Since(began))
		began = time.Now()
		if err := c.work(); err != nil {
			s.b.Fatal(err)
		}
		bare = append(bare, time.Since(began))
	}
	slices.Sort(rounds)
	slices.Sort(bare)
	whole, once := rounds[len(rounds)/2], bare[len(bare)/2]
	s.b.ReportMetric(float64(whole.Microseconds()), "µs")
	s.b.ReportMetric(float64(once.Microseconds()), "µs/"+c.name)
	s.b.ReportMetric(float64((whole - time.Duration(c.times)*once).Microseconds()), "µs-besides-"+c.name)
	s.b.ReportMetric(0, "ns/op")
}

// signatures returns the work of signing a number of tokens.
func signatures(b *testing.B, times int) cryptography {
	b.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	sum := make([]byte, sha256.Size)
	return cryptography{"RSA", times, func() error {
		_, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum)
		return err
	}}
}

// BenchmarkFrontend measures what a page waits for. Besides the signatures, client and tokens take less than 1,000 µs, and all
// requests of ClerkJS's start less than 50,000. A sign-out and a sign-in by
// password take little more than the check of the password and the signature.
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
			s.measure(signatures(b, c.signatures), func() { c.round(s) })
		})
	}
	b.Run("sign-in-by-password", func(b *testing.B) {
		s := newFrontendServer(b)
		stored, err := digest.New(goodPassword)
		if err != nil {
			b.Fatal(err)
		}
		signature := signatures(b, 1)
		s.measure(cryptography{"hash-and-RSA", 1, func() error {
			if right, _ := digest.Verify(digest.Own, stored, goodPassword); !right {
				return errors.New("the password is wrong")
			}
			return signature.work()
		}}, func() {
			s.ask(http.MethodDelete, "/v1/client/sessions")
			s.ask(http.MethodPost, "/v1/client/sign_ins", "strategy", "password", "identifier", "ada@example.com", "password", goodPassword)
		})
	})
}
