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

// subject is one way to verify a token. The first subject is the baseline.
type subject struct {
	name          string
	signatureOnly bool
	cold          string // name of the subject that verifies the same anew, or empty
	verify        func(token string) error
	run           func() error
}

type result struct {
	name   string
	cold   string
	ratios []float64
	cpu    []float64 // nanoseconds of one run
	allocs float64
	bytes  float64
}

// results are printed with two ratios: the median of the rounds, and that of the fastest samples, which a busy machine
// disturbs least.
type results []*result

// cpuTime returns what the process has used so far, collection of garbage included.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// sampleOf runs for about the given time and returns the CPU time of one run in nanoseconds.
func sampleOf(s subject, length time.Duration) float64 {
	runs := 0
	began, start := time.Now(), cpuTime()
	for time.Since(began) < length {
		for range 50 {
			if err := s.run(); err != nil {
				panic(s.name + ": " + err.Error())
			}
		}
		runs += 50
	}
	return float64(cpuTime()-start) / float64(runs)
}

func measure(subjects []subject, rounds int, length time.Duration) results {
	out := make(results, len(subjects))
	for i, s := range subjects {
		out[i] = &result{name: s.name, cold: s.cold}
		out[i].allocs, out[i].bytes = allocations(s)
	}
	base := subjects[0]
	for range rounds {
		for _, i := range rand.Perm(len(subjects)) { //nolint:gosec // An order is no secret.
			before := sampleOf(base, length)
			own := sampleOf(subjects[i], length)
			after := sampleOf(base, length)
			out[i].cpu = append(out[i].cpu, own)
			out[i].ratios = append(out[i].ratios, own/((before+after)/2))
		}
	}
	return out
}

func allocations(s subject) (count, bytes float64) {
	const runs = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		_ = s.run()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / runs, float64(after.TotalAlloc-before.TotalAlloc) / runs
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func (r results) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "subject\tratio\tof the best\tcold is\tCPU ns\tallocs\tbytes\t")
	base := slices.Min(r[0].cpu)
	for _, row := range r {
		ratio, times := median(row.ratios), ""
		if i := slices.IndexFunc(r, func(other *result) bool { return other.name == row.cold }); i >= 0 {
			times = fmt.Sprintf("%.1f x", median(r[i].ratios)/ratio)
		}
		fmt.Fprintf(table, "%s\t%.4f\t%.4f\t%s\t%.0f\t%.0f\t%.0f\t\n",
			row.name, ratio, slices.Min(row.cpu)/base, times, median(row.cpu), row.allocs, row.bytes)
	}
	_ = table.Flush()
}
