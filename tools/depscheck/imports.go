package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/command"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// pkg is what `go list -json` says about one package.
type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func list(ctx context.Context, w *workspace.Workspace, m workspace.Module) ([]pkg, error) {
	out, err := command.Command{
		Dir: filepath.Join(w.Top, m.Dir),
		Env: []string{"GOWORK=off"},
	}.Output(ctx, "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Dir, err)
	}
	var packages []pkg
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: go list: %w", m.Dir, err)
		}
		packages = append(packages, p)
	}
}

// rule says what the packages of a module may import besides the standard library and themselves.
type rule struct {
	code []string // path prefixes for code that users compile
	test []string // further ones for tests; nil means none, anyTest means all but frameworks and adapters
}

var anyTest = []string{"*"}

// companions are modules of a framework's own authors that its programs use beside it.
var companions = map[string][]string{
	"github.com/gofiber/fiber/v3": {"github.com/gofiber/utils/v2"},
}

// testKits are packages for tests of users, and what they import beyond the rule of their module.
var testKits = map[string][]string{
	workspace.Root + "/auth/clerkauthtest": {workspace.Root + "/clerktest"},
}

const jwt = "github.com/golang-jwt/jwt/v5"

func ruleFor(m workspace.Module) rule {
	core, auth := workspace.Root+"/core", workspace.Root+"/auth"
	switch m.Dir {
	case "core":
		return rule{}
	case "clerktest":
		return rule{code: []string{core}}
	case "auth":
		return rule{code: []string{core, jwt}, test: anyTest}
	default:
		return rule{code: append([]string{core, auth, m.Framework}, companions[m.Framework]...), test: anyTest}
	}
}

func checkImports(w *workspace.Workspace, m workspace.Module, packages []pkg) []string {
	var problems []string
	r := ruleFor(m)
	for _, p := range packages {
		code := slices.Concat(r.code, testKits[p.ImportPath])
		for _, path := range p.Imports {
			if !allowed(path, m, code) {
				problems = append(problems, fmt.Sprintf("%s imports %s", p.ImportPath, path))
			}
		}
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			if !allowed(path, m, r.code) && !allowedInTest(path, w, m, r) {
				problems = append(problems, fmt.Sprintf("%s imports %s in a test", p.ImportPath, path))
			}
		}
	}
	return problems
}

func allowed(path string, m workspace.Module, prefixes []string) bool {
	return standard(path) || under(path, m.Path()) ||
		slices.ContainsFunc(prefixes, func(prefix string) bool { return prefix != "" && under(path, prefix) })
}

func allowedInTest(path string, w *workspace.Workspace, m workspace.Module, r rule) bool {
	if !slices.Equal(r.test, anyTest) {
		return false
	}
	for _, other := range w.Modules {
		if other.Framework == "" || other.Dir == m.Dir {
			continue
		}
		if under(path, other.Framework) || under(path, other.Path()) {
			return false
		}
	}
	return true
}

// standard reports whether path belongs to the standard library: its first element has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func under(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}
