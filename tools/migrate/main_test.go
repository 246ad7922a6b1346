package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// moved says whether the compiler has to accept a program as soon as it was moved.
var moved = map[string]bool{"service": true, "groups": true, "provider": false, "older": true}

// TestMigrate moves the programs of testdata as a stranger does, and lets the compiler look at the result.
func TestMigrate(t *testing.T) {
	t.Parallel()
	program := build(t)
	dir := copyPrograms(t)
	listing, _ := run(t, dir, program, "./...")
	listing = strings.ReplaceAll(listing, dir+string(filepath.Separator), "")
	golden(t, "listing.txt.golden", listing)

	if out, err := run(t, dir, "go", "vet", "-vettool="+program, "./..."); err == nil || !strings.Contains(out, "user.Get: client.Users.Get") {
		t.Errorf("go vet -vettool got %v, %s, want the same list", err, out)
	}
	if out, err := run(t, dir, program, "-fix", "./..."); err != nil {
		t.Fatalf("-fix got %v: %s", err, out)
	}
	for name, compiles := range moved {
		files, err := filepath.Glob(filepath.Join(dir, name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("got %v, %v, want the files of %s", files, err, name)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join(name, filepath.Base(file)+".golden"), string(text))
		}
		out, err := run(t, dir, "go", "vet", "./"+name)
		if compiles && err != nil {
			t.Errorf("%s does not compile after -fix: %s", name, out)
		}
		if !compiles && err == nil {
			t.Errorf("%s compiles though a person has to decide", name)
		}
	}
	if out, _ := run(t, dir, program, "./service", "./groups"); strings.Contains(out, "clerk-sdk-go") {
		t.Errorf("the official SDK is still there after -fix: %s", out)
	}
}

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "migrate")
	if out, err := run(t, ".", "go", "build", "-o", program, "."); err != nil {
		t.Fatalf("got %v: %s", err, out)
	}
	return program
}

// copyPrograms copies the programs into a module of their own that finds the folders of the clone.
func copyPrograms(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join("analyzer", "testdata")
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"auth", "clerktest", "core"} {
		folder, err := filepath.Abs(filepath.Join("..", "..", module))
		if err != nil {
			t.Fatal(err)
		}
		if out, err := run(t, dir, "go", "mod", "edit", "-replace=github.com/clerkgo/clerk-go/"+module+"="+folder); err != nil {
			t.Fatalf("got %v: %s", err, out)
		}
	}
	return dir
}

func run(t *testing.T, dir, program string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("analyzer", "testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}
