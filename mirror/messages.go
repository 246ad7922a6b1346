package clerkmirror

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	// messageTimeout bounds the transaction of a message; Clerk waits about 15 seconds for an answer.
	messageTimeout = 12 * time.Second
	// claimLease is how long a claim of a Deduplicator lasts whose process died.
	claimLease = time.Minute
	// mirrorReceiver is the receiver of Handler among those of Deduplicator.
	mirrorReceiver = "mirror"
)

// Handler returns the http.Handler for Clerk's webhooks. Mount it on every replica: each message is handled once, in
// one transaction with the change of the tables and what [Config].OnChange and [Config].Events write. A second delivery
// that comes while the first is being handled waits for its end. WithDeduplicator has no effect.
func (m *Mirror) Handler(
	verifier *clerkwebhook.Verifier, opts ...clerkwebhook.HandlerOption,
) (*clerkwebhook.Handler, error) {
	opts = append(slices.Clip(opts), clerkwebhook.WithoutDeduplication()) // the transaction does it
	return clerkwebhook.NewHandler(verifier, clerkwebhook.Callbacks{Other: m.receive}, opts...)
}

// receive handles a message in one transaction.
func (m *Mirror) receive(ctx context.Context, event *clerkwebhook.Event) error {
	ctx, cancel := context.WithTimeout(ctx, messageTimeout)
	defer cancel()
	return m.inTx(ctx, func(ctx context.Context, t *transaction) error {
		if event.ID != "" {
			first, err := m.recordMessage(ctx, t.tx, mirrorReceiver, event.ID)
			if err != nil || !first {
				return err
			}
		}
		if err := m.applyEvent(ctx, t, event); err != nil {
			return err
		}
		return m.config.Events.Dispatch(ctx, event)
	})
}

// recordMessage notes that a message is handled. It reports false if that was noted before; a transaction of another
// replica that has noted it and goes on is waited for.
func (m *Mirror) recordMessage(ctx context.Context, tx *sql.Tx, receiver, id string) (first bool, err error) {
	query := "INSERT INTO {messages} (receiver, id, finished, at) VALUES (?, ?, TRUE, {now})"
	if m.dialect != MySQL {
		query += " ON CONFLICT DO NOTHING"
	}
	result, err := tx.ExecContext(ctx, m.sql(query), receiver, messageID(id))
	if err != nil {
		if m.dialect == MySQL && isDuplicate(err) {
			return false, nil
		}
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// messageID returns an id that every database holds.
func messageID(id string) string {
	if isID(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// Deduplicator returns a Deduplicator for another handler of the application, whose callbacks are not part of a
// transaction of the Mirror. receiver tells handlers apart that get the same messages. Its claims lapse after a minute.
func (m *Mirror) Deduplicator(receiver string) clerkwebhook.Deduplicator {
	return &deduplicator{mirror: m, receiver: messageID("receiver/" + receiver)}
}

type deduplicator struct {
	mirror   *Mirror
	receiver string
}

// Begin claims a message.
func (d *deduplicator) Begin(ctx context.Context, id string) (clerkwebhook.Claim, error) {
	claim := clerkwebhook.ClaimInProgress
	err := d.mirror.inTx(ctx, func(ctx context.Context, t *transaction) error {
		var err error
		claim, err = d.claim(ctx, t.tx, messageID(id))
		return err
	})
	return claim, d.wrap("Begin", err)
}

func (d *deduplicator) claim(ctx context.Context, tx *sql.Tx, id string) (clerkwebhook.Claim, error) {
	m := d.mirror
	// A claim that has lapsed is taken away first; the insertion decides who is first.
	lapsed := "DELETE FROM {messages} WHERE receiver = ? AND id = ? AND NOT finished AND at < {now} - ?"
	if _, err := tx.ExecContext(ctx, m.sql(lapsed), d.receiver, id, claimLease.Milliseconds()); err != nil {
		return clerkwebhook.ClaimInProgress, err
	}
	first, err := m.recordMessage(ctx, tx, d.receiver, id)
	if err != nil {
		return clerkwebhook.ClaimInProgress, err
	}
	if first {
		unfinished := "UPDATE {messages} SET finished = FALSE WHERE receiver = ? AND id = ?"
		_, err := tx.ExecContext(ctx, m.sql(unfinished), d.receiver, id)
		return clerkwebhook.ClaimFirst, err
	}
	var finished bool
	query := "SELECT finished FROM {messages} WHERE receiver = ? AND id = ?"
	if err := tx.QueryRowContext(ctx, m.sql(query), d.receiver, id).Scan(&finished); err != nil || !finished {
		return clerkwebhook.ClaimInProgress, err
	}
	return clerkwebhook.ClaimFinished, nil
}

// Finish records that a message has been handled.
func (d *deduplicator) Finish(ctx context.Context, id string) error {
	query := "UPDATE {messages} SET finished = TRUE WHERE receiver = ? AND id = ?"
	_, err := d.mirror.db.ExecContext(ctx, d.mirror.sql(query), d.receiver, messageID(id))
	return d.wrap("Finish", err)
}

// Abandon gives a claim up.
func (d *deduplicator) Abandon(ctx context.Context, id string) error {
	query := "DELETE FROM {messages} WHERE receiver = ? AND id = ? AND NOT finished"
	_, err := d.mirror.db.ExecContext(ctx, d.mirror.sql(query), d.receiver, messageID(id))
	return d.wrap("Abandon", err)
}

func (d *deduplicator) wrap(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("clerkmirror: Deduplicator.%s: %w", operation, err)
}
