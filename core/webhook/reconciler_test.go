package clerkwebhook_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

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
