package clerkotel

import (
	"slices"
	"sync"
	"sync/atomic"
)

// maxSeries bounds how many combinations of attributes are kept. There are fewer, unless a key set of the application
// makes up reasons.
const maxSeries = 64

// memo keeps the options of a measurement, because making them costs more than measuring. Those of the usual outcomes are
// there early, so a list is faster than a map. It is safe for concurrent use; the zero value is empty.
type memo[K comparable, V any] struct {
	kept   atomic.Pointer[[]remembered[K, V]] // never written to: a new value makes a new list
	adding sync.Mutex
}

type remembered[K comparable, V any] struct {
	key   K
	value V
}

// get returns what is kept for a key, or makes it.
func (m *memo[K, V]) get(key K, build func(K) V) V {
	if kept := m.kept.Load(); kept != nil {
		for i := range *kept {
			if (*kept)[i].key == key {
				return (*kept)[i].value
			}
		}
	}
	return m.add(key, build(key))
}

func (m *memo[K, V]) add(key K, value V) V {
	m.adding.Lock()
	defer m.adding.Unlock()
	var list []remembered[K, V]
	if kept := m.kept.Load(); kept != nil {
		list = *kept
	}
	if len(list) < maxSeries && !slices.ContainsFunc(list, func(r remembered[K, V]) bool { return r.key == key }) {
		list = append(slices.Clip(list), remembered[K, V]{key, value})
		m.kept.Store(&list)
	}
	return value
}
