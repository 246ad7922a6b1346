package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// migrator is the module of the program that moves others from the official SDK. It has no line in the manifest: people
// run it by its path, and nothing imports it.
var migrator = workspace.Module{Dir: "tools/migrate", Version: "v0.1.0"}

// official is the module path of the official SDK.
const official = "github.com/clerk/clerk-sdk-go/v2"

// migrate does in the room what guide 9 says: it moves a program that uses the official SDK with the migrator, which comes
// from the proxy, and builds the result.
func (r room) migrate(ctx context.Context) error {
	programs := path.Join(migrator.Dir, "analyzer", "testdata")
	mod, err := r.workspace.GoMod(programs)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(mod.Require, func(require *modfile.Require) bool { return require.Mod.Path == official })
	if i < 0 {
		return errors.New("its programs do not use the official SDK")
	}
	source, err := os.ReadFile(filepath.Join(r.workspace.Top, filepath.FromSlash(programs), "service", "main.go"))
	if err != nil {
		return err
	}
	app := filepath.Join(r.dir, "app")
	if err := os.MkdirAll(app, 0o750); err != nil {
		return err
	}
	main := filepath.Join(app, "main.go")
	if err := os.WriteFile(main, source, 0o600); err != nil {
		return err
	}
	get := []string{"get"}
	for _, dir := range []string{"core", "auth"} {
		m, ok := r.workspace.Module(dir)
		if !ok {
			return fmt.Errorf("%s is not published", dir)
		}
		get = append(get, m.Path()+"@"+m.Version)
	}
	goCmd := r.proxy.Command(app, filepath.Join(r.dir, "modcache"), "")
	for _, args := range [][]string{
		{"mod", "init", program},
		{"get", official + "@" + mod.Require[i].Mod.Version},
		{"run", migrator.Path() + "@" + migrator.Version, "-fix", "./..."},
		get,
		{"mod", "tidy"},
		{"build", "./..."},
	} {
		if _, err := goCmd.Output(ctx, "go", args...); err != nil {
			return err
		}
	}
	moved, err := os.ReadFile(main)
	if err != nil {
		return err
	}
	if bytes.Contains(moved, []byte(official)) {
		return errors.New("the program still uses the official SDK")
	}
	return nil
}
