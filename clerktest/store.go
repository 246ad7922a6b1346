package clerktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
)

// table describes one kind of record. A row is immutable once it is stored: to change one, use update, which works on a
// copy. That makes reads free of locks after they found their row, and snapshots a copy of pointers. Every field of a
// row type that prepare does not derive is exported and survives JSON both ways, because the journal and seeds write
// rows.
type table[T any] struct {
	name    string
	id      func(*T) string
	indexes map[string]func(*T) []string

	// orders are the keys that a list may be sorted by. Those that lists ask for are kept sorted from then on.
	orders map[string]func(a, b *T) int
	// prepare derives what searches look at, before a row is stored. It may be nil.
	prepare func(*T)
	// text is what search looks at, in lower-case letters. It may be nil.
	text func(*T) string
}

// anyTable is a table of any row type.
type anyTable interface {
	tableName() string
	newCollection() anyCollection
}

// anyCollection is a collection of any row type.
type anyCollection interface {
	snapshot() any
	restored(snapshot any) anyCollection
	each() iter.Seq[any]
	count() int
	decode(raw []byte) (row any, err error)
	apply(id string, row any)
}

// collection holds the rows of one table of one instance.
type collection[T any] struct {
	table *table[T]
	byID  map[string]*entry[T]
	list  *ordered[T] // in the order they were first stored
	index map[string]map[string][]*entry[T]
	seq   int64

	mu     sync.Mutex // guards what follows against readers that add to it; writers are alone
	sorted map[string]*ordered[T]
	texts  *texts[T] // nil until somebody searches
}

type entry[T any] struct {
	seq   int64
	row   *T
	place int // in texts
}

func (t *table[T]) tableName() string { return t.name }

func (t *table[T]) newCollection() anyCollection { return t.empty(0) }

// empty returns a collection with room for so many rows.
func (t *table[T]) empty(room int) *collection[T] {
	c := &collection[T]{
		table: t, byID: make(map[string]*entry[T], room), list: &ordered[T]{}, sorted: map[string]*ordered[T]{},
		index: make(map[string]map[string][]*entry[T], len(t.indexes)),
	}
	for name := range t.indexes {
		c.index[name] = map[string][]*entry[T]{}
	}
	return c
}

func (t *table[T]) in(x *tx) *collection[T] {
	c, ok := x.state.collections[t.name].(*collection[T])
	if !ok {
		panic("clerktest: table " + t.name + " is not listed by its family")
	}
	return c
}

// get returns a row by id, nil when there is none.
func (t *table[T]) get(x *tx, id string) *T {
	if e := t.in(x).byID[id]; e != nil {
		return e.row
	}
	return nil
}

// all returns every row in the order of creation. The slice is the caller's.
func (t *table[T]) all(x *tx) []*T { return t.in(x).rows() }

// each yields every row in the order of creation, for those who look at a few.
func (t *table[T]) each(x *tx) iter.Seq[*T] { return t.in(x).list.all(false) }

// find returns the rows that an index lists under key, in the order of creation. The slice is the caller's.
func (t *table[T]) find(x *tx, index, key string) []*T {
	return rowsOf(t.in(x).index[index][key])
}

// first returns the oldest row that an index lists under key, nil when there is none.
func (t *table[T]) first(x *tx, index, key string) *T {
	if found := t.in(x).index[index][key]; len(found) > 0 {
		return found[0].row
	}
	return nil
}

// findAny returns the rows that an index lists under any of the keys, in the order of creation. The slice is the
// caller's.
func (t *table[T]) findAny(x *tx, index string, keys []string) []*T {
	c := t.in(x)
	var found []*entry[T]
	for _, key := range keys {
		found = append(found, c.index[index][key]...)
	}
	return inOrder(found)
}

// getAny returns the rows with these ids that exist, in the order of creation. The slice is the caller's.
func (t *table[T]) getAny(x *tx, ids []string) []*T {
	c := t.in(x)
	var found []*entry[T]
	for _, id := range ids {
		if e := c.byID[id]; e != nil {
			found = append(found, e)
		}
	}
	return inOrder(found)
}

// inOrder returns the rows of entries in the order of creation, each once.
func inOrder[T any](found []*entry[T]) []*T {
	slices.SortFunc(found, func(a, b *entry[T]) int { return cmp.Compare(a.seq, b.seq) })
	return rowsOf(slices.Compact(found))
}

// count returns how many rows an index lists under key.
func (t *table[T]) count(x *tx, index, key string) int { return len(t.in(x).index[index][key]) }

// oldest returns the row that was first stored, nil when there is none.
func (t *table[T]) oldest(x *tx) *T {
	for row := range t.in(x).list.all(false) {
		return row
	}
	return nil
}

// dropOldest deletes rows, from the oldest on, for as long as gone says so of the next one.
func (t *table[T]) dropOldest(x *tx, gone func(*T) bool) {
	for old := t.oldest(x); old != nil && gone(old); old = t.oldest(x) {
		t.delete(x, t.id(old))
	}
}

// newest returns the row that was stored last, nil when there is none.
func (t *table[T]) newest(x *tx) *T {
	for row := range t.in(x).list.all(true) {
		return row
	}
	return nil
}

// size returns the number of rows.
func (t *table[T]) size(x *tx) int { return t.in(x).list.length }

// put stores a row, replacing the one with its id.
func (t *table[T]) put(x *tx, row *T) {
	c := t.in(x)
	id := t.id(row)
	if t.prepare != nil {
		t.prepare(row)
	}
	before := c.byID[id]
	if before == nil {
		e := c.insert(row)
		x.record(t.name, id, row, func() { c.remove(e) })
		return
	}
	old := before.row
	c.replace(before, row)
	x.record(t.name, id, row, func() { c.replace(before, old) })
}

// update stores a changed copy of the row with this id and returns the copy, or nil when there is no such row.
func (t *table[T]) update(x *tx, id string, edit func(*T)) *T {
	old := t.get(x, id)
	if old == nil {
		return nil
	}
	row := *old
	edit(&row)
	t.put(x, &row)
	return &row
}

// updateWhere stores a changed copy of every row that matches.
func (t *table[T]) updateWhere(x *tx, match func(*T) bool, edit func(*T)) {
	for _, row := range keep(t.all(x), match) {
		t.update(x, t.id(row), edit)
	}
}

// delete removes a row and returns it, nil when there was none.
func (t *table[T]) delete(x *tx, id string) *T {
	c := t.in(x)
	e := c.byID[id]
	if e == nil {
		return nil
	}
	c.remove(e)
	x.record(t.name, id, nil, func() { c.add(e) })
	return e.row
}

// deleteAll removes the rows that an index lists under key.
func (t *table[T]) deleteAll(x *tx, index, key string) {
	for _, row := range t.find(x, index, key) {
		t.delete(x, t.id(row))
	}
}

func (c *collection[T]) insert(row *T) *entry[T] {
	c.seq++
	e := &entry[T]{seq: c.seq, row: row}
	c.add(e)
	return e
}

func (c *collection[T]) add(e *entry[T]) {
	c.byID[c.table.id(e.row)] = e
	c.list.insert(e)
	for _, o := range c.sorted {
		o.insert(e)
	}
	if c.texts != nil {
		c.texts.add(e, c.table.text(e.row))
	}
	c.addKeys(e)
}

func (c *collection[T]) remove(e *entry[T]) {
	delete(c.byID, c.table.id(e.row))
	c.list.remove(e)
	for _, o := range c.sorted {
		o.remove(e)
	}
	if c.texts != nil {
		c.texts.remove(e)
	}
	c.dropKeys(e)
}

func (c *collection[T]) replace(e *entry[T], row *T) {
	var moved []*ordered[T]
	for _, o := range c.sorted {
		if o.compare(e.row, row) != 0 {
			o.remove(e)
			moved = append(moved, o)
		}
	}
	if c.texts != nil {
		if text := c.table.text(row); text != c.table.text(e.row) {
			c.texts.remove(e)
			c.texts.add(e, text)
		}
	}
	c.dropKeys(e)
	e.row = row
	c.addKeys(e)
	for _, o := range moved {
		o.insert(e)
	}
}

// order returns the rows in one of the orders of the table.
func (c *collection[T]) order(name string) *ordered[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.sorted[name]
	if o == nil {
		entries := make([]*entry[T], 0, c.list.length)
		for _, chunk := range c.list.chunks {
			entries = append(entries, chunk...)
		}
		o = newOrdered(c.table.orders[name], entries)
		c.sorted[name] = o
	}
	return o
}

// maxFound is how many rows a search may find. Where there are more, a page is complete after a short walk in its order.
const maxFound = 1000

// search returns the rows whose text contains a part, in the order of creation, or false when it does not tell: there are many,
// or the part goes over the end of a text. The slice is the caller's.
func (t *table[T]) search(x *tx, part string) ([]*T, bool) {
	if strings.Contains(part, textSeparator) {
		return nil, false
	}
	found, ok := t.in(x).searched().search(part, maxFound)
	return inOrder(found), ok
}

// searched returns the texts of the rows.
func (c *collection[T]) searched() *texts[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.texts == nil {
		c.texts = &texts[T]{}
		for _, chunk := range c.list.chunks {
			for _, e := range chunk {
				c.texts.add(e, c.table.text(e.row))
			}
		}
	}
	return c.texts
}

// rows returns the rows in the order of creation.
func (c *collection[T]) rows() []*T {
	out := make([]*T, 0, c.list.length)
	return slices.AppendSeq(out, c.list.all(false))
}

// withEntry puts an entry at its place in a list that is in the order of creation.
func withEntry[T any](list []*entry[T], e *entry[T]) []*entry[T] {
	at, found := position(list, e)
	if found {
		return list
	}
	return slices.Insert(list, at, e)
}

func withoutEntry[T any](list []*entry[T], e *entry[T]) []*entry[T] {
	at, found := position(list, e)
	if !found {
		return list
	}
	return slices.Delete(list, at, at+1)
}

func position[T any](list []*entry[T], e *entry[T]) (int, bool) {
	if n := len(list); n == 0 || list[n-1].seq < e.seq {
		return n, false
	}
	return slices.BinarySearchFunc(list, e.seq, func(o *entry[T], seq int64) int { return cmp.Compare(o.seq, seq) })
}

func (c *collection[T]) addKeys(e *entry[T]) {
	for name, keys := range c.table.indexes {
		for _, key := range keys(e.row) {
			c.index[name][key] = withEntry(c.index[name][key], e)
		}
	}
}

func (c *collection[T]) dropKeys(e *entry[T]) {
	for name, keys := range c.table.indexes {
		for _, key := range keys(e.row) {
			left := withoutEntry(c.index[name][key], e)
			if len(left) == 0 {
				delete(c.index[name], key)
				continue
			}
			c.index[name][key] = left
		}
	}
}

func (c *collection[T]) count() int { return c.list.length }

func (c *collection[T]) snapshot() any { return c.rows() }

func (c *collection[T]) restored(snapshot any) anyCollection {
	rows, ok := snapshot.([]*T)
	if !ok {
		return c.table.empty(0)
	}
	fresh := c.table.empty(len(rows))
	for _, row := range rows {
		fresh.insert(row)
	}
	return fresh
}

// each yields the rows in the order of creation.
func (c *collection[T]) each() iter.Seq[any] {
	return func(yield func(any) bool) {
		for row := range c.list.all(false) {
			if !yield(row) {
				return
			}
		}
	}
}

// decode makes a row of what was written. It needs no lock.
func (c *collection[T]) decode(raw []byte) (any, error) {
	row := new(T)
	if err := json.Unmarshal(raw, row); err != nil {
		return nil, fmt.Errorf("clerktest: table %s: %w", c.table.name, err)
	}
	if c.table.prepare != nil {
		c.table.prepare(row)
	}
	return row, nil
}

// apply stores a row that was decoded or, when it is nil, removes the one with this id.
func (c *collection[T]) apply(id string, row any) {
	decoded, ok := row.(*T)
	if !ok {
		if e := c.byID[id]; e != nil {
			c.remove(e)
		}
		return
	}
	if e := c.byID[c.table.id(decoded)]; e != nil {
		c.replace(e, decoded)
		return
	}
	c.insert(decoded)
}

func rowsOf[T any](list []*entry[T]) []*T {
	rows := make([]*T, len(list))
	for i, e := range list {
		rows[i] = e.row
	}
	return rows
}
