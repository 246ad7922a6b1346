package clerk_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestWithRateLimit_IsSharedByGoroutines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit, calls = 10, 95
		var mu sync.Mutex
		var times []time.Time
		client := transport(t, func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			times = append(times, time.Now())
			return answer(200, `{}`), nil
		}, clerk.WithRateLimit(limit, time.Second))
		started := time.Now()
		var running sync.WaitGroup
		for range calls {
			running.Go(func() {
				if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		if took := time.Since(started); took != 9*time.Second {
			t.Errorf("took %v, want 9s", took)
		}
		slices.SortFunc(times, time.Time.Compare)
		for i := limit; i < calls; i++ {
			if gap := times[i].Sub(times[i-limit]); gap < time.Second {
				t.Fatalf("%d requests within %v", limit+1, gap)
			}
		}
	})
}

func TestWithRateLimit_GivesWayToTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, script(&attempts, 200), clerk.WithRateLimit(1, time.Hour))
		if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		started := time.Now()
		_, err := clerk.Call[item](ctx, client, getItem, one("a"))
		if took := time.Since(started); took != 0 {
			t.Errorf("waited %v for a moment beyond the deadline", took)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		if _, err := clerk.Call[item](ctx, client, getItem, one("a")); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %v", err)
		}
		if took := time.Since(started); took != time.Minute {
			t.Errorf("cancelled after a minute, returned after %v", took)
		}
		var transportErr *clerk.TransportError
		if !errors.As(err, &transportErr) || !errors.Is(err, context.DeadlineExceeded) || attempts != 1 {
			t.Errorf("got %v after %d attempts", err, attempts)
		}
	})
}

func TestWithRateLimit_KeepsTheFailureBeforeTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, script(&attempts, 503, 200), clerk.WithRateLimit(1, time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := clerk.Call[item](ctx, client, getItem, one("a"))
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, clerk.ErrServer) || attempts != 1 {
			t.Errorf("got %v after %d attempts, want the deadline and the 503", err, attempts)
		}
	})
}

func TestWithRateLimit_CountsRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, script(&attempts, 500, 500, 200), clerk.WithRateLimit(1, time.Minute))
		started := time.Now()
		if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(started); took != 2*time.Minute {
			t.Errorf("took %v, want 2m", took)
		}
	})
}

func TestWithRateLimit_CancelledCallsKeepNoPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, script(&attempts, 200), clerk.WithRateLimit(10, time.Second))
		for range 10 {
			if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
				t.Fatal(err)
			}
		}
		ctx, hangUp := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range 2000 {
			waiting.Go(func() {
				if _, err := clerk.Call[item](ctx, client, getItem, one("a")); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want context.Canceled", err)
				}
			})
		}
		synctest.Wait()
		hangUp()
		waiting.Wait()
		started := time.Now()
		if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(started); took > time.Second {
			t.Errorf("waited %v behind callers that have gone, want at most 1s", took)
		}
	})
}

func TestWithRateLimit_KeepsTheOrderOfThoseThatWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		client := transport(t, func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, r.URL.Path[len(r.URL.Path)-1:])
			return answer(200, `{}`), nil
		}, clerk.WithRateLimit(1, time.Second))
		var running sync.WaitGroup
		for _, id := range []string{"0", "1", "2", "3", "4"} {
			running.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if id == "2" {
					time.AfterFunc(1500*time.Millisecond, cancel)
				}
				_, _ = clerk.Call[item](ctx, client, getItem, one(id))
			})
			synctest.Wait()
		}
		running.Wait()
		if !slices.Equal(order, []string{"0", "1", "3", "4"}) {
			t.Errorf("got %q, want the order of arrival without the call that gave up", order)
		}
	})
}

func TestWithRateLimit_BoundsTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := transport(t, script(&attempts, 200), clerk.WithRateLimit(1, time.Hour))
		if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
			t.Fatal(err)
		}
		ctx, hangUp := context.WithCancel(t.Context())
		defer hangUp()
		for range 10_000 {
			go func() { _, _ = clerk.Call[item](ctx, client, getItem, one("a")) }()
		}
		synctest.Wait()
		_, err := clerk.Call[item](t.Context(), client, getItem, one("a"))
		var transportErr *clerk.TransportError
		if !errors.Is(err, clerk.ErrQueueFull) || !errors.As(err, &transportErr) || attempts != 1 {
			t.Errorf("got %v after %d attempts, want ErrQueueFull and nothing sent", err, attempts)
		}
	})
}
