// Command standalone runs the go command on each module of the workspace alone, with its siblings from a packed
// module proxy instead of the workspace. A module that misses a requirement fails here and nowhere else.
//
//	standalone race [module…]                   test with the race detector; without names, the modules that matrix leaves out
//	standalone tidy [module…]                   tidy go.mod and go.sum
//	standalone tidy-check [module…]             fail if one of them is not tidy
//	standalone matrix [module…]                 test adapters with the race detector on the lowest and the newest framework
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/clerkgo/clerk-go/tools/internal/standalone"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "standalone:", err)
		os.Exit(1)
	}
}

// action does something with the module in one folder.
type action func(ctx context.Context, r *runner, folder string) error

func run(ctx context.Context, args []string) error {
	actions := map[string]action{"race": race, "tidy": tidy, "tidy-check": tidyCheck, "matrix": matrix}
	if len(args) == 0 || actions[args[0]] == nil {
		return errors.New("want an action: race, tidy, tidy-check or matrix")
	}
	w, err := workspace.Find()
	if err != nil {
		return err
	}
	folders, err := chosen(w, args[0], args[1:])
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "standalone-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	proxy, err := standalone.Pack(ctx, w, scratch)
	if err != nil {
		return err
	}
	r := &runner{workspace: w, proxy: proxy}
	// One module rarely keeps all processors busy, but side by side each would compile what they share: the first one does so
	// for all. A module that fails does not keep the others from being looked at.
	problems := make([]error, len(folders))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, folder := range folders {
		group.Go(func() error {
			if err := actions[args[0]](ctx, r, folder); err != nil {
				problems[i] = fmt.Errorf("%s: %w", folder, err)
			}
			return nil
		})
		if i == 0 {
			_ = group.Wait()
		}
	}
	_ = group.Wait()
	return errors.Join(problems...)
}

// chosen returns the folders to visit: those that are named, or all that the action is for.
func chosen(w *workspace.Workspace, name string, named []string) ([]string, error) {
	all, err := w.Folders()
	if err != nil {
		return nil, err
	}
	for _, folder := range named {
		if !slices.Contains(all, folder) {
			return nil, fmt.Errorf("%s is no module of the workspace", folder)
		}
	}
	adapters := make([]string, 0, len(all))
	for _, m := range w.Modules {
		if m.Framework != "" {
			adapters = append(adapters, m.Dir)
		}
	}
	switch {
	case len(named) > 0:
		return named, nil
	case name == "matrix":
		return adapters, nil
	case name == "race":
		return slices.DeleteFunc(all, func(folder string) bool { return slices.Contains(adapters, folder) }), nil
	default:
		return all, nil
	}
}

// runner carries what every action needs.
type runner struct {
	workspace *workspace.Workspace
	proxy     *standalone.Proxy
}

// race tests a module with the race detector.
func race(ctx context.Context, r *runner, folder string) error {
	m, err := r.proxy.Open(r.workspace, folder)
	if err != nil {
		return err
	}
	out, err := raced(ctx, m)
	if err != nil {
		return err // it holds the output
	}
	fmt.Print(out)
	return nil
}

// raced runs the tests of a module with the race detector, which needs cgo. Lint vets them.
func raced(ctx context.Context, m *standalone.Module) (string, error) {
	command := m.Command
	command.Env = append(slices.Clip(command.Env), "CGO_ENABLED=1")
	return command.Output(ctx, "go", "test", "-race", "-vet=off", "./...")
}
