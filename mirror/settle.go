package clerkmirror

import (
	"context"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// idsPerRequest is how many ids a list of Clerk can be asked for.
const idsPerRequest = 100

// ask returns what has become of objects of one kind: their state, or a deletion.
func (b *backfill) ask(ctx context.Context, keys []clerkwebhook.Key) ([]*row, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	find := b.findMemberships
	switch keys[0].Kind {
	case clerkwebhook.KindUser:
		find = b.findUsers
	case clerkwebhook.KindOrganization:
		find = b.findOrganizations
	}
	there, observed, err := find(ctx, keys)
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

// ids returns the ids of keys.
func ids(keys []clerkwebhook.Key) []string {
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = key.ID
	}
	return out
}

// found are objects by id.
type found map[string]*row

func (b *backfill) findUsers(ctx context.Context, keys []clerkwebhook.Key) (found, int64, error) {
	if err := b.pacer.wait(ctx); err != nil {
		return nil, 0, err
	}
	params := &clerk.UserListParams{UserIDs: ids(keys)}
	params.Limit = clerk.Int64(idsPerRequest)
	p := b.mirror.userPage(ctx, b.mirror.config.Client, params)
	return p.byID(), p.observed, p.err
}

func (b *backfill) findOrganizations(ctx context.Context, keys []clerkwebhook.Key) (found, int64, error) {
	if err := b.pacer.wait(ctx); err != nil {
		return nil, 0, err
	}
	params := &clerk.OrganizationListParams{OrganizationIDs: ids(keys)}
	params.Limit = clerk.Int64(idsPerRequest)
	var a answer
	list, err := b.mirror.config.Client.Organizations.List(ctx, params, a.option())
	p := offsetPage(b.mirror, &a, list, err, 0, organizationRecord)
	return p.byID(), p.observed, p.err
}

// findMemberships asks for one membership after another, except for those whose user or organization is gone, which
// Clerk need not be asked about.
func (b *backfill) findMemberships(ctx context.Context, keys []clerkwebhook.Key) (found, int64, error) {
	m := b.mirror
	out := found{}
	var observed int64
	for _, key := range keys {
		orphan, err := m.isOrphan(ctx, key)
		if err != nil {
			return nil, 0, err
		}
		if orphan {
			continue
		}
		if err := b.pacer.wait(ctx); err != nil {
			return nil, 0, err
		}
		record, err := m.fetch(ctx, key)
		if err != nil {
			return nil, 0, err
		}
		if record != nil && record.ID == key.ID {
			r, err := newRow(record)
			if err != nil {
				return nil, 0, err
			}
			out[key.ID] = r
			observed = r.observed
		}
	}
	if observed == 0 {
		observed = b.latest
	}
	return out, observed, nil
}

// isOrphan reports whether the table knows that the user or the organization of a membership is deleted.
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

// byID returns the objects of a page by id.
func (p *page) byID() found {
	out := make(found, len(p.rows))
	for _, r := range p.rows {
		out[r.key.ID] = r
	}
	return out
}
