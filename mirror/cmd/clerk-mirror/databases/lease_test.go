//go:build unix

package databases_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// letLeaseLapse lets the time pass after which the lease of a backfill that was cut off is free.
func letLeaseLapse(t *testing.T, d *database) {
	t.Helper()
	moveLease(t, d, -30*time.Second)
}

// moveLease moves the end of the lease of a backfill that was cut off.
func moveLease(t *testing.T, d *database, by time.Duration) {
	t.Helper()
	execute(t, d.open(t), fmt.Sprintf("UPDATE clerk_sync SET lease_until = lease_until + (%d) WHERE name = 'backfill'", by.Milliseconds()))
}

// TestBackfill_DatabaseCrashes ends the server in the middle of a backfill, which cannot give its lease back. Nobody has to tidy
// up: the lease lapses, and the next backfill goes on where the first one stopped.
func TestBackfill_DatabaseCrashes(t *testing.T) {
	t.Parallel()
	for _, running := range servers {
		if running.command == nil {
			continue
		}
		t.Run(running.Name, func(t *testing.T) {
			t.Parallel()
			s, err := startServer(t.Context(), running.Dialect, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			w, d := newWorld(t), newDatabase(t, s)
			w.populate(t, 1600)
			config := w.config()
			config.Progress = func(p clerkmirror.Progress) {
				if p.Done >= 1000 {
					s.Kill()
				}
			}
			first := d.mirror(t, config)
			if _, err := first.Backfill(t.Context()); err == nil {
				t.Fatal("got no error from a database that is gone")
			}
			if err := s.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			moveLease(t, d, startTimeout) // which the server took at most to come back
			second := d.mirror(t, w.config())
			if _, err := second.Backfill(t.Context()); !errors.Is(err, clerkmirror.ErrBusy) {
				t.Errorf("got %v, want ErrBusy while the lease lasts", err)
			}
			moveLease(t, d, -startTimeout)
			letLeaseLapse(t, d)
			if _, err := second.Backfill(t.Context()); err != nil {
				t.Errorf("got %v, want the lease to lapse", err)
			}
			w.compare(t, d, d.open(t))
		})
	}
}

// TestBackfill_LeaseLost gives the lease to another replica in the middle: what is being written then is not committed.
func TestBackfill_LeaseLost(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		w.populate(t, 1600)
		var before int
		config := w.config()
		config.Progress = func(clerkmirror.Progress) {
			if before == 0 {
				execute(t, db, "UPDATE clerk_sync SET owner = 'another' WHERE name = 'backfill'")
				before = number(t, db, "SELECT COUNT(*) FROM clerk_users")
			}
		}
		if _, err := d.mirror(t, config).Backfill(t.Context()); !errors.Is(err, clerkmirror.ErrLeaseLost) {
			t.Errorf("got %v, want ErrLeaseLost", err)
		}
		if after := number(t, db, "SELECT COUNT(*) FROM clerk_users"); after != before {
			t.Errorf("got %d rows, want the %d of when the lease was lost", after, before)
		}
	})
}
