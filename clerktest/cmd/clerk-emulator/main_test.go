package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// start runs the command until the test ends and returns the environment lines that it prints, and the one of a webhook.
func start(t *testing.T, args ...string) (env map[string]string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-addr", "127.0.0.1:0", "-log", "none"}, args...), nothing, in, io.Discard)
		_ = in.CloseWithError(errors.Join(io.EOF, err))
		done <- err
	}()
	env = map[string]string{}
	lines := bufio.NewScanner(out)
	for env["CLERK_PUBLISHABLE_KEY"] == "" && lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "webhook "); ok {
			env["webhook"] = rest
		}
		if rest, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			name, value, _ := strings.Cut(rest, "=")
			env[name] = value
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if len(env) < 3 {
		cancel()
		t.Fatalf("the command printed no settings: %v", <-done)
	}
	return env, func() error { cancel(); return <-done }
}

// nothing is an environment without variables.
func nothing(string) (string, bool) { return "", false }

func get(t testing.TB, env map[string]string, path string) (int, string) {
	t.Helper()
	return call(t, env, http.MethodGet, path, "")
}

// call sends a request, JSON if it has a body, to the Backend API with the secret key, and elsewhere without it.
func call(t testing.TB, env map[string]string, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, env["CLERK_API_URL"]+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true // an emulator that starts again has the address of the one before, whose connections are dead
	req.Header.Set("Content-Type", "application/json")
	if key := env["CLERK_SECRET_KEY"]; key != "" && strings.HasPrefix(path, "/v1/") {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestRun_SeedsServesAndKeepsItsRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seed := filepath.Join(dir, "seed.json")
	if err := os.WriteFile(seed, []byte(`{"users": [{"id": "user_ada", "email": "ada@example.com"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-seed", seed, "-data", filepath.Join(dir, "data"), "-webhook", "http://127.0.0.1:9/hook"}
	first, stop := start(t, args...)
	if status, body := get(t, first, "/v1/users/user_ada"); status != http.StatusOK {
		t.Errorf("the seeded user = %d %s", status, body)
	}
	if err := stop(); err != nil {
		t.Errorf("stop = %v, want a graceful end", err)
	}
	second, stop := start(t, args...)
	if first["webhook"] == "" || second["webhook"] != first["webhook"] {
		t.Errorf("webhook %q became %q over a restart", first["webhook"], second["webhook"])
	}
	if second["CLERK_SECRET_KEY"] != first["CLERK_SECRET_KEY"] {
		t.Error("the secret key changed over a restart")
	}
	if status, _ := get(t, second, "/v1/users/user_ada"); status != http.StatusOK {
		t.Errorf("the user after a restart = %d, want 200", status)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestRun_Refusals(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"an open address":       {"-addr", "0.0.0.0:0"},
		"an unknown log level":  {"-addr", "127.0.0.1:0", "-log", "loud"},
		"a missing seed":        {"-addr", "127.0.0.1:0", "-seed", filepath.Join(t.TempDir(), "none.json")},
		"a webhook without URL": {"-addr", "127.0.0.1:0", "-webhook", "not a url"},
		"an argument":           {"-addr", "127.0.0.1:0", "surprise"},
	} {
		if err := run(t.Context(), args, nothing, io.Discard, io.Discard); err == nil {
			t.Errorf("run with %s succeeded", name)
		}
	}
}
