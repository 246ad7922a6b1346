// Command docs fills the Go snippets and the tables of the repository's Markdown files.
//
// A snippet stands between two comments and comes from a Go file that the compiler and the tests see:
//
//	<!-- snippet examples/snippets/verify/main.go#imports,body -->
//	<!-- /snippet -->
//
// Without a region the whole file is shown from its package line on. A region of a Go file begins with
// the line //docs:begin NAME and ends with //docs:end NAME. A table stands between <!-- table NAME -->
// and <!-- /table --> and comes from the release manifest or the source of auth.
//
// With -check nothing is written: the command fails when a file would change, when a relative link leads
// nowhere, when README.md or a file of docs holds Go code that is not a snippet, and when one names a test, such as
// `auth.TestMiddleware`, that does not exist.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func main() {
	check := flag.Bool("check", false, "write nothing, fail on any difference")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check bool) error {
	w, err := workspace.Find()
	if err != nil {
		return err
	}
	files, err := markdown(w.Top)
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range files {
		problems = append(problems, process(w, name, check)...)
	}
	fmt.Printf("docs: %d files, %d problems\n", len(files), len(problems))
	return errors.Join(problems...)
}

// markdown lists the Markdown files below top, relative to it.
func markdown(top string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch name := entry.Name(); {
		case entry.IsDir() && (name == ".git" || name == "node_modules" || name == "testdata" || name == "bin"):
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(name, ".md"):
			rel, err := filepath.Rel(top, path)
			if err != nil {
				return err
			}
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	return files, err
}

// process fills one file and checks the result.
func process(w *workspace.Workspace, name string, check bool) []error {
	full := filepath.Join(w.Top, name)
	data, err := os.ReadFile(full)
	if err != nil {
		return []error{err}
	}
	before := string(data)
	after, err := fill(w, before)
	if err != nil {
		return []error{fmt.Errorf("%s:%w", name, err)}
	}
	problems := append(checkLinks(w.Top, name, after), checkBlocks(name, after)...)
	problems = append(problems, checkTests(w.Top, name, after)...)
	switch {
	case after == before:
	case check:
		problems = append(problems, fmt.Errorf("%s: not up to date, run make docs", name))
	default:
		if err := os.WriteFile(full, []byte(after), 0o644); err != nil { //nolint:gosec // documentation is for everyone to read
			problems = append(problems, err)
		}
	}
	return problems
}
