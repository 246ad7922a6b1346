package clerk

import (
	"encoding/json"
	"strconv"
)

const (
	// maxStalls is how many pages in a row may bring nothing new before a walk gives up.
	maxStalls = 2
	// maxPageSize is what the API's lists answer at most; a page of this size is full, whatever was asked for.
	maxPageSize = 500
)

// pager turns one answer of a list into the query of the next.
type pager struct {
	params CallParams
	kind   pagingKind
	limit  int64
	offset int64
	cursor string
	first  string // key of the first item of the last page
	last   string // key of the last item of the last page
	stalls int
}

// newPager starts before the first page. A cursor is used only where the API allows one.
func newPager(params CallParams, kind pagingKind) pager {
	p := pager{params: params, kind: kind, limit: defaultPageSize}
	if kind == pagingNone {
		return p
	}
	query := params.Query
	if n, err := strconv.ParseInt(query.Get("limit"), 10, 64); err == nil && n > 0 {
		p.limit = n
	}
	p.offset, _ = strconv.ParseInt(query.Get("offset"), 10, 64)
	p.cursor = query.Get("starting_after")
	if kind == pagingCursor && (p.offset != 0 || !cursorOrder(query.Get("order_by"))) {
		p.kind = pagingOffset
	}
	return p
}

// cursorOrder reports whether the API accepts a cursor together with an order.
func cursorOrder(orderBy string) bool {
	switch orderBy {
	case "", "created_at", "+created_at", "-created_at":
		return true
	default:
		return false
	}
}

// next returns the params of the next request.
func (p *pager) next() CallParams {
	params := p.params
	if p.kind == pagingNone {
		return params
	}
	params.Query = cloneValues(params.Query)
	if !params.Query.Has("limit") {
		params.Query.Set("limit", strconv.FormatInt(p.limit, 10))
	}
	switch {
	case p.kind == pagingCursor && p.cursor != "":
		params.Query.Del("offset")
		params.Query.Set("starting_after", p.cursor)
	case p.kind == pagingOffset && p.offset > 0:
		params.Query.Set("offset", strconv.FormatInt(p.offset, 10))
	}
	return params
}

// advance takes in a page. It reports whether that was the last one, and whether it only repeats the one before.
func (p *pager) advance(list splitList) (last, repeated bool, err error) {
	if p.kind == pagingNone {
		return true, false, nil
	}
	count := int64(len(list.items))
	if count > 0 {
		first, final := itemKey(list.items[0]), itemKey(list.items[count-1])
		repeated = first == p.first && final == p.last
		p.first, p.last = first, final
	}
	if p.kind == pagingCursor {
		last, err = p.advanceCursor(list)
	} else {
		last = p.advanceOffset(list, count)
	}
	if count > 0 && !repeated {
		p.stalls = 0
	} else if p.stalls++; p.stalls >= maxStalls && !last {
		err = ErrNoProgress
	}
	return last, repeated, err
}

// advanceCursor moves behind the last item. A page that is not full is the last.
func (p *pager) advanceCursor(list splitList) (last bool, err error) {
	count := len(list.items)
	if !p.full(int64(count)) {
		return true, nil
	}
	id := rawID(list.items[count-1])
	if id == "" {
		return false, errNoID
	}
	if id == p.cursor {
		return false, ErrNoProgress
	}
	p.cursor = id
	return false, nil
}

// advanceOffset moves behind the page. An empty page in the middle is jumped over while the total says that there is
// more.
func (p *pager) advanceOffset(list splitList, count int64) (last bool) {
	if !list.hasTotal {
		p.offset += count
		return !p.full(count)
	}
	if count == 0 {
		p.offset += p.limit
	} else {
		p.offset += count
	}
	return p.offset >= list.total
}

// full reports whether a page has as many items as it can have.
func (p *pager) full(count int64) bool { return count >= min(p.limit, maxPageSize) }

// itemKey returns what tells an item from others: its id, or all of it.
func itemKey(item json.RawMessage) string {
	if id := rawID(item); id != "" {
		return id
	}
	return string(item)
}
