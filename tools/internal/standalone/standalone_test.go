package standalone

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// tree writes files below a folder of the test and loads its manifest.
func tree(t *testing.T, files map[string]string) *workspace.Workspace {
	t.Helper()
	top := t.TempDir()
	for name, text := range files {
		name = filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w, err := workspace.Load(top)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// siblings is a workspace of two modules, one nested in a folder of the other, that need no network.
func siblings() map[string]string {
	return map[string]string{
		"versions.txt":       "core v0.1.0 - -\ncore/nested v0.1.0 core -\n",
		"core/go.mod":        "module " + workspace.Root + "/core\n\ngo 1.25.0\n",
		"core/core.go":       "package clerk\n\nconst Answer = 42\n",
		"core/nested/go.mod": "module " + workspace.Root + "/core/nested\n\ngo 1.25.0\n\nrequire " + workspace.Root + "/core v0.1.0\n",
		"core/nested/x.go":   "package nested\n\nimport clerk \"" + workspace.Root + "/core\"\n\nconst X = clerk.Answer\n",
	}
}

func TestPack_WhatTheProxyServes(t *testing.T) {
	t.Parallel()
	scratch := t.TempDir()
	files := siblings()
	w := tree(t, files)
	if _, err := Pack(t.Context(), w, scratch); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(scratch, "proxy", filepath.FromSlash(workspace.Root), "core", "@v")
	for name, want := range map[string]string{"list": "v0.1.0\n", "v0.1.0.mod": files["core/go.mod"]} {
		got, err := os.ReadFile(filepath.Join(at, name))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
	archive, err := zip.OpenReader(filepath.Join(at, "v0.1.0.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var got []string
	for _, f := range archive.File {
		got = append(got, strings.TrimPrefix(f.Name, workspace.Root+"/core@v0.1.0/"))
	}
	slices.Sort(got)
	if want := []string{"core.go", "go.mod"}; !slices.Equal(got, want) {
		t.Errorf("got files %q, want %q: a nested module is not part of its parent", got, want)
	}
}

func TestModule_BuildsOnPackedSiblings(t *testing.T) {
	t.Parallel()
	w := tree(t, siblings())
	proxy, err := Pack(t.Context(), w, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := proxy.Open(w, "core/nested")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Output(t.Context(), "go", "vet", "./..."); err != nil {
		t.Error(err)
	}
}

func TestModule_MissesAnUndeclaredSibling(t *testing.T) {
	t.Parallel()
	files := siblings()
	files["core/nested/go.mod"] = "module " + workspace.Root + "/core/nested\n\ngo 1.25.0\n"
	w := tree(t, files)
	proxy, err := Pack(t.Context(), w, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := proxy.Open(w, "core/nested")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Output(t.Context(), "go", "vet", "./..."); err == nil {
		t.Error("got no error for an import that go.mod does not require")
	}
}

func TestModule_TidyLeavesOutTheSumsOfSiblings(t *testing.T) {
	t.Parallel()
	files := siblings()
	want := files["core/nested/go.mod"]
	files["core/nested/go.mod"] = "module " + workspace.Root + "/core/nested\n\ngo 1.25.0\n"
	w := tree(t, files)
	proxy, err := Pack(t.Context(), w, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := proxy.Open(w, "core/nested")
	if err != nil {
		t.Fatal(err)
	}
	mod, sum, err := m.Tidy(t.Context())
	if err != nil || mod != want || sum != "" {
		t.Errorf("got go.mod %q, go.sum %q, %v, want %q and no sums", mod, sum, err, want)
	}
	if got, err := os.ReadFile(filepath.Join(w.Top, "core/nested/go.mod")); err != nil || string(got) != files["core/nested/go.mod"] {
		t.Errorf("got go.mod %q, %v in the tree, want it untouched", got, err)
	}
}
