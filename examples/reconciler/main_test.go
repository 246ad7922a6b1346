package main

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// world is the service with a local Clerk that sends it events.
type world struct {
	*app
	clerk    *clerktest.Server
	client   *clerk.Client
	endpoint *clerktest.WebhookEndpoint
	refuse   atomic.Bool // answer 503 in place of the service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clerk: clerktest.NewServer(t)}
	client, err := clerk.NewClient(w.clerk.SecretKey(), clerk.WithBaseURL(w.clerk.URL()))
	if err != nil {
		t.Fatal(err)
	}
	w.client = client
	service := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.refuse.Load() {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.routes().ServeHTTP(rw, r)
	}))
	t.Cleanup(service.Close)
	if w.endpoint, err = w.clerk.AddWebhook(service.URL + "/webhooks"); err != nil {
		t.Fatal(err)
	}
	now := w.clerk.Clock().Now
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{w.endpoint.Secret()}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	db, err := open(t.Context(), filepath.Join(t.TempDir(), "clerk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.close)
	if w.app, err = newApp(db, verifier, clerkwebhook.ClientSource(client), now); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) flush(t *testing.T) {
	t.Helper()
	if err := w.clerk.FlushWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// table returns the rows as decoded JSON.
func (w *world) table(t *testing.T) map[string]any {
	t.Helper()
	objects, err := w.db.objects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	for id, data := range objects {
		out[id] = decode(t, data)
	}
	return out
}

// server returns what the local Clerk has, as decoded JSON.
func (w *world) server(t *testing.T) map[string]any {
	t.Helper()
	out := map[string]any{}
	collect(t, out, w.client.Users.ListAll(t.Context(), nil), func(u *clerk.User) string { return u.ID })
	collect(t, out, w.client.Organizations.ListAll(t.Context(), nil), func(o *clerk.Organization) string { return o.ID })
	collect(t, out, w.client.OrganizationMemberships.ListAllForInstance(t.Context(), nil),
		func(m *clerk.OrganizationMembership) string { return m.ID })
	return out
}

func collect[T any](t *testing.T, into map[string]any, objects iter.Seq2[*T, error], id func(*T) string) {
	t.Helper()
	for object, err := range objects {
		if err != nil {
			t.Fatal(err)
		}
		into[id(object)] = decode(t, any(object).(interface{ RawJSON() json.RawMessage }).RawJSON())
	}
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// compare reports rows that differ from the server's objects.
func (w *world) compare(t *testing.T) {
	t.Helper()
	got, want := w.table(t), w.server(t)
	for id, object := range want {
		if !reflect.DeepEqual(got[id], object) {
			t.Errorf("%s:\ngot  %v\nwant %v", id, got[id], object)
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok {
			t.Errorf("%s: got a row, want none: Clerk has no such object", id)
		}
	}
}

func (w *world) createUser(t *testing.T, n int) *clerk.User {
	t.Helper()
	user, err := w.client.Users.Create(t.Context(), &clerk.UserCreateParams{
		EmailAddress: clerk.Set([]string{"user" + strconv.Itoa(n) + "@example.com"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// TestChangesArrive follows changes through core to the table.
func TestChangesArrive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.createUser(t, 1)
	if _, err := w.client.Users.Update(t.Context(), user.ID, &clerk.UserUpdateParams{FirstName: clerk.String("Ada")}); err != nil {
		t.Fatal(err)
	}
	w.flush(t)
	w.compare(t)
	if row, ok := w.table(t)[user.ID].(map[string]any); !ok || row["first_name"] != "Ada" {
		t.Errorf("got row %v, want the user with the new name", row)
	}
	if _, err := w.client.Users.Delete(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	w.flush(t)
	if rows := w.table(t); len(rows) != 0 {
		t.Errorf("got %v, want no row after the deletion", rows)
	}
}

// TestRetries fails deliveries until the third attempt of Clerk's ladder.
func TestRetries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clerk.Clock().Freeze()
	w.refuse.Store(true)
	user := w.createUser(t, 1)
	w.flush(t)
	ladder := clerktest.RetryLadder()
	w.clerk.Clock().Advance(ladder[0])
	w.flush(t)
	w.refuse.Store(false)
	if rows := w.table(t); len(rows) != 0 {
		t.Errorf("got %v, want no row while the service fails", rows)
	}
	w.clerk.Clock().Advance(ladder[1])
	w.flush(t)
	if _, ok := w.table(t)[user.ID]; !ok {
		t.Error("got no row, want the user after the third attempt")
	}
	var statuses []int
	for _, d := range w.endpoint.Deliveries() {
		statuses = append(statuses, d.Status)
	}
	if want := []int{503, 503, 204}; !slices.Equal(statuses, want) {
		t.Errorf("got answers %v, want %v", statuses, want)
	}
}

// TestDuplicates sends messages twice, and one of them again later.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.endpoint.Duplicate(2)
	w.createUser(t, 1)
	w.flush(t)
	if err := w.clerk.ReplayEvent(w.clerk.Events()[0].ID); err != nil {
		t.Fatal(err)
	}
	w.flush(t)
	for _, d := range w.endpoint.Deliveries() {
		if d.Status != http.StatusNoContent {
			t.Errorf("attempt %d: got %d, want 204 for repeated messages too", d.Attempt, d.Status)
		}
	}
	w.compare(t)
	var messages int
	if err := w.db.db.QueryRowContext(t.Context(), `SELECT count(*) FROM messages WHERE finished`).Scan(&messages); err != nil {
		t.Fatal(err)
	}
	if events := len(w.clerk.Events()); messages != events {
		t.Errorf("got %d messages, want the %d that happened", messages, events)
	}
}

// TestClaims goes through the states of a message.
func TestClaims(t *testing.T) {
	t.Parallel()
	db := newWorld(t).db
	begin := func(want clerkwebhook.Claim) {
		t.Helper()
		if got, err := db.Begin(t.Context(), "msg_1"); got != want || err != nil {
			t.Errorf("got claim %d and %v, want %d", got, err, want)
		}
	}
	begin(clerkwebhook.ClaimFirst)
	begin(clerkwebhook.ClaimInProgress)
	if err := db.Abandon(t.Context(), "msg_1"); err != nil {
		t.Fatal(err)
	}
	begin(clerkwebhook.ClaimFirst)
	stale := time.Now().Add(-2 * lease).Unix()
	if _, err := db.db.ExecContext(t.Context(), `UPDATE messages SET at = ?`, stale); err != nil {
		t.Fatal(err)
	}
	begin(clerkwebhook.ClaimFirst)
	if err := db.Finish(t.Context(), "msg_1"); err != nil {
		t.Fatal(err)
	}
	begin(clerkwebhook.ClaimFinished)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Begin(canceled, "msg_2"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the error of the context", err)
	}
}

// TestChaos holds back a thousand events, delivers them shuffled, partly repeatedly and partly not at all, and heals
// the table with a backfill.
func TestChaos(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.endpoint.Hold()
	r := rand.New(rand.NewPCG(7, 7))
	s := &story{world: w, r: r, users: map[string]bool{}, orgs: map[string]bool{}, members: map[[2]string]bool{}}
	for len(w.clerk.Events()) < 1000 {
		s.step(t)
	}
	delivered := 0
	w.endpoint.Release(func(events []clerktest.Event) []clerktest.Event {
		out := events[len(events)/5:]
		r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		out = append(slices.Clone(out), out[:len(out)/4]...)
		r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		delivered = len(out)
		return out
	})
	w.flush(t)
	if got := len(w.endpoint.Deliveries()); got != delivered {
		t.Errorf("got %d deliveries, want %d", got, delivered)
	}
	for _, d := range w.endpoint.Deliveries() {
		if !d.Delivered {
			t.Fatalf("got status %d for %s, want 204", d.Status, d.EventType)
		}
	}
	if reflect.DeepEqual(w.table(t), w.server(t)) {
		t.Error("got the server's state before the backfill, want the losses to show")
	}
	result, err := w.reconciler.Backfill(t.Context(), w.source)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d events, %d deliveries, backfill %+v", len(w.clerk.Events()), delivered, result)
	w.compare(t)
}

// story makes random changes through the Backend API.
type story struct {
	*world
	r       *rand.Rand
	n       int
	users   map[string]bool
	orgs    map[string]bool
	members map[[2]string]bool
}

func (s *story) step(t *testing.T) {
	t.Helper()
	s.n++
	ctx := t.Context()
	user, haveUser := choose(s.r, s.users)
	org, haveOrg := choose(s.r, s.orgs)
	pair := [2]string{org, user}
	var err error
	switch kind := s.r.IntN(20); {
	case kind < 6 || !haveUser:
		s.users[s.createUser(t, s.n).ID] = true
	case kind < 11:
		_, err = s.client.Users.Update(ctx, user, &clerk.UserUpdateParams{FirstName: clerk.String("name " + strconv.Itoa(s.n))})
	case kind < 12:
		_, err = s.client.Users.Delete(ctx, user)
		delete(s.users, user)
		maps.DeleteFunc(s.members, func(m [2]string, _ bool) bool { return m[1] == user })
	case kind < 14 || !haveOrg:
		var created *clerk.Organization
		created, err = s.client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "org " + strconv.Itoa(s.n)})
		if err == nil {
			s.orgs[created.ID] = true
		}
	case kind < 16:
		name := clerk.String("renamed " + strconv.Itoa(s.n))
		_, err = s.client.Organizations.Update(ctx, org, &clerk.OrganizationUpdateParams{Name: name})
	case kind == 16 && s.r.IntN(4) == 0:
		_, err = s.client.Organizations.Delete(ctx, org)
		delete(s.orgs, org)
		maps.DeleteFunc(s.members, func(m [2]string, _ bool) bool { return m[0] == org })
	case s.members[pair]:
		_, err = s.client.OrganizationMemberships.Delete(ctx, org, user)
		delete(s.members, pair)
	default:
		params := &clerk.OrganizationMembershipCreateParams{UserID: user, Role: "org:member"}
		_, err = s.client.OrganizationMemberships.Create(ctx, org, params)
		if clerkErr := (*clerk.APIError)(nil); errors.As(err, &clerkErr) && clerkErr.Code() == "organization_membership_quota_exceeded" {
			err = nil // an organization holds five members unless it says otherwise
		} else {
			s.members[pair] = true
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func choose(r *rand.Rand, ids map[string]bool) (string, bool) {
	if len(ids) == 0 {
		return "", false
	}
	sorted := slices.Sorted(maps.Keys(ids))
	return sorted[r.IntN(len(sorted))], true
}
