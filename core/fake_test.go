package clerk_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

const testKey = "sk_test_abcdefghijklmnopqrstuvwxyz"

// item is a model as the generator makes them, as far as the runtime can see.
type item struct {
	ID    string  `json:"id"`
	Name  *string `json:"name"`
	Count int64   `json:"count"`
}

var (
	getItem    = clerk.Endpoint{Service: "Items", Name: "Get", Method: "GET", Path: "/items/{item_id}", Retry: clerk.RetrySafe}
	listItems  = clerk.Endpoint{Service: "Items", Name: "List", Method: "GET", Path: "/items", Retry: clerk.RetrySafe}
	createItem = clerk.Endpoint{Service: "Items", Name: "Create", Method: "POST", Path: "/items"}
	updateItem = clerk.Endpoint{
		Service: "Items", Name: "Update", Method: "PATCH", Path: "/items/{item_id}", Retry: clerk.RetryIdempotent,
	}
)

// one is the path of getItem for one id.
func one(id string) clerk.CallParams { return clerk.CallParams{Path: []string{id}} }

// serve returns a client of a server on the loopback interface.
func serve(t *testing.T, handler http.HandlerFunc, opts ...clerk.ClientOption) *clerk.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	opts = append([]clerk.ClientOption{clerk.WithBaseURL(server.URL), clerk.WithHTTPClient(server.Client())}, opts...)
	client, err := clerk.NewClient(testKey, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answerWith returns a handler that always answers the same.
func answerWith(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// roundTrip is a transport without a network, for tests in a bubble of synctest.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// transport returns a client of a fake transport.
func transport(t *testing.T, f roundTrip, opts ...clerk.ClientOption) *clerk.Client {
	t.Helper()
	opts = append([]clerk.ClientOption{clerk.WithHTTPClient(&http.Client{Transport: f})}, opts...)
	client, err := clerk.NewClient(testKey, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answer makes an answer for a fake transport; header holds pairs of name and value.
func answer(status int, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
	for i := 0; i < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// encode returns v as JSON.
func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
