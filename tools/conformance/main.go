// Command conformance replays recorded decisions about requests, tokens and keys against this SDK.
//
//	go run ./conformance FILE…
//
// Each FILE is a JSON array of vectors. The command prints a table of what passed, what differs on purpose, and what
// failed; it exits with 1 if anything failed that is not listed as a deliberate difference.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	verbose := flag.Bool("v", false, "print every vector")
	only := flag.String("only", "", "replay only the vectors whose id begins with this")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: conformance [-v] [-only ID] FILE…")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	failed, err := run(os.Stdout, flag.Args(), *only, *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

// run replays the files and reports whether anything failed.
func run(w io.Writer, files []string, only string, verbose bool) (bool, error) {
	table := newReport()
	for _, name := range files {
		vectors, err := readVectors(name)
		if err != nil {
			return false, err
		}
		for i := range vectors {
			if vectors[i].selected(only) {
				table.add(replay(&vectors[i]))
			}
		}
	}
	if table.total() == 0 {
		return false, fmt.Errorf("no vectors were replayed")
	}
	table.print(w, verbose)
	return table.failed(), nil
}
