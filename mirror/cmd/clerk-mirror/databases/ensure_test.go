//go:build unix

package databases_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// signedIn returns the state of a request with a session token.
func (w *world) signedIn(t *testing.T, who clerktest.SignedIn) *clerkauth.RequestState {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+who.Token)
	state := w.authenticator(t).Authenticate(t.Context(), clerkauth.FromHTTP(r))
	if !state.SignedIn() {
		t.Fatal(state.Err())
	}
	return state
}

func (w *world) authenticator(t *testing.T) *clerkauth.Authenticator {
	t.Helper()
	authn, err := clerkauth.New(clerkauth.Config{JWTKey: w.JWTKey(), HeaderOnly: true, Now: w.Clock().Now})
	if err != nil {
		t.Fatal(err)
	}
	return authn
}

// asked counts the requests that the local Clerk has answered for one object.
func (w *world) asked(part string) (n int) {
	for _, r := range w.Requests() {
		if strings.Contains(r.Path, part) {
			n++
		}
	}
	return n
}

// TestEnsure_OnceForAllRequests lets many first requests of a member arrive at once, before any webhook.
func TestEnsure_OnceForAllRequests(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		user := w.CreateUser(clerktest.User{FirstName: "Ada"})
		org := w.CreateOrganization(clerktest.Organization{CreatedBy: user.ID})
		state := w.signedIn(t, w.SignIn(user.ID, org.ID))
		m := d.mirror(t, clerkmirror.Config{DB: db, Client: w.client})
		before := w.asked("/users/" + user.ID)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if err := m.Ensure(t.Context(), state); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := w.asked("/users/"+user.ID) - before; got != 1 {
			t.Errorf("got %d requests for the user, want 1", got)
		}
		w.compare(t, d, db)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := m.Ensure(t.Context(), state); err != nil {
			t.Errorf("got %v, want a known user to need no database", err)
		}
	})
}

// TestEnsure_RacesWithTheWebhook brings the same user through both ways at once, and then an older event. The clock stands still
// until the users change, as states of the same millisecond have no order.
func TestEnsure_RacesWithTheWebhook(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		w.Clock().Freeze()
		db := d.open(t)
		execute(t, db, "CREATE TABLE welcome (id VARCHAR(191) NOT NULL)")
		receiver, other := d.mirror(t, w.config()), d.mirror(t, w.config())
		endpoint := w.deliver(t, w.handler(t, receiver))
		endpoint.Hold()
		var users []string
		for range 10 {
			user := w.CreateUser(clerktest.User{})
			users = append(users, user.ID)
			state := w.signedIn(t, w.SignIn(user.ID, ""))
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := other.Ensure(t.Context(), state); err != nil {
					t.Error(err)
				}
			})
			endpoint.Release(nil)
			endpoint.Hold()
			wg.Wait()
		}
		endpoint.Release(nil)
		w.Clock().Advance(time.Second)
		for _, id := range users { // the sign-in itself sent no event
			w.patch(t, "/users/"+id, `{"first_name":"Ada"}`)
		}
		if err := w.FlushWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.compare(t, d, db)
	})
}

// TestEnsure_Gone has a token that outlives its user, and another person with the same address.
func TestEnsure_Gone(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		m := d.mirror(t, w.config())
		first := w.CreateUser(clerktest.User{Email: "ada@example.com"})
		state := w.signedIn(t, w.SignIn(first.ID, ""))
		if err := m.Ensure(t.Context(), state); err != nil {
			t.Fatal(err)
		}
		if _, err := w.client.Users.Delete(t.Context(), first.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Backfill(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := d.mirror(t, w.config()) // another replica, which remembers nothing
		if err := fresh.Ensure(t.Context(), state); !errors.Is(err, clerkmirror.ErrGone) || clerkmirror.StatusCode(err) != http.StatusUnauthorized {
			t.Errorf("got %v, want ErrGone and 401", err)
		}
		second := w.CreateUser(clerktest.User{Email: "ada@example.com"})
		if err := fresh.Ensure(t.Context(), w.signedIn(t, w.SignIn(second.ID, ""))); err != nil {
			t.Fatal(err)
		}
		user, err := fresh.UserByEmail(t.Context(), "Ada@Example.com")
		if err != nil || user.ID != second.ID {
			t.Errorf("got %v, %v; want the second user with the address", user, err)
		}
		db := d.open(t)
		if n := number(t, db, "SELECT COUNT(*) FROM clerk_users"); n != 2 {
			t.Errorf("got %d rows, want one for each person", n)
		}
		third := w.CreateUser(clerktest.User{})
		state = w.signedIn(t, w.SignIn(third.ID, ""))
		if _, err := w.client.Users.Delete(t.Context(), third.ID); err != nil {
			t.Fatal(err)
		}
		if err := fresh.Ensure(t.Context(), state); !errors.Is(err, clerkmirror.ErrGone) {
			t.Errorf("got %v, want ErrGone for a user whom no table and no Clerk has", err)
		}
	})
}

// TestMiddleware_ForeignKeysHold stores an order of a user whom no webhook has announced.
func TestMiddleware_ForeignKeysHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := newDatabase(t, servers[0])
	db := d.open(t)
	m := d.mirror(t, clerkmirror.Config{DB: db, Client: w.client})
	execute(t, db, "CREATE TABLE orders (user_id TEXT NOT NULL REFERENCES clerk_users (id))")
	handler := clerkauth.Middleware(w.authenticator(t))(m.Middleware(http.HandlerFunc(
		func(rw http.ResponseWriter, r *http.Request) {
			if user := clerkauth.FromContext(r.Context()).UserID(); user != "" {
				execute(t, db, "PRAGMA foreign_keys = ON", "INSERT INTO orders VALUES ('"+user+"')") //nolint:contextcheck // that of the test
			}
		})))
	ask := func(h http.Handler, token string) int {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		return answer.Code
	}
	who := w.SignedInUser()
	if got := ask(handler, who.Token); got != http.StatusOK {
		t.Errorf("got %d, want 200", got)
	}
	if got := ask(handler, ""); got != http.StatusOK {
		t.Errorf("got %d for a stranger, want the handler to decide", got)
	}
	if got := ask(m.Middleware(http.NotFoundHandler()), who.Token); got != http.StatusServiceUnavailable {
		t.Errorf("got %d where no middleware of auth ran, want 503", got)
	}
	gone := w.SignedInUser()
	if _, err := w.client.Users.Delete(t.Context(), gone.UserID); err != nil {
		t.Fatal(err)
	}
	if got := ask(handler, gone.Token); got != http.StatusUnauthorized {
		t.Errorf("got %d for a user who is gone, want 401", got)
	}
	if n := number(t, db, "SELECT COUNT(*) FROM orders"); n != 1 {
		t.Errorf("got %d orders, want 1", n)
	}
}
