package clerktest

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// A request log remembers so many requests, with so much of each path, and so many bytes of bodies in all.
const (
	requestLogCap   = 2_000
	requestPathCap  = 1 << 10 // bytes
	requestBytesCap = 16 << 20
)

// RequestRecord is one answered request of the Backend API or of the Frontend API.
type RequestRecord struct {
	ID        int64         `json:"id"`       // counts the requests of the instance from 1; 0 when there is no instance
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

// loggedRequest is a request as the log keeps it.
type loggedRequest struct {
	RequestRecord
	api      string // backend, frontend or apiKeySet
	exchange *exchange
}

// apiKeySet marks the requests for the public keys. They are shown in the console, and count as requests of neither
// API.
const apiKeySet = "keys"

// requestLog is a ring of the latest requests.
type requestLog struct {
	mu    sync.Mutex
	ring  []*loggedRequest // the request of id n is at (n-1) % requestLogCap
	last  int64            // id of the latest request
	whole int64            // id of the oldest request whose bodies are kept
	bytes int              // of the bodies that are kept
	wake  []func(RequestRecord)
}

func newRequestLog() *requestLog { return &requestLog{whole: 1} }

func (l *requestLog) add(entry loggedRequest) {
	l.mu.Lock()
	l.last++
	entry.ID = l.last
	at := int((l.last - 1) % requestLogCap)
	if at == len(l.ring) {
		l.ring = append(l.ring, nil)
	} else {
		l.forgetBodies(l.last - requestLogCap)
	}
	l.ring[at] = &entry
	l.bytes += entry.exchange.size()
	for l.bytes > requestBytesCap && l.whole < l.last {
		l.forgetBodies(l.whole)
	}
	wake := l.wake
	l.mu.Unlock()
	if entry.api == apiKeySet {
		return
	}
	for _, fn := range wake {
		fn(entry.RequestRecord)
	}
}

// forgetBodies drops the bodies of the requests up to an id. It needs the lock.
func (l *requestLog) forgetBodies(id int64) {
	for ; l.whole <= id; l.whole++ {
		at := int((l.whole - 1) % requestLogCap)
		entry := *l.ring[at]
		l.bytes -= entry.exchange.size()
		entry.exchange = entry.exchange.withoutBodies()
		l.ring[at] = &entry
	}
}

// entries returns what the log holds, oldest first.
func (l *requestLog) entries() []*loggedRequest {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]*loggedRequest, 0, len(l.ring))
	if len(l.ring) < requestLogCap {
		return append(out, l.ring...)
	}
	next := l.last % requestLogCap
	return append(append(out, l.ring[next:]...), l.ring[:next]...)
}

// clear forgets the requests; ids begin again.
func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.bytes, l.last, l.whole = nil, 0, 0, 1
}

// OnRequest registers a function that runs after every answered request of the Backend API or the Frontend API, in the
// goroutine that answered it.
func (in *Instance) OnRequest(fn func(RequestRecord)) {
	l := in.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake = append(slices.Clip(l.wake), fn)
}

// OnRequest registers a function that runs after every answered request of any instance, in the goroutine that answered
// it. It also sees those that were refused because their key belongs to no instance.
func (e *Emulator) OnRequest(fn func(RequestRecord)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.onRequest = append(slices.Clip(e.onRequest), fn)
}

// logRequest tells the instance that answered, nil when there was none, and the emulator. What no instance answered is
// kept in a log of its own, which the console shows with the first instance.
func (e *Emulator) logRequest(in *Instance, entry loggedRequest) {
	entry.Path = shortened(entry.Path, requestPathCap)
	log := e.strays
	if in != nil {
		entry.At, entry.Instance, log = in.clock.Now(), in.name, in.requests
	}
	log.add(entry)
	if entry.api == apiKeySet {
		return
	}
	e.mu.RLock()
	wake := e.onRequest
	e.mu.RUnlock()
	for _, fn := range wake {
		fn(entry.RequestRecord)
	}
}

// Requests returns the latest requests of both APIs, oldest first, 2,000 at most.
func (in *Instance) Requests() []RequestRecord {
	entries := slices.DeleteFunc(in.requests.entries(), func(entry *loggedRequest) bool { return entry.api == apiKeySet })
	return mapped(entries, func(entry *loggedRequest) RequestRecord { return entry.RequestRecord })
}

// shortened is a text of at most so many bytes, which does not hold on to what was cut off.
func shortened(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	return strings.Clone(strings.ToValidUTF8(text[:bytes], ""))
}
