package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":        "module example.com/wide\n\ngo 1.25.0\n",
		"wide.go":       "package wide\n\nconst Large int = 1 << 40\n",
		"wide_test.go":  "package wide_test\n\nimport \"syscall\"\n\nvar _ = syscall.SIGUSR1\n",
		"wide_linux.go": "package wide\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for platform, want := range map[string]string{
		"linux/amd64":   "",
		"linux/386":     "overflows",
		"windows/amd64": "SIGUSR1",
	} {
		found, err := check(dir, platform, []string{"./..."})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case want == "" && len(found) > 0:
			t.Errorf("%s: got %v, want no problem", platform, found)
		case want != "" && (len(found) == 0 || !strings.Contains(found[0].Error(), want)):
			t.Errorf("%s: got %v, want a problem with %q", platform, found, want)
		}
	}
}

func TestRun_RefusesAPlatformThatIsNone(t *testing.T) {
	t.Parallel()
	if err := run([]string{"..", "linux", "./ports"}); err == nil {
		t.Error("got no error for a platform without a processor")
	}
}
