package moving

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// TestCompare pins the rows that the guide explains one by one. The table itself is made from the same run.
func TestCompare(t *testing.T) {
	t.Parallel()
	results, err := compare(t.Context(), clerktest.NewServer(t, clerktest.WithAuthorizedParty(origin)))
	if err != nil {
		t.Fatal(err)
	}
	if len(results) < 33 {
		t.Errorf("got %d credentials, want 33 or more", len(results))
	}
	const in, anonymous = "signed in", "anonymous"
	for _, want := range []result{
		{"nothing", anonymous, "403", anonymous, anonymous, "401"},
		{"a session token", in, in, in, in, in},
		{"a session token, `bearer` in lower case", anonymous, "403", in, in, in},
		{"a session token without the word `Bearer`", in, in, in, in, in},
		{"a session token that names no origin (`azp`)", in, in, in, anonymous, "401"},
		{"a session token that expired 3 s ago", "401", "401", in, in, in},
		{"a session token that has expired", "401", "401", "401", anonymous, "401"},
		{"something that is not a token", anonymous, "403", "401", anonymous, "401"},
		{"a token of a JWT template", in, in, "401", anonymous, "401"},
		{"a JWT of a machine", in, in, "401", anonymous, "401"},
		{"a JWT for an OAuth client", in, in, "401", anonymous, "401"},
		{"one of a pending session", in, in, anonymous, anonymous, "401"},
	} {
		i := slices.IndexFunc(results, func(r result) bool { return r.credential == want.credential })
		if i < 0 {
			t.Errorf("no row for %s", want.credential)
		} else if results[i] != want {
			t.Errorf("got %+v, want %+v", results[i], want)
		}
	}
	for _, r := range results {
		if r.credential == "" || r.auth == in && r.with != in && !strings.Contains(r.credential, "lower case") && !strings.Contains(r.credential, "3 s ago") {
			t.Errorf("%+v: only this SDK lets it in", r)
		}
	}
}

func TestAfter_GreetsTheUser(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	user := srv.CreateUser(clerktest.User{FirstName: "Ada", LastName: "Lovelace"})
	h, err := After(clerkauth.Config{SecretKey: srv.SecretKey(), APIURL: srv.URL(), HeaderOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/me", nil)
	r.Header.Set("Authorization", "Bearer "+srv.SessionToken(srv.CreateSession(user.ID, "")))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if got, want := w.Body.String(), "Hello Ada Lovelace"; got != want {
		t.Errorf("got %d %q, want %q", w.Code, got, want)
	}
}
