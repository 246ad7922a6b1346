// Command moduleroot gives every module of the repository another path: it writes ROOT in the place of the present
// root in all text files of the working tree, and sorts what go.mod and go.work files list by path.
//
//	moduleroot github.com/acme/clerk-go
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "moduleroot:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("want the new root, such as github.com/acme/clerk-go")
	}
	if err := module.CheckPath(args[0] + "/core"); err != nil {
		return err
	}
	w, err := workspace.Find()
	if err != nil {
		return err
	}
	changed, err := rename(w.Top, workspace.Root, args[0])
	fmt.Printf("moduleroot: %d files\n", changed)
	return err
}

// rename writes root in the place of old in every text file below top and returns how many files it changed.
func rename(top, old, root string) (changed int, err error) {
	skipped := []string{".git", "bin", "node_modules"}
	err = filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(skipped, entry.Name()):
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		before, err := os.ReadFile(name) //nolint:gosec // the tree is the contributor's own
		if err != nil || !utf8.Valid(before) || !bytes.Contains(before, []byte(old)) {
			return err
		}
		after, err := tidied(filepath.Base(name), bytes.ReplaceAll(before, []byte(old), []byte(root)))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		changed++
		return os.WriteFile(name, after, 0o644) //nolint:gosec // keeps the mode of a file that exists
	})
	return changed, err
}

// tidied puts the lines of a file into the order and the columns that its kind asks for.
func tidied(name string, data []byte) ([]byte, error) {
	switch {
	case name == "go.mod":
		mod, err := modfile.Parse(name, data, nil)
		if err != nil {
			return nil, err
		}
		mod.SortBlocks()
		return mod.Format()
	case name == "go.work":
		work, err := modfile.ParseWork(name, data, nil)
		if err != nil {
			return nil, err
		}
		work.SortBlocks()
		return modfile.Format(work.Syntax), nil
	case strings.HasSuffix(strings.TrimSuffix(name, ".golden"), ".go"):
		return format.Source(data)
	default:
		return data, nil
	}
}
