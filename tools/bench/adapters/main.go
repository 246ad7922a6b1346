// Command adapters measures what attaching and enforcing add to a request in each framework, with a warm cache, beside
// the least that a middleware can do in that framework and beside the net/http middleware of clerk-sdk-go on Chi.
//
//	go run . [-rounds 15] [-sample 40ms] [-cookie]
//
// A request goes straight into the framework's handler, without a network. Samples of the bare handler, the least one and
// the guarded one alternate; the table shows medians of the CPU time of one request, and what the two add to the bare one.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

// subject is one framework without a guard, with the least one and with Clerk. Its functions serve one request and return
// the status.
type subject struct {
	name                 string
	bare, least, guarded func() int
}

// cost is what one request costs.
type cost struct{ ns, allocs, bytes float64 }

func main() {
	rounds := flag.Int("rounds", 15, "samples of each handler")
	sample := flag.Duration("sample", 40*time.Millisecond, "length of a sample")
	cookie := flag.Bool("cookie", false, "present a session cookie instead of a header")
	flag.Parse()
	if err := run(*rounds, *sample, *cookie); err != nil {
		fmt.Fprintln(os.Stderr, "adapters:", err)
		os.Exit(1)
	}
}

func run(rounds int, sample time.Duration, cookie bool) error {
	fx, err := newFixture(cookie)
	if err != nil {
		return err
	}
	defer fx.server.Close()
	subjects := fx.subjects()
	for _, s := range subjects {
		if bare, least, guarded := s.bare(), s.least(), s.guarded(); bare != 200 || least != 200 || guarded != 200 {
			return fmt.Errorf("%s: bare answers %d, least %d and guarded %d, want 200", s.name, bare, least, guarded)
		}
	}
	fmt.Printf("attach + enforce above the bare handler, warm cache, %s, median of %d rounds, %s %s/%s\n\n",
		fx.credential(), rounds, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(w, "framework\tbare ns\tleast adds ns\tallocs\tB\tours adds ns\tallocs\tB\tof the least\t")
	for _, s := range subjects {
		bare, least, guarded := measure(s, rounds, sample)
		least, guarded = least.above(bare), guarded.above(bare)
		fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.2f\t\n", s.name, bare.ns,
			least.ns, least.allocs, least.bytes, guarded.ns, guarded.allocs, guarded.bytes, guarded.ns/least.ns)
	}
	return w.Flush()
}

// measure alternates short samples of the handlers and returns the medians. Time is CPU time of the process, so that other
// work on the machine does not count.
func measure(s subject, rounds int, sample time.Duration) (bare, least, guarded cost) {
	var a, b, c []cost
	for range rounds {
		a, b, c = append(a, sampleOf(s.bare, sample)), append(b, sampleOf(s.least, sample)), append(c, sampleOf(s.guarded, sample))
	}
	return median(a), median(b), median(c)
}

// above returns what a cost adds to another one.
func (c cost) above(other cost) cost {
	return cost{ns: c.ns - other.ns, allocs: c.allocs - other.allocs, bytes: c.bytes - other.bytes}
}

func sampleOf(serve func() int, length time.Duration) cost {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runs, began, start := 0, time.Now(), cpuTime()
	for time.Since(began) < length {
		for range 100 {
			serve()
		}
		runs += 100
	}
	used := cpuTime() - start
	runtime.ReadMemStats(&after)
	n := float64(runs)
	return cost{
		ns:     float64(used.Nanoseconds()) / n,
		allocs: float64(after.Mallocs-before.Mallocs) / n,
		bytes:  float64(after.TotalAlloc-before.TotalAlloc) / n,
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

func median(costs []cost) cost {
	pick := func(value func(cost) float64) float64 {
		values := make([]float64, len(costs))
		for i, c := range costs {
			values[i] = value(c)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return cost{
		ns:     pick(func(c cost) float64 { return c.ns }),
		allocs: pick(func(c cost) float64 { return c.allocs }),
		bytes:  pick(func(c cost) float64 { return c.bytes }),
	}
}
