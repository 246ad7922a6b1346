package main

import (
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun_TroubleNamesTheFlag looks for the flag, what was given, and what to do.
func TestRun_TroubleNamesTheFlag(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	used := t.TempDir()
	_, stop := start(t, "-data", used)
	t.Cleanup(func() { _ = stop() })
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, given := range map[string]struct {
		args []string
		want []string
	}{
		"an address that is taken":     {[]string{"-addr", taken.Addr().String()}, []string{"-addr " + taken.Addr().String(), "choose another port"}},
		"an address of elsewhere":      {[]string{"-addr", "192.0.2.1:4000"}, []string{"-addr 192.0.2.1:4000"}},
		"a folder that is in use":      {[]string{"-data", used}, []string{"-data " + used, "another emulator", "name another folder"}},
		"a folder that cannot be made": {[]string{"-data", file + "/data"}, []string{"-data " + file, "a folder that can be written"}},
		"a URL with a path":            {[]string{"-url", "http://localhost:4000/x"}, []string{"-url http://localhost:4000/x"}},
		"a signing secret of nothing":  {[]string{"-webhook-secret", "x"}, []string{"-webhook-secret"}},
		"a webhook without URL":        {[]string{"-webhook", "not a url"}, []string{"-webhook", "http or https"}},
		"a live key":                   {[]string{"-secret-key", "sk_live_abcdef"}, []string{"-secret-key", "a live key must never be used"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), append([]string{"-addr", "127.0.0.1:0"}, given.args...), nothing, io.Discard, io.Discard)
			if err == nil {
				t.Fatal("it began to serve")
			}
			for _, want := range given.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %q, want %q in it", err, want)
				}
			}
			if strings.Contains(err.Error(), "clerktest:") {
				t.Errorf("the error %q names an option of Go", err)
			}
		})
	}
}

// TestRun_GoesOnAfterARestart keeps the session and the token of an application good when the program ends and starts again.
func TestRun_GoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before, stop := start(t, "-data", dir)
	call(t, before, http.MethodPost, "/_clerktest/seed", `{"users": [{"id": "user_ada", "email": "ada@example.com"}]}`)
	_, minted := call(t, before, http.MethodPost, "/_clerktest/tokens", `{"user_id": "user_ada"}`)
	var got struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal([]byte(minted), &got); err != nil || got.Token == "" {
		t.Fatalf("the token is %s, %v", minted, err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	after, stop := start(t, "-data", dir, "-addr", strings.TrimPrefix(before["CLERK_API_URL"], "http://"))
	if !maps.Equal(after, before) {
		t.Errorf("the settings became %v, want %v", after, before)
	}
	if _, said := call(t, after, http.MethodPost, "/_clerktest/explain", `{"token": "`+got.Token+`"}`); !strings.Contains(said, `"accepted":true`) {
		t.Errorf("of the token from before: %s, want that it is accepted", said)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
