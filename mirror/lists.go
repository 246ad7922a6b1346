package clerkmirror

import (
	"context"
	"errors"
	"strconv"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// page is one page of one of Clerk's lists.
type page struct {
	rows     []*row
	skipped  int64  // objects that cannot be stored
	total    int64  // objects in the whole list; for users zero, as their list does not say
	position string // where the next page begins
	observed int64
	last     bool
	err      error
}

// add turns an object into a row, so that the decoded object can go.
func (p *page) add(record *clerkwebhook.Record) {
	r, err := newRow(record)
	if err != nil {
		p.skipped++
		return
	}
	p.rows = append(p.rows, r)
}

// size counts the objects of the page.
func (p *page) size() int64 { return int64(len(p.rows)) + p.skipped }

// list reads Clerk's objects of one kind, oldest first, so that what is created meanwhile comes at the end.
type list struct {
	kind clerkwebhook.Kind
	// read returns the page that begins at a position, "" for the first.
	read func(ctx context.Context, position string) page
	// count returns how many objects Clerk has.
	count func(ctx context.Context) (int64, error)
	// newest returns the objects that were changed last or, where Clerk cannot sort by that, created last.
	newest func(ctx context.Context, n int64) page
}

// lists returns the lists in the order in which a backfill reads them.
func (m *Mirror) lists() ([]list, error) {
	client, err := m.client()
	if err != nil {
		return nil, err
	}
	organizations := func(ctx context.Context, limit, offset int64, order string) page {
		var a answer
		params := &clerk.OrganizationListParams{OrderBy: clerk.String(order)}
		params.Limit, params.Offset = clerk.Int64(limit), clerk.Int64(offset)
		found, err := client.Organizations.List(ctx, params, a.option())
		return offsetPage(m, &a, found, err, offset, organizationRecord)
	}
	memberships := func(ctx context.Context, limit, offset int64, order string) page {
		var a answer
		params := &clerk.OrganizationMembershipListForInstanceParams{OrderBy: clerk.String(order)}
		params.Limit, params.Offset = clerk.Int64(limit), clerk.Int64(offset)
		found, err := client.OrganizationMemberships.ListForInstance(ctx, params, a.option())
		return offsetPage(m, &a, found, err, offset, membershipRecord)
	}
	return []list{
		{
			kind: clerkwebhook.KindUser,
			read: func(ctx context.Context, position string) page {
				params := &clerk.UserListParams{OrderBy: clerk.String("+created_at")}
				params.Limit = clerk.Int64(pageSize)
				if position != "" {
					params.StartingAfter = clerk.String(position)
				}
				return m.userPage(ctx, client, params)
			},
			count: func(ctx context.Context) (int64, error) { return client.Users.Count(ctx, nil) },
			newest: func(ctx context.Context, n int64) page {
				params := &clerk.UserListParams{OrderBy: clerk.String("-updated_at")}
				params.Limit = clerk.Int64(n)
				return m.userPage(ctx, client, params)
			},
		},
		offsetList(clerkwebhook.KindOrganization, organizations),
		offsetList(clerkwebhook.KindMembership, memberships),
	}, nil
}

// userPage reads a page of users, whose position is the id of the last user of the page before.
func (m *Mirror) userPage(ctx context.Context, client *clerk.Client, params *clerk.UserListParams) page {
	var a answer
	found, err := client.Users.List(ctx, params, a.option())
	if err != nil {
		return page{err: err}
	}
	p := page{observed: m.observed(&a), last: len(found.Data) < pageSize}
	for i := range found.Data {
		p.add(userRecord(&found.Data[i], p.observed))
		p.position = found.Data[i].ID
	}
	return p
}

// offsetList is a list whose position is a number.
func offsetList(
	kind clerkwebhook.Kind, read func(ctx context.Context, limit, offset int64, order string) page,
) list {
	return list{
		kind: kind,
		read: func(ctx context.Context, position string) page {
			offset, _ := strconv.ParseInt(position, 10, 64) // "" is the beginning
			return read(ctx, pageSize, offset, "+created_at")
		},
		count: func(ctx context.Context) (int64, error) {
			p := read(ctx, 1, 0, "+created_at")
			return p.total, p.err
		},
		newest: func(ctx context.Context, n int64) page { return read(ctx, n, 0, "-created_at") },
	}
}

func offsetPage[T any](
	m *Mirror, a *answer, found *clerk.List[T], err error, offset int64, record func(*T, int64) *clerkwebhook.Record,
) page {
	if err != nil {
		return page{err: err}
	}
	p := page{total: found.TotalCount, observed: m.observed(a)}
	for i := range found.Data {
		p.add(record(&found.Data[i], p.observed))
	}
	end := offset + int64(len(found.Data))
	p.position = strconv.FormatInt(end, 10)
	p.last = len(found.Data) == 0 || end >= p.total
	return p
}

// isLostPosition reports whether Clerk refuses a page because the user that it should begin after was deleted.
func isLostPosition(position string, err error) bool {
	return position != "" && (errors.Is(err, clerk.ErrInvalid) || errors.Is(err, clerk.ErrNotFound))
}
