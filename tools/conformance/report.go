package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// report collects outcomes.
type report struct{ outcomes []outcome }

func newReport() *report { return &report{} }

func (r *report) add(o outcome) { r.outcomes = append(r.outcomes, o) }

func (r *report) total() int { return len(r.outcomes) }

func (r *report) failed() bool {
	return slices.ContainsFunc(r.outcomes, func(o outcome) bool { return o.verdict == failed })
}

func (r *report) count(kind string, v verdict) int {
	n := 0
	for i := range r.outcomes {
		if o := &r.outcomes[i]; (kind == "" || o.kind == kind) && o.verdict == v {
			n++
		}
	}
	return n
}

func (r *report) kinds() []string {
	var kinds []string
	for i := range r.outcomes {
		kinds = append(kinds, r.outcomes[i].kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func (r *report) print(w io.Writer, verbose bool) {
	for i := range r.outcomes {
		o := &r.outcomes[i]
		switch {
		case o.verdict == failed:
			fmt.Fprintf(w, "FAIL  %s  %s\n", o.id, o.kind)
		case o.verdict == deliberate:
			fmt.Fprintf(w, "%-5s %s  %s\n", o.deviation.id, o.id, o.deviation.reason)
		case verbose:
			fmt.Fprintf(w, "ok    %s  %s\n", o.id, o.kind)
			continue
		default:
			continue
		}
		for _, line := range o.differences {
			if o.verdict == failed || verbose {
				fmt.Fprintf(w, "      %s\n", strings.ReplaceAll(line, "\n", " "))
			}
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "kind\tpassed\tdeliberate\tfailed\t")
	for _, kind := range r.kinds() {
		r.row(table, kind, kind)
	}
	r.row(table, "all", "")
	_ = table.Flush()
}

func (r *report) row(w io.Writer, title, kind string) {
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", title,
		r.count(kind, passed), r.count(kind, deliberate), r.count(kind, failed))
}
