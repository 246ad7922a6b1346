package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// settingsOf is an environment with a local Clerk and an empty database.
func settingsOf(t *testing.T, srv *clerktest.Server) map[string]string {
	t.Helper()
	return map[string]string{
		"CLERK_SECRET_KEY": srv.SecretKey(), "CLERK_API_URL": srv.URL(),
		"CLERK_WEBHOOK_SIGNING_SECRET": clerkwebhook.NewSecret(), "DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "clerk.db"),
	}
}

func call(t *testing.T, env map[string]string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, func(name string) string { return env[name] }, &out, io.Discard)
	return out.String(), err
}

func TestRun_OnceAndCheck(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	env := settingsOf(t, srv)
	user := srv.CreateUser(clerktest.User{FirstName: "Ada"})
	srv.CreateOrganization(clerktest.Organization{CreatedBy: user.ID})
	if out, err := call(t, env, "-check"); !errors.Is(err, errDrift) || !strings.Contains(out, "user                            1         0         1") {
		t.Errorf("got %v and\n%s\nwant the drift of empty tables", err, out)
	}
	out, err := call(t, env, "-once")
	if want := "user 1, organization 1, organization_membership 1, deleted 0, skipped 0\n"; err != nil || out != want {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
	if out, err := call(t, env, "-check"); err != nil {
		t.Errorf("got %v and\n%s\nwant no drift", err, out)
	}
	out, err = call(t, env, "-once", "-also", "role,invitation")
	want := "user 1, organization 1, organization_membership 1, role 2, invitation 0, deleted 0, skipped 0\n"
	if err != nil || out != want {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
}

// service is the program while it serves.
type service struct {
	url  string
	stop func() error
}

// start runs the program until the test ends or stop is called.
func start(t *testing.T, env map[string]string, args ...string) *service {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		args := append([]string{"-addr", "127.0.0.1:0"}, args...)
		err := run(ctx, args, func(name string) string { return env[name] }, io.Discard, in)
		_ = in.CloseWithError(errors.Join(io.EOF, err))
		done <- err
	}()
	s := &service{stop: func() error { cancel(); return <-done }}
	lines := bufio.NewScanner(out)
	for s.url == "" && lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), "address="); ok {
			address, _, _ := strings.Cut(rest, " ")
			s.url = "http://" + address
		}
	}
	if s.url == "" {
		t.Fatalf("the program did not start: %v", s.stop())
	}
	for lines.Scan() && !strings.Contains(lines.Text(), "msg=backfill") { // its first one
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return s
}

func (s *service) get(t *testing.T, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestRun_ServesWebhooks(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	env := settingsOf(t, srv)
	srv.CreateUser(clerktest.User{})
	s := start(t, env)
	if status, text := s.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("got %d %s of /readyz after the log line of the backfill, want 200", status, text)
	}
	if _, err := srv.AddWebhookWithSecret(s.url+"/webhooks", env["CLERK_WEBHOOK_SIGNING_SECRET"]); err != nil {
		t.Fatal(err)
	}
	srv.CreateUser(clerktest.User{})
	if err := srv.FlushWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/healthz": "ok", "/metrics": `clerk_mirror_deliveries_total{code="204"} 1`,
	} {
		if status, text := s.get(t, path); status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: got %d and\n%s\nwant %q", path, status, text, want)
		}
	}
	if err := s.stop(); err != nil {
		t.Errorf("got %v, want a graceful end", err)
	}
	if out, err := call(t, env, "-check"); err != nil {
		t.Errorf("got %v and\n%s\nwant the user of the webhook in the table", err, out)
	}
}

func TestRun_Refusals(t *testing.T) {
	t.Parallel()
	good := map[string]string{"CLERK_SECRET_KEY": "sk_test_x", "CLERK_WEBHOOK_SIGNING_SECRET": clerkwebhook.NewSecret()}
	for name, tc := range map[string]struct {
		args []string
		set  map[string]string
	}{
		"no key":                   {nil, map[string]string{"CLERK_SECRET_KEY": ""}},
		"no secret of webhooks":    {nil, map[string]string{"CLERK_WEBHOOK_SIGNING_SECRET": ""}},
		"an argument":              {[]string{"x"}, nil},
		"an interval of zero":      {[]string{"-interval", "0s"}, nil},
		"an unknown kind":          {[]string{"-also", "planet"}, map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "y.db")}},
		"an unknown database":      {nil, map[string]string{"DATABASE_URL": "oracle://secret@x/y"}},
		"a MySQL URL with no host": {nil, map[string]string{"DATABASE_URL": "mysql:secret"}},
		"a prefix with a quote":    {[]string{"-prefix", "a'"}, map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "x.db")}},
	} {
		env := map[string]string{}
		for _, m := range []map[string]string{good, tc.set} {
			maps.Copy(env, m)
		}
		if _, err := call(t, env, tc.args...); err == nil || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: got %v, want an error without the address", name, err)
		}
	}
}

func TestOpen_MySQL(t *testing.T) {
	t.Parallel()
	got, err := mysqlDSN("mysql://ada:p%40ss@db.example.com/people?tls=true")
	if want := "ada:p@ss@tcp(db.example.com:3306)/people?tls=true"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestDrawProgress(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	show, end := drawProgress(&out)
	show(clerkmirror.Progress{Kind: clerkwebhook.KindUser, Done: 500, Total: 1000})
	show(clerkmirror.Progress{Kind: clerkwebhook.KindUser, Done: 1000, Total: 1000})
	show(clerkmirror.Progress{Kind: clerkwebhook.KindOrganization, Done: 1, Total: 2})
	end()
	for _, want := range []string{"user", "1000/1000", "organization"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got %q, want %q in it", out.String(), want)
		}
	}
	show, end = progressBar(os.Stderr)
	show(clerkmirror.Progress{})
	end()
}
