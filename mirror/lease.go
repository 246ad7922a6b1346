package clerkmirror

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// backfillLease is how long the replica that runs the backfill may stand still before another takes over.
const backfillLease = 30 * time.Second

// checkpoint is how far a backfill is. It is part of the transaction of each page, so it is never ahead of the rows.
type checkpoint struct {
	phase    string // the kind that is read; "" before the first and after the last
	position string // where the next page begins
	started  int64  // later than what was observed before the phase, in Unix milliseconds by Clerk's clock
	done     int64  // objects of the phase so far
}

// lease is the right to run the backfill.
type lease struct {
	mirror    *Mirror
	owner     string
	completed int64 // the latest start of a phase of the last backfill that ended
}

// acquire takes the lease, and returns where the last holder stopped. The error is ErrBusy while another replica has
// it.
func (m *Mirror) acquire(ctx context.Context) (*lease, checkpoint, error) {
	l := &lease{mirror: m, owner: rand.Text()}
	var at checkpoint
	query := "UPDATE {sync} SET owner = ?, lease_until = {now} + ?, beat = beat + 1 WHERE name = 'backfill' AND lease_until < {now}"
	result, err := m.db.ExecContext(ctx, m.sql(query), l.owner, backfillLease.Milliseconds())
	if err != nil {
		return nil, at, err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return nil, at, errors.Join(ErrBusy, err)
	}
	row := m.db.QueryRowContext(ctx, m.sql("SELECT phase, position, started, done, completed FROM {sync} WHERE name = 'backfill'"))
	err = row.Scan(&at.phase, &at.position, &at.started, &at.done, &l.completed)
	return l, at, err
}

// renew moves the checkpoint and extends the lease, inside of the transaction of a page. Its row lock keeps others from
// taking the lease until the transaction ends.
func (l *lease) renew(ctx context.Context, tx *sql.Tx, at checkpoint) error {
	query := "UPDATE {sync} SET lease_until = {now} + ?, beat = beat + 1, phase = ?, position = ?, started = ?, done = ?" +
		" WHERE name = 'backfill' AND owner = ?"
	result, err := tx.ExecContext(ctx, l.mirror.sql(query),
		backfillLease.Milliseconds(), at.phase, at.position, at.started, at.done, l.owner)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(ErrLeaseLost, err)
	}
	return nil
}

// release gives the lease up. completed is the latest start of a phase of the backfill that has ended; zero if it has
// not ended.
func (l *lease) release(ctx context.Context, completed int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	set := "owner = '', lease_until = 0, beat = beat + 1"
	args := []any{}
	if completed > 0 {
		set += ", phase = '', position = '', started = 0, done = 0, completed = ?"
		args = append(args, completed)
	}
	query := "UPDATE {sync} SET " + set + " WHERE name = 'backfill' AND owner = ?"
	_, err := l.mirror.db.ExecContext(ctx, l.mirror.sql(query), append(args, l.owner)...)
	return err
}

// LastBackfill returns when the last backfill that reached its end began to read the last kind, by Clerk's clock; the
// zero time if none has.
func (m *Mirror) LastBackfill(ctx context.Context) (time.Time, error) {
	var ms int64
	err := m.db.QueryRowContext(ctx, m.sql("SELECT completed FROM {sync} WHERE name = 'backfill'")).Scan(&ms)
	if err != nil {
		return time.Time{}, fmt.Errorf("clerkmirror: LastBackfill: %w", err)
	}
	if ms == 0 {
		return time.Time{}, nil
	}
	return time.UnixMilli(ms).UTC(), nil
}
