package clerkmirror

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	// changesPerQuery is how many changes are read at a time.
	changesPerQuery = 500
	// changesPoll is how often Follow looks for changes without being woken.
	changesPoll = 5 * time.Second
	// changesLock is the lease of the one who numbers changes.
	changesLock = "UPDATE {sync} SET beat = beat + 1 WHERE name = 'changes'"
)

// Change says that a row was added, changed or deleted. It does not hold the object: read the row, which is at least as
// new.
type Change struct {
	clerkwebhook.Key
	// Position orders the changes of the feed; zero in [Config].OnChange.
	Position int64
	// Deleted says that the object is gone.
	Deleted bool
	// At is the time of the database when the change was made; zero in [Config].OnChange.
	At time.Time
}

// report finds out which rows have changed and tells the feed and the application.
func (m *Mirror) report(ctx context.Context, t *transaction, table *table, rows []*row, mark int64) error {
	if !m.config.RecordChanges && m.config.OnChange == nil {
		return nil
	}
	changed := map[string]bool{}
	for chunk := range slices.Chunk(rows, changesPerQuery) {
		args := []any{mark}
		for _, r := range chunk {
			args = append(args, r.key.ID)
		}
		query := "SELECT id FROM " + table.name + " WHERE change_mark = ? AND id IN " + placeholders(len(chunk))
		err := m.query(ctx, t.tx, query, args, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			changed[id] = true
			return err
		})
		if err != nil {
			return err
		}
	}
	rows = slices.DeleteFunc(rows, func(r *row) bool { return !changed[r.key.ID] })
	if len(rows) == 0 {
		return nil
	}
	if m.config.RecordChanges {
		t.changed = true
		if err := m.recordChanges(ctx, t, rows); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if m.config.OnChange == nil {
			break
		}
		if err := m.config.OnChange(ctx, t.tx, Change{Key: r.key, Deleted: r.deleted}); err != nil {
			return err
		}
	}
	return nil
}

// recordChanges puts changes into the outbox. Numbers that are given here can become visible out of order; the reader
// gives the final ones.
func (m *Mirror) recordChanges(ctx context.Context, t *transaction, rows []*row) error {
	const tuple = "(?, ?, ?, ?, ?, {now}), "
	for chunk := range slices.Chunk(rows, valuesPerStatement) {
		var args []any
		for _, r := range chunk {
			args = append(args, string(r.key.Kind), r.key.ID, r.key.OrganizationID, r.key.UserID, r.deleted)
		}
		query := "INSERT INTO {outbox} (kind, object_id, organization_id, user_id, deleted, at) VALUES " +
			strings.TrimSuffix(strings.Repeat(tuple, len(chunk)), ", ")
		if _, err := t.tx.ExecContext(ctx, m.sql(query), args...); err != nil {
			return err
		}
	}
	return nil
}

// ChangesChannel is the channel on which a Mirror notifies PostgreSQL's listeners of changes.
func (m *Mirror) ChangesChannel() string {
	return strings.ReplaceAll(m.config.tableName("changes"), ".", "_")
}

// notify wakes the listeners on PostgreSQL. It comes after the commit, because a notification inside of a transaction
// makes all commits of the database wait for each other. One that is lost costs a few seconds: Follow looks by itself.
func (m *Mirror) notify(ctx context.Context) {
	if m.dialect == PostgreSQL {
		_, _ = m.db.ExecContext(ctx, "SELECT pg_notify($1, '')", m.ChangesChannel())
	}
}

// Changes yields the changes after a position, oldest first, until there are no more. Changes of the same object come
// in the order in which they were made. A consumer that keeps the position of the last change that it has dealt with
// sees every change at least once. It needs [Config].RecordChanges; Reconcile deletes changes that are older than a
// week.
func (m *Mirror) Changes(ctx context.Context, after int64) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		for {
			changes, err := m.changesAfter(ctx, after)
			if err != nil {
				yield(Change{}, fmt.Errorf("clerkmirror: Changes: %w", err))
				return
			}
			for _, change := range changes {
				if !yield(change, nil) {
					return
				}
				after = change.Position
			}
			if len(changes) == 0 {
				return
			}
		}
	}
}

// Follow is like Changes and does not end: it waits for further changes until ctx is done, and yields the error of ctx
// last. It looks when wake receives and every five seconds; wake may be nil. On PostgreSQL let LISTEN on
// ChangesChannel send to wake.
func (m *Mirror) Follow(ctx context.Context, after int64, wake <-chan struct{}) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		tick := time.NewTicker(changesPoll)
		defer tick.Stop()
		for {
			for change, err := range m.Changes(ctx, after) {
				if !yield(change, err) || err != nil {
					return
				}
				after = change.Position
			}
			select {
			case <-wake:
			case <-tick.C:
			case <-ctx.Done():
				yield(Change{}, ctx.Err())
				return
			}
		}
	}
}

// changesAfter numbers what is in the outbox and returns the next changes.
func (m *Mirror) changesAfter(ctx context.Context, after int64) ([]Change, error) {
	changes, err := m.readChanges(ctx, after)
	if err != nil || len(changes) > 0 {
		return changes, err
	}
	waiting, err := m.exists(ctx, "SELECT id FROM {outbox} LIMIT 1")
	if err != nil || !waiting {
		return nil, err
	}
	moved := false
	err = m.inTx(ctx, func(ctx context.Context, t *transaction) (err error) {
		moved, err = m.moveOutbox(ctx, t)
		return err
	})
	if err != nil || !moved {
		return nil, err
	}
	return m.readChanges(ctx, after)
}

func (m *Mirror) readChanges(ctx context.Context, after int64) ([]Change, error) {
	query := "SELECT id, kind, object_id, organization_id, user_id, deleted, at FROM {changes} WHERE id > ? ORDER BY id LIMIT ?"
	var changes []Change
	err := m.query(ctx, m.db, query, []any{after, changesPerQuery}, func(scan func(...any) error) error {
		var c Change
		var at int64
		err := scan(&c.Position, &c.Kind, &c.ID, &c.OrganizationID, &c.UserID, &c.Deleted, &at)
		c.At = time.UnixMilli(at).UTC()
		changes = append(changes, c)
		return err
	})
	return changes, err
}

// moveOutbox gives what is in the outbox its positions. One replica does so at a time, so that a position is never
// smaller than one that a consumer has seen.
func (m *Mirror) moveOutbox(ctx context.Context, t *transaction) (moved bool, err error) {
	if _, err := t.tx.ExecContext(ctx, m.sql(changesLock)); err != nil {
		return false, err
	}
	var ids []any
	err = m.query(ctx, t.tx, "SELECT id FROM {outbox} ORDER BY id LIMIT ?", []any{changesPerQuery},
		func(scan func(...any) error) error {
			var id int64
			err := scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil || len(ids) == 0 {
		return false, err
	}
	columns := "kind, object_id, organization_id, user_id, deleted, at"
	in := " WHERE id IN " + placeholders(len(ids))
	insert := "INSERT INTO {changes} (" + columns + ") SELECT " + columns + " FROM {outbox}" + in + " ORDER BY id"
	if _, err := t.tx.ExecContext(ctx, m.sql(insert), ids...); err != nil {
		return false, err
	}
	_, err = t.tx.ExecContext(ctx, m.sql("DELETE FROM {outbox}"+in), ids...)
	return true, err
}
