// Command release prepares the release of the modules in versions.txt.
//
//	release check      fail unless go.mod files, changelogs and API changes agree with versions.txt
//	release apidiff    print the API changes of each module since its last tag
//	release tags       print the tags to push, siblings before those who need them
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func main() {
	apidiff := flag.String("apidiff", "apidiff", "the apidiff program")
	flag.Parse()
	if err := run(context.Background(), *apidiff, flag.Arg(0), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, apidiff, action string, out io.Writer) error {
	w, err := workspace.Find()
	if err != nil {
		return err
	}
	r := &releaser{workspace: w, apidiff: apidiff, out: out}
	switch action {
	case "check":
		return r.check(ctx)
	case "apidiff":
		return r.printChanges(ctx)
	case "tags":
		return r.tags(ctx)
	default:
		return fmt.Errorf("unknown action %q: want check, apidiff or tags", action)
	}
}

// releaser carries what every action needs.
type releaser struct {
	workspace *workspace.Workspace
	apidiff   string
	out       io.Writer
}
