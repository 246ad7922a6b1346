package clerk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

const latency = 20 * time.Millisecond

// slowUsers is a transport with a list of users by cursor, each answer of which takes a latency. In a bubble of synctest a
// goroutine that outlives the test fails it.
type slowUsers struct {
	total    int
	failAt   int // request that fails; 0 for none
	breakAt  int // user whose JSON is broken; 0 for none
	requests atomic.Int32
	canceled atomic.Int32
}

func (s *slowUsers) RoundTrip(r *http.Request) (*http.Response, error) {
	n := int(s.requests.Add(1))
	select {
	case <-time.After(latency):
	case <-r.Context().Done():
		s.canceled.Add(1)
		return nil, r.Context().Err()
	}
	if n == s.failAt {
		return answer(401, `{"errors":[{"code":"authentication_invalid"}]}`), nil
	}
	query := r.URL.Query()
	var limit, offset int
	_, _ = fmt.Sscan(query.Get("limit"), &limit)
	if after := query.Get("starting_after"); after != "" {
		_, _ = fmt.Sscanf(after, "user_%d", &offset)
		offset++
	}
	var items []string
	for i := offset; i < min(offset+limit, s.total); i++ {
		if i == s.breakAt && i > 0 {
			items = append(items, fmt.Sprintf(`{"id":"user_%d","banned":nope}`, i))
			continue
		}
		items = append(items, fmt.Sprintf(`{"id":"user_%d","novel":{"n":%d}}`, i, i))
	}
	return answer(200, "["+strings.Join(items, ",")+"]"), nil
}

// users returns an iterator over the users of a transport, ten a page.
func users(t *testing.T, s *slowUsers, opts ...clerk.RequestOption) iter.Seq2[*clerk.User, error] {
	t.Helper()
	client := transport(t, s.RoundTrip)
	params := &clerk.UserListParams{Limit: clerk.Int64(10)}
	return client.Users.ListAll(t.Context(), params, opts...)
}

func TestListAll_BreakCosts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		stopAfter int
		requests  int32
	}{
		"the first item: one request":                        {1, 1},
		"before half of the first page: one request":         {4, 1},
		"half of the first page, before the loop goes on":    {5, 1},
		"past half of the first page: one page ahead":        {6, 2},
		"the end of the first page: one page ahead":          {10, 2},
		"the second page: two pages ahead, never more":       {11, 4},
		"in the middle of the third page: two ahead of that": {25, 5},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &slowUsers{total: 1000}
				n := 0
				for _, err := range users(t, server) {
					if err != nil {
						t.Fatal(err)
					}
					if n++; n == test.stopAfter {
						time.Sleep(time.Minute) // long enough for everything that may be asked for
						break
					}
				}
				if got := server.requests.Load(); got != test.requests {
					t.Errorf("got %d requests, want %d", got, test.requests)
				}
			})
		})
	}
}

func TestListAll_WithoutPrefetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowUsers{total: 25}
		n := 0
		for _, err := range users(t, server, clerk.WithPrefetch(false)) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			time.Sleep(latency)
			if got, want := server.requests.Load(), int32((n-1)/10+1); got != want {
				t.Fatalf("item %d: got %d requests, want %d", n, got, want)
			}
		}
		if n != 25 {
			t.Errorf("got %d items, want 25", n)
		}
	})
}

func TestListAll_HidesLatency(t *testing.T) {
	t.Parallel()
	const pages = 20
	walk := func(t *testing.T, opts ...clerk.RequestOption) time.Duration {
		started := time.Now()
		n := 0
		for _, err := range users(t, &slowUsers{total: pages * 10}, opts...) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n%10 == 0 {
				time.Sleep(latency)
			}
		}
		return time.Since(started)
	}
	synctest.Test(t, func(t *testing.T) {
		alone, ahead := walk(t, clerk.WithPrefetch(false)), walk(t)
		if alone != (2*pages+1)*latency {
			t.Errorf("one after the other: got %v", alone)
		}
		if ahead > (pages+2)*latency {
			t.Errorf("reading ahead: got %v, want at most %v", ahead, (pages+2)*latency)
		}
	})
}

func TestListAll_LeavingEarlyCancelsAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowUsers{total: 1000}
		n := 0
		for _, err := range users(t, server) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 6 {
				synctest.Wait() // the second page is asked for
				break
			}
		}
		if server.requests.Load() != 2 || server.canceled.Load() != 1 {
			t.Errorf("got %d requests, %d of them cancelled", server.requests.Load(), server.canceled.Load())
		}
	})
}

func TestListAll_PanicInTheLoopLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowUsers{total: 1000}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			n := 0
			for _, err := range users(t, server) {
				if n++; err == nil && n == 15 {
					panic("in the loop")
				}
			}
		}()
	})
}

func TestListAll_PullAndRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowUsers{total: 25}
		seq := users(t, server)
		if server.requests.Load() != 0 {
			t.Error("asked before the loop began")
		}
		next, stop := iter.Pull2(seq)
		for want := range 12 {
			user, err, ok := next()
			if err != nil || !ok || user.ID != fmt.Sprintf("user_%d", want) {
				t.Fatalf("got %v, %v, %v", user, err, ok)
			}
		}
		stop()
		for range 2 {
			n := 0
			for user, err := range seq {
				if err != nil || user.ID != fmt.Sprintf("user_%d", n) {
					t.Fatalf("got %v, %v", user, err)
				}
				n++
			}
			if n != 25 {
				t.Errorf("got %d items, want 25", n)
			}
		}
	})
}

func TestListAll_ParamsAreCopied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &slowUsers{total: 25}
		client := transport(t, server.RoundTrip)
		query := url.Values{"limit": {"10"}}
		seq := clerk.ListAll[item](t.Context(), client, listItems, clerk.CallParams{Query: query}, clerk.PagingCursor)
		query.Set("limit", "1")
		n := 0
		for _, err := range seq {
			if err == nil {
				n++
			}
		}
		if n != 25 || server.requests.Load() != 3 || len(query) != 1 {
			t.Errorf("got %d items in %d requests, query %v", n, server.requests.Load(), query)
		}
	})
}

func TestListAll_ErrorsComeOnceAndInOrder(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		server *slowUsers
		items  int
		check  func(error) bool
	}{
		"of the first page":       {&slowUsers{total: 50, failAt: 1}, 0, func(err error) bool { return errors.Is(err, clerk.ErrUnauthorized) }},
		"of a later page":         {&slowUsers{total: 50, failAt: 3}, 20, func(err error) bool { return errors.Is(err, clerk.ErrUnauthorized) }},
		"of an item":              {&slowUsers{total: 50, breakAt: 3}, 3, isDecodeError},
		"of an item of page four": {&slowUsers{total: 50, breakAt: 33}, 33, isDecodeError},
	}
	for name, test := range tests {
		for _, prefetch := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := &slowUsers{total: test.server.total, failAt: test.server.failAt, breakAt: test.server.breakAt}
					items, failures := 0, 0
					for user, err := range users(t, server, clerk.WithPrefetch(prefetch)) {
						if err != nil {
							if failures++; user != nil || !test.check(err) {
								t.Errorf("got %v, %v", user, err)
							}
							continue
						}
						items++
					}
					if items != test.items || failures != 1 {
						t.Errorf("got %d items and %d errors, want %d and 1", items, failures, test.items)
					}
				})
			})
		}
	}
}

func isDecodeError(err error) bool {
	var decodeErr *clerk.DecodeError
	return errors.As(err, &decodeErr)
}

func TestListAll_Cancelled(t *testing.T) {
	t.Parallel()
	for stopAfter := range 14 {
		for _, prefetch := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				server := &slowUsers{total: 1000}
				client := transport(t, server.RoundTrip)
				params := &clerk.UserListParams{Limit: clerk.Int64(10)}
				items, failures := 0, 0
				if stopAfter == 0 {
					cancel()
				}
				for _, err := range client.Users.ListAll(ctx, params, clerk.WithPrefetch(prefetch)) {
					if err != nil {
						var transportErr *clerk.TransportError
						if failures++; !errors.As(err, &transportErr) || !errors.Is(err, context.Canceled) {
							t.Errorf("got %v", err)
						}
						continue
					}
					if items++; items == stopAfter {
						cancel()
					}
				}
				if items != stopAfter || failures != 1 {
					t.Errorf("after %d: got %d items and %d errors", stopAfter, items, failures)
				}
			})
		}
	}
}

func TestListAll_RawResponseAndRawItems(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var raw clerk.RawResponse
		n := 0
		for user, err := range users(t, &slowUsers{total: 25}, clerk.WithRawResponse(&raw)) {
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf(`{"id":"user_%d","novel":{"n":%d}}`, n, n); string(user.RawJSON()) != want {
				t.Fatalf("got %s, want %s", user.RawJSON(), want)
			}
			var page []json.RawMessage
			if err := json.Unmarshal(raw.Body, &page); err != nil || string(page[n%10]) != string(user.RawJSON()) {
				t.Fatalf("item %d: the raw response is of another page", n)
			}
			n++
		}
		if n != 25 || raw.StatusCode != 200 {
			t.Errorf("got %d items, status %d", n, raw.StatusCode)
		}
	})
}
