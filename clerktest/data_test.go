package clerktest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func openAt(t *testing.T, dir string) *clerktest.Emulator {
	t.Helper()
	e, err := clerktest.New(clerktest.WithData(dir))
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return e
}

func TestWithData_SurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openAt(t, dir)
	in := first.Default()
	u := in.CreateUser(clerktest.User{Email: "ada@example.com"})
	token := in.SignIn(u.ID, "").Token
	secret := in.SecretKey()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openAt(t, dir)
	defer func() { _ = second.Close() }()
	in = second.Default()
	if in.SecretKey() != secret {
		t.Error("the secret key changed")
	}
	if ex := in.Explain(token); !ex.Accepted {
		t.Errorf("Explain(token of the first run) = %+v, want it accepted", ex)
	}
}

func TestWithData_RefusesASecondEmulator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openAt(t, dir)
	if _, err := clerktest.New(clerktest.WithData(dir)); err == nil {
		t.Error("a second emulator took the folder")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openAt(t, dir)
	_ = second.Close()
}

func TestWithData_DropsAHalfWrittenCommit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openAt(t, dir)
	u := first.Default().CreateUser(clerktest.User{Email: "kept@example.com"})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	journals, err := filepath.Glob(filepath.Join(dir, "journal-*.jsonl"))
	if err != nil || len(journals) != 1 {
		t.Fatalf("journals = %v, %v, want one", journals, err)
	}
	f, err := os.OpenFile(journals[0], os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`[{"table":"users","id":"user_x","row":{"id":"us`); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()

	second := openAt(t, dir)
	defer func() { _ = second.Close() }()
	if got := second.Default().CreateSession(u.ID, ""); got == "" {
		t.Error("the acknowledged user is gone")
	}
}

func TestWithData_RefusesABrokenLineInTheMiddle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openAt(t, dir)
	first.Default().CreateUser(clerktest.User{Email: "kept@example.com"})
	_ = first.Close()
	journals, _ := filepath.Glob(filepath.Join(dir, "journal-*.jsonl"))
	raw, err := os.ReadFile(journals[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(journals[0], append([]byte("{broken\n"), raw...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := clerktest.New(clerktest.WithData(dir)); err == nil {
		t.Error("New took a journal with a broken line")
	}
}

// TestWithData_KeepsWebhooks restarts with and without the address on the command line.
func TestWithData_KeepsWebhooks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const configured, added = "http://127.0.0.1:9/configured", "http://127.0.0.1:9/added"
	open := func(addresses ...string) *clerktest.Emulator {
		t.Helper()
		opts := []clerktest.Option{clerktest.WithData(dir)}
		for _, address := range addresses {
			opts = append(opts, clerktest.WithWebhook(address))
		}
		e, err := clerktest.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	describe := func(e *clerktest.Emulator) (out []string) {
		for _, ep := range e.Default().Webhooks() {
			out = append(out, ep.ID()+" "+ep.URL()+" "+ep.Secret())
		}
		return out
	}
	first := open(configured, configured)
	gone, err := first.Default().AddWebhook("http://127.0.0.1:9/gone")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Default().AddWebhook(added, "user.created"); err != nil {
		t.Fatal(err)
	}
	gone.Remove()
	want := describe(first)
	if len(want) != 2 {
		t.Fatalf("got endpoints %v, want one for each address that stayed", want)
	}
	_ = first.Close()

	for _, addresses := range [][]string{{configured}, nil} {
		next := open(addresses...)
		if got := describe(next); !slices.Equal(got, want) {
			t.Errorf("got endpoints %v after a restart with %v, want %v", got, addresses, want)
		}
		_ = next.Close()
	}

	last := open(configured)
	last.Default().Reset()
	if got := describe(last); !slices.Equal(got, want[:1]) {
		t.Errorf("got endpoints %v after Reset, want the configured one", got)
	}
	_ = last.Close()
	last = open()
	if got := describe(last); !slices.Equal(got, want[:1]) {
		t.Errorf("got endpoints %v after Reset and a restart, want %v", got, want[:1])
	}
	_ = last.Close()
}

// TestWithData_ResetIsOneStep looks for the standard roles in the state that Reset writes: a kill right after it must find them.
func TestWithData_ResetIsOneStep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := openAt(t, dir)
	e.Default().CreateUser(clerktest.User{Email: "gone@example.com"})
	e.Default().Reset()
	_ = e.Close()
	states, err := filepath.Glob(filepath.Join(dir, "state-*.json"))
	if err != nil || len(states) != 1 {
		t.Fatalf("states = %v, %v, want one", states, err)
	}
	raw, err := os.ReadFile(states[0])
	if err != nil {
		t.Fatal(err)
	}
	if text := string(raw); !strings.Contains(text, `"key":"org:admin"`) || strings.Contains(text, "gone@example.com") {
		t.Errorf("got state %s, want the standard roles and nothing else", text)
	}
}

func TestWithData_AnEndpointThatCannotBeKeptIsNotAdded(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	e := openAt(t, dir)
	defer func() { _ = e.Close() }()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Default().AddWebhook("http://127.0.0.1:9/hook"); err == nil || len(e.Default().Webhooks()) != 0 {
		t.Errorf("AddWebhook = %v with %d endpoints, want an error and none", err, len(e.Default().Webhooks()))
	}
}

func TestWithData_AStateThatCannotBeWrittenChangesNothing(t *testing.T) {
	t.Parallel()
	other := clerktest.NewServer(t)
	raw, err := other.MarshalState()
	if err != nil {
		t.Fatal(err)
	}
	e := openAt(t, t.TempDir())
	in := e.Default()
	want := in.ID()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := in.LoadState(raw); err == nil {
		t.Fatal("LoadState into a closed folder: got no error")
	}
	if got := in.ID(); got != want {
		t.Errorf("got id %s, want still %s", got, want)
	}
}
