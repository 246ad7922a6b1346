//go:build unix

package databases_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

func TestBackfill_MirrorsClerk(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		w.populate(t, 1203)
		var progress []clerkmirror.Progress
		config := w.config()
		config.Progress = func(p clerkmirror.Progress) { progress = append(progress, p) }
		m := d.mirror(t, config)
		result, err := m.Backfill(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := clerkmirror.BackfillResult{Listed: map[clerkwebhook.Kind]int64{
			clerkwebhook.KindUser: 1203, clerkwebhook.KindOrganization: 1, clerkwebhook.KindMembership: 241,
		}}
		if !reflect.DeepEqual(result, want) {
			t.Errorf("got %+v, want %+v", result, want)
		}
		w.compare(t, d, db)
		if len(progress) != 5 || progress[2].Done != 1203 || progress[2].Total != 1203 {
			t.Errorf("got progress %v, want three pages of users and one of each other kind", progress)
		}
		// What happens without a webhook is healed by the next one.
		gone := 0
		for id := range w.truth(t) {
			if id[:5] == "user_" && gone < 130 {
				if _, err := w.client.Users.Delete(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				gone++
			}
		}
		w.CreateUser(clerktest.User{FirstName: "New"})
		drift, err := m.Check(t.Context())
		users := drift[clerkwebhook.KindUser]
		if err != nil || drift.None() || users.Missing != 1 || users.Table-users.Clerk != 129 {
			t.Errorf("got %+v, %v; want the drift to be seen", drift, err)
		}
		drift, err = m.Audit(t.Context())
		if users = drift[clerkwebhook.KindUser]; err != nil || users.Extra != 130 || users.Missing != 1 {
			t.Errorf("got %+v, %v; want the whole drift", drift, err)
		}
		healed, err := m.Reconcile(t.Context())
		if err != nil || healed.Backfill == nil || healed.Backfill.Deleted < 130 {
			t.Errorf("got %+v, %v; want the drift to be healed", healed, err)
		}
		w.compare(t, d, db)
		if again, err := m.Reconcile(t.Context()); err != nil || again.Backfill != nil || !again.Drift.None() {
			t.Errorf("got %+v, %v; want nothing to do", again, err)
		}
	})
}

// TestBackfill_ResumesAfterTrouble lets Clerk fail in the middle.
func TestBackfill_ResumesAfterTrouble(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		w.populate(t, 1600)
		ctx, stop := context.WithCancel(t.Context())
		config := w.config()
		var done int64
		config.Progress = func(p clerkmirror.Progress) {
			if p.Kind == clerkwebhook.KindUser && p.Done < done {
				t.Errorf("got progress %d after %d", p.Done, done)
			}
			if done = p.Done; done >= 1000 {
				stop()
			}
		}
		first := d.mirror(t, config)
		if _, err := first.Backfill(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want the backfill to stop", err)
		}
		left := 1600 - done
		result, err := first.Backfill(t.Context())
		listed := result.Listed[clerkwebhook.KindUser]
		if err != nil || listed > left || listed != left && d.Dialect != clerkmirror.PostgreSQL {
			t.Errorf("got %+v, %v; want the backfill to go on where it was, with %d users", result, err, left)
		}
		w.compare(t, d, db)
	})
}

// TestBackfill_OneReplicaAtATime starts a second one from inside the first.
func TestBackfill_OneReplicaAtATime(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		w.populate(t, 3)
		second := d.mirror(t, w.config())
		var inner error
		config := w.config()
		config.Progress = func(clerkmirror.Progress) { _, inner = second.Backfill(t.Context()) }
		if _, err := d.mirror(t, config).Backfill(t.Context()); err != nil {
			t.Error(err)
		}
		if !errors.Is(inner, clerkmirror.ErrBusy) {
			t.Errorf("got %v, want ErrBusy", inner)
		}
	})
}

func TestBackfill_OtherInstance(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		ours, theirs := newWorld(t), newWorld(t)
		ours.populate(t, 3)
		m := d.mirror(t, ours.config())
		if _, err := m.Backfill(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := d.mirror(t, theirs.config()).Backfill(t.Context()); !errors.Is(err, clerkmirror.ErrInstance) {
			t.Errorf("got %v, want ErrInstance", err)
		}
		if _, err := m.User(t.Context(), "user_nobody"); !errors.Is(err, clerk.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}
