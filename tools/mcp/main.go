// Command mcp lets clients that nobody here wrote sign in to MCP servers behind clerkmcp with the local Clerk, and holds what
// they and the servers said to each other against what is expected.
//
//	go run . [-chromium PATH] [-only TEXT]
//
// It prints a table of client, server, step and result, and exits with 1 when a step fails. The packages of npm/ are installed
// once, as its lock file says and without their scripts; after that nothing leaves the machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	chromium := flag.String("chromium", "chromium", "the browser, as a path or a name in PATH")
	only := flag.String("only", "", "run only the clients whose name contains this")
	flag.Parse()
	if err := run(context.Background(), *chromium, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mcp:", err)
		os.Exit(1)
	}
}

// row is one client at one server, or one proof. It reports a result for each of its steps.
type row struct {
	client, server string
	run            func(context.Context, *report)
}

func run(ctx context.Context, chromium, only string) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	if err := install(ctx); err != nil {
		return err
	}
	browser := &browser{path: chromium, base: ctx}
	defer browser.close()
	rows := slices.Concat(signInRows(browser), negativeRows(), openIDRows())
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	failed := 0
	for _, r := range rows {
		if !strings.Contains(r.client, only) {
			continue
		}
		report, started := &report{}, time.Now()
		bounded, stop := context.WithTimeout(ctx, 3*time.Minute)
		r.run(bounded, report)
		stop()
		for _, l := range report.lines {
			result := "ok"
			switch {
			case l.err != nil:
				result = "FAILED: " + l.err.Error()
				failed++
			case l.note != "":
				result = l.note
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.client, r.server, l.step, result)
		}
		fmt.Fprintf(table, "%s\t%s\t\t%.1f s\n", r.client, r.server, time.Since(started).Seconds())
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d steps failed", failed)
	}
	return nil
}

// report collects the results of a row.
type report struct{ lines []line }

type line struct {
	step, note string
	err        error
}

// step runs one step and notes its result. A step after one that failed is not run.
func (r *report) step(name string, fn func() error) {
	if len(r.lines) > 0 && r.lines[len(r.lines)-1].err != nil {
		return
	}
	r.lines = append(r.lines, line{step: name, err: fn()})
}

// cannot notes a step that the client has no way to take.
func (r *report) cannot(name, why string) {
	if len(r.lines) > 0 && r.lines[len(r.lines)-1].err != nil {
		return
	}
	r.lines = append(r.lines, line{step: name, note: "- " + why})
}

// want returns an error that says what was expected, unless it is so.
func want(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}
