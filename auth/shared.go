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

// shared keeps objects of Clerk for a while and lets all who want one at the same time share one call. P is a pointer to
// an object: for all pointers the methods are compiled once.
type shared[P any] struct {
	get       func(ctx context.Context, key currentKey) (P, error)
	now       func() time.Time
	ttl       time.Duration
	size      int
	lastKnown bool

	mu      sync.Mutex
	kept    map[currentKey]*keptObject[P]
	flights map[currentKey]*sharedFlight[P]
}

type keptObject[P any] struct {
	object P
	until  time.Time
}

// sharedFlight is a call that is under way. Its results are set before done is closed.
type sharedFlight[P any] struct {
	done   chan struct{}
	object P
	err    error
}

func newShared[P any](
	config CurrentConfig, now func() time.Time, get func(ctx context.Context, key currentKey) (P, error),
) *shared[P] {
	return &shared[P]{
		get: get, now: now, ttl: config.TTL, size: config.Size, lastKnown: config.LastKnown,
		kept: map[currentKey]*keptObject[P]{}, flights: map[currentKey]*sharedFlight[P]{},
	}
}

// find returns an object, which all who ask for it share. A call that has begun goes on when the caller's patience ends.
func (s *shared[P]) find(ctx context.Context, key currentKey, operation string) (P, error) {
	var none P
	s.mu.Lock()
	if kept := s.kept[key]; kept != nil && s.now().Before(kept.until) {
		s.mu.Unlock()
		return kept.object, nil
	}
	flight := s.flights[key]
	if flight == nil {
		flight = &sharedFlight[P]{done: make(chan struct{})}
		s.flights[key] = flight
		go s.fetch(context.WithoutCancel(ctx), key, flight)
	}
	s.mu.Unlock()
	select {
	case <-flight.done:
	case <-ctx.Done():
		return none, currentError(operation, ctx.Err())
	}
	if flight.err != nil {
		return none, currentError(operation, flight.err)
	}
	return flight.object, nil
}

// fetch asks Clerk and keeps the answer, unless the object was forgotten meanwhile: then the answer can be older than
// the event that said so.
func (s *shared[P]) fetch(ctx context.Context, key currentKey, flight *sharedFlight[P]) {
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
func (s *shared[P]) keep(key currentKey, object P) {
	if s.ttl < 0 && !s.lastKnown {
		return
	}
	for other := range s.kept {
		if _, known := s.kept[key]; known || len(s.kept) < s.size {
			break
		}
		delete(s.kept, other)
	}
	s.kept[key] = &keptObject[P]{object: object, until: s.now().Add(max(s.ttl, 0))}
}

// forget drops the objects of a user, an organization or both, and what calls under way will answer to those who come
// later.
func (s *shared[P]) forget(matches func(key currentKey) bool) {
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

// own returns a shallow copy of what was found, so that a caller who changes a field changes nobody else's object.
func own[T any](object *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	out := *object
	return &out, nil
}
