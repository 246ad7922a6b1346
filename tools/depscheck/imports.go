package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/standalone"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// pkg is what `go list -json` says about one package.
type pkg struct {
	Name         string
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func list(ctx context.Context, w *workspace.Workspace, proxy *standalone.Proxy, m workspace.Module) ([]pkg, error) {
	alone, err := proxy.Open(w, m.Dir)
	if err != nil {
		return nil, err
	}
	out, err := alone.Output(ctx, "go", "list", "-json=Name,ImportPath,Imports,TestImports,XTestImports", "./...")
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
	code   []string // path prefixes for code that users compile
	strict bool     // whether that holds for programs and tests, too; others may import there what go.mod requires
}

// testKits are packages for tests of users, and what they import beyond the rule of their module.
var testKits = map[string][]string{
	workspace.Root + "/auth/clerkauthtest": {workspace.Root + "/clerktest"},
}

const (
	jwt           = "github.com/golang-jwt/jwt/v5"
	protobuf      = "google.golang.org/protobuf"
	statusDetails = "google.golang.org/genproto/googleapis/rpc"
)

// companions are modules that a module's code may use beside its siblings and its framework.
var companions = map[string][]string{
	"auth":    {jwt},
	"connect": {protobuf, statusDetails},
	"grpc":    {protobuf, statusDetails},
	"fiberv3": {"github.com/gofiber/utils/v2"}, // of Fiber's own authors; its programs use it too
}

// ruleFor derives the rule from the manifest: code may import the siblings that the module needs, but the local Clerk
// is for tests, and the framework it adapts.
func ruleFor(m workspace.Module) rule {
	r := rule{code: companions[m.Dir]}
	for _, need := range m.Needs {
		if need != "clerktest" {
			r.code = append(r.code, workspace.Root+"/"+need)
		}
	}
	if m.Framework != "" {
		r.code = append(r.code, m.Framework)
	}
	r.strict = m.Dir == "core" || m.Dir == "clerktest"
	return r
}

func checkImports(w *workspace.Workspace, m workspace.Module, packages []pkg) []string {
	var problems []string
	r := ruleFor(m)
	for _, p := range packages {
		code := slices.Concat(r.code, testKits[p.ImportPath])
		for _, path := range p.Imports {
			if !allowed(path, m, code) && (!isProgram(p, m) || r.strict || !foreign(path, w, m)) {
				problems = append(problems, fmt.Sprintf("%s imports %s", p.ImportPath, path))
			}
		}
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			if !allowed(path, m, r.code) && (r.strict || !foreign(path, w, m)) {
				problems = append(problems, fmt.Sprintf("%s imports %s in a test", p.ImportPath, path))
			}
		}
	}
	return problems
}

func allowed(path string, m workspace.Module, prefixes []string) bool {
	return standard(path) || under(path, m.Path()) ||
		slices.ContainsFunc(prefixes, func(prefix string) bool { return under(path, prefix) })
}

// isProgram reports whether p is a program or belongs to a module that is one.
func isProgram(p pkg, m workspace.Module) bool {
	return p.Name == "main" || strings.Contains(m.Dir, "/cmd/")
}

// foreign reports whether path is neither a framework that another module adapts nor that module.
func foreign(path string, w *workspace.Workspace, m workspace.Module) bool {
	return !slices.ContainsFunc(w.Modules, func(other workspace.Module) bool {
		return other.Framework != "" && other.Dir != m.Dir && (under(path, other.Framework) || under(path, other.Path()))
	})
}

// standard reports whether path belongs to the standard library: its first element has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func under(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}
