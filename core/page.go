package clerk

import (
	"context"
	"encoding/json"
	"iter"
)

// List is one page of a list.
type List[T any] struct {
	// Data holds the items of the page.
	Data []T
	// TotalCount is the number of items of the whole list. It is known only if HasTotal is set: some answers, such as
	// that of Users.List, do not hold it. Users.Count tells it for users.
	TotalCount int64
	// HasTotal says that the answer held the number of items of the whole list.
	HasTotal bool

	raw json.RawMessage
}

// RawJSON returns the answer that the page was decoded from. Do not change it.
func (l *List[T]) RawJSON() json.RawMessage { return l.raw }

// pagingKind says how the pages of a list follow each other.
type pagingKind uint8

const (
	pagingNone   pagingKind = iota // one request answers everything
	pagingOffset                   // limit and offset
	pagingCursor                   // starting_after, the id of the last item
)

// listAll returns an iterator over all pages of a list.
func listAll[T any](
	ctx context.Context, c *Client, e Endpoint, p CallParams, paging pagingKind, opts []RequestOption,
) iter.Seq2[*T, error] {
	p.Query = cloneValues(p.Query)
	p.Path = append([]string(nil), p.Path...)
	opts = append([]RequestOption(nil), opts...)
	newItems := func(n int) items { return make(itemsOf[T], n) }
	return func(yield func(*T, error) bool) {
		walk := newWalk(c, e, p, paging, opts, newItems)
		walk.run(ctx, func(data items, i int, err error) bool {
			if err != nil {
				return yield(nil, err)
			}
			return yield(&data.(itemsOf[T])[i], nil)
		})
	}
}
