package clerktest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// answer is a decoded response of the emulator.
type answer struct {
	status int
	header http.Header
	raw    []byte
	object map[string]any
	list   []any
}

// code returns the code of the first error.
func (a answer) code() string {
	list, _ := a.object["errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	item, _ := list[0].(map[string]any)
	code, _ := item["code"].(string)
	return code
}

// text returns a string member.
func (a answer) text(name string) string {
	s, _ := a.object[name].(string)
	return s
}

// send makes one Backend API request; body is JSON text.
func send(t *testing.T, in *clerktest.Instance, method, path, body string) answer {
	t.Helper()
	return sendWith(t, in, method, path, body, http.Header{"Authorization": {"Bearer " + in.SecretKey()}})
}

func sendWith(t *testing.T, in *clerktest.Instance, method, path, body string, header http.Header) answer {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, in.URL()+"/v1"+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := in.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: raw}
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '[' {
		err = json.Unmarshal(raw, &a.list)
	} else if len(raw) > 0 {
		err = json.Unmarshal(raw, &a.object)
	}
	if err != nil {
		t.Fatalf("%s %s answered something that is not JSON: %s", method, path, raw)
	}
	return a
}

// must is send for a request that has to succeed.
func must(t *testing.T, in *clerktest.Instance, method, path, body string) answer {
	t.Helper()
	a := send(t, in, method, path, body)
	if a.status/100 != 2 {
		t.Fatalf("%s %s: status %d: %s", method, path, a.status, a.raw)
	}
	return a
}

// refused checks status and code of an error answer.
func refused(t *testing.T, a answer, status int, code string) {
	t.Helper()
	if a.status != status || a.code() != code {
		t.Errorf("got %d %s, want %d %s: %s", a.status, a.code(), status, code, a.raw)
	}
	if a.text("clerk_trace_id") == "" || a.header.Get("Clerk-Trace-Id") == "" {
		t.Error("the error carries no trace id")
	}
}

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

// newClient returns a client that shows each refusal at once.
func newClient(in *clerktest.Instance) *clerk.Client {
	return in.API(clerk.WithRetries(0))
}
