// Command depscheck fails when a module of the repository imports or requires what the
// architecture does not allow. It looks at each module on its own, outside the workspace.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/clerkgo/clerk-go/tools/internal/standalone"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func main() {
	problems, err := run(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "depscheck:", err)
		os.Exit(2)
	}
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context) ([]string, error) {
	w, err := workspace.Find()
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "depscheck-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	proxy, err := standalone.Pack(ctx, w, scratch)
	if err != nil {
		return nil, err
	}
	problems := checkFiles(w)
	for _, m := range w.Modules {
		packages, err := list(ctx, w, proxy, m)
		if err != nil {
			return nil, err
		}
		found := checkImports(w, m, packages)
		fmt.Printf("%-12s %3d packages, %d problems\n", m.Dir, len(packages), len(found))
		problems = append(problems, found...)
	}
	return problems, nil
}
