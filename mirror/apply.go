package clerkmirror

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	// maxTries is how often a transaction is run that loses deadlocks.
	maxTries = 5
	// keysPerQuery is how many rows the iterators read at a time.
	keysPerQuery = 500
)

// transaction is a transaction of a Mirror in a context.
type transaction struct {
	mirror  *Mirror
	tx      *sql.Tx
	changed bool
	ended   func(committed bool) // is called when the transaction has ended, unless it is nil
}

type transactionKey struct{}

// TxFromContext returns the transaction that a callback of [Config].Events is called in, or nil where there is none.
func TxFromContext(ctx context.Context) *sql.Tx {
	if t, ok := ctx.Value(transactionKey{}).(*transaction); ok {
		return t.tx
	}
	return nil
}

// inTx runs fn in the transaction of ctx, or in one of its own.
func (m *Mirror) inTx(ctx context.Context, fn func(ctx context.Context, t *transaction) error) error {
	if t, ok := ctx.Value(transactionKey{}).(*transaction); ok && t.mirror == m {
		return fn(ctx, t)
	}
	return m.inOwnTx(ctx, fn)
}

// inOwnTx runs fn in a transaction of its own, which is run again where it lost a deadlock.
func (m *Mirror) inOwnTx(ctx context.Context, fn func(ctx context.Context, t *transaction) error) error {
	for try := 1; ; try++ {
		err := m.tryTx(ctx, fn)
		if err == nil || try == maxTries || !isTransient(err) {
			return err
		}
		wait := time.NewTimer(time.Duration(try*try) * (5*time.Millisecond + rand.N(10*time.Millisecond))) //nolint:gosec // it only spreads
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return err
		}
	}
}

func (m *Mirror) tryTx(ctx context.Context, fn func(ctx context.Context, t *transaction) error) (err error) {
	defer func() { err = explain(err) }()
	tx, err := m.db.BeginTx(ctx, m.dialect.isolation())
	if err != nil {
		return err
	}
	t := &transaction{mirror: m, tx: tx}
	if err := t.run(ctx, fn); err != nil {
		return err
	}
	if t.changed {
		m.notify(ctx)
	}
	return nil
}

func (t *transaction) run(ctx context.Context, fn func(ctx context.Context, t *transaction) error) error {
	committed := false
	defer func() {
		_ = t.tx.Rollback() // does nothing after a commit
		if t.ended != nil {
			t.ended(committed)
		}
	}()
	if err := fn(context.WithValue(ctx, transactionKey{}, t), t); err != nil {
		return err
	}
	err := t.tx.Commit()
	committed = err == nil
	return err
}

var _ clerkwebhook.Table = (*Mirror)(nil)

// Apply implements [clerkwebhook.Table]. It takes the object from Data. Inside a message of Handler it is part of the
// transaction of the message, otherwise it is one of its own. The error for a record that cannot be stored matches
// [ErrInvalid].
func (m *Mirror) Apply(ctx context.Context, record *clerkwebhook.Record) error {
	if err := m.apply(ctx, record); err != nil {
		return fmt.Errorf("clerkmirror: Apply: %w", err)
	}
	return nil
}

func (m *Mirror) apply(ctx context.Context, record *clerkwebhook.Record) error {
	table, err := m.table(record.Kind)
	if err != nil {
		return err
	}
	r := &row{key: record.Key}
	if !record.Deleted {
		if r, err = table.decode(record.Data); err != nil {
			return err
		}
	}
	r.version, r.observed, r.deleted = record.UpdatedAt, record.ObservedAt, record.Deleted
	if err := table.finish(r, record.Data); err != nil {
		return err
	}
	return m.inTx(ctx, func(ctx context.Context, t *transaction) error { return m.store(ctx, t, []*row{r}) })
}

// applyEvent stores what an event tells about an object of a kind that is mirrored.
func (m *Mirror) applyEvent(ctx context.Context, t *transaction, event *clerkwebhook.Event) error {
	for _, table := range m.tables {
		deleted := slices.Contains(table.deleted, event.Type)
		if !deleted && !slices.Contains(table.stored, event.Type) {
			continue
		}
		r, err := table.decode(event.Data)
		if err != nil {
			return err
		}
		r.observed, r.deleted = millis(event.Timestamp), deleted
		if err := table.finish(r, event.Data); err != nil {
			return err
		}
		return m.store(ctx, t, []*row{r})
	}
	return nil
}

// store writes rows of any kinds and reports those whose content changed.
func (m *Mirror) store(ctx context.Context, t *transaction, rows []*row) error {
	for _, table := range m.tables {
		mark := rand.Int64() //nolint:gosec // no secret: it tells this statement from others
		puts := make([]*row, 0, len(rows))
		var removals []*row
		for _, r := range rows {
			switch {
			case r.key.Kind != table.kind.name:
			case r.deleted:
				removals = append(removals, r)
			default:
				puts = append(puts, r)
			}
		}
		if len(puts)+len(removals) == 0 {
			continue
		}
		puts = distinct(puts)
		if err := m.writeRows(ctx, t.tx, table, puts, mark); err != nil {
			return err
		}
		for _, r := range removals {
			if err := m.removeRow(ctx, t.tx, table, r, mark); err != nil {
				return err
			}
		}
		if err := m.report(ctx, t, table, append(puts, removals...), mark); err != nil {
			return err
		}
	}
	return nil
}

// distinct sorts rows by id, so that transactions do not wait for each other in a circle, and keeps the latest of each.
func distinct(rows []*row) []*row {
	if len(rows) < 2 {
		return rows
	}
	slices.SortStableFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.key.ID, b.key.ID), cmp.Compare(b.version, a.version), cmp.Compare(b.observed, a.observed))
	})
	return slices.CompactFunc(rows, func(a, b *row) bool { return a.key.ID == b.key.ID })
}

// Keys implements [clerkwebhook.Table]. It reads a few hundred rows at a time, so that the caller may write meanwhile.
func (m *Mirror) Keys(ctx context.Context, kind clerkwebhook.Kind) iter.Seq2[clerkwebhook.Key, error] {
	return func(yield func(clerkwebhook.Key, error) bool) {
		t, err := m.table(kind)
		if err != nil {
			yield(clerkwebhook.Key{}, fmt.Errorf("clerkmirror: Keys: %w", err))
			return
		}
		for after := ""; ; {
			keys, err := m.keysAfter(ctx, t, after, "")
			if err != nil {
				yield(clerkwebhook.Key{}, fmt.Errorf("clerkmirror: Keys: %w", err))
				return
			}
			for _, key := range keys {
				if !yield(key, nil) {
					return
				}
			}
			if len(keys) < keysPerQuery {
				return
			}
			after = keys[len(keys)-1].ID
		}
	}
}

// keysAfter returns the keys of rows that are not deleted, by id, with one more condition if there is one.
func (m *Mirror) keysAfter(ctx context.Context, t *table, after, condition string, args ...any) ([]clerkwebhook.Key, error) {
	columns := slices.Concat([]string{"id"}, t.owners, []string{"''", "''"})[:3]
	query := "SELECT " + strings.Join(columns, ", ") + " FROM " + t.name + " WHERE deleted_at IS NULL AND id > ? " + condition + " ORDER BY id LIMIT ?"
	args = append(append([]any{after}, args...), keysPerQuery)
	var keys []clerkwebhook.Key
	err := m.query(ctx, m.db, query, args, func(scan func(...any) error) error {
		key := clerkwebhook.Key{Kind: t.kind.name}
		err := scan(&key.ID, &key.OrganizationID, &key.UserID)
		keys = append(keys, key)
		return err
	})
	return keys, err
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// query calls each for every row.
func (m *Mirror) query(
	ctx context.Context, db querier, query string, args []any, each func(scan func(...any) error) error,
) (err error) {
	rows, err := db.QueryContext(ctx, m.sql(query), args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
