package clerkotel

import (
	"maps"
	"sync"
	"sync/atomic"
)

// maxSeries bounds how many combinations of attributes are kept. There are far fewer, unless a key set of the
// application makes up reasons.
const maxSeries = 512

// memo keeps the options of a measurement, because making them costs more than measuring. It is safe for concurrent
// use; the zero value is empty.
type memo[K comparable, V any] struct {
	kept   atomic.Pointer[map[K]V] // never written to: a new value makes a new map
	adding sync.Mutex
}

// get returns what is kept for a key, or makes it.
func (m *memo[K, V]) get(key K, build func(K) V) V {
	if kept := m.kept.Load(); kept != nil {
		if value, ok := (*kept)[key]; ok {
			return value
		}
	}
	value := build(key)
	m.adding.Lock()
	defer m.adding.Unlock()
	next := map[K]V{key: value}
	if kept := m.kept.Load(); kept != nil {
		if len(*kept) >= maxSeries {
			return value
		}
		maps.Copy(next, *kept)
	}
	m.kept.Store(&next)
	return value
}
