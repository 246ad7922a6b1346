// Command conformance replays recorded decisions about requests, tokens and keys against this SDK.
//
//	go run ./conformance FILE…
//	go run ./conformance -scenarios FILE -decisions FILE
//
// Each FILE is a JSON array of vectors. The command prints a table of what passed, what differs on purpose, and what
// failed; it exits with 1 if anything failed that is not listed as a deliberate difference.
//
// Scenarios and decisions are JSON lines: situations that were generated, and what Clerk's SDK for JavaScript decided.
// The command groups what differs by its cause and exits with 1 if a difference has none.
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
	scenarios := flag.String("scenarios", "", "replay generated scenarios from this file")
	decisions := flag.String("decisions", "", "the decisions about the scenarios")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: conformance [-v] [-only ID] FILE…")
		fmt.Fprintln(flag.CommandLine.Output(), "       conformance [-v] -scenarios FILE -decisions FILE")
		flag.PrintDefaults()
	}
	flag.Parse()
	var failed bool
	var err error
	switch {
	case *scenarios != "" && *decisions != "" && flag.NArg() == 0:
		failed, err = runScenarios(os.Stdout, *scenarios, *decisions, *verbose)
	case *scenarios == "" && *decisions == "" && flag.NArg() > 0:
		failed, err = run(os.Stdout, flag.Args(), *only, *verbose)
	default:
		flag.Usage()
		os.Exit(2)
	}
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
