package recording

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRecorder(t *testing.T) {
	t.Parallel()
	var kept bytes.Buffer
	rec := NewRecorder(&kept)
	server := httptest.NewServer(rec.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, `{"a":1}`)
	})))
	t.Cleanup(server.Close)
	send := func(method, target, authorization string) {
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", authorization)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		if body, err := io.ReadAll(resp.Body); err != nil || string(body) != `{"a":1}` || resp.StatusCode != http.StatusTeapot {
			t.Errorf("got %d %s, %v: the answer is not passed on", resp.StatusCode, body, err)
		}
	}
	send(http.MethodPost, "/v1/me?_method=PATCH", "")
	send(http.MethodGet, "/emulator.accounts.dev/v1/client?a=b", "")
	send(http.MethodGet, "//api_keys", "Bearer a.session.token")
	send(http.MethodGet, "/v1/users", "Bearer sk_test_x")
	send(http.MethodGet, "/npm/@clerk/clerk-js@6/dist/clerk.browser.js", "")
	var got []string
	err := Read(&kept, func(r *http.Request, status int, body []byte) {
		got = append(got, r.Method+" "+r.URL.Path+" "+http.StatusText(status)+" "+string(body))
	})
	want := `PATCH /v1/me I'm a teapot {"a":1},GET /v1/client I'm a teapot {"a":1},GET /api_keys I'm a teapot {"a":1}`
	if err != nil || strings.Join(got, ",") != want || rec.Err() != nil {
		t.Errorf("got %q, %v, want %q", strings.Join(got, ","), err, want)
	}
	if err := Read(strings.NewReader("no JSON\n"), nil); err == nil {
		t.Error("nonsense is read")
	}
}
