package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"
)

// backend is a Backend API in memory: it answers what it is told and writes down what it is asked.
type backend struct {
	mu     sync.Mutex
	routes []backendRoute
	counts []int
	calls  []backendCall
}

type backendRoute struct {
	Method    string          `json:"method"`
	Path      string          `json:"path"`
	Responses []backendAnswer `json:"responses"`
}

type backendAnswer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
	Raw     *string           `json:"raw"`
	Fail    string            `json:"fail"`
}

type backendCall struct {
	Method        string          `json:"method"`
	Path          string          `json:"path"`
	Query         url.Values      `json:"query"`
	Authorization *string         `json:"authorization"`
	Body          json.RawMessage `json:"body"`
	APIVersion    *string         `json:"api_version"`
}

func newBackend(routes []backendRoute) *backend {
	b := &backend{}
	b.set(routes)
	return b
}

func (b *backend) set(routes []backendRoute) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.routes, b.counts = routes, make([]int, len(routes))
}

func (b *backend) client() *http.Client { return &http.Client{Transport: b} }

// take returns the calls since the last time.
func (b *backend) take() []backendCall {
	b.mu.Lock()
	defer b.mu.Unlock()
	calls := b.calls
	b.calls = nil
	return calls
}

// settle waits until no keys are being loaded in the background: the clock of a sequence jumps, and a load must not last for
// hours. A load is a goroutine from the moment at which it is due, before it has asked anything.
func settle() {
	stacks := make([]byte, 1<<20)
	for {
		stacks = stacks[:cap(stacks)]
		stacks = stacks[:runtime.Stack(stacks, true)]
		if !bytes.Contains(stacks, []byte("(*RemoteKeySet)")) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func withoutVersion(path string) string { return strings.TrimPrefix(path, "/v1") }

var errReset = errors.New("connection reset")

// RoundTrip implements [http.RoundTripper].
func (b *backend) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	authorization, version := req.Header.Get("Authorization"), req.Header.Get("Clerk-Api-Version")
	b.calls = append(b.calls, backendCall{
		Method: req.Method, Path: req.URL.Path, Query: req.URL.Query(), Body: body,
		Authorization: &authorization, APIVersion: &version,
	})
	answer := backendAnswer{Status: http.StatusNotFound, Body: json.RawMessage(`{"errors":[{"code":"resource_not_found","message":"not found"}]}`)}
	for i := range b.routes {
		route := &b.routes[i]
		path, _, _ := strings.Cut(route.Path, "?")
		if route.Method == req.Method && withoutVersion(path) == withoutVersion(req.URL.Path) {
			answer = route.Responses[min(b.counts[i], len(route.Responses)-1)]
			b.counts[i]++
			break
		}
	}
	if answer.Fail != "" {
		return nil, errReset
	}
	header, text := http.Header{"Content-Type": {"application/json"}}, string(answer.Body)
	if answer.Raw != nil {
		text = *answer.Raw
	}
	for name, value := range answer.Headers {
		header.Set(name, value)
	}
	if answer.Status == 0 {
		answer.Status = http.StatusOK
	}
	return &http.Response{
		StatusCode: answer.Status, Header: header, Body: io.NopCloser(strings.NewReader(text)), Request: req,
	}, nil
}
