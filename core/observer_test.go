package clerk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

type spanKey struct{}

// notebook is an observer that writes down what it is told.
type notebook struct{ lines []string }

func (n *notebook) BeginCall(ctx context.Context, call clerk.CallInfo) context.Context {
	n.lines = append(n.lines, fmt.Sprintf("begin %s %s %s", call.Operation, call.Method, call.Route))
	return context.WithValue(ctx, spanKey{}, "span")
}

func (n *notebook) EndAttempt(ctx context.Context, a clerk.AttemptInfo) {
	n.lines = append(n.lines, fmt.Sprintf("attempt %s %d: %d %q %q wait %v took %v retry %v span %v",
		a.Operation, a.Number, a.StatusCode, a.Failure, a.Code, a.RateLimitWait, a.Duration, a.Retry, ctx.Value(spanKey{})))
}

func (n *notebook) EndCall(ctx context.Context, r clerk.CallResult) {
	n.lines = append(n.lines, fmt.Sprintf("end %s %d %d %v span %v", r.Operation, r.Attempts, r.StatusCode, r.Err, ctx.Value(spanKey{})))
}

func TestWithObserver_TellsCallsAndAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book := &notebook{}
		attempts := 0
		steps := script(&attempts, answer(429, `{"errors":[{"code":"too_many_requests"}]}`, "Retry-After", "1"), 200, 404)
		client := transport(t, func(r *http.Request) (*http.Response, error) {
			if r.Context().Value(spanKey{}) != "span" {
				t.Error("the request does not carry the context of the observer")
			}
			time.Sleep(10 * time.Millisecond)
			return steps(r)
		}, clerk.WithObserver(book), clerk.WithRateLimit(1, 2*time.Second))
		if _, err := client.Users.Get(t.Context(), "user_secret"); err != nil {
			t.Fatal(err)
		}
		if err := client.Do(t.Context(), "GET", "/things/id_secret", nil, nil, nil); !errors.Is(err, clerk.ErrNotFound) {
			t.Fatal(err)
		}
		if _, err := client.Users.Get(t.Context(), ""); err == nil {
			t.Error("got no error for an empty id")
		}
		before, _, _ := strings.Cut(book.lines[2], "wait ") // the wait after Retry-After has jitter
		_, after, _ := strings.Cut(book.lines[2], "took")
		book.lines[2] = before + "took" + after
		want := []string{
			`begin Users.Get GET /users/{user_id}`,
			`attempt Users.Get 1: 429 "status" "too_many_requests" wait 0s took 10ms retry true span span`,
			`attempt Users.Get 2: 200 "" "" took 10ms retry false span span`,
			`end Users.Get 2 200 <nil> span span`,
			`begin Client.Do GET `,
			`attempt Client.Do 1: 404 "status" "" wait 1.99s took 10ms retry false span span`,
			`end Client.Do 1 404 clerk: Client.Do: 404 span span`,
		}
		if !slices.Equal(book.lines, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(book.lines, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestWithObserver_RefusesNil(t *testing.T) {
	t.Parallel()
	var configErr *clerk.ConfigError
	if _, err := clerk.NewClient(testKey, clerk.WithObserver(nil)); !errors.As(err, &configErr) {
		t.Errorf("got %v, want a *ConfigError", err)
	}
}
