package clerktest_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// reply is what a method of the client returned.
type reply[T any] struct {
	value T
	err   error
}

// from takes the results of a method of the client.
func from[T any](value T, err error) reply[T] { return reply[T]{value, err} }

// must returns the value of a request that had to succeed.
func (r reply[T]) must(t *testing.T) T {
	t.Helper()
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.value
}

// refused checks that the API refused the request with this status and code.
func (r reply[T]) refused(t *testing.T, status int, code string) {
	t.Helper()
	refusedAs(t, r.err, status, code)
}

// refusedAs is refused for an error that is at hand.
func refusedAs(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refusal *clerk.APIError
	if !errors.As(err, &refusal) {
		t.Errorf("got error %v, want %d %s", err, status, code)
		return
	}
	if len(refusal.Errors) == 0 || refusal.StatusCode != status || refusal.Errors[0].Code != code || refusal.TraceID == "" {
		t.Errorf("got %v, want %d %s with a trace id", err, status, code)
	}
}

// page is what ordered and filtered lists are compared by.
func page[T any](t *testing.T, r reply[*clerk.List[T]], name func(T) string) []string {
	t.Helper()
	out := []string{}
	for _, item := range r.must(t).Data {
		out = append(out, name(item))
	}
	return out
}

// same compares lists of names.
func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// kinds are the types of the events since a position in the log of events.
func kinds(in *clerktest.Instance, since int) []string {
	out := []string{}
	for _, ev := range in.Events()[since:] {
		out = append(out, ev.Type)
	}
	return out
}

func TestWithFrontendAPI_NamesThePrimaryDomain(t *testing.T) {
	t.Parallel()
	const host = "clerk.shop.example.com"
	in := clerktest.NewServer(t, clerktest.WithFrontendAPI(host)).Instance
	for range 2 {
		domains := must(t, in, "GET", "/domains", "").object["data"].([]any)
		if got := domains[0].(map[string]any)["name"]; got != host {
			t.Errorf("got domain %v, want %s", got, host)
		}
		in.Reset()
	}
}

func TestRemoveInstance_LeavesALaterOneOfTheSameName(t *testing.T) {
	t.Parallel()
	e := clerktest.NewServer(t).Emulator()
	first := from(e.AddInstance("two", "sk_test_two")).must(t)
	e.RemoveInstance(first)
	second := from(e.AddInstance("two", "sk_test_two")).must(t)
	e.RemoveInstance(first)
	if e.InstanceByName("two") != second {
		t.Error("the second instance is gone")
	}
}

// fetch gets what is at an address without a key, as a browser would.
func fetch(t *testing.T, in *clerktest.Instance, address string) (status int, kind string, content []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := in.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if content, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), content
}

// visit is fetch for what is text.
func visit(t *testing.T, in *clerktest.Instance, address string) (status int, text string) {
	t.Helper()
	status, _, content := fetch(t, in, address)
	return status, string(content)
}
