package clerkmirror

import (
	"context"
	"sync"
)

// knownIDs remembers which rows are there. Rows are never taken away, so what is known stays true. Two generations
// bound it: when the young one is full, it becomes the old one, and what was in that is forgotten.
type knownIDs struct {
	mu         sync.Mutex
	size       int // of a generation
	young, old map[string]struct{}
}

func newKnownIDs(size int) *knownIDs {
	return &knownIDs{size: max(size, 0) / 2, young: map[string]struct{}{}}
}

func (k *knownIDs) has(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.young[id]; ok {
		return true
	}
	if _, ok := k.old[id]; !ok {
		return false
	}
	k.put(id)
	return true
}

func (k *knownIDs) add(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.put(id)
}

func (k *knownIDs) put(id string) {
	if k.size == 0 {
		return
	}
	if len(k.young) >= k.size {
		k.old, k.young = k.young, map[string]struct{}{}
	}
	k.young[id] = struct{}{}
}

// flights lets one goroutine do what several want.
type flights struct {
	mu      sync.Mutex
	running map[string]*flight
}

type flight struct {
	done chan struct{}
	err  error
}

// do runs fn, or waits for the goroutine that runs it for the same key. The caller that runs it does so to the end.
func (f *flights) do(ctx context.Context, key string, fn func() error) error {
	f.mu.Lock()
	if running := f.running[key]; running != nil {
		f.mu.Unlock()
		select {
		case <-running.done:
			return running.err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if f.running == nil {
		f.running = map[string]*flight{}
	}
	own := &flight{done: make(chan struct{}), err: context.Canceled} // the error if fn panics
	f.running[key] = own
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.running, key)
		f.mu.Unlock()
		close(own.done)
	}()
	own.err = fn()
	return own.err
}
