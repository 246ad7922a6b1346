// The race detector would watch these tests and not the binary that they drive, so they run without it, once.

//go:build !race

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The targets of the built binary, from exec to its first answer.
const (
	maxStart    = 50 * time.Millisecond
	maxResident = 30 << 20
)

// process is a running binary.
type process struct {
	cmd *exec.Cmd
	env map[string]string
}

func build(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "clerk-emulator")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// launch starts the binary and reads the settings that it prints.
func launch(t testing.TB, binary string, args ...string) *process {
	t.Helper()
	return launchAs(t, nil, binary, args...)
}

// launchAs starts the binary as another user, unless that is nil.
func launchAs(t testing.TB, user *syscall.Credential, binary string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(t.Context(), binary, append([]string{"-addr", "127.0.0.1:0", "-log", "none"}, args...)...), env: map[string]string{}}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = os.Stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for len(p.env) < 3 && lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			name, value, _ := strings.Cut(rest, "=")
			p.env[name] = value
		}
	}
	if len(p.env) < 3 {
		t.Fatalf("the binary printed no settings: %v", p.cmd.Wait())
	}
	return p
}

// kill ends the process at once: it gets no chance to write anything.
func (p *process) kill(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

func (p *process) resident(t testing.TB) int { return p.memory(t, "VmRSS:") }

// memory returns a figure of the kernel in bytes: VmRSS for what is resident now, VmHWM for the most that ever was.
func (p *process) memory(t testing.TB, name string) int {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), name)
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// TestBinary_IsSmallAndQuick takes the best of several starts, as other programs share the machine.
func TestBinary_IsSmallAndQuick(t *testing.T) { //nolint:paralleltest // it measures
	binary := build(t)
	best, resident := time.Hour, 0
	for range 15 {
		began := time.Now()
		p := launch(t, binary)
		if status, body := get(t, p.env, "/v1/users"); status != http.StatusOK {
			t.Fatalf("first answer = %d %s", status, body)
		}
		best = min(best, time.Since(began))
		if status, _ := get(t, p.env, "/v1/jwks"); status != http.StatusOK {
			t.Fatalf("key set = %d, want 200", status)
		}
		resident = p.resident(t)
		p.kill(t)
	}
	t.Logf("first answer after %v, %.1f MiB resident", best, float64(resident)/(1<<20))
	if best > maxStart {
		t.Errorf("first answer after %v, want at most %v", best, maxStart)
	}
	if resident > maxResident {
		t.Errorf("resident memory = %d bytes, want at most %d", resident, maxResident)
	}
}

// acknowledged are the records that a process told about, as paths of the Backend API.
type acknowledged struct {
	mu    sync.Mutex
	paths []string
}

// writers change records through both APIs until the process is gone.
func (a *acknowledged) writers(t *testing.T, p *process, round, enough int) {
	t.Helper()
	before := len(a.paths)
	reached := make(chan struct{})
	add := func(path string) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.paths = append(a.paths, path); len(a.paths) == before+enough {
			close(reached)
		}
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			create, path := createUser, "/v1/users/"
			if w%2 == 1 {
				create, path = createSignUp, "/v1/sign_ups/"
			}
			for n := 0; ; n++ {
				id, ok := create(t.Context(), p, fmt.Sprintf("r%d-w%d-n%d@example.com", round, w, n))
				if !ok {
					return
				}
				add(path + id)
			}
		})
	}
	select {
	case <-reached:
	case <-time.After(time.Minute):
		t.Error("the writers were too slow")
	}
	p.kill(t)
	wg.Wait()
}

// createUser reports whether the process acknowledged the user, with its whole answer.
func createUser(ctx context.Context, p *process, email string) (id string, ok bool) {
	body := `{"email_address":["` + email + `"],"skip_password_requirement":true}`
	var made struct {
		ID string `json:"id"`
	}
	ok = ask(ctx, p, "/v1/users", "application/json", body, &made)
	return made.ID, ok
}

// createSignUp begins a sign-up as a browser does, one of its own.
func createSignUp(ctx context.Context, p *process, email string) (id string, ok bool) {
	var browser struct {
		Token string `json:"token"`
	}
	if !ask(ctx, p, "/v1/dev_browser", "", "", &browser) {
		return "", false
	}
	var made struct {
		Response struct {
			ID string `json:"id"`
		} `json:"response"`
	}
	ok = ask(ctx, p, "/v1/client/sign_ups?__clerk_db_jwt="+browser.Token, "application/x-www-form-urlencoded", "email_address="+url.QueryEscape(email), &made)
	return made.Response.ID, ok
}

// ask posts a body and reports whether the whole answer came.
func ask(ctx context.Context, p *process, path, kind, body string, into any) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.env["CLERK_API_URL"]+path, strings.NewReader(body))
	if err != nil {
		return false
	}
	if kind == "application/json" {
		req.Header.Set("Authorization", "Bearer "+p.env["CLERK_SECRET_KEY"])
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	return json.NewDecoder(resp.Body).Decode(into) == nil && resp.StatusCode == http.StatusOK
}

// TestBinary_AKillInTheMiddleOfWritesLosesNothingAcknowledged kills the binary ten times, or as often as
// CLERK_EMULATOR_TEST_KILLS says.
func TestBinary_AKillInTheMiddleOfWritesLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	kills := 10
	if given := os.Getenv("CLERK_EMULATOR_TEST_KILLS"); given != "" {
		var err error
		if kills, err = strconv.Atoi(given); err != nil {
			t.Fatal(err)
		}
	}
	binary, data := build(t), t.TempDir()
	var told acknowledged
	for round := range kills + 1 {
		p := launch(t, binary, "-data", data)
		for _, path := range told.paths {
			if status, body := get(t, p.env, path); status != http.StatusOK {
				t.Fatalf("round %d: an acknowledged record = %d %s, want 200", round, status, body)
			}
		}
		if round == kills {
			p.kill(t)
			break
		}
		told.writers(t, p, round, 60)
	}
	t.Logf("%d acknowledged records survived %d kills", len(told.paths), kills)
}
