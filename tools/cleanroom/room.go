package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/command"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// programs holds one small program per module, named after its folder.
//
//go:embed programs
var programs embed.FS

// program is the module path of the program that a room builds.
const program = "example.com/cleanroom"

// room is an empty folder with a module cache of its own.
type room struct {
	proxy      string // folder laid out as a module proxy
	dir        string
	frameworks []string // module paths of all web frameworks that have an adapter
}

// result is what one installation brought in.
type result struct {
	modules  int   // in the module graph, the program itself included
	packages int   // compiled into the program, the standard library not counted
	size     int64 // of the binary, in bytes
}

func (r room) install(ctx context.Context, m workspace.Module) (result, error) {
	source, err := programs.ReadFile("programs/" + m.Dir + ".txt")
	if err != nil {
		return result{}, err
	}
	app := filepath.Join(r.dir, "app")
	if err := os.MkdirAll(app, 0o750); err != nil {
		return result{}, err
	}
	if err := os.WriteFile(filepath.Join(app, "main.go"), source, 0o600); err != nil {
		return result{}, err
	}
	upstream, err := command.Command{}.Output(ctx, "go", "env", "GOPROXY")
	if err != nil {
		return result{}, err
	}
	goCmd := command.Command{Dir: app, Env: []string{
		"GOWORK=off",
		"GOFLAGS=-mod=mod -modcacherw -buildvcs=false -trimpath",
		"GOMODCACHE=" + filepath.Join(r.dir, "modcache"),
		"GOPROXY=file://" + filepath.ToSlash(r.proxy) + "," + strings.TrimSpace(upstream),
		"GONOSUMDB=" + workspace.Root + "/*",
		"GONOSUMCHECK=" + workspace.Root + "/*",
		"GOPRIVATE=",
	}}
	for _, args := range [][]string{
		{"mod", "init", program},
		{"get", m.Path() + "@" + m.Version},
		{"build", "-o", "app", "."},
	} {
		if _, err := goCmd.Output(ctx, "go", args...); err != nil {
			return result{}, err
		}
	}
	res, err := r.inspect(ctx, m, goCmd)
	if err != nil {
		return result{}, err
	}
	return res, installTools(ctx, m, goCmd)
}

// installTools adds the programs of a module to the tools of the one in the room, and builds them.
func installTools(ctx context.Context, m workspace.Module, goCmd command.Command) error {
	list, err := goCmd.Output(ctx, "go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, m.Path()+"/...")
	if err != nil {
		return err
	}
	for tool := range strings.FieldsSeq(list) {
		if _, err := goCmd.Output(ctx, "go", "get", "-tool", tool); err != nil {
			return err
		}
		if _, err := goCmd.Output(ctx, "go", "tool", path.Base(tool), "-h"); err != nil {
			return err
		}
	}
	return nil
}

func (r room) inspect(ctx context.Context, m workspace.Module, goCmd command.Command) (result, error) {
	graph, err := goCmd.Output(ctx, "go", "list", "-m", "-f", "{{.Path}}", "all")
	if err != nil {
		return result{}, err
	}
	deps, err := goCmd.Output(ctx, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	if err != nil {
		return result{}, err
	}
	binary, err := os.Stat(filepath.Join(goCmd.Dir, "app"))
	if err != nil {
		return result{}, err
	}
	modules, packages := strings.Fields(graph), strings.Fields(deps)
	return result{modules: len(modules), packages: len(packages), size: binary.Size()},
		errors.Join(checkGraph(m, modules, r.frameworks), checkPackages(m, packages))
}

// checkGraph fails when the module graph holds a framework that is not the module's own, or misses that one.
func checkGraph(m workspace.Module, modules, frameworks []string) error {
	present := make(map[string]bool, len(modules))
	for _, path := range modules {
		present[path] = true
	}
	if m.Dir == "core" && len(modules) != 2 {
		return fmt.Errorf("the graph holds more than the program and core: %s", strings.Join(modules, " "))
	}
	if m.Framework != "" && !present[m.Framework] {
		return fmt.Errorf("its framework %s is not in the graph", m.Framework)
	}
	for _, path := range frameworks {
		if path != m.Framework && present[path] {
			return fmt.Errorf("another framework is in the graph: %s", path)
		}
	}
	return nil
}

// checkPackages fails when a program that imports only core compiles anything but core and the standard library.
func checkPackages(m workspace.Module, packages []string) error {
	if m.Dir != "core" {
		return nil
	}
	for _, path := range packages {
		if path != program && path != m.Path() && !strings.HasPrefix(path, m.Path()+"/") {
			return fmt.Errorf("core compiles %s", path)
		}
	}
	return nil
}
