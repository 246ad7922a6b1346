package clerktest

import (
	"bytes"
	"sort"
	"strings"
)

// textSeparator stands between the texts of a row, and between those of rows.
const textSeparator = "\x00"

// texts is what a search for a part of a text reads: the texts of all rows in one piece, which goes many times faster than
// from row to row.
type texts[R any] struct {
	all    []byte      // the text of each place with a separator behind it
	starts []int       // of the places in all
	rows   []*entry[R] // of the places; nil where the row is gone or has another text by now
	gone   int         // how many places have no row
}

// add puts the text of a row at the end.
func (x *texts[R]) add(e *entry[R], text string) {
	e.place = len(x.starts)
	x.starts = append(x.starts, len(x.all))
	x.rows = append(x.rows, e)
	x.all = append(append(x.all, text...), textSeparator...)
}

// remove forgets the text of a row. When most of the places are empty, the others move together.
func (x *texts[R]) remove(e *entry[R]) {
	x.rows[e.place] = nil
	x.gone++
	if x.gone <= len(x.rows)/2 {
		return
	}
	var left texts[R]
	for place, e := range x.rows {
		if e != nil {
			left.add(e, strings.TrimSuffix(string(x.all[x.starts[place]:x.end(place)]), textSeparator))
		}
	}
	*x = left
}

// end is where a place ends.
func (x *texts[R]) end(place int) int {
	if place+1 < len(x.starts) {
		return x.starts[place+1]
	}
	return len(x.all)
}

// search returns the rows whose text contains a part, which must be without separators, or false when there are more than most.
func (x *texts[R]) search(part string, most int) (found []*entry[R], ok bool) {
	want := []byte(part)
	for at := 0; ; {
		next := bytes.Index(x.all[at:], want)
		if next < 0 {
			return found, true
		}
		place := sort.SearchInts(x.starts, at+next+1) - 1
		at = x.end(place)
		if x.rows[place] == nil {
			continue
		}
		if len(found) == most {
			return nil, false
		}
		found = append(found, x.rows[place])
	}
}
