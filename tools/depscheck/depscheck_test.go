package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

const root = workspace.Root

func manifest() *workspace.Workspace {
	return &workspace.Workspace{Modules: []workspace.Module{
		{Dir: "core"},
		{Dir: "clerktest", Needs: []string{"core"}},
		{Dir: "auth", Needs: []string{"core", "clerktest"}},
		{Dir: "gin", Needs: []string{"core", "clerktest", "auth"}, Framework: "example.com/gin"},
		{Dir: "mirror", Needs: []string{"core", "clerktest"}},
		{Dir: "mcp", Needs: []string{"core", "clerktest", "auth"}},
		{Dir: "mcp/gosdk", Needs: []string{"core", "clerktest", "auth", "mcp"}, Framework: "example.com/mcp"},
		{Dir: "echo", Needs: []string{"core", "clerktest", "auth"}, Framework: "example.com/echo/v4"},
	}}
}

func TestCheckImports(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		module string
		pkg    pkg
		want   []string // what the problems end with
	}{
		"core with the standard library": {"core", pkg{Imports: []string{"net/http", root + "/core/internal/x"}}, nil},
		"core with anything else":        {"core", pkg{Imports: []string{"example.com/x"}}, []string{"imports example.com/x"}},
		"core with a test library":       {"core", pkg{TestImports: []string{"example.com/x"}}, []string{"imports example.com/x in a test"}},
		"clerktest with core":            {"clerktest", pkg{Imports: []string{root + "/core"}, XTestImports: []string{root + "/core/webhook"}}, nil},
		"clerktest with auth":            {"clerktest", pkg{Imports: []string{root + "/auth"}}, []string{"imports " + root + "/auth"}},
		"clerktest with auth in a test":  {"clerktest", pkg{XTestImports: []string{root + "/auth"}}, []string{"imports " + root + "/auth in a test"}},
		"auth with jwt and core":         {"auth", pkg{Imports: []string{jwt, root + "/core"}, TestImports: []string{root + "/clerktest", "go.uber.org/goleak"}}, nil},
		"auth with clerktest":            {"auth", pkg{Imports: []string{root + "/clerktest"}}, []string{"imports " + root + "/clerktest"}},
		"auth's kit with clerktest":      {"auth", pkg{ImportPath: root + "/auth/clerkauthtest", Imports: []string{root + "/auth", root + "/clerktest"}}, nil},
		"auth's kit with an adapter":     {"auth", pkg{ImportPath: root + "/auth/clerkauthtest", Imports: []string{root + "/gin"}}, []string{"imports " + root + "/gin"}},
		"auth with an adapter in a test": {"auth", pkg{TestImports: []string{root + "/gin"}}, []string{"imports " + root + "/gin in a test"}},
		"an adapter with its framework":  {"gin", pkg{Imports: []string{"example.com/gin/binding", root + "/auth", root + "/core"}, XTestImports: []string{root + "/clerktest/adaptertest"}}, nil},
		"an adapter with another's":      {"gin", pkg{Imports: []string{"example.com/echo/v4"}}, []string{"imports example.com/echo/v4"}},
		"an adapter testing another's":   {"gin", pkg{TestImports: []string{"example.com/echo/v4/middleware", root + "/echo"}}, []string{"imports example.com/echo/v4/middleware in a test", "imports " + root + "/echo in a test"}},
		"a program with a driver":        {"mirror", pkg{Name: "main", Imports: []string{"example.com/sql"}}, nil},
		"a package with a driver":        {"mirror", pkg{Name: "clerkmirror", Imports: []string{"example.com/sql"}}, []string{"imports example.com/sql"}},
		"a program of core with company": {"core", pkg{Name: "main", Imports: []string{"example.com/x"}}, []string{"imports example.com/x"}},
		"a module nested in its sibling": {"mcp/gosdk", pkg{Imports: []string{root + "/mcp", "example.com/mcp/server"}}, nil},
		"a sibling that is not declared": {"mcp", pkg{Imports: []string{root + "/mirror"}}, []string{"imports " + root + "/mirror"}},
		"a path that only looks alike":   {"gin", pkg{Imports: []string{"example.com/ginger"}}, []string{"imports example.com/ginger"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := manifest()
			m, _ := w.Module(tc.module)
			got := checkImports(w, m, []pkg{tc.pkg})
			if !slices.EqualFunc(got, tc.want, strings.HasSuffix) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestCheckFiles(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module " + root + "\n",
		"go.work":     "go 1.25.0\n\nuse ./core\n\nreplace " + root + "/core v0.1.0 => ./core\n\nreplace " + root + "/auth v0.0.9 => ./auth\n",
		"core/go.mod": "module " + root + "/core\n\ngo 1.24.0\n\ntoolchain go1.26.0\n\nrequire example.com/x v1.0.0\n",
		"auth/go.mod": "module " + root + "/oauth\n\ngo 1.25.0\n\nrequire " + root + "/core v0.1.0\n\nreplace " + root + "/core => ../core\n",
	} {
		name = filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := &workspace.Workspace{Top: top, Modules: []workspace.Module{
		{Dir: "core", Version: "v0.1.0"}, {Dir: "auth", Version: "v0.1.0", Needs: []string{"core"}},
	}}
	got := checkFiles(w)
	want := []string{
		"go.mod at the top: users of the adapters would get an ambiguous import",
		"core/go.mod: go line is not 1.25.0",
		"core/go.mod: has a toolchain line",
		"core/go.mod: requires example.com/x; core has the standard library only",
		"auth/go.mod: module " + root + "/oauth, want " + root + "/auth",
		"auth/go.mod: replaces " + root + "/core: go install and go run refuse such a module at a version",
		"go.work: does not use ./auth",
		"go.work: no line replace " + root + "/auth v0.1.0 => ./auth",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
