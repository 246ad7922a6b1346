//go:build !race

package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// nobody is the user of the Dockerfile.
const nobody = 65532

// TestDockerfile_BuildsABinaryForAnEmptyImage does what the Dockerfile says without an engine for containers: its line
// builds the binary, which needs no library, serves as another user than root, and answers the health check.
func TestDockerfile_BuildsABinaryForAnEmptyImage(t *testing.T) {
	t.Parallel()
	top, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(top, "clerktest", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .*)$`).FindSubmatch(file)
	if line == nil || !strings.Contains(string(file), "\nUSER 65532:65532\n") || !strings.Contains(string(file), `CMD ["/clerk-emulator", "-health"]`) {
		t.Fatal("the Dockerfile builds nothing, runs as root or has no health check")
	}
	dir, err := os.MkdirTemp("", "clerk-emulator-") //nolint:usetesting // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	binary := filepath.Join(dir, "clerk-emulator")
	build := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(string(line[1]), "/clerk-emulator ", binary+" ", 1))
	build.Dir, build.Env = top, append(os.Environ(), "GOFLAGS=", "GOWORK=") // in the workspace, whatever this test runs in
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line[1], err, out)
	}
	image, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(image.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Error("the binary wants a dynamic linker")
	}
	if err := image.Close(); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	var other *syscall.Credential
	if os.Getuid() == 0 {
		other = &syscall.Credential{Uid: nobody, Gid: nobody}
		for _, name := range []string{dir, data} {
			if err := os.Chown(name, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := launchAs(t, other, binary, "-addr", "0.0.0.0:0", "-allow-remote", "-data", data)
	address := strings.TrimPrefix(p.env["CLERK_API_URL"], "http://localhost")
	health := func() error {
		check := exec.CommandContext(t.Context(), binary, "-health")
		check.Env = []string{"CLERK_EMULATOR_ADDR=0.0.0.0" + address}
		check.SysProcAttr = &syscall.SysProcAttr{Credential: other}
		return check.Run()
	}
	if err := health(); err != nil {
		t.Errorf("the health check of a running emulator: %v", err)
	}
	p.kill(t)
	if err := health(); err == nil {
		t.Error("the health check of a stopped emulator succeeded")
	}
}
