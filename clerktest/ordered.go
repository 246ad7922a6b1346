package clerktest

import (
	"cmp"
	"iter"
	"slices"
	"sort"
)

// ordered is a list of rows that stays sorted. To add or to remove a row and to begin at a position costs little
// however many rows there are: they lie in chunks of bounded length.
type ordered[R any] struct {
	compare func(a, b R) int // nil leaves the order of creation, which also decides between equal rows
	chunks  [][]*entry[R]    // none is empty
	length  int
}

// maxChunk is how long a chunk may become before it is divided.
const maxChunk = 512

// newOrdered sorts entries, which it keeps.
func newOrdered[R any](compare func(a, b R) int, entries []*entry[R]) *ordered[R] {
	o := &ordered[R]{compare: compare, length: len(entries)}
	if !slices.IsSortedFunc(entries, o.cmp) {
		slices.SortFunc(entries, o.cmp)
	}
	for part := range slices.Chunk(entries, maxChunk/2) {
		o.chunks = append(o.chunks, slices.Clone(part))
	}
	return o
}

func (o *ordered[R]) cmp(a, b *entry[R]) int {
	if o.compare != nil {
		if c := o.compare(a.row, b.row); c != 0 {
			return c
		}
	}
	return cmp.Compare(a.seq, b.seq)
}

// locate returns where an entry is or belongs.
func (o *ordered[R]) locate(e *entry[R]) (chunk, at int, found bool) {
	chunk = sort.Search(len(o.chunks), func(i int) bool {
		c := o.chunks[i]
		return o.cmp(c[len(c)-1], e) >= 0
	})
	if chunk == len(o.chunks) {
		return chunk, 0, false
	}
	at, found = slices.BinarySearchFunc(o.chunks[chunk], e, o.cmp)
	return chunk, at, found
}

// insert adds an entry, unless it is there.
func (o *ordered[R]) insert(e *entry[R]) {
	chunk, at, found := o.locate(e)
	switch {
	case found:
		return
	case len(o.chunks) == 0:
		o.chunks = append(o.chunks, nil)
	case chunk == len(o.chunks): // behind everything
		chunk--
		at = len(o.chunks[chunk])
	}
	o.length++
	c := slices.Insert(o.chunks[chunk], at, e)
	o.chunks[chunk] = c
	if len(c) < maxChunk {
		return
	}
	// What grows at the end is left full, as it is where new rows go.
	middle := len(c) / 2
	if chunk == len(o.chunks)-1 && at == len(c)-1 {
		middle = len(c) - 1
	}
	o.chunks = slices.Insert(o.chunks, chunk+1, slices.Clone(c[middle:]))
	clear(c[middle:])
	o.chunks[chunk] = c[:middle]
}

// remove takes an entry out. Its row must be the one that it was inserted with.
func (o *ordered[R]) remove(e *entry[R]) {
	chunk, at, found := o.locate(e)
	if !found {
		return
	}
	o.length--
	if len(o.chunks[chunk]) == 1 {
		o.chunks = slices.Delete(o.chunks, chunk, chunk+1)
		return
	}
	o.chunks[chunk] = slices.Delete(o.chunks[chunk], at, at+1)
}

// all yields the rows in order, or from the last to the first.
func (o *ordered[R]) all(backward bool) iter.Seq[R] {
	if o.length == 0 {
		return func(func(R) bool) {}
	}
	if backward {
		last := len(o.chunks) - 1
		return o.walk(last, len(o.chunks[last])-1, true)
	}
	return o.walk(0, 0, false)
}

// skip yields the rows behind the first n.
func (o *ordered[R]) skip(n int, backward bool) iter.Seq[R] {
	if n >= o.length {
		return func(func(R) bool) {}
	}
	if backward {
		n = o.length - 1 - n
	}
	chunk := 0
	for n >= len(o.chunks[chunk]) {
		n -= len(o.chunks[chunk])
		chunk++
	}
	return o.walk(chunk, n, backward)
}

// after yields the rows behind an entry.
func (o *ordered[R]) after(e *entry[R], backward bool) iter.Seq[R] {
	chunk, at, _ := o.locate(e)
	if backward {
		return o.walk(chunk, at-1, true)
	}
	return o.walk(chunk, at+1, false)
}

func (o *ordered[R]) walk(chunk, at int, backward bool) iter.Seq[R] {
	step := 1
	if backward {
		step = -1
	}
	return func(yield func(R) bool) {
		for chunk, i := chunk, at; ; i += step {
			switch {
			case i < 0 && chunk == 0, chunk >= len(o.chunks):
				return
			case i < 0:
				chunk--
				i = len(o.chunks[chunk]) - 1
			case i >= len(o.chunks[chunk]):
				chunk++
				if chunk == len(o.chunks) {
					return
				}
				i = 0
			}
			if !yield(o.chunks[chunk][i].row) {
				return
			}
		}
	}
}
