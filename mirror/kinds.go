package clerkmirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// kind describes a kind of Clerk's objects. All kinds are written, listed, compared and reported by the same code, which
// goes by these descriptions: a new kind is a new row of kinds, with its migration and its typed reads.
type kind struct {
	name clerkwebhook.Kind
	// table is the name of the table without the prefix.
	table string
	// onRequest says that the table is there only if the configuration asks for it.
	onRequest bool
	// secret is a member of the object that is not stored.
	secret string
	// columns are those of the object, in the order of the values of a row; the id is the first.
	columns []column
	// owners are the columns of the key beside the id: organization_id, or that and user_id.
	owners []string
	// stored and deleted are the events that bring a state of the object, and that say that it is gone.
	stored, deleted []clerkwebhook.EventType
	// cursor says that a page of Clerk's list begins after an id rather than at an offset.
	cursor bool
	// byID says that Clerk's list can be asked for some ids.
	byID bool
	// newest is the order of Clerk's list that shows best what has changed last.
	newest string
	// count returns how many objects Clerk has; nil if its list says so.
	count func(ctx context.Context, client *clerk.Client) (int64, error)

	// decode makes a row of the JSON of an object, which is not checked yet.
	decode func(data json.RawMessage) (*row, error)
	// list reads a part of Clerk's list.
	list func(ctx context.Context, m *Mirror, p part) page
	// get asks for one object. It returns nil where Clerk has it no more.
	get func(ctx context.Context, m *Mirror, key clerkwebhook.Key) (*row, error)
}

// kinds returns all kinds in the order in which they are listed and written. It is the same everywhere, so that
// transactions do not wait for each other in a circle.
func kinds() []*kind {
	return []*kind{
		userKind(), organizationKind(), membershipKind(), roleKind(), organizationInvitationKind(), invitationKind(),
	}
}

// areKinds reports whether all names are those of kinds.
func areKinds(names []clerkwebhook.Kind) bool {
	known := kinds()
	for _, name := range names {
		if !slices.ContainsFunc(known, func(k *kind) bool { return k.name == name }) {
			return false
		}
	}
	return true
}

// part is what a list of Clerk is asked for: objects from an offset or after an id, or those with some ids.
type part struct {
	limit  int64
	offset int64
	after  string
	order  string
	ids    []string
}

// describe completes a kind whose objects have type T with how they are read: a row is made of each, and list and get
// are the calls of package clerk.
func describe[T any, P interface {
	*T
	RawJSON() json.RawMessage
}](
	k kind,
	makeRow func(*T) *row,
	list func(ctx context.Context, client *clerk.Client, p part, opt clerk.RequestOption) (*clerk.List[T], error),
	get func(ctx context.Context, client *clerk.Client, key clerkwebhook.Key, opt clerk.RequestOption) (*T, error),
) *kind {
	k.decode = func(data json.RawMessage) (*row, error) {
		object := new(T)
		if json.Unmarshal(data, object) != nil {
			return nil, invalid(k.name, "not the JSON of such an object")
		}
		return makeRow(object), nil
	}
	k.list = func(ctx context.Context, m *Mirror, p part) page {
		var a answer
		found, err := list(ctx, m.config.Client, p, a.option())
		if err != nil {
			return page{err: err}
		}
		out := page{total: found.TotalCount, observed: m.observed(&a)}
		for i := range found.Data {
			object := &found.Data[i]
			r := makeRow(object)
			r.observed, out.lastID = out.observed, r.key.ID
			if k.finish(r, P(object).RawJSON()) != nil {
				out.skipped++
				continue
			}
			out.rows = append(out.rows, r) // the decoded object can go
		}
		return out
	}
	k.get = func(ctx context.Context, m *Mirror, key clerkwebhook.Key) (*row, error) {
		var a answer
		object, err := get(ctx, m.config.Client, key, a.option())
		if errors.Is(err, clerk.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		r := makeRow(object)
		r.observed = m.observed(&a)
		return r, k.finish(r, P(object).RawJSON())
	}
	return &k
}

// firstOf returns the first object of a list that is wanted, for kinds of which no call of Clerk gets one object.
func firstOf[T any](list *clerk.List[T], err error, wanted func(*T) bool) (*T, error) {
	if err != nil {
		return nil, err
	}
	for i := range list.Data {
		if wanted(&list.Data[i]) {
			return &list.Data[i], nil
		}
	}
	return nil, fmt.Errorf("clerkmirror: %w", clerk.ErrNotFound)
}
