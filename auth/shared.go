package clerkauth

import (
	"context"
	"errors"
	"sync"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// currentKey names an object: a user, an organization, or the membership of one in the other.
type currentKey struct{ userID, orgID string }

// shared keeps objects of Clerk for a while and lets all who want one at the same time share one call.
type shared[T any] struct {
	get       func(ctx context.Context, key currentKey) (*T, error)
	now       func() time.Time
	ttl       time.Duration
	size      int
	lastKnown bool

	mu      sync.Mutex
	kept    map[currentKey]*keptObject[T]
	flights map[currentKey]*sharedFlight[T]
}

type keptObject[T any] struct {
	object *T
	until  time.Time
}

// sharedFlight is a call that is under way. Its results are set before done is closed.
type sharedFlight[T any] struct {
	done   chan struct{}
	object *T
	err    error
}

func newShared[T any](
	config CurrentConfig, now func() time.Time, get func(ctx context.Context, key currentKey) (*T, error),
) *shared[T] {
	return &shared[T]{
		get: get, now: now, ttl: config.TTL, size: config.Size, lastKnown: config.LastKnown,
		kept: map[currentKey]*keptObject[T]{}, flights: map[currentKey]*sharedFlight[T]{},
	}
}

// find returns a copy of an object. A call that has begun goes on when the caller's patience ends.
func (s *shared[T]) find(ctx context.Context, key currentKey, operation string) (*T, error) {
	s.mu.Lock()
	if kept := s.kept[key]; kept != nil && s.now().Before(kept.until) {
		s.mu.Unlock()
		return clone(kept.object), nil
	}
	flight := s.flights[key]
	if flight == nil {
		flight = &sharedFlight[T]{done: make(chan struct{})}
		s.flights[key] = flight
		go s.fetch(context.WithoutCancel(ctx), key, flight)
	}
	s.mu.Unlock()
	select {
	case <-flight.done:
	case <-ctx.Done():
		return nil, currentError(operation, ctx.Err())
	}
	if flight.err != nil {
		return nil, currentError(operation, flight.err)
	}
	return clone(flight.object), nil
}

// fetch asks Clerk and keeps the answer, unless the object was forgotten meanwhile: then the answer can be older than
// the event that said so.
func (s *shared[T]) fetch(ctx context.Context, key currentKey, flight *sharedFlight[T]) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	defer close(flight.done)
	flight.object, flight.err = s.get(ctx, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flights[key] != flight {
		return
	}
	delete(s.flights, key)
	switch {
	case flight.err == nil:
		s.keep(key, flight.object)
	case errors.Is(flight.err, clerk.ErrNotFound):
		delete(s.kept, key)
	case s.lastKnown && s.kept[key] != nil:
		flight.object, flight.err = s.kept[key].object, nil
	}
}

// keep remembers an object and makes room for it.
func (s *shared[T]) keep(key currentKey, object *T) {
	if s.ttl < 0 && !s.lastKnown {
		return
	}
	for other := range s.kept {
		if _, known := s.kept[key]; known || len(s.kept) < s.size {
			break
		}
		delete(s.kept, other)
	}
	s.kept[key] = &keptObject[T]{object: object, until: s.now().Add(max(s.ttl, 0))}
}

// forget drops the objects of a user, an organization or both, and what calls under way will answer to those who come
// later.
func (s *shared[T]) forget(matches func(key currentKey) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.kept {
		if matches(key) {
			delete(s.kept, key)
		}
	}
	for key := range s.flights {
		if matches(key) {
			delete(s.flights, key)
		}
	}
}

// clone returns a shallow copy, so that a caller who changes a field changes nobody else's object.
func clone[T any](object *T) *T {
	out := *object
	return &out
}
