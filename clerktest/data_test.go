package clerktest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
	for name, half := range map[string]string{
		"a line without its end":      `+users {"id":"us`,
		"a commit without its end":    `+users {"id":"user_half","emails":[]}` + "\n",
		"a commit that ends too late": `+users {"id":"user_half","emails":[]}` + "\n" + `-users ` + u.ID + "\n.",
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.OpenFile(recordsFile(t, dir), os.O_APPEND|os.O_WRONLY, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteString(half); err != nil {
				t.Fatal(err)
			}
			_ = f.Close()
			for range 2 { // the second start finds what the first one wrote behind
				e := openAt(t, dir)
				if got := e.Default().CreateSession(u.ID, ""); got == "" {
					t.Error("the acknowledged user is gone")
				}
				if state, err := e.Default().MarshalState(); err != nil || strings.Contains(string(state), "user_half") {
					t.Errorf("got %s, %v, want nothing of the half commit", state, err)
				}
				_ = e.Close()
			}
		})
	}
}

// recordsFile is the path of the only records file in a data folder.
func recordsFile(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "records-*.jsonl"))
	if err != nil || len(names) != 1 {
		t.Fatalf("records = %v, %v, want one file", names, err)
	}
	return names[0]
}

func TestWithData_RefusesAFolderWhoseRecordsVanished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := openAt(t, dir)
	e.Default().CreateUser(clerktest.User{})
	_ = e.Close()
	gone := recordsFile(t, dir)
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	if _, err := clerktest.New(clerktest.WithData(dir)); err == nil || !strings.Contains(err.Error(), gone) {
		t.Errorf("New = %v, want an error that names %s", err, gone)
	}
}

func TestWithData_RefusesABrokenLineInTheMiddle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openAt(t, dir)
	first.Default().CreateUser(clerktest.User{Email: "kept@example.com"})
	_ = first.Close()
	name := recordsFile(t, dir)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	header, rest, _ := strings.Cut(string(raw), "\n")
	for _, broken := range []string{
		"{broken\n" + string(raw), header + "\n+users {broken\n" + rest, header + "\n+nothing {}\n" + rest, header + "\nusers\n" + rest, "",
	} {
		if err := os.WriteFile(name, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := clerktest.New(clerktest.WithData(dir)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("New = %v for records that begin with %.40q, want an error that names the file", err, broken)
		}
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
	raw, err := os.ReadFile(recordsFile(t, dir))
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

// TestWithData_KeepsTheSettings restarts an emulator whose clock stands, which has faults, a production instance and a
// second instance.
func TestWithData_KeepsTheSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openAt(t, dir)
	shop, err := first.AddInstance("shop", "")
	if err != nil {
		t.Fatal(err)
	}
	gone, err := first.AddInstance("gone", "")
	if err != nil {
		t.Fatal(err)
	}
	first.RemoveInstance(gone)
	ada := shop.CreateUser(clerktest.User{Email: "ada@example.com"}).ID
	shop.Clock().Advance(48 * time.Hour)
	in := first.Default()
	in.Clock().Freeze()
	in.SetProduction(true)
	in.EnforceRateLimits(true)
	if _, err := in.AddFault(clerktest.Fault{Operation: "GetUser", Status: 500, Latency: time.Second, Times: 3}); err != nil {
		t.Fatal(err)
	}
	stopped, secret := in.Clock().Now(), shop.SecretKey()
	_ = first.Close()

	second := openAt(t, dir)
	defer func() { _ = second.Close() }()
	in, shop = second.Default(), second.InstanceByName("shop")
	if shop == nil || second.InstanceByName("gone") != nil {
		t.Fatalf("got instances %v, want shop and not the one that was removed", second.Instances())
	}
	if shop.SecretKey() != secret || shop.CreateSession(ada, "") == "" {
		t.Error("the second instance lost its key or its user")
	}
	if got := shop.Clock().Offset(); got != 48*time.Hour {
		t.Errorf("the clock of the second instance is %v ahead, want 48 hours", got)
	}
	if !in.Clock().Frozen() || !in.Clock().Now().Equal(stopped) {
		t.Errorf("the clock stands at %v (%v), want %v", in.Clock().Now(), in.Clock().Frozen(), stopped)
	}
	if faults := in.Faults(); len(faults) != 1 || faults[0].Latency != time.Second || faults[0].Times != 3 {
		t.Errorf("got faults %+v, want the one that was added", faults)
	}
	if !in.Production() || !in.RateLimited() {
		t.Error("production mode or the rate limits are off")
	}
}
