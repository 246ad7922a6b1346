package clerk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

// rawItem keeps the JSON that it was decoded from only through the list.
type rawItem = json.RawMessage

func TestCallList_Shapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body  string
		ids   string
		total int64
	}{
		"an array":                     {`[{"id":"a"},{"id":"b"}]`, "a b", 0},
		"an envelope":                  {`{"data":[{"id":"a"},{"id":"b"}],"total_count":7}`, "a b", 7},
		"total first":                  {`{"total_count":7,"data":[{"id":"a"}]}`, "a", 7},
		"another name":                 {`{"m2m_tokens":[{"id":"a"}],"total_count":1}`, "a", 1},
		"data wins over other arrays":  {`{"other":[{"id":"x"}],"data":[{"id":"a"}],"more":[{"id":"y"}]}`, "a", 0},
		"total with a point":           {`{"data":[],"total_count":12.0}`, "", 12},
		"total as a string":            {`{"data":[],"total_count":"12"}`, "", 12},
		"odd total":                    {`{"data":[],"total_count":{"n":1}}`, "", 0},
		"null":                         {`null`, "", 0},
		"null data":                    {`{"data":null,"total_count":null}`, "", 0},
		"an empty array":               {` [ ] `, "", 0},
		"an empty object":              {`{ }`, "", 0},
		"white space":                  {" [ { \"id\" : \"a\" } ,\n\t{\"id\":\"b\"}\r\n] ", "a b", 0},
		"brackets and quotes in texts": {`[{"id":"a]}\"\\"},{"id":"\\\\\"[{"}]`, `a]}"\ \\"[{`, 0},
		"a null item":                  {`[null,{"id":"b"}]`, " b", 0},
		"unknown members":              {`{"x":{"data":[1]},"data":[{"id":"a","y":[[{}]]}],"z":1e5}`, "a", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, answerWith(200, test.body))
			list, err := clerk.CallList[item](t.Context(), client, listItems, clerk.CallParams{})
			if err != nil {
				t.Fatal(err)
			}
			ids := []string{}
			for _, it := range list.Data {
				ids = append(ids, it.ID)
			}
			if got := strings.Join(ids, " "); got != test.ids || list.TotalCount != test.total {
				t.Errorf("got %q and %d, want %q and %d", got, list.TotalCount, test.ids, test.total)
			}
			if string(list.RawJSON()) != test.body {
				t.Errorf("got raw %s", list.RawJSON())
			}
		})
	}
}

func TestCallList_Broken(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, ` `, `[`, `[{"id":"a"}`, `[{"id":"a"},]`, `[,]`, `[{"id":"a"}{"id":"b"}]`, `[{"id":"a]`, `{"data":[{]}`, `{"data":`, `{"data":[]`,
		`{"data"`, `{data:[]}`, `{"data":[]} x`, `[] []`, `"text"`, `5`, `<html>`, `nul`, `[nope]`, `[{"id":}]`, `{"data":[1 2]}`, `{,}`,
	} {
		client := serve(t, answerWith(200, body))
		list, err := clerk.CallList[item](t.Context(), client, listItems, clerk.CallParams{})
		var decodeErr *clerk.DecodeError
		if !errors.As(err, &decodeErr) || list != nil {
			t.Errorf("%q: got %v, %v, want a *DecodeError", body, list, err)
		}
	}
}

func TestCallList_ItemsShareTheBody(t *testing.T) {
	t.Parallel()
	var raw clerk.RawResponse
	client := serve(t, answerWith(200, `{"data":[{"id":"a"}, {"id":"b","extra":1}]}`))
	list, err := clerk.CallList[rawItem](t.Context(), client, listItems, clerk.CallParams{}, clerk.WithRawResponse(&raw))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(list.Data[1]); got != `{"id":"b","extra":1}` {
		t.Errorf("got %s", got)
	}
	if &raw.Body[9] != &list.Data[0][0] {
		t.Error("the item is a copy")
	}
	if _ = append(list.Data[0], 'x'); string(list.Data[1]) != `{"id":"b","extra":1}` {
		t.Error("appending to an item writes into the next")
	}
}

// fakeList is a server with a list of numbered items.
type fakeList struct {
	total    int
	envelope bool
	most     int // items of a page, whatever is asked for; 0 for no limit
	hole     int // offset at which the page is empty; 0 for none

	mu      sync.Mutex
	queries []url.Values
}

func (f *fakeList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	f.mu.Lock()
	f.queries = append(f.queries, query)
	f.mu.Unlock()
	number := func(name string, fallback int) int {
		if n, err := strconv.Atoi(query.Get(name)); err == nil {
			return n
		}
		return fallback
	}
	limit, offset := number("limit", 10), number("offset", 0)
	if after := query.Get("starting_after"); after != "" {
		n, _ := strconv.Atoi(strings.TrimPrefix(after, "item_"))
		offset = n + 1
	}
	if f.most > 0 {
		limit = min(limit, f.most)
	}
	if f.hole > 0 && offset == f.hole {
		limit = 0
	}
	items := []map[string]any{}
	for i := offset; i < min(offset+limit, f.total); i++ {
		items = append(items, map[string]any{"id": fmt.Sprintf("item_%d", i), "count": i})
	}
	var body any = items
	if f.envelope {
		body = map[string]any{"data": items, "total_count": f.total}
	}
	_ = json.NewEncoder(w).Encode(body)
}

// asked returns the values of a query parameter over all requests.
func (f *fakeList) asked(name string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	values := []string{}
	for _, query := range f.queries {
		values = append(values, query.Get(name))
	}
	return values
}

// count walks a whole list and checks that every item comes once and in order.
func count(t *testing.T, client *clerk.Client, paging clerk.PagingKind, query url.Values, opts ...clerk.RequestOption) int {
	t.Helper()
	n := 0
	for it, err := range clerk.ListAll[item](t.Context(), client, listItems, clerk.CallParams{Query: query}, paging, opts...) {
		if err != nil {
			t.Fatal(err)
		}
		if it.ID != fmt.Sprintf("item_%d", n) || it.Count != int64(n) {
			t.Fatalf("item %d: got %+v", n, *it)
		}
		n++
	}
	return n
}

func TestListAll_WalksEverything(t *testing.T) {
	t.Parallel()
	limit := func(n int) url.Values { return url.Values{"limit": {strconv.Itoa(n)}} }
	tests := map[string]struct {
		list   *fakeList
		paging clerk.PagingKind
		query  url.Values
		param  string
		want   []string
	}{
		"by cursor to a short page":    {&fakeList{total: 25}, clerk.PagingCursor, limit(10), "starting_after", []string{"", "item_9", "item_19"}},
		"by cursor to an empty page":   {&fakeList{total: 20}, clerk.PagingCursor, limit(10), "starting_after", []string{"", "item_9", "item_19"}},
		"by cursor, nothing there":     {&fakeList{}, clerk.PagingCursor, nil, "starting_after", []string{""}},
		"arrays by offset":             {&fakeList{total: 25}, clerk.PagingOffset, limit(10), "offset", []string{"", "9", "18"}},
		"envelopes by offset":          {&fakeList{total: 20, envelope: true}, clerk.PagingOffset, limit(10), "offset", []string{"", "9", "18"}},
		"envelopes, nothing there":     {&fakeList{envelope: true}, clerk.PagingOffset, limit(10), "offset", []string{""}},
		"smaller pages than asked for": {&fakeList{total: 9, envelope: true, most: 4}, clerk.PagingOffset, limit(10), "offset", []string{"", "3", "6"}},
		"a list of one page":           {&fakeList{total: 7, envelope: true}, clerk.PagingNone, nil, "offset", []string{""}},
		"hundred a page if not said":   {&fakeList{total: 150, envelope: true}, clerk.PagingOffset, nil, "limit", []string{"100", "100"}},
		"no limit for one page":        {&fakeList{total: 7}, clerk.PagingNone, nil, "limit", []string{""}},
		"by cursor, more than allowed": {&fakeList{total: 700, most: 500}, clerk.PagingCursor, limit(1000), "starting_after", []string{"", "item_499"}},
		"arrays, more than allowed":    {&fakeList{total: 700, most: 500}, clerk.PagingOffset, limit(1000), "offset", []string{"", "499"}},
		"one item a page":              {&fakeList{total: 3, envelope: true}, clerk.PagingOffset, limit(1), "offset", []string{"", "1"}},
	}
	for name, test := range tests {
		for _, prefetch := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				list := &fakeList{total: test.list.total, envelope: test.list.envelope, most: test.list.most}
				client := serve(t, list.ServeHTTP)
				if got := count(t, client, test.paging, test.query, clerk.WithPrefetch(prefetch)); got != list.total {
					t.Errorf("got %d items, want %d", got, list.total)
				}
				if got := list.asked(test.param); !slices.Equal(got, test.want) {
					t.Errorf("%s: got %q, want %q", test.param, got, test.want)
				}
			})
		}
	}
}

func TestListAll_CursorOnlyWhereTheAPIAllowsIt(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query  url.Values
		cursor bool
	}{
		"no order":              {url.Values{}, true},
		"created_at":            {url.Values{"order_by": {"created_at"}}, true},
		"+created_at":           {url.Values{"order_by": {"+created_at"}}, true},
		"-created_at":           {url.Values{"order_by": {"-created_at"}}, true},
		"another order":         {url.Values{"order_by": {"-last_active_at"}}, false},
		"an offset":             {url.Values{"offset": {"2"}}, false},
		"an offset of zero":     {url.Values{"offset": {"0"}}, true},
		"the caller's own mark": {url.Values{"starting_after": {"item_1"}}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := &fakeList{total: 9}
			client := serve(t, list.ServeHTTP)
			test.query.Set("limit", "4")
			n := 0
			for _, err := range clerk.ListAll[item](t.Context(), client, listItems, clerk.CallParams{Query: test.query}, clerk.PagingCursor) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if want := 9; name == "an offset" || name == "the caller's own mark" {
				if n != 7 {
					t.Errorf("got %d items, want 7", n)
				}
			} else if n != want {
				t.Errorf("got %d items, want %d", n, want)
			}
			after, offset := list.asked("starting_after"), list.asked("offset")
			if (after[1] != "") != test.cursor || (offset[1] != "") == test.cursor {
				t.Errorf("got cursors %q, offsets %q", after, offset)
			}
			if order := list.asked("order_by"); order[0] != order[1] {
				t.Errorf("the order is not kept: %q", order)
			}
		})
	}
}

func TestListAll_EmptyPageInTheMiddle(t *testing.T) {
	t.Parallel()
	list := &fakeList{total: 30, envelope: true, hole: 9}
	client := serve(t, list.ServeHTTP)
	n := 0
	params := clerk.CallParams{Query: url.Values{"limit": {"10"}}}
	for _, err := range clerk.ListAll[item](t.Context(), client, listItems, params, clerk.PagingOffset) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 21 || !slices.Equal(list.asked("offset"), []string{"", "9", "", "9", "19", "28"}) {
		t.Errorf("got %d items with offsets %q, want 21", n, list.asked("offset"))
	}
}

func TestListAll_NoProgress(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   string
		paging clerk.PagingKind
		items  int
	}{
		"the same page again":              {`{"data":[{"id":"a"},{"id":"b"}],"total_count":99}`, clerk.PagingOffset, 2},
		"the same array again":             {`[{"id":"a"},{"id":"b"}]`, clerk.PagingOffset, 2},
		"the same items without ids":       {`[{"x":1},{"x":2}]`, clerk.PagingOffset, 2},
		"the cursor is ignored":            {`[{"id":"a"},{"id":"b"}]`, clerk.PagingCursor, 2},
		"no ids for a cursor":              {`[{"x":1},{"x":2}]`, clerk.PagingCursor, 2},
		"empty pages that promise more":    {`{"data":[],"total_count":99}`, clerk.PagingOffset, 0},
		"no items but a promise for later": {`{"total_count":99}`, clerk.PagingOffset, 0},
	}
	for name, test := range tests {
		for _, prefetch := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				client := serve(t, answerWith(200, test.body))
				params := clerk.CallParams{Query: url.Values{"limit": {"2"}}}
				items, failures := 0, 0
				for it, err := range clerk.ListAll[item](t.Context(), client, listItems, params, test.paging, clerk.WithPrefetch(prefetch)) {
					if err == nil {
						items++
						continue
					}
					failures++
					var decodeErr *clerk.DecodeError
					if it != nil || !errors.As(err, &decodeErr) {
						t.Errorf("got %v, %v", it, err)
					}
					if name != "no ids for a cursor" && !errors.Is(err, clerk.ErrNoProgress) {
						t.Errorf("got %v, want ErrNoProgress", err)
					}
				}
				if items != test.items || failures != 1 {
					t.Errorf("got %d items and %d errors, want %d and 1", items, failures, test.items)
				}
			})
		}
	}
}

func TestCallList_ManySmallObjectsAreTooLarge(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		"items":         "[" + strings.Repeat("{},", 140_000) + "{}]",
		"within a item": `[{"id":"a","email_addresses":[` + strings.Repeat("{},", 140_000) + `{}]}]`,
		"odd JSON":      `[{"id":"a","created_at":1e3,"email_addresses":[` + strings.Repeat("{},", 140_000) + `{}]}]`,
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, answerWith(200, body))
			_, err := client.Users.List(t.Context(), nil)
			var tooLarge *clerk.BodyTooLargeError
			if !errors.As(err, &tooLarge) || tooLarge.Objects != 131_072 {
				t.Errorf("got %v, want a *BodyTooLargeError", err)
			}
			for _, err := range client.Users.ListAll(t.Context(), nil) {
				if !errors.As(err, &tooLarge) {
					t.Errorf("got %v from the iterator, want a *BodyTooLargeError", err)
				}
			}
		})
	}
	client := serve(t, answerWith(200, "["+strings.Repeat(`{"id":"a"},`, 9_999)+`{"id":"b"}]`), clerk.WithMaxResponseBytes(1<<20))
	if list, err := client.Users.List(t.Context(), nil); err != nil || len(list.Data) != 10_000 {
		t.Errorf("got %v, want 10,000 items to pass", err)
	}
}

func TestCallList_SaysWhetherItKnowsTheTotal(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{`[{"id":"a"}]`: false, `{"data":[],"total_count":0}`: true, `{"data":[]}`: false} {
		client := serve(t, answerWith(200, body))
		if list, err := client.Users.List(t.Context(), nil); err != nil || list.HasTotal != want {
			t.Errorf("%s: got %+v, %v, want HasTotal %v", body, list, err, want)
		}
	}
}
