package clerkauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// countingTransport counts the calls for users, organizations and memberships and can be down.
type countingTransport struct {
	calls atomic.Int32
	down  atomic.Bool
	begun chan struct{} // if not nil, told when an answer waits
	gate  chan struct{} // what it waits for
}

func (c *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/users/") || strings.Contains(r.URL.Path, "/organizations/") {
		c.calls.Add(1)
		if c.down.Load() {
			return nil, errors.New("no route")
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if c.begun != nil {
			c.begun <- struct{}{}
			<-c.gate
		}
		return resp, err
	}
	return http.DefaultTransport.RoundTrip(r)
}

// currentWorld is an authenticator with a local Clerk whose calls are counted.
type currentWorld struct {
	srv   *clerktest.Server
	authn *clerkauth.Authenticator
	calls *countingTransport
}

func newCurrentWorld(t *testing.T, config clerkauth.CurrentConfig) *currentWorld {
	t.Helper()
	w := &currentWorld{calls: &countingTransport{}}
	w.srv, w.authn = clerkauthtest.New(t, func(c *clerkauth.Config) {
		c.HTTPClient = &http.Client{Transport: w.calls}
		c.Current = config
	})
	return w
}

// as returns the context of a request with a token.
func (w *currentWorld) as(t *testing.T, token string) context.Context {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	state := w.authn.Authenticate(t.Context(), clerkauth.FromHTTP(r))
	if err := state.Err(); err != nil {
		t.Fatal(err)
	}
	return clerkauth.NewContext(t.Context(), state)
}

func TestCurrentUser_ManyRequestsOfOnePersonCostOneCall(t *testing.T) {
	t.Parallel()
	w := newCurrentWorld(t, clerkauth.CurrentConfig{TTL: time.Minute})
	const people, requests = 100, 1000
	contexts, ids := make([]context.Context, people), make([]string, people)
	for i := range people {
		who := w.srv.SignedInUser()
		contexts[i], ids[i] = w.as(t, who.Token), who.UserID
	}
	var running sync.WaitGroup
	for i := range requests {
		running.Go(func() {
			for range 10 {
				user, err := clerkauth.CurrentUser(contexts[i%people])
				if err != nil || user.ID != ids[i%people] {
					t.Errorf("got %v, %v, want %s", user, err, ids[i%people])
				}
			}
		})
	}
	running.Wait()
	if got := w.calls.calls.Load(); got != people {
		t.Errorf("got %d calls for %d requests of %d people, want %d", got, requests, people, people)
	}
	w.srv.Clock().Advance(2 * time.Minute)
	if _, err := clerkauth.CurrentUser(contexts[0]); err != nil || w.calls.calls.Load() != people+1 {
		t.Errorf("got %v and %d calls, want one more after the time to live", err, w.calls.calls.Load())
	}
}

func TestCurrentUser_WithoutACacheOnlyConcurrentCallsAreShared(t *testing.T) {
	t.Parallel()
	w := newCurrentWorld(t, clerkauth.CurrentConfig{TTL: clerkauth.NoCurrentCache})
	ctx := w.as(t, w.srv.SignedInUser().Token)
	for want := range int32(3) {
		if _, err := clerkauth.CurrentUser(ctx); err != nil || w.calls.calls.Load() != want+1 {
			t.Errorf("got %v and %d calls, want %d", err, w.calls.calls.Load(), want+1)
		}
	}
}

func TestCurrentUser_EventsForgetWhatTheyChange(t *testing.T) {
	t.Parallel()
	w := newCurrentWorld(t, clerkauth.CurrentConfig{TTL: time.Hour})
	who := w.srv.SignedInUser()
	ctx, other := w.as(t, who.Token), w.as(t, w.srv.SignedInUser().Token)
	seen := 0
	callbacks := clerkwebhook.Callbacks{
		UserUpdated: func(context.Context, *clerkwebhook.Event, *clerk.User) error { seen++; return nil },
	}.OnChange(w.authn.ForgetCurrent)
	name := func(want string) {
		t.Helper()
		user, err := clerkauth.CurrentUser(ctx)
		if err != nil || clerk.Value(user.FirstName) != want {
			t.Errorf("got %v, %v, want %q", user, err, want)
		}
	}
	rename := func(to string) {
		t.Helper()
		if _, err := w.srv.API().Users.Update(t.Context(), who.UserID, &clerk.UserUpdateParams{FirstName: clerk.String(to)}); err != nil {
			t.Fatal(err)
		}
	}
	event := &clerkwebhook.Event{Type: clerkwebhook.EventUserUpdated, Data: []byte(`{"id":"` + who.UserID + `"}`)}
	rename("Ada")
	name("Ada")
	if _, err := clerkauth.CurrentUser(other); err != nil {
		t.Fatal(err)
	}
	rename("Grace")
	name("Ada") // nobody has said so yet
	if err := callbacks.Dispatch(t.Context(), event); err != nil || seen != 1 {
		t.Fatalf("got %v after %d callbacks", err, seen)
	}
	name("Grace")
	before := w.calls.calls.Load()
	if _, err := clerkauth.CurrentUser(other); err != nil || w.calls.calls.Load() != before {
		t.Error("another user was forgotten, too")
	}
}

func TestCurrentUser_AnAnswerThatIsOlderThanAnEventIsNotKept(t *testing.T) {
	t.Parallel()
	w := newCurrentWorld(t, clerkauth.CurrentConfig{TTL: time.Hour})
	w.calls.begun, w.calls.gate = make(chan struct{}, 2), make(chan struct{})
	who := w.srv.SignedInUser()
	ctx := w.as(t, who.Token)
	var early sync.WaitGroup
	early.Go(func() {
		if _, err := clerkauth.CurrentUser(ctx); err != nil {
			t.Error(err)
		}
	})
	<-w.calls.begun
	callbacks := clerkwebhook.Callbacks{}.OnChange(w.authn.ForgetCurrent)
	event := &clerkwebhook.Event{Type: clerkwebhook.EventUserUpdated, Data: []byte(`{"id":"` + who.UserID + `"}`)}
	if err := callbacks.Dispatch(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	close(w.calls.gate)
	early.Wait()
	if _, err := clerkauth.CurrentUser(ctx); err != nil || w.calls.calls.Load() != 2 {
		t.Errorf("got %v after %d calls, want a second one", err, w.calls.calls.Load())
	}
}

func TestCurrentUser_WhileClerkIsDown(t *testing.T) {
	t.Parallel()
	for name, lastKnown := range map[string]bool{"503": false, "the last known": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newCurrentWorld(t, clerkauth.CurrentConfig{TTL: time.Second, LastKnown: lastKnown})
			ctx, unseen := w.as(t, w.srv.SignedInUser().Token), w.as(t, w.srv.SignedInUser().Token)
			if _, err := clerkauth.CurrentUser(ctx); err != nil {
				t.Fatal(err)
			}
			w.calls.down.Store(true)
			w.srv.Clock().Advance(2 * time.Second)
			user, err := clerkauth.CurrentUser(ctx)
			if lastKnown && (err != nil || user == nil) || !lastKnown && !errors.Is(err, clerkauth.ErrUnavailable) {
				t.Errorf("got %v, %v", user, err)
			}
			var refusal *clerkauth.Error
			if _, err := clerkauth.CurrentUser(unseen); !errors.As(err, &refusal) || refusal.StatusCode() != http.StatusServiceUnavailable {
				t.Errorf("got %v for a user who was never seen, want a 503", err)
			}
		})
	}
}

func TestCurrentUser_Errors(t *testing.T) {
	t.Parallel()
	w := newCurrentWorld(t, clerkauth.CurrentConfig{})
	if _, err := clerkauth.CurrentUser(t.Context()); !errors.Is(err, clerkauth.ErrUnavailable) {
		t.Errorf("without middleware: got %v", err)
	}
	who := w.srv.SignedInUser()
	ctx := w.as(t, who.Token)
	if _, err := clerkauth.CurrentOrganization(ctx); !errors.Is(err, clerkauth.ErrNoCurrent) {
		t.Errorf("without an organization: got %v", err)
	}
	if _, err := clerkauth.CurrentMembership(ctx); !errors.Is(err, clerkauth.ErrNoCurrent) {
		t.Errorf("without an organization: got %v", err)
	}
	if _, err := w.srv.API().Users.Delete(t.Context(), who.UserID); err != nil {
		t.Fatal(err)
	}
	if _, err := clerkauth.CurrentUser(ctx); !errors.Is(err, clerk.ErrNotFound) || strings.Contains(fmt.Sprint(err), who.UserID) {
		t.Errorf("a deleted user: got %v", err)
	}
	if _, err := clerkauth.New(clerkauth.Config{HeaderOnly: true, SecretKey: "sk_test_a", Current: clerkauth.CurrentConfig{TTL: -2}}); err == nil {
		t.Error("got no error for a negative time")
	}
}

func TestCurrentOrganization_AndMembership(t *testing.T) {
	t.Parallel()
	w := newCurrentWorld(t, clerkauth.CurrentConfig{TTL: time.Hour})
	org := w.srv.CreateOrganization(clerktest.Organization{Name: "Acme"})
	who := w.srv.SignedInUser()
	if _, err := w.srv.API().OrganizationMemberships.Create(t.Context(), org.ID, &clerk.OrganizationMembershipCreateParams{
		UserID: who.UserID, Role: "org:admin",
	}); err != nil {
		t.Fatal(err)
	}
	ctx := w.as(t, w.srv.SessionToken(w.srv.CreateSession(who.UserID, org.ID)))
	for range 3 {
		got, err := clerkauth.CurrentOrganization(ctx)
		if err != nil || got.ID != org.ID {
			t.Fatalf("got %v, %v, want %s", got, err, org.ID)
		}
		member, err := clerkauth.CurrentMembership(ctx)
		if err != nil || member.Role != "org:admin" || member.Organization.ID != org.ID {
			t.Fatalf("got %v, %v, want the membership of an admin", member, err)
		}
	}
	if got := w.calls.calls.Load(); got != 2 {
		t.Errorf("got %d calls, want 2", got)
	}
	callbacks := clerkwebhook.Callbacks{}.OnChange(w.authn.ForgetCurrent)
	event := &clerkwebhook.Event{Type: clerkwebhook.EventOrganizationDeleted, Data: []byte(`{"id":"` + org.ID + `"}`)}
	if err := callbacks.Dispatch(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if _, err := w.srv.API().Organizations.Delete(t.Context(), org.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := clerkauth.CurrentOrganization(ctx); !errors.Is(err, clerk.ErrNotFound) {
		t.Errorf("got %v, want the organization to be gone", err)
	}
}
