package clerkmcp

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxDepth is how many objects and lists may be in each other, as in encoding/json.
const maxDepth = 10_000

// walker reads a JSON text from its beginning to its end, once and without an allocation. It accepts what encoding/json
// does; at anything else it is broken, and stands behind the text.
type walker struct {
	text   []byte
	at     int
	depth  int // of the objects and lists that are open
	broken bool
}

func (w *walker) fail() { w.at, w.broken = len(w.text), true }

// space skips white space and returns the byte behind it, which is zero at the end.
func (w *walker) space() byte {
	for ; w.at < len(w.text); w.at++ {
		if c := w.text[w.at]; c > ' ' || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	return 0
}

// skip goes past a byte, if it is the next one.
func (w *walker) skip(c byte) bool {
	if w.at < len(w.text) && w.text[w.at] == c {
		w.at++
		return true
	}
	return false
}

// enter goes to the first element of the object or list at the walker, and is false behind an empty one.
func (w *walker) enter(closing byte) bool {
	w.at++
	if w.depth++; w.depth > maxDepth {
		w.fail()
	}
	if w.space() == closing {
		return w.leave()
	}
	return true
}

// next goes from the end of an element to the next one, and is false behind the last.
func (w *walker) next(closing byte) bool {
	switch w.space() {
	case ',':
		w.at++
		return true
	case closing:
		return w.leave()
	}
	w.fail()
	return false
}

// leave goes past a closing bracket. It is false.
func (w *walker) leave() bool {
	w.at++
	w.depth--
	return false
}

// members reads the object at the walker: values gets the values of the members with these names, as they came, and p,
// which may be nil, the parameters of a message. It reports whether none of them is there twice or in other letters.
func (w *walker) members(names []string, values [][]byte, p *params) bool {
	unique := true
	for more := w.enter('}'); more; more = w.next('}') {
		i, exact := find(names, w.name())
		c := w.space()
		start := w.at
		if p != nil && i == paramsAt && c == '{' {
			p.object, p.unique = true, w.members(callMembers, p.values[:], nil)
		} else {
			w.value()
		}
		if i < 0 {
			continue
		}
		unique = unique && exact && values[i] == nil
		values[i] = w.text[start:w.at]
	}
	return unique
}

// find returns the place of a member's name among names, and whether it is spelled like that. Names are compared
// without regard to case, as encoding/json does.
func find(names []string, raw []byte) (int, bool) {
	if len(raw) <= len(`""`) {
		return -1, false
	}
	name := raw[1 : len(raw)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		var decoded string
		if json.Unmarshal(raw, &decoded) != nil || decoded == "" {
			return -1, false
		}
		name = []byte(decoded)
	}
	for i, known := range names {
		if string(name) == known {
			return i, true
		}
		// Two letters outside of ASCII fold to k and s.
		if c := name[0]; (c|0x20 == known[0] || c >= utf8.RuneSelf) && strings.EqualFold(string(name), known) {
			return i, false
		}
	}
	return -1, false
}

// name reads the name of a member, and goes to its value.
func (w *walker) name() []byte {
	if w.space() != '"' {
		w.fail()
		return nil
	}
	start := w.at
	w.quoted()
	name := w.text[start:w.at]
	if w.space(); !w.skip(':') {
		w.fail()
	}
	return name
}

// value goes past the value at the walker.
func (w *walker) value() {
	var room [32]byte
	open := room[:0] // the closing brackets of what the value is in
	for {
		switch c := w.space(); c {
		case '{', '[':
			closing := c + 2 // in ASCII
			if w.enter(closing) {
				open = append(open, closing)
				if c == '{' {
					w.name()
				}
				continue
			}
		case '"':
			w.quoted()
		case 't':
			w.word("true")
		case 'f':
			w.word("false")
		case 'n':
			w.word("null")
		default:
			w.number()
		}
		for len(open) > 0 && !w.next(open[len(open)-1]) {
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			return
		}
		if open[len(open)-1] == '}' {
			w.name()
		}
	}
}

// quoted goes past a text and its quotes.
func (w *walker) quoted() {
	for w.at++; w.at < len(w.text); w.at++ {
		switch c := w.text[w.at]; {
		case c == '"':
			w.at++
			return
		case c == '\\':
			w.escape()
		case c < ' ':
			w.fail()
			return
		}
	}
	w.fail()
}

// escape goes to the last byte of an escape.
func (w *walker) escape() {
	w.at++
	switch rest := w.text[min(w.at, len(w.text)):]; {
	case len(rest) >= 5 && rest[0] == 'u' && isHex(rest[1]) && isHex(rest[2]) && isHex(rest[3]) && isHex(rest[4]):
		w.at += 4
	case len(rest) == 0 || strings.IndexByte(`"\/bfnrt`, rest[0]) < 0:
		w.fail()
	}
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// word goes past a word that stands for a value.
func (w *walker) word(word string) {
	if !bytes.HasPrefix(w.text[w.at:], []byte(word)) {
		w.fail()
		return
	}
	w.at += len(word)
}

func (w *walker) number() {
	w.skip('-')
	if !w.skip('0') {
		w.digits()
	}
	if w.skip('.') {
		w.digits()
	}
	if w.skip('e') || w.skip('E') {
		_ = w.skip('+') || w.skip('-')
		w.digits()
	}
}

// digits goes past at least one digit.
func (w *walker) digits() {
	start := w.at
	for w.at < len(w.text) && '0' <= w.text[w.at] && w.text[w.at] <= '9' {
		w.at++
	}
	if w.at == start {
		w.fail()
	}
}
