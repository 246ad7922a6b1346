package clerk

import (
	"context"
	"iter"
	"reflect"

	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

// List is one page of a list.
type List[T any] struct {
	original

	// Data holds the items of the page.
	Data []T
	// TotalCount is the number of items of the whole list. It is known only if HasTotal is set: some answers, such as
	// that of Users.List, do not hold it. Users.Count tells it for users.
	TotalCount int64
	// HasTotal says that the answer held the number of items of the whole list.
	HasTotal bool
}

// fill sets a list, which is a List, to an answer and returns its Data, with as many zero items as the answer has. A
// method of List would be compiled anew for each list, in every package that names a type of this one.
func fill(list reflect.Value, answer fastjson.List) (data reflect.Value) {
	n := len(answer.Items)
	data = list.FieldByName("Data")
	if n == 0 {
		data.Set(reflect.MakeSlice(data.Type(), 0, 0)) // which JSON has as [], unlike nil
	}
	data.Grow(n)
	data.SetLen(n)
	list.FieldByName("TotalCount").SetInt(answer.Total)
	list.FieldByName("HasTotal").SetBool(answer.HasTotal)
	return data
}

// pagingKind says how the pages of a list follow each other.
type pagingKind uint8

const (
	pagingNone   pagingKind = iota // one request answers everything
	pagingOffset                   // limit and offset
	pagingCursor                   // starting_after, the id of the last item
)

// listAll returns an iterator over all pages of a list, whose items it gives as P, a pointer.
func listAll[P any](
	ctx context.Context, c *Client, e *Endpoint, p *CallParams, paging pagingKind, opts []RequestOption,
) iter.Seq2[P, error] {
	list := newListing(c, e, p, paging, opts, reflect.TypeFor[P]().Elem())
	return func(yield func(P, error) bool) {
		newWalk(list).run(ctx, func(item any, err error) bool {
			found, _ := item.(P)
			return yield(found, err)
		})
	}
}
