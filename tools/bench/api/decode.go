package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"syscall"
	"time"

	peer "github.com/clerk/clerk-sdk-go/v2"

	clerk "github.com/clerkgo/clerk-go/core"
)

// compareDecoding measures the CPU time and the memory of decoding a page that is in memory already, and of asking for one.
func compareDecoding(s *server, subjects []subject, rounds int) error {
	body, err := fetch(s.URL + "/v1/users")
	if err != nil {
		return err
	}
	client, err := clerk.NewClient(key, clerk.WithHTTPClient(&http.Client{Transport: canned(body)}))
	if err != nil {
		return err
	}
	ways := []way{
		{"encoding/json into clerk-sdk-go's users", func() error {
			var out []*peer.User
			return json.Unmarshal(body, &out)
		}},
		{"core, Users.List of a canned answer", func() error {
			_, err := client.Users.List(context.Background(), nil)
			return err
		}},
		{"encoding/json into core's users", func() error {
			var out []clerk.User
			return json.Unmarshal(body, &out)
		}},
		{"clerk-sdk-go, user.List with the server", func() error { _, err := subjects[0].page(context.Background()); return err }},
		{"core, Users.List with the server", func() error { _, err := subjects[1].page(context.Background()); return err }},
	}
	cpu, allocs, bytes := make([][]float64, len(ways)), make([]float64, len(ways)), make([]float64, len(ways))
	for range rounds {
		for i, w := range ways {
			m, err := w.measure()
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			cpu[i] = append(cpu[i], m.cpu)
			allocs[i], bytes[i] = m.allocs, m.bytes
		}
	}
	fmt.Printf("page of %d users, %d bytes; CPU time of the process, with the server's where there is one; median of %d\n", pageSize, len(body), rounds)
	floor := median(cpu[0])
	for i, w := range ways {
		m := median(cpu[i])
		fmt.Printf("  %-40s %8.0f ns/user  ratio %.2f  %5.0f allocs/user  %6.0f B/user\n", w.name, m, m/floor, allocs[i], bytes[i])
	}
	fmt.Println()
	return nil
}

type way struct {
	name string
	run  func() error
}

// cost is what one user costs.
type cost struct{ cpu, allocs, bytes float64 }

func (w way) measure() (cost, error) {
	const pages = 10
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started := cpuTime()
	for range pages {
		if err := w.run(); err != nil {
			return cost{}, err
		}
	}
	took := cpuTime() - started
	runtime.ReadMemStats(&after)
	const n = pages * pageSize
	return cost{
		cpu:    float64(took.Nanoseconds()) / n,
		allocs: float64(after.Mallocs-before.Mallocs) / n,
		bytes:  float64(after.TotalAlloc-before.TotalAlloc) / n,
	}, nil
}

// cpuTime returns the CPU time that the process has used.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func fetch(address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}

// canned is a transport that answers from memory.
type canned []byte

// RoundTrip answers with the body.
func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, ContentLength: int64(len(c)), Body: &cannedBody{rest: c}}, nil
}

type cannedBody struct{ rest []byte }

func (b *cannedBody) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *cannedBody) Close() error { return nil }
