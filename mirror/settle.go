package clerkmirror

import (
	"context"
	"slices"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// idsPerRequest is how many ids a list of Clerk can be asked for.
const idsPerRequest = 100

// settle asks Clerk for the objects that have not been seen since the phase began, and marks those as deleted that it
// has no more. An object can be missing in a list that changes while it is read, and still exist.
func (b *backfill) settle(ctx context.Context, t *table, at checkpoint) error {
	for after := ""; ; {
		keys, err := b.mirror.keysAfter(ctx, t, after, "AND observed < ?", at.started)
		if err != nil {
			return err
		}
		for chunk := range slices.Chunk(keys, idsPerRequest) {
			rows, err := b.ask(ctx, t, chunk)
			if err != nil {
				return err
			}
			if err := b.commit(ctx, rows, func(*transaction) checkpoint { return at }); err != nil {
				return err
			}
		}
		if len(keys) < keysPerQuery {
			return nil
		}
		after = keys[len(keys)-1].ID
	}
}

// ask returns what has become of objects of one kind: their state, or a deletion.
func (b *backfill) ask(ctx context.Context, t *table, keys []clerkwebhook.Key) ([]*row, error) {
	find := b.findEach
	if t.byID {
		find = b.findByID
	}
	there, observed, err := find(ctx, t, keys)
	if err != nil {
		return nil, err
	}
	rows := make([]*row, 0, len(keys))
	for _, key := range keys {
		r := there[key.ID]
		if r == nil {
			r = &row{key: key, observed: observed, deleted: true}
			b.result.Deleted++
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// found are objects by id.
type found map[string]*row

// findByID asks for all objects in one request.
func (b *backfill) findByID(ctx context.Context, t *table, keys []clerkwebhook.Key) (found, int64, error) {
	if err := b.pacer.wait(ctx); err != nil {
		return nil, 0, err
	}
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = key.ID
	}
	p := t.list(ctx, b.mirror, part{limit: idsPerRequest, order: oldestCreated, ids: ids})
	out := make(found, len(p.rows))
	for _, r := range p.rows {
		out[r.key.ID] = r
	}
	return out, p.observed, p.err
}

// findEach asks for one object after another, except for those whose user or organization is gone, which Clerk need not
// be asked about.
func (b *backfill) findEach(ctx context.Context, t *table, keys []clerkwebhook.Key) (found, int64, error) {
	out := found{}
	var observed int64
	for _, key := range keys {
		orphan, err := b.mirror.isOrphan(ctx, key)
		if err != nil {
			return nil, 0, err
		}
		if orphan {
			continue
		}
		if err := b.pacer.wait(ctx); err != nil {
			return nil, 0, err
		}
		r, err := t.get(ctx, b.mirror, key)
		if err != nil {
			return nil, 0, err
		}
		if r != nil && r.key.ID == key.ID {
			out[key.ID] = r
			observed = r.observed
		}
	}
	if observed == 0 {
		observed = b.latest
	}
	return out, observed, nil
}

// isOrphan reports whether the table knows that the user or the organization of an object is deleted.
func (m *Mirror) isOrphan(ctx context.Context, key clerkwebhook.Key) (bool, error) {
	return m.exists(ctx, "SELECT id FROM {users} WHERE id = ? AND deleted_at IS NOT NULL UNION ALL "+
		"SELECT id FROM {organizations} WHERE id = ? AND deleted_at IS NOT NULL", key.UserID, key.OrganizationID)
}

// exists reports whether a query has a row.
func (m *Mirror) exists(ctx context.Context, query string, args ...any) (found bool, err error) {
	err = m.query(ctx, m.db, query, args, func(func(...any) error) error {
		found = true
		return nil
	})
	return found, err
}
