package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
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

// writers create users until the process is gone and return the ids that it acknowledged.
func writers(t *testing.T, p *process, round, enough int) []string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	var acknowledged []string
	reached := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				id, ok := createUser(ctx, p, fmt.Sprintf("r%d-w%d-n%d@example.com", round, w, n))
				if !ok {
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, id)
				if len(acknowledged) == enough {
					close(reached)
				}
				mu.Unlock()
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
	return acknowledged
}

// createUser reports whether the process acknowledged the user, with its whole answer.
func createUser(ctx context.Context, p *process, email string) (id string, ok bool) {
	body := strings.NewReader(`{"email_address":["` + email + `"],"skip_password_requirement":true}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.env["CLERK_API_URL"]+"/v1/users", body)
	if err != nil {
		return "", false
	}
	req.Header.Set("Authorization", "Bearer "+p.env["CLERK_SECRET_KEY"])
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", false
	}
	defer func() { _ = resp.Body.Close() }()
	var made struct {
		ID string `json:"id"`
	}
	err = json.NewDecoder(resp.Body).Decode(&made)
	return made.ID, err == nil && resp.StatusCode == http.StatusOK
}

func TestBinary_AKillInTheMiddleOfWritesLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	binary, data := build(t), t.TempDir()
	var acknowledged []string
	for round := range 4 {
		p := launch(t, binary, "-data", data)
		for _, id := range acknowledged {
			if status, body := get(t, p.env, "/v1/users/"+id); status != http.StatusOK {
				t.Fatalf("round %d: an acknowledged user = %d %s, want 200", round, status, body)
			}
		}
		acknowledged = append(acknowledged, writers(t, p, round, 60)...)
	}
	t.Logf("%d acknowledged users survived", len(acknowledged))
}
