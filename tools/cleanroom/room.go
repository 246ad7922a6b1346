package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/command"
	"github.com/clerkgo/clerk-go/tools/internal/standalone"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// programs holds one small program for each module whose README has none, named after its folder.
//
//go:embed programs
var programs embed.FS

// programOf returns the name of a module's program among the embedded ones. A nested folder is joined with dashes.
func programOf(m workspace.Module) string {
	return "programs/" + strings.ReplaceAll(m.Dir, "/", "-") + ".txt"
}

// program is the module path of the program that a room builds.
const program = "example.com/cleanroom"

// room is an empty folder with a module cache of its own.
type room struct {
	workspace *workspace.Workspace
	proxy     *standalone.Proxy
	dir       string
	// strangers are the modules that only those may bring in who are made for them: frameworks and protobuf.
	strangers []string
}

// result is what one installation brought in.
type result struct {
	modules  int   // in the module graph, the program itself included
	packages int   // compiled into the program, the standard library not counted
	size     int64 // of the binary, in bytes
}

func (r room) install(ctx context.Context, m workspace.Module) (result, error) {
	source, fromReadme, err := sourceOf(r.workspace, m)
	if err != nil {
		return result{}, err
	}
	// The address of the program is kept while it is built: it is its own until it listens there.
	kept, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = kept.Close() }()
	source = strings.ReplaceAll(source, documented, kept.Addr().String())
	app := filepath.Join(r.dir, "app")
	if err := os.MkdirAll(app, 0o750); err != nil {
		return result{}, err
	}
	if err := os.WriteFile(filepath.Join(app, "main.go"), []byte(source), 0o600); err != nil {
		return result{}, err
	}
	goCmd := r.proxy.Command(app, filepath.Join(r.dir, "modcache"), "-mod=mod")
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
	if fromReadme {
		if err := visit(ctx, filepath.Join(app, "app"), kept, m); err != nil {
			return result{}, err
		}
	}
	programs, err := goCmd.Output(ctx, "go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, m.Path()+"/...")
	if err != nil {
		return result{}, err
	}
	for tool := range strings.FieldsSeq(programs) {
		if err := errors.Join(addTool(ctx, tool, goCmd), r.installTool(ctx, tool, m.Version)); err != nil {
			return result{}, err
		}
	}
	return res, nil
}

// addTool adds a program of the module to the tools of the one in the room, and asks it for its flags.
func addTool(ctx context.Context, tool string, goCmd command.Command) error {
	for _, args := range [][]string{{"get", "-tool", tool}, {"tool", path.Base(tool), "-h"}} {
		if _, err := goCmd.Output(ctx, "go", args...); err != nil {
			return err
		}
	}
	return nil
}

// installTool installs a program of the module at its version, and runs it, from a folder without a go.mod file.
func (r room) installTool(ctx context.Context, tool, version string) error {
	empty, bin := filepath.Join(r.dir, "empty"), filepath.Join(r.dir, "bin")
	if err := os.MkdirAll(empty, 0o750); err != nil {
		return err
	}
	goCmd := r.proxy.Command(empty, filepath.Join(r.dir, "modcache"), "")
	goCmd.Env = append(goCmd.Env, "GOBIN="+bin)
	if _, err := goCmd.Output(ctx, "go", "install", tool+"@"+version); err != nil {
		return err
	}
	if _, err := goCmd.Output(ctx, filepath.Join(bin, path.Base(tool)), "-h"); err != nil {
		return err
	}
	_, err := goCmd.Output(ctx, "go", "run", tool+"@"+version, "-h")
	return err
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
		errors.Join(checkGraph(m, modules, r.strangers), checkPackages(m, packages))
}

const (
	protobuf      = "google.golang.org/protobuf"
	openTelemetry = "go.opentelemetry.io/otel"
)

// brings lists what some frameworks require themselves.
var brings = map[string][]string{
	"github.com/gin-gonic/gin": {protobuf},
	"connectrpc.com/connect":   {protobuf},
	"google.golang.org/grpc":   {protobuf, openTelemetry},
}

// checkGraph fails when the module graph holds a stranger that neither is the module's own framework nor comes with
// it, or misses that framework.
func checkGraph(m workspace.Module, modules, strangers []string) error {
	if m.Dir == "core" && len(modules) != 2 {
		return fmt.Errorf("the graph holds more than the program and core: %s", strings.Join(modules, " "))
	}
	if m.Framework != "" && !slices.Contains(modules, m.Framework) {
		return fmt.Errorf("its framework %s is not in the graph", m.Framework)
	}
	for _, path := range strangers {
		if path != m.Framework && !slices.Contains(brings[m.Framework], path) && slices.Contains(modules, path) {
			return fmt.Errorf("%s is in the graph", path)
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
