package clerk

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

const (
	// maxStalls is how many pages in a row may bring nothing new before a walk gives up. A list that grows at its front
	// while it is walked can answer the same page a few times.
	maxStalls = 4
	// oddAnswers is how often in a row a page that does not join and the page in front of it have to be the same before
	// the walk believes that the list is so. A list that changes can look the same twice.
	oddAnswers = 3
	// maxLosses is how often in a row a walk by offset may have to go back before it gives up.
	maxLosses = 64
	// maxPageSize is what the API's lists answer at most; a page of this size is full, whatever was asked for.
	maxPageSize = 500
)

// pager turns one answer of a list into the query of the next. Lists change while they are walked, also because the
// loop deletes what it is given, so each page by offset begins with the last item of the page before. Where it does
// not, the pager goes back until a page holds an item that it has seen (or is the first of the list), and goes on from
// there. Items that were seen before are left out.
type pager struct {
	params CallParams
	kind   pagingKind
	limit  int64
	start  int64 // the offset that the caller asked for
	offset int64 // of the next request
	own    string
	cursor string
	seen   *keySet
	given  int64 // how many items were given to the loop
	size   int64 // items of the last page that was taken, if it was full; zero otherwise
	total  int64 // of the last page; zero if it was not told
	first  string
	last   string
	stalls int

	place    int64  // how many items of the list come before the next one that the loop has not seen, as far as is known
	back     int64  // offset of the page that did not join; -1 if there is none
	odd      string // what that page looked like
	front    string // what the page before it that joined looked like; empty if there is none
	same     int    // how often in a row both looked so
	losses   int    // how often the walk went back since it last found something new
	stride   int64  // how far it goes back next
	trust    bool   // the next page need not join
	cursored bool   // go on by cursor after the next page that joins
	lostAt   int64  // given, when the caller's own cursor was last gone back to
}

// newPager starts before the first page. A cursor is used only where the API allows one, and not for reading several
// pages ahead.
func newPager(params CallParams, kind pagingKind, depth int) *pager {
	p := &pager{params: params, kind: kind, limit: defaultPageSize, seen: newKeySet(), back: -1, lostAt: -1}
	if kind == pagingNone {
		return p
	}
	query := params.Query
	if n, err := strconv.ParseInt(query.Get("limit"), 10, 64); err == nil && n > 0 {
		p.limit = max(n, 2) // a page of one item has no room for the item of the page before
	}
	p.start, _ = strconv.ParseInt(query.Get("offset"), 10, 64)
	p.offset = p.start
	p.own = query.Get("starting_after")
	p.cursor = p.own
	if kind == pagingCursor && p.own == "" && (depth > 1 || p.offset != 0 || !cursorOrder(query.Get("order_by"))) {
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
func (p *pager) next() CallParams { return p.at(p.offset) }

// at returns the params of a request for the page at an offset, or of the one after the cursor.
func (p *pager) at(offset int64) CallParams {
	params := p.params
	if p.kind == pagingNone {
		return params
	}
	params.Query = cloneValues(params.Query)
	params.Query.Set("limit", strconv.FormatInt(p.limit, 10))
	switch {
	case p.kind == pagingCursor && p.cursor != "":
		params.Query.Del("offset")
		params.Query.Set("starting_after", p.cursor)
	case p.kind == pagingOffset && offset > 0:
		params.Query.Set("offset", strconv.FormatInt(offset, 10))
	case p.kind == pagingOffset:
		params.Query.Del("offset")
	}
	return params
}

// predict returns the params of the request that comes n pages after the next one if the list does not change, and
// false where that cannot be told.
func (p *pager) predict(n int) (CallParams, bool) {
	if p.kind != pagingOffset || p.size < 2 || p.back >= 0 || p.trust || p.cursored {
		return CallParams{}, false
	}
	offset := p.offset + int64(n)*(p.size-1)
	if p.total > 0 && offset+1 >= p.total {
		return CallParams{}, false
	}
	return p.at(offset), true
}

// recover reports whether the walk can go on after a request has failed: the row that a cursor names may be gone.
func (p *pager) recover(err error) bool {
	if p.kind != pagingCursor || p.cursor == p.own || !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotFound) {
		return false
	}
	if p.own != "" {
		// What comes before the caller's own cursor is not wanted, so only that cursor can be gone back to.
		if p.lostAt == p.given {
			return false
		}
		p.lostAt, p.cursor = p.given, p.own
		return true
	}
	p.kind, p.cursored = pagingOffset, true
	p.offset = max(p.place-1, 0)
	return true
}

// taken is what the pager makes of a page.
type taken struct {
	items []json.RawMessage // those that the loop has not seen
	last  bool
	again bool // the page is of no use; another one has to be asked for first
	err   error
}

// take takes in a page.
func (p *pager) take(list fastjson.List) taken {
	if p.kind == pagingNone {
		return taken{items: list.Items, last: true}
	}
	keys, named := itemKeys(list.Items)
	p.total = 0
	if list.HasTotal {
		p.total = list.Total
	}
	if p.kind == pagingOffset && named && !p.joins(keys) && !p.isOdd(list, keys) {
		return p.goBack(list, keys)
	}
	repeated := len(keys) > 0 && keys[0] == p.first && keys[len(keys)-1] == p.last
	fresh := p.unseen(list.Items, keys, named, repeated)
	resync := p.back >= 0 || p.cursored
	p.stride = 0
	if p.back >= 0 {
		if front := lookOf(list, keys); front != p.front {
			p.front, p.same = front, 0
		}
	}
	switch {
	case len(fresh) > 0:
		p.back, p.losses = -1, 0
	case p.back > p.offset && p.offset+int64(len(keys)) > p.back:
		p.offset = p.back // nothing is missing before the page that did not join: look at it again
		return taken{again: true}
	case p.back == p.offset:
		p.back = -1
	}
	if len(keys) > 0 {
		p.first, p.last = keys[0], keys[len(keys)-1]
	}
	out := taken{items: fresh}
	if p.kind == pagingCursor || p.cursored && len(keys) > 0 {
		out.last, out.err = p.moveCursor(list)
	} else {
		out.last = p.moveOffset(list, named)
	}
	if !repeated && len(keys) > 0 || resync {
		p.stalls = 0
	} else if p.stalls++; p.stalls >= maxStalls && !out.last && out.err == nil {
		out.err = ErrNoProgress
	}
	return out
}

// joins reports whether nothing can be missing between a page by offset and what was seen before.
func (p *pager) joins(keys []string) bool {
	if p.offset <= p.start || p.trust {
		return true
	}
	return slices.ContainsFunc(keys, p.seen.has)
}

// isOdd reports whether a page that does not join is what the list has there all the same: an empty page in front of
// more items, or another order than the page in front of it was answered in.
func (p *pager) isOdd(list fastjson.List, keys []string) bool {
	if p.offset != p.back || p.front == "" || p.odd != lookOf(list, keys) {
		return false
	}
	if len(keys) == 0 {
		return list.HasTotal && p.offset < list.Total
	}
	p.same++
	return p.same >= oddAnswers
}

// lookOf describes a page.
func lookOf(list fastjson.List, keys []string) string {
	return strconv.FormatInt(list.Total, 10) + " " + strings.Join(keys, " ")
}

// goBack moves before a page that did not join, each time twice as far.
func (p *pager) goBack(list fastjson.List, keys []string) taken {
	if p.losses++; p.losses > maxLosses {
		return taken{err: ErrNoProgress}
	}
	if look := lookOf(list, keys); p.back < 0 || p.back == p.offset && p.odd != look {
		p.back, p.odd, p.front, p.same = p.offset, look, "", 0
	}
	if list.HasTotal {
		p.offset = min(p.offset, list.Total)
	}
	p.stride = max(2*p.stride, min(p.limit, maxPageSize)-1)
	p.offset = max(p.offset-p.stride, p.start)
	return taken{again: true}
}

// unseen returns the items of a page that are not known from earlier ones, and remembers them. Items without ids cannot
// be told apart; of those only a page that repeats the one before is left out.
func (p *pager) unseen(items []json.RawMessage, keys []string, named, repeated bool) []json.RawMessage {
	fresh := items
	if !named && repeated {
		fresh = nil
	} else if named {
		fresh = make([]json.RawMessage, 0, len(items))
		for i, item := range items {
			if !p.seen.has(keys[i]) {
				fresh = append(fresh, item)
			}
		}
		for _, key := range keys {
			p.seen.add(key)
		}
	}
	p.given += int64(len(fresh))
	return fresh
}

// moveCursor moves behind the last item. A page that is not full is the last.
func (p *pager) moveCursor(list fastjson.List) (last bool, err error) {
	count := len(list.Items)
	if p.kind == pagingOffset {
		p.place = p.offset
	}
	p.kind, p.cursored, p.back = pagingCursor, false, -1
	p.place += int64(count)
	if !p.full(int64(count)) {
		return true, nil
	}
	id := fastjson.ID(list.Items[count-1])
	if id == "" {
		return false, errNoID
	}
	if id == p.cursor {
		return false, ErrNoProgress
	}
	p.cursor = id
	return false, nil
}

// moveOffset moves to the last item of the page, with which the next one has to begin. An empty page in the middle is
// jumped over while the total says that there is more.
func (p *pager) moveOffset(list fastjson.List, named bool) (last bool) {
	count := int64(len(list.Items))
	p.trust, p.size = false, 0
	p.place = p.offset + count
	if list.HasTotal {
		last = p.offset+count >= list.Total
	} else {
		last = !p.full(count)
	}
	switch {
	case count == 0:
		p.offset += p.limit
		p.trust = true
		last = last || p.offset >= list.Total
	case count == 1 || !named:
		p.offset += count
	default:
		if p.full(count) {
			p.size = count
		}
		p.offset += count - 1
	}
	return last
}

// full reports whether a page has as many items as it can have.
func (p *pager) full(count int64) bool { return count >= min(p.limit, maxPageSize) }

// itemKeys returns what tells the items of a page from others, and whether that is their ids, as in nearly all lists.
// Where an item has none, the keys are the items themselves.
func itemKeys(items []json.RawMessage) (keys []string, named bool) {
	keys = make([]string, len(items))
	for i, item := range items {
		if keys[i] = fastjson.ID(item); keys[i] == "" {
			for j, item := range items {
				keys[j] = string(item)
			}
			return keys, false
		}
	}
	return keys, true
}

// keySet remembers the ids of items. It is bounded: when it holds maxKeys it forgets those that it has not met for the
// longest time. A walk that forgets can give an item twice, and never leaves one out.
type keySet struct{ young, old map[string]struct{} }

const maxKeys = 200_000

func newKeySet() *keySet { return &keySet{young: map[string]struct{}{}} }

func (s *keySet) has(key string) bool {
	if _, ok := s.young[key]; ok {
		return true
	}
	_, ok := s.old[key]
	return ok
}

func (s *keySet) add(key string) {
	if len(s.young) >= maxKeys/2 {
		s.young, s.old = map[string]struct{}{}, s.young
	}
	s.young[key] = struct{}{}
}
