package clerktest

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// A request log remembers so many requests, with so much of each path.
const (
	requestLogCap  = 2_000
	requestPathCap = 1 << 10 // bytes
)

// RequestRecord is one answered Backend API request.
type RequestRecord struct {
	Instance  string        `json:"instance"` // its name, empty when the key belongs to none
	At        time.Time     `json:"at"`
	Method    string        `json:"method"`
	Path      string        `json:"path"`
	Operation string        `json:"operation"`
	Status    int           `json:"status"`
	ErrorCode string        `json:"error_code,omitzero"`
	Duration  time.Duration `json:"duration"`
	TraceID   string        `json:"trace_id"`
}

// requestLog is a ring of the latest requests.
type requestLog struct {
	mu   sync.Mutex
	ring []RequestRecord
	next int
	wake []func(RequestRecord)
}

func newRequestLog() *requestLog { return &requestLog{} }

func (l *requestLog) add(rec RequestRecord) {
	l.mu.Lock()
	if len(l.ring) < requestLogCap {
		l.ring = append(l.ring, rec)
	} else {
		l.ring[l.next] = rec
		l.next = (l.next + 1) % requestLogCap
	}
	wake := l.wake
	l.mu.Unlock()
	for _, fn := range wake {
		fn(rec)
	}
}

func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.next = nil, 0
}

// OnRequest registers a function that runs after every answered Backend API request, in the goroutine that answered it.
func (in *Instance) OnRequest(fn func(RequestRecord)) {
	l := in.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake = append(slices.Clip(l.wake), fn)
}

// OnRequest registers a function that runs after every answered Backend API request of any instance, in the goroutine
// that answered it. It also sees those that were refused because their key belongs to no instance.
func (e *Emulator) OnRequest(fn func(RequestRecord)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.onRequest = append(slices.Clip(e.onRequest), fn)
}

// logRequest tells the instance that answered, nil when there was none, and the emulator.
func (e *Emulator) logRequest(in *Instance, rec RequestRecord) {
	rec.Path = shortened(rec.Path, requestPathCap)
	if in != nil {
		rec.At, rec.Instance = in.clock.Now(), in.name
		in.requests.add(rec)
	}
	e.mu.RLock()
	wake := e.onRequest
	e.mu.RUnlock()
	for _, fn := range wake {
		fn(rec)
	}
}

// Requests returns the latest Backend API requests, oldest first.
func (in *Instance) Requests() []RequestRecord {
	l := in.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]RequestRecord, 0, len(l.ring))
	return append(append(out, l.ring[l.next:]...), l.ring[:l.next]...)
}

// shortened is a text of at most so many bytes, which does not hold on to what was cut off.
func shortened(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	return strings.Clone(strings.ToValidUTF8(text[:bytes], ""))
}
