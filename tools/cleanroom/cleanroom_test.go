package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func TestPack(t *testing.T) {
	t.Parallel()
	top, proxy := t.TempDir(), t.TempDir()
	gomod := "module " + workspace.Root + "/gin\n\ngo 1.25.0\n"
	for name, text := range map[string]string{
		"gin/go.mod": gomod, "gin/gin.go": "package clerkgin\n",
		"gin/nested/go.mod": "module nested\n", "gin/nested/x.go": "package nested\n",
	} {
		name = filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := &workspace.Workspace{Top: top}
	if err := pack(w, workspace.Module{Dir: "gin", Version: "v0.1.0"}, proxy); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(proxy, filepath.FromSlash(workspace.Root), "gin", "@v")
	for name, want := range map[string]string{"list": "v0.1.0\n", "v0.1.0.mod": gomod} {
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
		got = append(got, strings.TrimPrefix(f.Name, workspace.Root+"/gin@v0.1.0/"))
	}
	slices.Sort(got)
	if want := []string{"gin.go", "go.mod"}; !slices.Equal(got, want) {
		t.Errorf("got files %q, want %q", got, want)
	}
}

func TestCheckGraph(t *testing.T) {
	t.Parallel()
	core := workspace.Module{Dir: "core"}
	gin := workspace.Module{Dir: "gin", Framework: "example.com/gin"}
	frameworks := []string{"example.com/gin", "example.com/echo/v4"}
	for name, tc := range map[string]struct {
		module  workspace.Module
		modules []string
		want    string
	}{
		"core alone":                {core, []string{program, core.Path()}, ""},
		"core with company":         {core, []string{program, core.Path(), "example.com/x"}, "more than the program and core"},
		"gin with gin":              {gin, []string{program, "example.com/gin", "example.com/x"}, ""},
		"gin without gin":           {gin, []string{program}, "example.com/gin is not in the graph"},
		"gin with echo":             {gin, []string{program, "example.com/gin", "example.com/echo/v4"}, "another framework is in the graph: example.com/echo/v4"},
		"core with a framework too": {core, []string{program, "example.com/gin"}, "another framework is in the graph: example.com/gin"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := checkGraph(tc.module, tc.modules, frameworks)
			if tc.want == "" && err != nil {
				t.Errorf("got error %v, want none", err)
			}
			if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestCheckPackages(t *testing.T) {
	t.Parallel()
	core := workspace.Module{Dir: "core"}
	if err := checkPackages(core, []string{program, core.Path(), core.Path() + "/webhook"}); err != nil {
		t.Errorf("got error %v, want none", err)
	}
	if err := checkPackages(core, []string{core.Path(), "example.com/x"}); err == nil {
		t.Error("got no error for a foreign package under core")
	}
}

func TestPrograms_OnePerModule(t *testing.T) {
	t.Parallel()
	w, err := workspace.Find()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range w.Modules {
		if _, err := programs.ReadFile("programs/" + m.Dir + ".txt"); err != nil {
			t.Errorf("no program for %s: %v", m.Dir, err)
		}
	}
}
