package clerkauthtest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
)

func me(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte(clerkauth.FromContext(r.Context()).UserID()))
}

func ExampleNew() {
	t := new(testing.T) // the one that the test gets

	srv, authn := clerkauthtest.New(t)
	app := clerkauth.Middleware(authn)(clerkauth.RequireAuth()(http.HandlerFunc(me)))

	ada, rec := srv.SignedInUser(), httptest.NewRecorder()
	app.ServeHTTP(rec, ada.Authorize(httptest.NewRequest(http.MethodGet, "/me", nil)))
	if rec.Body.String() != ada.UserID {
		t.Errorf("got %d %s, want the user's id", rec.Code, rec.Body)
	}
}

func TestNew_SharesTheClock(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	token := srv.SignedInUser().Token
	if _, err := authn.Verify(t.Context(), token); err != nil {
		t.Fatalf("a fresh token: %v", err)
	}
	srv.Clock().Advance(2 * time.Minute)
	if _, err := authn.Verify(t.Context(), token); !errors.Is(err, clerkauth.ErrUnauthenticated) {
		t.Errorf("a token two minutes later: %v, want it refused", err)
	}
}

func TestNew_TakesCookies(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	ada := srv.SignedInUser()
	app := clerkauth.Middleware(authn)(clerkauth.RequireAuth()(http.HandlerFunc(me)))
	rec := httptest.NewRecorder()
	app.ServeHTTP(rec, srv.AddCookies(httptest.NewRequest(http.MethodGet, "/me", nil), ada))
	if rec.Code != http.StatusOK || rec.Body.String() != ada.UserID {
		t.Errorf("got %d %s, want the user's id", rec.Code, rec.Body)
	}
}

func TestFor_AnInstanceOfItsOwn(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	other := srv.NewInstance(t)
	if _, err := authn.Verify(t.Context(), other.SignedInUser().Token); err == nil {
		t.Error("a token of another instance verifies")
	}
	strict := clerkauthtest.For(t, other, func(c *clerkauth.Config) { c.AuthorizedParties = []string{"https://app.example.com"} })
	if _, err := strict.Verify(t.Context(), other.SignedInUser().Token); err == nil {
		t.Error("a token of a foreign page verifies although the settings name the parties")
	}
	token := other.SignedInUser(clerktest.TokenAuthorizedParty("https://app.example.com")).Token
	if _, err := strict.Verify(t.Context(), token); err != nil {
		t.Errorf("a token of the named party: %v", err)
	}
}

// fatal is a test that records how it ended.
type fatal struct {
	clerktest.TB
	said bool
}

func (f *fatal) Helper()               {}
func (f *fatal) Fatalf(string, ...any) { f.said = true }

func TestFor_EndsTheTestOnBadSettings(t *testing.T) {
	t.Parallel()
	srv, _ := clerkauthtest.New(t)
	f := &fatal{TB: t}
	clerkauthtest.For(f, srv.Instance, func(c *clerkauth.Config) { c.SecretKey = "sk_bad key" })
	if !f.said {
		t.Error("bad settings pass")
	}
}
