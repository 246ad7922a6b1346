package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun_WritesAnEnvFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), ".env.local")
	if err := os.WriteFile(name, []byte("# mine\nPORT=3000\nexport CLERK_SECRET_KEY=old\nCLERK_SECRET_KEY=older\nLAST=1"), 0o600); err != nil {
		t.Fatal(err)
	}
	env, stop := start(t, "-env-file", name)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(name) //nolint:gosec // of this test
	if err != nil {
		t.Fatal(err)
	}
	text := string(written)
	if !strings.HasPrefix(text, "# mine\nPORT=3000\nCLERK_SECRET_KEY="+env["CLERK_SECRET_KEY"]+"\nLAST=1\n") {
		t.Errorf("the lines of the file changed: %s", text)
	}
	for _, line := range []string{
		"CLERK_API_URL=" + env["CLERK_API_URL"], "CLERK_PUBLISHABLE_KEY=" + env["CLERK_PUBLISHABLE_KEY"],
		"VITE_CLERK_PUBLISHABLE_KEY=" + env["CLERK_PUBLISHABLE_KEY"], "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY=" + env["CLERK_PUBLISHABLE_KEY"],
	} {
		if strings.Count(text, "\n"+line+"\n") != 1 {
			t.Errorf("the line %s is not there once", line)
		}
	}
	if strings.Count(text, "CLERK_SECRET_KEY") != 1 {
		t.Error("the old secret key is still there")
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got the mode %v and %v, want that the file is for its owner alone", info.Mode(), err)
	}
}

func TestRun_RefusesAnEnvFileThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-log", "none", "-env-file", t.TempDir()}, nothing, os.Stderr, os.Stderr)
	if err == nil || !strings.Contains(err.Error(), "-env-file") {
		t.Errorf("got the error %v", err)
	}
}

// TestCompose_HasTheSettingsThatAreCopied starts as compose.yml does and looks for the lines of its application.
func TestCompose_HasTheSettingsThatAreCopied(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(filepath.Join("..", "..", "compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	env, stop := start(t, "-url", "http://localhost:4000", "-authorized-party", "http://localhost:3000")
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"CLERK_SECRET_KEY", "CLERK_PUBLISHABLE_KEY", "CLERK_AUTHORIZED_PARTIES"} {
		if line := "      " + name + ": " + env[name] + "\n"; env[name] == "" || !strings.Contains(string(file), line) {
			t.Errorf("compose.yml has not the line %q", line)
		}
	}
}
