package clerktest

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// listing is a list request: which rows may be in it and in what order they are answered.
type listing[T any] struct {
	table *table[*T]
	order string // without the parameter order_by, for example -created_at

	// match holds the filters: a row has to pass all of them.
	match []func(*T) bool
	// foreign are further keys of order_by, which compare what other tables hold and are therefore not kept sorted.
	foreign map[string]func(a, b *T) int
	// narrow, unless nil, returns the only rows that may match, in the order of creation: an index knows them.
	narrow func() []*T
}

// answerList answers the part of a list that limit, offset and starting_after ask for. It looks at no more rows than it
// has to: at those of an index, or at the rows in the order that is asked for until the part is complete. Only filters
// whose matches have to be counted look at every row.
func answerList[T, W any](c *call, l listing[T], wire func(*T) W) (any, error) {
	keys := maps.Clone(l.table.orders)
	maps.Copy(keys, l.foreign)
	name, backward, err := orderOf(c, l.order, keys)
	if err != nil {
		return nil, err
	}
	if l.narrow == nil && l.foreign[name] == nil {
		page, total, err := l.part(c, name, backward)
		return wrapPage(c, mapped(page, wire), total), err
	}
	if l.narrow == nil {
		l.narrow = func() []*T { return l.table.all(c.tx) }
	}
	rows := keep(l.narrow(), l.matches)
	if err := orderRows(c, rows, l.order, keys); err != nil {
		return nil, err
	}
	if cursor := c.query.Get("starting_after"); cursor != "" {
		if rows, err = afterCursor(rows, cursor, l.table.id); err != nil {
			return nil, err
		}
	}
	return pageOf(c, rows, wire)
}

// part walks along the table in order.
func (l *listing[T]) part(c *call, order string, backward bool) (page []*T, total int, err error) {
	rows := l.table.in(c.tx)
	sorted := rows.order(order)
	offset, limit := pageBounds(c, sorted.length)
	if cursor := c.query.Get("starting_after"); cursor != "" {
		e := rows.byID[cursor]
		if e == nil || !l.matches(e.row) {
			return nil, 0, errCursor()
		}
		page, total = l.collect(sorted.after(e, backward), offset, limit, hasTotal(c))
		return page, total, nil
	}
	if len(l.match) == 0 {
		page, _ = l.collect(sorted.skip(offset, backward), 0, limit, false)
		return page, sorted.length, nil
	}
	page, total = l.collect(sorted.all(backward), offset, limit, hasTotal(c))
	return page, total, nil
}

// collect returns the matches from offset on, limit at most, and how many rows matched until it stopped: at the end of
// the page, or to count them at the end of the rows.
func (l *listing[T]) collect(rows iter.Seq[*T], offset, limit int, countAll bool) (page []*T, found int) {
	if limit <= 0 && !countAll {
		return nil, 0
	}
	for row := range rows {
		if !l.matches(row) {
			continue
		}
		if found >= offset && len(page) < limit {
			page = append(page, row)
		}
		found++
		if len(page) == limit && !countAll {
			break
		}
	}
	return page, found
}

func (l *listing[T]) matches(row *T) bool {
	return !slices.ContainsFunc(l.match, func(ok func(*T) bool) bool { return !ok(row) })
}

// count returns how many rows match.
func (l *listing[T]) count(x *tx) int {
	switch {
	case l.narrow != nil:
		return len(keep(l.narrow(), l.matches))
	case len(l.match) == 0:
		return l.table.size(x)
	}
	_, n := l.collect(l.table.in(x).list.all(false), 0, 0, true)
	return n
}

// orderOf reads the parameter order_by: a key with an optional + or - in front.
func orderOf[T any](c *call, standard string, keys map[string]func(a, b *T) int) (name string, backward bool, err error) {
	order := c.query.Get("order_by")
	if order == "" {
		order = standard
	}
	// A plus that a caller did not escape arrives as a space.
	name = strings.TrimLeft(order, "+- ")
	if keys[name] == nil {
		return "", false, errParamValue("order_by", "one of the keys of this list")
	}
	return name, strings.HasPrefix(order, "-"), nil
}

// orderRows sorts rows in place as the parameter order_by says. Rows that compare equal keep the order of creation,
// reversed when the order is descending.
func orderRows[T any](c *call, rows []*T, standard string, keys map[string]func(a, b *T) int) error {
	name, backward, err := orderOf(c, standard, keys)
	if err != nil {
		return err
	}
	compare := keys[name]
	if backward {
		slices.Reverse(rows)
		ascending := compare
		compare = func(a, b *T) int { return ascending(b, a) }
	}
	if !slices.IsSortedFunc(rows, compare) {
		slices.SortStableFunc(rows, compare)
	}
	return nil
}

// pageBounds are the offset and the limit of a list. Operations without a limit parameter answer everything.
func pageBounds(c *call, length int) (offset, limit int) {
	if findParam(c.endpoint.op.query, "limit") == nil {
		return 0, length
	}
	n, ok := c.queryInt("limit")
	if !ok {
		n = 10
	}
	from, _ := c.queryInt("offset")
	return int(min(max(from, 0), int64(length))), int(min(max(n, 0), int64(length)))
}

// hasTotal reports whether the answer of a list counts its matches.
func hasTotal(c *call) bool {
	if c.endpoint.op.shape != shapeArray {
		return true
	}
	paginated, _ := c.queryBool("paginated")
	return paginated && findParam(c.endpoint.op.query, "paginated") != nil
}

func errCursor() *apiError {
	return errParamValue("starting_after", "the id of a record of this list")
}
