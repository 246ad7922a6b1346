package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/tools/internal/command"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

const root = workspace.Root

// repository makes a Git repository of the given files and tags its only commit.
func repository(t *testing.T, files map[string]string, tags ...string) *releaser {
	t.Helper()
	top := t.TempDir()
	write(t, top, files)
	git := command.Command{Dir: top, Env: []string{
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
	}}
	steps := [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", "first"}}
	for _, tag := range tags {
		steps = append(steps, []string{"tag", tag})
	}
	for _, args := range steps {
		if _, err := git.Output(t.Context(), "git", args...); err != nil {
			t.Fatal(err)
		}
	}
	w, err := workspace.Load(top)
	if err != nil {
		t.Fatal(err)
	}
	return &releaser{workspace: w, apidiff: "apidiff", out: &strings.Builder{}}
}

func write(t *testing.T, top string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// ready is a repository of two modules that passes every check.
func ready() map[string]string {
	return map[string]string{
		"versions.txt":      "core v0.1.0 - -\nauth v0.2.0 core -\n",
		"core/go.mod":       "module " + root + "/core\n\ngo 1.25.0\n",
		"core/core.go":      "package clerk\n",
		"core/CHANGELOG.md": "# Changelog\n\n## v0.1.0\n\n- First release.\n",
		"auth/go.mod":       "module " + root + "/auth\n\ngo 1.25.0\n\nrequire " + root + "/core v0.1.0\n",
		"auth/CHANGELOG.md": "# Changelog\n\n## [0.2.0] 2026-11-24\n\n### Added\n\n- Checks.\n",
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	r := repository(t, ready())
	if err := r.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.out.(*strings.Builder).String(); strings.Count(got, " ok\n") != 2 {
		t.Errorf("got %q, want two modules that are ok", got)
	}
}

func TestCheck_Refuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, text, want string }{
		"an older sibling":              {"auth/go.mod", "module " + root + "/auth\n\nrequire " + root + "/core v0.0.9\n", "requires core v0.0.9, versions.txt says v0.1.0"},
		"a sibling that is not listed":  {"auth/go.mod", "module " + root + "/auth\n\nrequire (\n" + root + "/core v0.1.0\n" + root + "/tools v0.1.0\n)\n", "requires tools, which is not released"},
		"a need that is not required":   {"auth/go.mod", "module " + root + "/auth\n", `go.mod requires [], versions.txt says ["core"]`},
		"the placeholder version":       {"versions.txt", "core v0.0.0 - -\nauth v0.2.0 core -\n", `core: "v0.0.0" is not a version to release`},
		"a major without its path":      {"versions.txt", "core v2.0.0 - -\nauth v0.2.0 core -\n", "needs the suffix /v2"},
		"a changelog without entries":   {"core/CHANGELOG.md", "# Changelog\n\n## v0.1.0\n\n## v0.0.9\n\n- Old.\n", "no entries under ## v0.1.0"},
		"a changelog of another number": {"core/CHANGELOG.md", "# Changelog\n\n## v0.1.01\n\n- Typo.\n", "no entries under ## v0.1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := ready()
			files[tc.file] = tc.text
			err := repository(t, files).check(t.Context())
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	r := repository(t, ready(), "core/v0.1.0")
	if err := r.tags(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := r.out.(*strings.Builder).String(), "auth/v0.2.0\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLastTag(t *testing.T) {
	t.Parallel()
	r := repository(t, ready(), "auth/v0.1.0", "auth/v0.1.10", "auth/v0.1.9", "auth/v0.2.0", "auth/v0.3.0", "core/v0.1.0")
	auth, _ := r.workspace.Module("auth")
	core, _ := r.workspace.Module("core")
	if got, err := r.lastTag(t.Context(), auth); err != nil || got != "auth/v0.1.10" {
		t.Errorf("got %q, %v, want auth/v0.1.10", got, err)
	}
	if got, err := r.lastTag(t.Context(), core); err != nil || got != "" {
		t.Errorf("got %q, %v, want none", got, err)
	}
}

// The stand-in for apidiff writes a module's source as its export and prints both when they differ.
const standIn = `#!/bin/sh
if [ "$2" = -w ]; then cat *.go >"$3"; else cmp -s "$2" "$3" || { echo "Incompatible changes:"; cat "$2" "$3"; }; fi
`

func TestChanges(t *testing.T) {
	t.Parallel()
	files := ready()
	files["versions.txt"] = "core v0.1.1 - -\n"
	r := repository(t, files, "core/v0.1.0")
	r.apidiff = filepath.Join(t.TempDir(), "apidiff")
	if err := os.WriteFile(r.apidiff, []byte(standIn), 0o700); err != nil {
		t.Fatal(err)
	}
	core, _ := r.workspace.Module("core")
	if tag, report, err := r.changes(t.Context(), core); err != nil || tag != "core/v0.1.0" || report != "" {
		t.Errorf("got %q, %q, %v, want core/v0.1.0 and no changes", tag, report, err)
	}
	write(t, r.workspace.Top, map[string]string{"core/core.go": "package clerk\n\nvar X int\n"})
	if _, report, err := r.changes(t.Context(), core); err != nil || !strings.Contains(report, "var X int") {
		t.Errorf("got %q, %v, want the new source in the report", report, err)
	}
	if err := r.checkAPI(t.Context(), core); err == nil || !strings.Contains(err.Error(), "need a new minor version") {
		t.Errorf("got error %v, want a refusal of the patch version", err)
	}
	out, err := r.git(t.Context(), "worktree", "list")
	if err != nil || strings.Count(out, "\n") != 1 {
		t.Errorf("got worktrees %q, %v, want only the repository", out, err)
	}
}

func TestCheckBump(t *testing.T) {
	t.Parallel()
	const breaking, adding = "Incompatible changes:\n- F: removed", "Compatible changes:\n- F: added"
	for name, tc := range map[string]struct {
		last, next, report string
		ok                 bool
	}{
		"nothing changed, patch":  {"v0.1.0", "v0.1.1", "", true},
		"addition, patch":         {"v0.1.0", "v0.1.1", adding, false},
		"addition, minor":         {"v0.1.0", "v0.2.0", adding, true},
		"break before v1, patch":  {"v0.1.0", "v0.1.1", breaking, false},
		"break before v1, minor":  {"v0.1.0", "v0.2.0", breaking, true},
		"break on the way to v1":  {"v0.9.0", "v1.0.0", breaking, true},
		"break after v1, minor":   {"v1.0.0", "v1.1.0", breaking, false},
		"addition after v1":       {"v1.0.0", "v1.1.0", adding, true},
		"addition after v1 patch": {"v1.0.0", "v1.0.1", adding, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := checkBump(workspace.Module{Dir: "core", Version: tc.next}, tc.last, tc.report)
			if (err == nil) != tc.ok {
				t.Errorf("got error %v, want ok %v", err, tc.ok)
			}
		})
	}
}
