// Command ports type-checks packages and their tests for platforms on which nothing is run here: those with other
// integers, files or sockets. Everything is read from source, the standard library too, so that nothing has to be
// compiled for a platform. The packages are those that the patterns name in FOLDER.
//
//	ports FOLDER GOOS/GOARCH[,GOOS/GOARCH…] package…
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ports:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return errors.New("want a folder, platforms and packages")
	}
	var problems []error
	for platform := range strings.SplitSeq(args[1], ",") {
		found, err := check(args[0], platform, args[2:])
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		fmt.Printf("%-14s %d problems\n", platform, len(found))
		problems = append(problems, found...)
	}
	return errors.Join(problems...)
}

// check returns what keeps the packages in dir that the patterns name from working on one platform.
func check(dir, platform string, patterns []string) ([]error, error) {
	system, processor, ok := strings.Cut(platform, "/")
	if !ok {
		return nil, errors.New("want GOOS/GOARCH")
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedDeps | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesSizes,
		Dir:   dir,
		Env:   append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor),
		Tests: true,
	}, patterns...)
	if err != nil {
		return nil, err
	}
	if len(loaded) == 0 {
		return nil, errors.New("no packages")
	}
	var problems []error
	for p := range packages.Postorder(loaded) {
		for _, e := range p.Errors {
			problems = append(problems, fmt.Errorf("%s: %w", platform, e))
		}
	}
	return problems, nil
}
