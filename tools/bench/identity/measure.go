package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

// subject is one way to do a work.
type subject struct {
	name string
	run  func() error
}

// group is the work without anything, and ways to do it with something.
type group struct {
	title    string
	bare     subject
	subjects []subject
}

// cost is what one run costs.
type cost struct{ ns, allocs, bytes float64 }

// row holds what each round has shown of a subject: its cost and how much more that is than the bare work.
type row struct {
	name            string
	ns, added, more []float64 // more in allocations
	bytes           []float64
}

type rows []*row

// measure runs the rounds. Each sample lies between two of the bare work.
func (g group) measure(rounds int, length time.Duration) rows {
	out := rows{{name: g.bare.name}}
	for _, s := range g.subjects {
		out = append(out, &row{name: s.name})
	}
	for range rounds {
		for _, i := range rand.Perm(len(g.subjects)) { //nolint:gosec // An order is no secret.
			before, own, after := sampleOf(g.bare, length), sampleOf(g.subjects[i], length), sampleOf(g.bare, length)
			out[0].add(before, cost{})
			out[i+1].add(own, cost{(before.ns + after.ns) / 2, before.allocs, before.bytes})
		}
	}
	return out
}

func (r *row) add(own, bare cost) {
	r.ns, r.added = append(r.ns, own.ns), append(r.added, own.ns-bare.ns)
	r.more, r.bytes = append(r.more, own.allocs-bare.allocs), append(r.bytes, own.bytes-bare.bytes)
}

// sampleOf runs for about the given time.
func sampleOf(s subject, length time.Duration) cost {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runs, began, start := 0, time.Now(), cpuTime()
	for time.Since(began) < length {
		for range 50 {
			if err := s.run(); err != nil {
				panic(s.name + ": " + err.Error())
			}
		}
		runs += 50
	}
	used := cpuTime() - start
	runtime.ReadMemStats(&after)
	n := float64(runs)
	return cost{
		ns: float64(used.Nanoseconds()) / n, allocs: float64(after.Mallocs-before.Mallocs) / n,
		bytes: float64(after.TotalAlloc-before.TotalAlloc) / n,
	}
}

// cpuTime returns what the process has used so far, collection of garbage included.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func (r rows) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(table, "subject\tns\tadded ns\tadded allocs\tadded B\t")
	fmt.Fprintf(table, "%s\t%.0f\t\t%.0f\t%.0f\t\n", r[0].name, median(r[0].ns), median(r[0].more), median(r[0].bytes))
	for _, row := range r[1:] {
		fmt.Fprintf(table, "%s\t%.0f\t%.0f\t%.0f\t%.0f\t\n", row.name, median(row.ns), median(row.added), median(row.more), median(row.bytes))
	}
	return table.Flush()
}
