package clerktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
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

func TestServer_SignedInUser(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	who := srv.SignedInUser()
	if got := strings.Count(who.Token, "."); got != 2 {
		t.Fatalf("the token has %d dots, want 2", got)
	}
	got := must(t, srv.Instance, "GET", "/users/"+who.UserID, "")
	if got.text("object") != "user" || got.text("id") != who.UserID {
		t.Errorf("got %s, want the user", got.raw)
	}
	if keys := must(t, srv.Instance, "GET", "/jwks", "").object["keys"]; len(keys.([]any)) != 1 {
		t.Errorf("got %v, want one key", keys)
	}
}
