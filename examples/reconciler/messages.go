package main

import (
	"context"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// lease is how long a claim lasts that nobody ended, because the process died.
const lease = time.Minute

// claim takes a message that is new, or whose claim has lapsed.
const claim = `
INSERT INTO messages (id, finished, at) VALUES (?, FALSE, ?)
ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE NOT messages.finished AND messages.at < ?`

// Begin implements clerkwebhook.Deduplicator for all processes that share the database.
func (d *database) Begin(ctx context.Context, id string) (clerkwebhook.Claim, error) {
	now := time.Now()
	result, err := d.db.ExecContext(ctx, claim, id, now.Unix(), now.Add(-lease).Unix())
	if err != nil {
		return 0, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return clerkwebhook.ClaimFirst, err
	}
	var finished bool
	err = d.db.QueryRowContext(ctx, `SELECT finished FROM messages WHERE id = ?`, id).Scan(&finished)
	if finished {
		return clerkwebhook.ClaimFinished, err
	}
	return clerkwebhook.ClaimInProgress, err
}

// Finish implements clerkwebhook.Deduplicator. Rows older than two days can be deleted: Clerk repeats no message for
// that long.
func (d *database) Finish(ctx context.Context, id string) error {
	_, err := d.db.ExecContext(ctx, `UPDATE messages SET finished = TRUE WHERE id = ?`, id)
	return err
}

// Abandon implements clerkwebhook.Deduplicator.
func (d *database) Abandon(ctx context.Context, id string) error {
	_, err := d.db.ExecContext(ctx, `DELETE FROM messages WHERE id = ? AND NOT finished`, id)
	return err
}
