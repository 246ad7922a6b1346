package clerktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// table describes one kind of record. A row is immutable once it is stored: to change one, use update, which works on a
// copy. That makes reads free of locks after they found their row, and snapshots a copy of pointers. Every field of a
// row type that prepare does not derive is exported and survives JSON both ways, because the journal and seeds write
// rows.
//
// R is a pointer to the row type. The compiler shares the code of generic types between all pointers, but not between
// structs: with the row type itself it would compile all of this once for every table.
type table[R any] struct {
	name    string
	id      func(R) string
	indexes map[string]func(R) []string

	// orders are the keys that a list may be sorted by. Those that lists ask for are kept sorted from then on.
	orders map[string]func(a, b R) int
	// prepare derives what searches look at, before a row is stored. It may be nil.
	prepare func(R)
	// text is what search looks at, in lower-case letters. It may be nil.
	text func(R) string
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
type collection[R any] struct {
	table *table[R]
	byID  map[string]*entry[R]
	list  *ordered[R] // in the order they were first stored
	index map[string]map[string][]*entry[R]
	seq   int64

	mu     sync.Mutex // guards what follows against readers that add to it; writers are alone
	sorted map[string]*ordered[R]
	texts  *texts[R] // nil until somebody searches
}

type entry[R any] struct {
	seq   int64
	row   R
	place int // in texts
}

// newRow returns a row without content, and what it points to.
func newRow[R any]() (row R, content reflect.Value) {
	content = reflect.New(reflect.TypeFor[R]().Elem()).Elem()
	return content.Addr().Interface().(R), content
}

func (t *table[R]) tableName() string { return t.name }

func (t *table[R]) newCollection() anyCollection { return t.empty(0) }

// empty returns a collection with room for so many rows.
func (t *table[R]) empty(room int) *collection[R] {
	c := &collection[R]{
		table: t, byID: make(map[string]*entry[R], room), list: &ordered[R]{}, sorted: map[string]*ordered[R]{},
		index: make(map[string]map[string][]*entry[R], len(t.indexes)),
	}
	for name := range t.indexes {
		c.index[name] = map[string][]*entry[R]{}
	}
	return c
}

func (t *table[R]) in(x *tx) *collection[R] {
	c, ok := x.state.collections[t.name].(*collection[R])
	if !ok {
		panic("clerktest: table " + t.name + " is not listed by its family")
	}
	return c
}

// get returns a row by id, nil when there is none.
func (t *table[R]) get(x *tx, id string) R {
	if e := t.in(x).byID[id]; e != nil {
		return e.row
	}
	return t.none()
}

// none returns the row that is not there.
func (t *table[R]) none() (row R) { return row }

// all returns every row in the order of creation. The slice is the caller's.
func (t *table[R]) all(x *tx) []R { return t.in(x).rows() }

// each yields every row in the order of creation, for those who look at a few.
func (t *table[R]) each(x *tx) iter.Seq[R] { return t.in(x).list.all(false) }

// find returns the rows that an index lists under key, in the order of creation. The slice is the caller's.
func (t *table[R]) find(x *tx, index, key string) []R {
	return rowsOf(t.in(x).index[index][key])
}

// first returns the oldest row that an index lists under key, nil when there is none.
func (t *table[R]) first(x *tx, index, key string) R {
	if found := t.in(x).index[index][key]; len(found) > 0 {
		return found[0].row
	}
	return t.none()
}

// findAny returns the rows that an index lists under any of the keys, in the order of creation. The slice is the
// caller's.
func (t *table[R]) findAny(x *tx, index string, keys []string) []R {
	c := t.in(x)
	var found []*entry[R]
	for _, key := range keys {
		found = append(found, c.index[index][key]...)
	}
	return inOrder(found)
}

// getAny returns the rows with these ids that exist, in the order of creation. The slice is the caller's.
func (t *table[R]) getAny(x *tx, ids []string) []R {
	c := t.in(x)
	var found []*entry[R]
	for _, id := range ids {
		if e := c.byID[id]; e != nil {
			found = append(found, e)
		}
	}
	return inOrder(found)
}

// inOrder returns the rows of entries in the order of creation, each once.
func inOrder[R any](found []*entry[R]) []R {
	slices.SortFunc(found, func(a, b *entry[R]) int { return cmp.Compare(a.seq, b.seq) })
	return rowsOf(slices.Compact(found))
}

// count returns how many rows an index lists under key.
func (t *table[R]) count(x *tx, index, key string) int { return len(t.in(x).index[index][key]) }

// oldest returns the row that was first stored, nil when there is none.
func (t *table[R]) oldest(x *tx) R {
	for row := range t.in(x).list.all(false) {
		return row
	}
	return t.none()
}

// dropOldest deletes rows, from the oldest on, for as long as gone says so of the next one.
func (t *table[R]) dropOldest(x *tx, gone func(R) bool) {
	for t.size(x) > 0 {
		old := t.oldest(x)
		if !gone(old) {
			return
		}
		t.delete(x, t.id(old))
	}
}

// newest returns the row that was stored last, nil when there is none.
func (t *table[R]) newest(x *tx) R {
	for row := range t.in(x).list.all(true) {
		return row
	}
	return t.none()
}

// size returns the number of rows.
func (t *table[R]) size(x *tx) int { return t.in(x).list.length }

// put stores a row, replacing the one with its id.
func (t *table[R]) put(x *tx, row R) {
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
func (t *table[R]) update(x *tx, id string, edit func(R)) R {
	e := t.in(x).byID[id]
	if e == nil {
		return t.none()
	}
	row, content := newRow[R]()
	content.Set(reflect.ValueOf(e.row).Elem())
	edit(row)
	t.put(x, row)
	return row
}

// updateWhere stores a changed copy of every row that matches.
func (t *table[R]) updateWhere(x *tx, match func(R) bool, edit func(R)) {
	for _, row := range slices.DeleteFunc(t.all(x), func(row R) bool { return !match(row) }) {
		t.update(x, t.id(row), edit)
	}
}

// delete removes a row and returns it, nil when there was none.
func (t *table[R]) delete(x *tx, id string) R {
	c := t.in(x)
	e := c.byID[id]
	if e == nil {
		return t.none()
	}
	c.remove(e)
	x.record(t.name, id, nil, func() { c.add(e) })
	return e.row
}

// deleteAll removes the rows that an index lists under key.
func (t *table[R]) deleteAll(x *tx, index, key string) {
	for _, row := range t.find(x, index, key) {
		t.delete(x, t.id(row))
	}
}

func (c *collection[R]) insert(row R) *entry[R] {
	c.seq++
	e := &entry[R]{seq: c.seq, row: row}
	c.add(e)
	return e
}

func (c *collection[R]) add(e *entry[R]) {
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

func (c *collection[R]) remove(e *entry[R]) {
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

func (c *collection[R]) replace(e *entry[R], row R) {
	var moved []*ordered[R]
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
func (c *collection[R]) order(name string) *ordered[R] {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.sorted[name]
	if o == nil {
		entries := make([]*entry[R], 0, c.list.length)
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
func (t *table[R]) search(x *tx, part string) ([]R, bool) {
	if strings.Contains(part, textSeparator) {
		return nil, false
	}
	found, ok := t.in(x).searched().search(part, maxFound)
	return inOrder(found), ok
}

// searched returns the texts of the rows.
func (c *collection[R]) searched() *texts[R] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.texts == nil {
		c.texts = &texts[R]{}
		for _, chunk := range c.list.chunks {
			for _, e := range chunk {
				c.texts.add(e, c.table.text(e.row))
			}
		}
	}
	return c.texts
}

// rows returns the rows in the order of creation.
func (c *collection[R]) rows() []R {
	out := make([]R, 0, c.list.length)
	return slices.AppendSeq(out, c.list.all(false))
}

// withEntry puts an entry at its place in a list that is in the order of creation.
func withEntry[R any](list []*entry[R], e *entry[R]) []*entry[R] {
	at, found := position(list, e)
	if found {
		return list
	}
	return slices.Insert(list, at, e)
}

func withoutEntry[R any](list []*entry[R], e *entry[R]) []*entry[R] {
	at, found := position(list, e)
	if !found {
		return list
	}
	return slices.Delete(list, at, at+1)
}

func position[R any](list []*entry[R], e *entry[R]) (int, bool) {
	if n := len(list); n == 0 || list[n-1].seq < e.seq {
		return n, false
	}
	return slices.BinarySearchFunc(list, e.seq, func(o *entry[R], seq int64) int { return cmp.Compare(o.seq, seq) })
}

func (c *collection[R]) addKeys(e *entry[R]) {
	for name, keys := range c.table.indexes {
		for _, key := range keys(e.row) {
			c.index[name][key] = withEntry(c.index[name][key], e)
		}
	}
}

func (c *collection[R]) dropKeys(e *entry[R]) {
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

func (c *collection[R]) count() int { return c.list.length }

func (c *collection[R]) snapshot() any { return c.rows() }

func (c *collection[R]) restored(snapshot any) anyCollection {
	rows, ok := snapshot.([]R)
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
func (c *collection[R]) each() iter.Seq[any] {
	return func(yield func(any) bool) {
		for row := range c.list.all(false) {
			if !yield(row) {
				return
			}
		}
	}
}

// decode makes a row of what was written. It needs no lock.
func (c *collection[R]) decode(raw []byte) (any, error) {
	row, _ := newRow[R]()
	if err := json.Unmarshal(raw, row); err != nil {
		return nil, fmt.Errorf("clerktest: table %s: %w", c.table.name, err)
	}
	if c.table.prepare != nil {
		c.table.prepare(row)
	}
	return row, nil
}

// apply stores a row that was decoded or, when it is nil, removes the one with this id.
func (c *collection[R]) apply(id string, row any) {
	decoded, ok := row.(R)
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

func rowsOf[R any](list []*entry[R]) []R {
	rows := make([]R, len(list))
	for i, e := range list {
		rows[i] = e.row
	}
	return rows
}
