package clerk_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// liveList is a list that changes while it is walked. A cursor that names no row is refused, as Clerk does.
type liveList struct {
	envelope bool
	onAnswer func(l *liveList) // called with the lock held, before each answer

	mu       sync.Mutex
	ids      []string
	requests int
}

// newLiveList returns a list of n items.
func newLiveList(n int) *liveList {
	l := &liveList{}
	for i := range n {
		l.ids = append(l.ids, fmt.Sprintf("item_%04d", i))
	}
	return l
}

// remove deletes an item, as another request would.
func (l *liveList) remove(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids = slices.DeleteFunc(l.ids, func(other string) bool { return other == id })
}

func (l *liveList) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(latency)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	if l.onAnswer != nil {
		l.onAnswer(l)
	}
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("limit"))
	offset, _ := strconv.Atoi(query.Get("offset"))
	if after := query.Get("starting_after"); after != "" {
		at := slices.Index(l.ids, after)
		if at < 0 {
			return answer(422, `{"errors":[{"code":"form_param_value_invalid","meta":{"param_name":"starting_after"}}]}`), nil
		}
		offset = at + 1
	}
	page := []map[string]any{}
	for _, id := range l.ids[min(offset, len(l.ids)):min(offset+limit, len(l.ids))] {
		page = append(page, map[string]any{"id": id})
	}
	var body any = page
	if l.envelope {
		body = map[string]any{"data": page, "total_count": len(l.ids)}
	}
	text, err := json.Marshal(body)
	return answer(200, string(text)), err
}

// walkOptions are the ways in which a list can be walked.
func walkOptions() map[string][]clerk.RequestOption {
	return map[string][]clerk.RequestOption{
		"one page after the other": {clerk.WithPrefetch(false)},
		"the next page ahead":      nil,
		"four pages at once":       {clerk.WithReadAhead(4)},
	}
}

// forEachWalk runs a test for every way of walking every kind of list.
func forEachWalk(t *testing.T, run func(t *testing.T, envelope bool, walk func(l *liveList) func(func(*item, error) bool))) {
	t.Helper()
	for kind, paging := range map[string]clerk.PagingKind{"cursor": clerk.PagingCursor, "offset": clerk.PagingOffset} {
		for way, opts := range walkOptions() {
			for _, envelope := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, envelope %v", kind, way, envelope), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						run(t, envelope, func(l *liveList) func(func(*item, error) bool) {
							params := clerk.CallParams{Query: url.Values{"limit": {"10"}}}
							return clerk.ListAll[item](t.Context(), transport(t, l.RoundTrip), listItems, params, paging, opts...)
						})
					})
				})
			}
		}
	}
}

func TestListAll_ALoopThatDeletesWhatItIsGivenLeavesNothing(t *testing.T) {
	t.Parallel()
	forEachWalk(t, func(t *testing.T, envelope bool, walk func(*liveList) func(func(*item, error) bool)) {
		list := newLiveList(345)
		list.envelope = envelope
		n := 0
		for it, err := range walk(list) {
			if err != nil {
				t.Fatalf("after %d: %v", n, err)
			}
			list.remove(it.ID)
			n++
		}
		if n != 345 || len(list.ids) != 0 {
			t.Errorf("got %d items, %d are left, want all 345 and none", n, len(list.ids))
		}
		if list.requests > 6*35 {
			t.Errorf("got %d requests for 35 pages", list.requests)
		}
	})
}

func TestListAll_DeletingSomeOfWhatItGives(t *testing.T) {
	t.Parallel()
	forEachWalk(t, func(t *testing.T, envelope bool, walk func(*liveList) func(func(*item, error) bool)) {
		list := newLiveList(300)
		list.envelope = envelope
		n := 0
		for it, err := range walk(list) {
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("item_%04d", n); it.ID != want {
				t.Fatalf("got %s, want %s", it.ID, want)
			}
			if n%3 != 1 {
				list.remove(it.ID)
			}
			n++
		}
		if n != 300 || len(list.ids) != 100 {
			t.Errorf("got %d items, %d are left, want 300 and 100", n, len(list.ids))
		}
	})
}

func TestListAll_ChangesByOthersAreNeverASilentSkip(t *testing.T) {
	t.Parallel()
	forEachWalk(t, func(t *testing.T, envelope bool, walk func(*liveList) func(func(*item, error) bool)) {
		for seed := range uint64(30) {
			random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a repeatable test
			list := newLiveList(200)
			list.envelope = envelope
			gone, born := map[string]bool{}, 0
			list.onAnswer = func(l *liveList) {
				for range random.IntN(30) {
					switch at := random.IntN(len(l.ids) + 1); {
					case random.IntN(3) > 0 && at < len(l.ids):
						gone[l.ids[at]] = true
						l.ids = slices.Delete(l.ids, at, at+1)
					case born < 100:
						born++
						l.ids = slices.Insert(l.ids, 0, fmt.Sprintf("new_%d", born)) // the newest come first
					}
				}
			}
			seen := map[string]int{}
			for it, err := range walk(list) {
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				seen[it.ID]++
			}
			for _, id := range list.ids {
				if seen[id] == 0 && id[0] == 'i' {
					t.Errorf("seed %d: %s was there all the time and was not given", seed, id)
				}
			}
			for id, n := range seen {
				if n > 1 {
					t.Errorf("seed %d: %s was given %d times", seed, id, n)
				}
			}
		}
	})
}

func TestListAll_AListThatLooksAsItDidHasChangedAllTheSame(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]bool{"arrays": false, "envelopes": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newLiveList(40)
				list.envelope = kind
				list.onAnswer = func(l *liveList) {
					switch l.requests {
					case 3, 5, 7: // the page at 18 begins behind what was given
						l.ids = slices.Delete(l.ids, 0, 3)
					case 4, 6: // and the one in front of it has nothing but what was given
						l.ids = slices.Insert(l.ids, 0, fmt.Sprint("new_a", l.requests), fmt.Sprint("new_b", l.requests), fmt.Sprint("new_c", l.requests))
					}
				}
				params := clerk.CallParams{Query: url.Values{"limit": {"10"}}}
				want := 0
				for it, err := range clerk.ListAll[item](
					t.Context(), transport(t, list.RoundTrip), listItems, params, clerk.PagingOffset, clerk.WithPrefetch(false),
				) {
					if err != nil || it.ID != fmt.Sprintf("item_%04d", want) {
						t.Fatalf("got %v, %v, want item %d", it, err, want)
					}
					want++
				}
				if want != 40 {
					t.Errorf("got %d items, want 40", want)
				}
			})
		})
	}
}

func TestListAll_TheCallersOwnCursorIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list := newLiveList(100)
		walk := func(after string, each func(id string)) (n int, last error) {
			params := clerk.CallParams{Query: url.Values{"limit": {"10"}, "starting_after": {after}}}
			for it, err := range clerk.ListAll[item](t.Context(), transport(t, list.RoundTrip), listItems, params, clerk.PagingCursor) {
				if err != nil {
					return n, err
				}
				each(it.ID)
				n++
			}
			return n, nil
		}
		if n, err := walk("item_0049", list.remove); n != 50 || err != nil {
			t.Errorf("got %d items and %v, want the 50 after the cursor", n, err)
		}
		if n, err := walk("item_0099", func(string) {}); n != 0 || err == nil {
			t.Errorf("got %d items and %v, want the error about the cursor", n, err)
		}
		if n, err := walk("item_0009", func(id string) { list.remove(id); list.remove("item_0009") }); err == nil {
			t.Errorf("got %d items and no error, want the one about the cursor that was deleted meanwhile", n)
		}
	})
}

func TestWithReadAhead_AsksForPagesAtOnceAndKeepsTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		walk := func(n int, opts ...clerk.RequestOption) (time.Duration, int) {
			list := newLiveList(n)
			client := transport(t, list.RoundTrip)
			params := clerk.CallParams{Query: url.Values{"limit": {"10"}}}
			started, at := time.Now(), 0
			for it, err := range clerk.ListAll[item](t.Context(), client, listItems, params, clerk.PagingCursor, opts...) {
				if want := fmt.Sprintf("item_%04d", at); err != nil || it.ID != want {
					t.Fatalf("got %v, %v, want %s", it, err, want)
				}
				at++
			}
			return time.Since(started), list.requests
		}
		alone, _ := walk(900)
		ahead, requests := walk(900, clerk.WithReadAhead(8))
		if ahead > alone/4 || requests > 110 {
			t.Errorf("got %v with %d requests, want at most a quarter of %v", ahead, requests, alone)
		}
		if _, requests := walk(5, clerk.WithReadAhead(8)); requests != 1 {
			t.Errorf("got %d requests for a short list, want 1", requests)
		}
	})
}

func TestWithReadAhead_IsBoundedByTheRateLimitAndByLeaving(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list := newLiveList(1000)
		client := transport(t, list.RoundTrip, clerk.WithRateLimit(2, time.Second))
		params := clerk.CallParams{Query: url.Values{"limit": {"10"}}}
		started, n := time.Now(), 0
		for _, err := range clerk.ListAll[item](t.Context(), client, listItems, params, clerk.PagingOffset, clerk.WithReadAhead(8)) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 60 {
				break
			}
		}
		took := time.Since(started)
		if most := 2 * (int(took/time.Second) + 1); list.requests > most || list.requests < 6 {
			t.Errorf("got %d requests in %v, want at most %d", list.requests, took, most)
		}
	})
	for _, n := range []int{0, -1, 17} {
		if _, err := clerk.NewClient(testKey, clerk.WithReadAhead(n)); err == nil {
			t.Errorf("%d: got no error", n)
		}
	}
}
