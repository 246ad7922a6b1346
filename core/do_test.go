package clerk_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestClient_Do(t *testing.T) {
	t.Parallel()
	var got string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.Method + " " + r.RequestURI + " " + string(body)
		_, _ = io.WriteString(w, `{"id":"a"}`)
	})
	var out item
	err := client.Do(t.Context(), "POST", "/novel/a%2Fb", url.Values{"x": {"1"}}, map[string]any{"y": nil}, &out)
	if err != nil || out.ID != "a" {
		t.Fatalf("got %+v, %v", out, err)
	}
	if want := `POST /v1/novel/a%2Fb?x=1 {"y":null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := client.Do(t.Context(), "DELETE", "/novel", nil, nil, nil); err != nil || got != "DELETE /v1/novel " {
		t.Errorf("got %s, %v", got, err)
	}
	got = ""
	for _, bad := range []string{"", "novel", "//evil.example.com", "http://evil.example.com", "/a/../b", "/a/%2e%2e/b", "/a?b", "/a#b", "/a/{id}", "/100%"} {
		var paramErr *clerk.ParamError
		if err := client.Do(t.Context(), "GET", bad, nil, nil, nil); !errors.As(err, &paramErr) {
			t.Errorf("path %q: got %v", bad, err)
		}
	}
	for _, bad := range []string{"", "GE T"} {
		var paramErr *clerk.ParamError
		if err := client.Do(t.Context(), bad, "/a", nil, nil, nil); !errors.As(err, &paramErr) {
			t.Errorf("method %q: got %v", bad, err)
		}
	}
	if got != "" {
		t.Errorf("sent %s", got)
	}
}

func TestClient_Do_Head(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "100000000") })
	if err := client.Do(t.Context(), http.MethodHead, "/novel", nil, nil, nil); err != nil {
		t.Errorf("got %v, want none: an answer to HEAD has a length and no body", err)
	}
}
