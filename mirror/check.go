package clerkmirror

import (
	"context"
	"errors"
	"fmt"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	// newestChecked is how many of the latest objects Check compares.
	newestChecked = 100
	// fullInterval is how long Reconcile relies on cheap checks before it lists everything: some fields of an object
	// change without its updated_at.
	fullInterval = 24 * time.Hour
	// messagesKept and changesKept are how long rows of these tables are kept. Clerk repeats a message for about 28 hours.
	messagesKept, changesKept = 72 * time.Hour, 7 * 24 * time.Hour
)

// Drift is the difference between the tables and Clerk, by kind.
type Drift map[clerkwebhook.Kind]KindDrift

// None reports whether there is no drift.
func (d Drift) None() bool {
	for _, k := range d {
		if k.Clerk != k.Table || k.Missing != 0 || k.Stale != 0 || k.Extra != 0 {
			return false
		}
	}
	return true
}

// KindDrift is the drift of one kind of object.
type KindDrift struct {
	// Clerk and Table count the objects that exist.
	Clerk, Table int64
	// Missing counts objects of Clerk that the table lacks, among those that were compared.
	Missing int64
	// Stale counts objects whose row is older than the object, among those that were compared.
	Stale int64
	// Extra counts rows whose objects Clerk no longer has. Audit sets it; Check leaves it zero.
	Extra int64
}

// Check compares counts and the latest hundred objects of each kind, with two requests for each. It changes nothing.
func (m *Mirror) Check(ctx context.Context) (Drift, error) {
	return m.driftOf("Check", func(t *table, d *KindDrift) error {
		newest := t.list(ctx, m, part{limit: newestChecked, order: t.newest})
		if newest.err != nil {
			return newest.err
		}
		if _, err := m.compare(ctx, t, newest.rows, d); err != nil {
			return err
		}
		return m.counts(ctx, t, d)
	})
}

// Audit lists everything and compares it with the tables. It changes nothing. What happens while it runs may show as
// drift.
func (m *Mirror) Audit(ctx context.Context) (Drift, error) {
	pacer := m.newPacer()
	return m.driftOf("Audit", func(t *table, d *KindDrift) error { return m.audit(ctx, t, pacer, d) })
}

// driftOf looks at one kind after the other.
func (m *Mirror) driftOf(operation string, look func(*table, *KindDrift) error) (Drift, error) {
	drift := Drift{}
	_, err := m.client()
	for _, t := range m.tables {
		var d KindDrift
		if err == nil {
			err = look(t, &d)
		}
		drift[t.kind.name] = d
	}
	if err != nil {
		return drift, fmt.Errorf("clerkmirror: %s: %w", operation, explain(err))
	}
	return drift, nil
}

func (m *Mirror) audit(ctx context.Context, t *table, pacer *pacer, d *KindDrift) error {
	ctx, cancel := context.WithCancel(ctx)
	pages := m.readAhead(ctx, t, "", pacer)
	defer func() {
		cancel()
		for range pages {
		}
	}()
	var matched int64
	for p := range pages {
		if p.err != nil {
			return p.err
		}
		n, err := m.compare(ctx, t, p.rows, d)
		if err != nil {
			return err
		}
		matched += n
		if p.last {
			break
		}
	}
	if err := m.counts(ctx, t, d); err != nil {
		return err
	}
	d.Extra = max(d.Table-matched, 0)
	return nil
}

func (m *Mirror) counts(ctx context.Context, t *table, d *KindDrift) (err error) {
	if d.Clerk, err = t.total(ctx, m); err != nil {
		return err
	}
	d.Table, err = m.countLive(ctx, t)
	return err
}

// compare counts which objects the table lacks or has in an older state, and returns how many rows exist.
func (m *Mirror) compare(
	ctx context.Context, t *table, objects []*row, d *KindDrift,
) (matched int64, err error) {
	if len(objects) == 0 {
		return 0, nil
	}
	var args []any
	for _, object := range objects {
		args = append(args, object.key.ID)
	}
	versions := map[string]int64{}
	query := "SELECT id, version FROM " + t.name + " WHERE deleted_at IS NULL AND id IN " + placeholders(len(args))
	err = m.query(ctx, m.db, query, args, func(scan func(...any) error) error {
		var id string
		var version int64
		err := scan(&id, &version)
		versions[id] = version
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, object := range objects {
		version, ok := versions[object.key.ID]
		switch {
		case !ok:
			d.Missing++
		case version < object.version:
			d.Stale++
		}
	}
	return int64(len(versions)), nil
}

// ReconcileResult is what Reconcile found and did.
type ReconcileResult struct {
	// Drift is what the check found.
	Drift Drift
	// Backfill is what was done about it; nil if nothing had to be.
	Backfill *BackfillResult
}

// Reconcile checks for drift and, if there is any or the last backfill is more than a day ago, runs Backfill. It also
// deletes what the message table and the change feed need no more. Call it about every hour, on any number of replicas:
// while one runs a backfill, the others get [ErrBusy].
func (m *Mirror) Reconcile(ctx context.Context) (ReconcileResult, error) {
	var result ReconcileResult
	err := m.reconcile(ctx, &result)
	if err != nil {
		return result, fmt.Errorf("clerkmirror: Reconcile: %w", explain(err))
	}
	return result, nil
}

func (m *Mirror) reconcile(ctx context.Context, result *ReconcileResult) (err error) {
	if err := m.trim(ctx); err != nil {
		return err
	}
	if result.Drift, err = m.Check(ctx); err != nil {
		return err
	}
	if result.Drift.None() {
		recent, err := m.backfilledWithin(ctx, fullInterval)
		if err != nil || recent {
			return err
		}
	}
	done, err := m.Backfill(ctx)
	if !errors.Is(err, ErrBusy) {
		result.Backfill = &done
	}
	return err
}

// backfilledWithin reports whether a backfill ended that began less than an interval ago.
func (m *Mirror) backfilledWithin(ctx context.Context, interval time.Duration) (bool, error) {
	last, err := m.LastBackfill(ctx)
	now := time.Now()
	if m.config.Now != nil {
		now = m.config.Now()
	}
	return now.Sub(last) < interval, err
}

// trim deletes old rows.
func (m *Mirror) trim(ctx context.Context) error {
	for _, old := range []struct {
		table string
		kept  time.Duration
	}{{"messages", messagesKept}, {"changes", changesKept}, {"outbox", changesKept}} {
		query := "DELETE FROM {" + old.table + "} WHERE at < {now} - ?"
		if _, err := m.db.ExecContext(ctx, m.sql(query), old.kept.Milliseconds()); err != nil {
			return err
		}
	}
	return nil
}
