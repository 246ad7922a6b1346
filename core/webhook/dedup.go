package clerkwebhook

import (
	"context"
	"sync"
	"time"
)

// Claim is the result of [Deduplicator.Begin].
type Claim uint8

// The answers of [Deduplicator.Begin].
const (
	// ClaimFirst means that the caller is the one to handle the message.
	ClaimFirst Claim = iota
	// ClaimInProgress means that another delivery of the message is being handled right now.
	ClaimInProgress
	// ClaimFinished means that the message has been handled.
	ClaimFinished
)

// Deduplicator remembers which messages were handled. Implement it over a database or a cache that all instances of
// a service share; Clerk repeats a message for about 28 hours, so entries should live at least that long. A claim
// that was begun and never ended, because the process died, should lapse after a minute or so.
type Deduplicator interface {
	// Begin claims a message by its id. Of two calls at the same time only one may get [ClaimFirst].
	Begin(ctx context.Context, id string) (Claim, error)
	// Finish records that the message has been handled.
	Finish(ctx context.Context, id string) error
	// Abandon gives the claim up, so that the next delivery of the message is handled.
	Abandon(ctx context.Context, id string) error
}

// DefaultMemorySize is how many handled messages a [MemoryDeduplicator] remembers by default.
const DefaultMemorySize = 10_000

// ClaimLapse is how long a [MemoryDeduplicator] keeps a claim that nobody ends, for example because a callback hangs.
const ClaimLapse = 2 * time.Minute

// MemoryDeduplicator is a [Deduplicator] in the memory of one process. When it is full it forgets the message that was
// handled longest ago. It is safe for concurrent use.
type MemoryDeduplicator struct {
	mu       sync.Mutex
	size     int
	running  map[string]time.Time // when they began
	finished map[string]struct{}
	ring     []string // ids of finished messages; next is the oldest once it is full
	next     int
}

// NewMemoryDeduplicator returns a [MemoryDeduplicator] for size handled messages; a size that is not positive means
// [DefaultMemorySize].
func NewMemoryDeduplicator(size int) *MemoryDeduplicator {
	if size <= 0 {
		size = DefaultMemorySize
	}
	return &MemoryDeduplicator{
		size: size, running: map[string]time.Time{}, finished: map[string]struct{}{},
	}
}

// Begin claims a message.
func (m *MemoryDeduplicator) Begin(_ context.Context, id string) (Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.finished[id]; ok {
		return ClaimFinished, nil
	}
	if began, ok := m.running[id]; ok && time.Since(began) < ClaimLapse {
		return ClaimInProgress, nil
	}
	m.running[id] = time.Now()
	return ClaimFirst, nil
}

// Finish records that a message has been handled.
func (m *MemoryDeduplicator) Finish(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.running, id)
	if _, ok := m.finished[id]; ok {
		return nil
	}
	m.finished[id] = struct{}{}
	if len(m.ring) < m.size {
		m.ring = append(m.ring, id)
		return nil
	}
	delete(m.finished, m.ring[m.next])
	m.ring[m.next] = id
	m.next = (m.next + 1) % m.size
	return nil
}

// Abandon gives a claim up.
func (m *MemoryDeduplicator) Abandon(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.running, id)
	return nil
}

// alwaysFirst is a Deduplicator that remembers nothing.
type alwaysFirst struct{}

// Begin lets every delivery through.
func (alwaysFirst) Begin(context.Context, string) (Claim, error) { return ClaimFirst, nil }

// Finish does nothing.
func (alwaysFirst) Finish(context.Context, string) error { return nil }

// Abandon does nothing.
func (alwaysFirst) Abandon(context.Context, string) error { return nil }
