package clerkmirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// maxPasses is how often a kind is listed, if the list was torn by what happened meanwhile.
const maxPasses = 3

// Progress is the state of a backfill that is under way.
type Progress struct {
	// Kind is what is being read.
	Kind clerkwebhook.Kind
	// Done counts the objects of the kind that have been stored, those before a restart included.
	Done int64
	// Total is how many objects of the kind Clerk has; zero if Clerk does not say.
	Total int64
}

// BackfillResult counts what a backfill did since it was started or resumed.
type BackfillResult struct {
	// Listed counts the objects that Clerk listed, by kind.
	Listed map[clerkwebhook.Kind]int64
	// Deleted counts the rows whose objects Clerk no longer has.
	Deleted int64
	// Skipped counts objects that cannot be stored; see [ErrInvalid].
	Skipped int64
}

// Backfill brings the tables to the state of Clerk: it lists all users, organizations and memberships, and asks for
// those that the tables have and the lists lack before it marks them as deleted. Webhooks may arrive meanwhile. It
// resumes where the last run was killed or failed.
//
// One replica runs it at a time. The error is [ErrBusy] while another does, [ErrLeaseLost] if another took over, and
// [ErrInstance] if the tables hold the objects of another instance.
func (m *Mirror) Backfill(ctx context.Context) (BackfillResult, error) {
	b := &backfill{mirror: m, pacer: m.newPacer(), result: BackfillResult{Listed: map[clerkwebhook.Kind]int64{}}}
	if err := b.run(ctx); err != nil {
		return b.result, fmt.Errorf("clerkmirror: Backfill: %w", explain(err))
	}
	return b.result, nil
}

type backfill struct {
	mirror *Mirror
	lease  *lease
	pacer  *pacer
	result BackfillResult
	latest int64 // start of a phase
}

func (b *backfill) run(ctx context.Context) (err error) {
	if err := b.mirror.pinInstance(ctx); err != nil {
		return err
	}
	lease, at, err := b.mirror.acquire(ctx)
	if err != nil {
		return err
	}
	b.lease = lease
	if _, err := b.mirror.table(clerkwebhook.Kind(at.phase)); err != nil {
		at = checkpoint{} // before the first kind, or of one that is not asked for any more
	}
	completed := int64(0)
	defer func() { err = errors.Join(err, lease.release(ctx, completed)) }()
	for _, t := range b.mirror.tables {
		if at.phase != "" && at.phase != string(t.kind.name) {
			continue // done before the restart
		}
		if err := b.phase(ctx, t, at); err != nil {
			return err
		}
		at = checkpoint{}
	}
	completed = b.latest
	return nil
}

// pinInstance remembers which instance of Clerk the tables belong to. With the key of another one, every row would seem
// to be deleted.
func (m *Mirror) pinInstance(ctx context.Context) error {
	client, err := m.client()
	if err != nil {
		return err
	}
	instance, err := client.Instance.Get(ctx)
	if err != nil {
		return err
	}
	var pinned string
	err = m.db.QueryRowContext(ctx, m.sql("SELECT value FROM {meta} WHERE name = 'instance'")).Scan(&pinned)
	if errors.Is(err, sql.ErrNoRows) {
		pinned = instance.ID
		_, err = m.db.ExecContext(ctx, m.sql("INSERT INTO {meta} (name, value) VALUES ('instance', ?)"), instance.ID)
		if err != nil { // another replica was faster
			err = m.db.QueryRowContext(ctx, m.sql("SELECT value FROM {meta} WHERE name = 'instance'")).Scan(&pinned)
		}
	}
	if err == nil && pinned != instance.ID {
		return ErrInstance
	}
	return err
}

// phase reads one kind, from a checkpoint on, settles what the list did not show, and repeats both while the table has
// fewer objects than Clerk.
func (b *backfill) phase(ctx context.Context, t *table, at checkpoint) error {
	for pass := 1; ; pass++ {
		total, err := t.total(ctx, b.mirror)
		if err != nil {
			return err
		}
		at.phase = string(t.kind.name)
		if at, err = b.read(ctx, t, at, total); err != nil {
			return err
		}
		if err := b.settle(ctx, t, at); err != nil {
			return err
		}
		live, err := b.mirror.countLive(ctx, t)
		if err != nil {
			return err
		}
		if total, err = t.total(ctx, b.mirror); err != nil {
			return err
		}
		if live >= total || pass == maxPasses {
			return nil
		}
		at = checkpoint{}
	}
}

// read lists one kind and stores each page together with the checkpoint behind it.
func (b *backfill) read(ctx context.Context, t *table, at checkpoint, total int64) (checkpoint, error) {
	for restarts := 0; ; restarts++ {
		err := b.readFrom(ctx, t, &at, total)
		if err == nil || restarts == maxPasses || !isLostPosition(at.position, err) {
			return at, err
		}
		at.position, at.done = "", 0
	}
}

func (b *backfill) readFrom(ctx context.Context, t *table, at *checkpoint, total int64) error {
	ctx, cancel := context.WithCancel(ctx)
	pages := b.mirror.readAhead(ctx, t, at.position, b.pacer)
	defer func() { // the reader has ended when this returns
		cancel()
		for range pages {
		}
	}()
	w := &pageWriter{backfill: b, table: t, total: total, stop: cancel, next: *at, at: *at}
	err := w.writeAll(ctx, pages)
	*at = w.at
	return err
}

// readAhead reads pages until the last one, an error, or the end of ctx, and a few ahead of who takes them.
func (m *Mirror) readAhead(ctx context.Context, t *table, position string, pacer *pacer) <-chan page {
	pages := make(chan page, maxPagesAtOnce-m.pagesAtOnce()) // a page waits here, or is written at the same time as another
	go func() {
		defer close(pages)
		for {
			p := page{err: pacer.wait(ctx)}
			if p.err == nil {
				p = t.page(ctx, m, position)
			}
			select {
			case pages <- p:
			case <-ctx.Done():
				return
			}
			if p.last || p.err != nil {
				return
			}
			position = p.position
		}
	}()
	return pages
}

// commit stores rows and the checkpoint in one transaction, if the lease is still ours. The checkpoint comes last, so that
// its row is locked for as long as a commit takes.
func (b *backfill) commit(ctx context.Context, rows []*row, at func(t *transaction) checkpoint) error {
	m := b.mirror
	return m.inOwnTx(ctx, func(ctx context.Context, t *transaction) error {
		if m.dialect == PostgreSQL {
			// Should the last transactions be lost in a crash, the checkpoint is lost with them.
			if _, err := t.tx.ExecContext(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
				return err
			}
		}
		if err := m.store(ctx, t, rows); err != nil {
			return err
		}
		return b.lease.renew(ctx, t.tx, at(t))
	})
}

// countLive counts the rows of a kind that are not deleted.
func (m *Mirror) countLive(ctx context.Context, t *table) (n int64, err error) {
	query := "SELECT COUNT(*) FROM " + t.name + " WHERE deleted_at IS NULL"
	err = m.db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}
