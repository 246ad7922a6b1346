// Command api compares the Backend API client of this SDK with clerk-sdk-go, in one process and on one server.
//
//	go run . [-rounds 5] [-build=false] [-user ../../../core/testdata/user.json]
//
// It walks 10,000 users behind 20 ms of latency, decodes pages of 500 users, and builds a program with one call from an empty
// cache. Subjects take turns, and what is printed are medians and their ratio to clerk-sdk-go.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	users    = 10_000
	pageSize = 500
	latency  = 20 * time.Millisecond
	key      = "sk_test_benchmark"
)

func main() {
	rounds := flag.Int("rounds", 5, "runs of each subject")
	build := flag.Bool("build", true, "build the one-call programs, too")
	file := flag.String("user", "../../../core/testdata/user.json", "JSON of one user")
	flag.Parse()
	if err := run(*file, *rounds, *build); err != nil {
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(1)
	}
}

func run(file string, rounds int, build bool) error {
	server, err := newServer(file)
	if err != nil {
		return err
	}
	defer server.Close()
	subjects, err := newSubjects(server.URL + "/v1")
	if err != nil {
		return err
	}
	for _, work := range []time.Duration{0, latency} {
		if err := compareWalks(server, subjects, work, rounds); err != nil {
			return err
		}
	}
	if err := compareDecoding(server, subjects, rounds); err != nil {
		return err
	}
	if build {
		return compareBuilds()
	}
	return nil
}

// median returns the middle value; it sorts its input.
func median[T int64 | float64 | time.Duration](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}
