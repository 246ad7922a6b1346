package clerkwebhook_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// memoryTable is a Table in memory.
type memoryTable struct {
	mu   sync.Mutex
	rows map[string]clerkwebhook.Record
	fail error
}

func newMemoryTable() *memoryTable { return &memoryTable{rows: map[string]clerkwebhook.Record{}} }

func (t *memoryTable) Apply(_ context.Context, record *clerkwebhook.Record) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fail != nil {
		return t.fail
	}
	old, ok := t.rows[record.ID]
	if !ok || record.Supersedes(old.UpdatedAt, old.ObservedAt, old.Deleted) {
		t.rows[record.ID] = *record
	}
	return nil
}

func (t *memoryTable) Keys(_ context.Context, kind clerkwebhook.Kind) iter.Seq2[clerkwebhook.Key, error] {
	t.mu.Lock()
	rows := maps.Clone(t.rows)
	t.mu.Unlock()
	return func(yield func(clerkwebhook.Key, error) bool) {
		for _, row := range rows {
			if row.Kind == kind && !row.Deleted && !yield(row.Key, nil) {
				return
			}
		}
	}
}

// live returns the stored objects as id and JSON, sorted.
func (t *memoryTable) live() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for id, row := range t.rows {
		if !row.Deleted {
			out = append(out, id+" "+string(row.Data))
		}
	}
	slices.Sort(out)
	return out
}

// server plays Clerk: it has a state and remembers the event of every change.
type server struct {
	now         int64
	users       map[string]*clerk.User
	orgs        map[string]*clerk.Organization
	memberships map[string]*clerk.OrganizationMembership
	events      []*clerkwebhook.Event
	afterList   func()
}

func newServer() *server {
	return &server{
		now: noon.UnixMilli(), users: map[string]*clerk.User{}, orgs: map[string]*clerk.Organization{},
		memberships: map[string]*clerk.OrganizationMembership{},
	}
}

func (s *server) emit(t *testing.T, eventType clerkwebhook.EventType, data any) {
	t.Helper()
	encoded, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	s.events = append(s.events, &clerkwebhook.Event{
		ID: "msg_" + strconv.Itoa(len(s.events)), Object: "event", Type: eventType, Timestamp: s.now, Data: encoded,
	})
}

// change makes one random change. Half of the changes happen in the same millisecond as the one before.
func (s *server) change(t *testing.T, r *rand.Rand) {
	t.Helper()
	s.now += int64(r.IntN(2))
	n := len(s.events)
	switch r.IntN(8) {
	case 0, 1:
		s.putUser(t, "user_"+strconv.Itoa(n), n, clerkwebhook.EventUserCreated)
	case 2:
		if id, ok := pick(r, s.users); ok {
			s.putUser(t, id, n, clerkwebhook.EventUserUpdated)
		}
	case 3:
		if id, ok := pick(r, s.users); ok {
			delete(s.users, id)
			s.emit(t, clerkwebhook.EventUserDeleted, &clerk.DeletedObject{ID: id, Object: "user", Deleted: true})
		}
	case 4:
		s.orgs["org_"+strconv.Itoa(n)] = &clerk.Organization{ID: "org_" + strconv.Itoa(n), Object: "organization", UpdatedAt: s.now}
		s.emit(t, clerkwebhook.EventOrganizationCreated, s.orgs["org_"+strconv.Itoa(n)])
	case 5:
		if id, ok := pick(r, s.orgs); ok && r.IntN(3) == 0 {
			delete(s.orgs, id)
			s.emit(t, clerkwebhook.EventOrganizationDeleted, &clerk.DeletedObject{ID: id, Object: "organization", Deleted: true})
		}
	case 6:
		user, haveUser := pick(r, s.users)
		org, haveOrg := pick(r, s.orgs)
		if haveUser && haveOrg {
			m := &clerk.OrganizationMembership{ID: "orgmem_" + strconv.Itoa(n), Object: "organization_membership", UpdatedAt: s.now}
			m.Organization, m.PublicUserData = *s.orgs[org], &clerk.OrganizationMembershipPublicUserData{UserID: user}
			s.memberships[m.ID] = m
			s.emit(t, clerkwebhook.EventOrganizationMembershipCreated, m)
		}
	case 7:
		if id, ok := pick(r, s.memberships); ok {
			s.emit(t, clerkwebhook.EventOrganizationMembershipDeleted, s.memberships[id])
			delete(s.memberships, id)
		}
	}
}

func (s *server) putUser(t *testing.T, id string, n int, eventType clerkwebhook.EventType) {
	t.Helper()
	name := "name " + strconv.Itoa(n)
	s.users[id] = &clerk.User{ID: id, Object: "user", FirstName: &name, UpdatedAt: s.now}
	if eventType == clerkwebhook.EventUserUpdated {
		s.now++ // two states of one object in the same millisecond cannot be told apart
		s.users[id].UpdatedAt = s.now
	}
	s.emit(t, eventType, s.users[id])
}

func pick[V any](r *rand.Rand, m map[string]V) (string, bool) {
	ids := slices.Sorted(maps.Keys(m))
	if len(ids) == 0 {
		return "", false
	}
	return ids[r.IntN(len(ids))], true
}

func (s *server) source() clerkwebhook.Source {
	return clerkwebhook.Source{
		Users: func(context.Context) iter.Seq2[*clerk.User, error] { return all(s, s.users) },
		User:  func(_ context.Context, id string) (*clerk.User, error) { return one(s.users, id) },
		Organizations: func(context.Context) iter.Seq2[*clerk.Organization, error] {
			return all(s, s.orgs)
		},
		Organization: func(_ context.Context, id string) (*clerk.Organization, error) { return one(s.orgs, id) },
		Memberships: func(context.Context) iter.Seq2[*clerk.OrganizationMembership, error] {
			return all(s, s.memberships)
		},
		Membership: func(_ context.Context, org, user string) (*clerk.OrganizationMembership, error) {
			for _, m := range s.memberships {
				if m.Organization.ID == org && m.PublicUserData.UserID == user {
					return m, nil
				}
			}
			return nil, clerk.ErrNotFound
		},
	}
}

func all[T any](s *server, objects map[string]*T) iter.Seq2[*T, error] {
	listed := slices.Collect(maps.Values(objects))
	return func(yield func(*T, error) bool) {
		for _, object := range listed {
			if !yield(object, nil) {
				return
			}
		}
		if s.afterList != nil {
			s.afterList()
			s.afterList = nil
		}
	}
}

func one[T any](objects map[string]*T, id string) (*T, error) {
	if object := objects[id]; object != nil {
		return object, nil
	}
	return nil, fmt.Errorf("one object: %w", clerk.ErrNotFound)
}

func (s *server) live(t *testing.T) []string {
	t.Helper()
	var out []string
	add := func(id string, object any) {
		encoded, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, id+" "+string(encoded))
	}
	for id, object := range s.users {
		add(id, object)
	}
	for id, object := range s.orgs {
		add(id, object)
	}
	for id, object := range s.memberships {
		add(id, object)
	}
	slices.Sort(out)
	return out
}

func newReconciler(t *testing.T, table clerkwebhook.Table, then clerkwebhook.Callbacks) *clerkwebhook.Reconciler {
	t.Helper()
	r, err := clerkwebhook.NewReconciler(clerkwebhook.ReconcilerConfig{Table: table, Then: then, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// send delivers an event through a Handler, signed.
func send(t *testing.T, h *clerkwebhook.Handler, event *clerkwebhook.Event) clerkwebhook.Answer {
	t.Helper()
	text, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return h.Receive(t.Context(), newSigner(t, secretA).Sign(event.ID, noon, text), text)
}

// TestReconciler_AnyOrder delivers shuffled and repeated events; without losses no backfill is needed.
func TestReconciler_AnyOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 7))
		clerkServer, table := newServer(), newMemoryTable()
		for range 200 {
			clerkServer.change(t, r)
		}
		h := newHandler(t, newReconciler(t, table, clerkwebhook.Callbacks{}).Callbacks(), clerkwebhook.WithoutDeduplication())
		events := slices.Concat(clerkServer.events, clerkServer.events)
		r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		for _, event := range events {
			if answer := send(t, h, event); answer.StatusCode != http.StatusNoContent {
				t.Fatalf("seed %d: got %d and %v, want 204", seed, answer.StatusCode, answer.Err)
			}
		}
		if got, want := table.live(), clerkServer.live(t); !slices.Equal(got, want) {
			t.Errorf("seed %d: got %d rows, want the %d of the server with the same content", seed, len(got), len(want))
		}
	}
}

// TestReconciler_Backfill loses a third of the events, then heals.
func TestReconciler_Backfill(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 11))
		clerkServer, table := newServer(), newMemoryTable()
		for range 300 {
			clerkServer.change(t, r)
		}
		reconciler := newReconciler(t, table, clerkwebhook.Callbacks{})
		h := newHandler(t, reconciler.Callbacks())
		events := slices.Clone(clerkServer.events)
		r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		for _, event := range events[len(events)/3:] {
			send(t, h, event)
		}
		result, err := reconciler.Backfill(t.Context(), clerkServer.source())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := table.live(), clerkServer.live(t); !slices.Equal(got, want) {
			t.Errorf("seed %d: got %d rows, want the %d of the server with the same content", seed, len(got), len(want))
		}
		want := clerkwebhook.BackfillResult{
			Users: len(clerkServer.users), Organizations: len(clerkServer.orgs), Memberships: len(clerkServer.memberships),
			Deleted: result.Deleted,
		}
		if result != want {
			t.Errorf("seed %d: got %+v, want %+v", seed, result, want)
		}
		for _, event := range events[:len(events)/3] {
			send(t, h, event)
		}
		if got, want := table.live(), clerkServer.live(t); !slices.Equal(got, want) {
			t.Errorf("seed %d: got %d rows after the lost events came late, want %d", seed, len(got), len(want))
		}
	}
}

func TestReconciler_EventsDuringBackfill(t *testing.T) {
	t.Parallel()
	clerkServer, table := newServer(), newMemoryTable()
	clerkServer.putUser(t, "user_stays", 1, clerkwebhook.EventUserCreated)
	clerkServer.putUser(t, "user_goes", 2, clerkwebhook.EventUserCreated)
	reconciler := newReconciler(t, table, clerkwebhook.Callbacks{})
	h := newHandler(t, reconciler.Callbacks())
	for _, event := range clerkServer.events {
		send(t, h, event)
	}
	clerkServer.afterList = func() {
		clerkServer.putUser(t, "user_new", 3, clerkwebhook.EventUserCreated)
		delete(clerkServer.users, "user_goes")
		clerkServer.emit(t, clerkwebhook.EventUserDeleted, &clerk.DeletedObject{ID: "user_goes", Object: "user", Deleted: true})
		for _, event := range clerkServer.events[2:] {
			send(t, h, event)
		}
	}
	if _, err := reconciler.Backfill(t.Context(), clerkServer.source()); err != nil {
		t.Fatal(err)
	}
	if got, want := table.live(), clerkServer.live(t); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestReconciler_UnseenButThere has a list that skips an object, as a list that changes while it is read does.
func TestReconciler_UnseenButThere(t *testing.T) {
	t.Parallel()
	clerkServer, table := newServer(), newMemoryTable()
	clerkServer.putUser(t, "user_1", 1, clerkwebhook.EventUserCreated)
	reconciler := newReconciler(t, table, clerkwebhook.Callbacks{})
	send(t, newHandler(t, reconciler.Callbacks()), clerkServer.events[0])
	source := clerkServer.source()
	source.Users = func(context.Context) iter.Seq2[*clerk.User, error] {
		return func(func(*clerk.User, error) bool) {}
	}
	result, err := reconciler.Backfill(t.Context(), source)
	if err != nil || result.Deleted != 0 || result.Users != 1 || len(table.live()) != 1 {
		t.Errorf("got %+v, %v and %d rows; want the user to stay", result, err, len(table.live()))
	}
}

func TestReconciler_Then(t *testing.T) {
	t.Parallel()
	clerkServer, table := newServer(), newMemoryTable()
	clerkServer.putUser(t, "user_1", 1, clerkwebhook.EventUserCreated)
	var calls []string
	note := func(_ context.Context, event *clerkwebhook.Event, user *clerk.User) error {
		calls = append(calls, string(event.Type)+" "+cmp.Or(event.ID, "backfill")+" "+user.ID)
		return nil
	}
	reconciler := newReconciler(t, table, clerkwebhook.Callbacks{UserCreated: note, UserUpdated: note,
		Other: func(_ context.Context, event *clerkwebhook.Event) error {
			calls = append(calls, "other "+string(event.Type))
			return nil
		}})
	h := newHandler(t, reconciler.Callbacks())
	send(t, h, clerkServer.events[0])
	send(t, h, &clerkwebhook.Event{ID: "msg_9", Type: "organization.created", Data: []byte(`{"id":"org_1","updated_at":1}`)})
	send(t, h, &clerkwebhook.Event{ID: "msg_8", Type: "sms.created", Data: []byte(`{}`)})
	if _, err := reconciler.Backfill(t.Context(), clerkServer.source()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"user.created msg_0 user_1", "other organization.created", "other sms.created",
		"user.updated backfill user_1", "other organization.deleted",
	}
	if !slices.Equal(calls, want) {
		t.Errorf("got %q, want %q", calls, want)
	}
}

func TestReconciler_Errors(t *testing.T) {
	t.Parallel()
	clerkServer, table := newServer(), newMemoryTable()
	clerkServer.putUser(t, "user_1", 1, clerkwebhook.EventUserCreated)
	reconciler := newReconciler(t, table, clerkwebhook.Callbacks{})
	h := newHandler(t, reconciler.Callbacks())
	table.fail = errTrouble
	if got := send(t, h, clerkServer.events[0]).StatusCode; got != http.StatusInternalServerError {
		t.Errorf("got %d, want 500 so that Clerk repeats the event", got)
	}
	if _, err := reconciler.Backfill(t.Context(), clerkServer.source()); !errors.Is(err, errTrouble) {
		t.Errorf("got %v, want the backfill to stop at the trouble", err)
	}
	table.fail = nil
	for i, text := range []string{`{}`, `{"id":""}`} {
		event := &clerkwebhook.Event{ID: "msg_x" + strconv.Itoa(i), Type: "user.created", Data: []byte(text)}
		if got := send(t, h, event).StatusCode; got != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want 422 for a user without an id", text, got)
		}
	}
	source := clerkServer.source()
	source.User = nil
	if _, err := reconciler.Backfill(t.Context(), source); !errors.Is(err, clerkwebhook.ErrConfig) {
		t.Errorf("got %v, want ErrConfig for half of a source", err)
	}
	if _, err := clerkwebhook.NewReconciler(clerkwebhook.ReconcilerConfig{}); !errors.Is(err, clerkwebhook.ErrConfig) {
		t.Errorf("got %v, want ErrConfig without a table", err)
	}
	trouble := clerkServer.source()
	table.rows["user_2"] = clerkwebhook.Record{Key: clerkwebhook.Key{Kind: clerkwebhook.KindUser, ID: "user_2"}}
	trouble.User = func(context.Context, string) (*clerk.User, error) { return nil, errTrouble }
	if _, err := reconciler.Backfill(t.Context(), trouble); !errors.Is(err, errTrouble) || table.rows["user_2"].Deleted {
		t.Errorf("got %v, want nothing deleted while Clerk cannot be asked", err)
	}
}

func TestReconciler_SecondsAndMillis(t *testing.T) {
	t.Parallel()
	table := newMemoryTable()
	h := newHandler(t, newReconciler(t, table, clerkwebhook.Callbacks{}).Callbacks())
	newer := &clerkwebhook.Event{ID: "msg_1", Type: "user.updated", Timestamp: 1716883201, Data: []byte(`{"id":"user_1","updated_at":1716883201}`)}
	older := &clerkwebhook.Event{ID: "msg_2", Type: "user.updated", Timestamp: 1716883200000, Data: []byte(`{"id":"user_1","updated_at":1716883200000}`)}
	send(t, h, newer)
	send(t, h, older)
	got := table.rows["user_1"]
	if want := time.Unix(1716883201, 0).UnixMilli(); got.UpdatedAt != want || got.ObservedAt != want || !bytes.Equal(got.Data, newer.Data) {
		t.Errorf("got %d and %s, want the state in seconds to win as the newer one", got.UpdatedAt, got.Data)
	}
}
