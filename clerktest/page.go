package clerktest

import (
	"slices"
	"strings"
)

// envelope is the answer of most lists.
type envelope[T any] struct {
	Data       []T `json:"data"`
	TotalCount int `json:"total_count"`
}

type m2mEnvelope[T any] struct {
	Data       []T `json:"m2m_tokens"`
	TotalCount int `json:"total_count"`
}

// deletedObject is the answer of most deletions.
type deletedObject struct {
	Object     string  `json:"object"`
	ID         string  `json:"id"`
	Slug       *string `json:"slug,omitzero"`
	ExternalID *string `json:"external_id,omitzero"`
	Deleted    bool    `json:"deleted"`
}

func deleted(object, id string) deletedObject {
	return deletedObject{Object: object, ID: id, Deleted: true}
}

// pageOf cuts limit and offset out of rows that are filtered and ordered, and wraps the wire values of that page as the
// operation lays out its lists. Operations without a limit parameter answer everything.
func pageOf[T, W any](c *call, rows []*T, wire func(*T) W) (any, error) {
	total := len(rows)
	return wrapPage(c, wireAll(cutPage(c, rows), wire), total), nil
}

func cutPage[T any](c *call, rows []*T) []*T {
	if findParam(c.endpoint.op.query, "limit") == nil {
		return rows
	}
	limit, ok := c.queryInt("limit")
	if !ok {
		limit = 10
	}
	offset, _ := c.queryInt("offset")
	from := min(max(offset, 0), int64(len(rows)))
	return rows[from:min(from+limit, int64(len(rows)))]
}

func wireAll[T, W any](rows []*T, wire func(*T) W) []W {
	out := make([]W, len(rows))
	for i, row := range rows {
		out[i] = wire(row)
	}
	return out
}

func wrapPage[W any](c *call, page []W, total int) any {
	switch c.endpoint.op.shape {
	case shapeArray:
		if paginated, _ := c.queryBool("paginated"); !paginated || findParam(c.endpoint.op.query, "paginated") == nil {
			return page
		}
		return envelope[W]{Data: page, TotalCount: total}
	case shapeM2M:
		return m2mEnvelope[W]{Data: page, TotalCount: total}
	default:
		return envelope[W]{Data: page, TotalCount: total}
	}
}

// orderRows sorts rows in place by the order_by parameter: one key with an optional + or - in front. Rows that compare
// equal keep the order of creation, reversed when the order is descending.
func orderRows[T any](c *call, rows []*T, standard string, keys map[string]func(a, b *T) int) error {
	order := c.query.Get("order_by")
	if order == "" {
		order = standard
	}
	// A plus that a caller did not escape arrives as a space.
	name := strings.TrimLeft(order, "+- ")
	compare := keys[name]
	if compare == nil {
		return errParamValue("order_by", "one of the keys of this list")
	}
	if strings.HasPrefix(order, "-") {
		slices.Reverse(rows)
		ascending := compare
		compare = func(a, b *T) int { return ascending(b, a) }
	}
	if !slices.IsSortedFunc(rows, compare) {
		slices.SortStableFunc(rows, compare)
	}
	return nil
}

// afterCursor drops the rows up to and including the one with this id.
func afterCursor[T any](rows []*T, cursor string, id func(*T) string) ([]*T, error) {
	at := slices.IndexFunc(rows, func(row *T) bool { return id(row) == cursor })
	if at < 0 {
		return nil, errParamValue("starting_after", "the id of a record of this list")
	}
	return rows[at+1:], nil
}

// keep filters rows in place.
func keep[T any](rows []*T, ok func(*T) bool) []*T {
	return slices.DeleteFunc(rows, func(row *T) bool { return !ok(row) })
}

// signedSet is a list parameter whose values may carry + (include, the default) or - (exclude).
type signedSet struct {
	include, exclude map[string]bool
}

func newSignedSet(values []string) signedSet {
	s := signedSet{include: map[string]bool{}, exclude: map[string]bool{}}
	for _, v := range values {
		if rest, ok := strings.CutPrefix(v, "-"); ok {
			s.exclude[rest] = true
			continue
		}
		s.include[strings.TrimLeft(v, "+ ")] = true
	}
	return s
}

// empty reports whether the parameter was not given.
func (s signedSet) empty() bool { return len(s.include)+len(s.exclude) == 0 }

// matches reports whether any of values is included, or none is included at all, and none is excluded.
func (s signedSet) matches(values ...string) bool {
	found := len(s.include) == 0
	for _, v := range values {
		if s.exclude[v] {
			return false
		}
		found = found || s.include[v]
	}
	return found
}
