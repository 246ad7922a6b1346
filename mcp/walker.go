package clerkmcp

import (
	"bytes"
	"encoding/json"
	"strings"
)

// walker goes through a JSON text that is known to be valid, without an allocation.
type walker struct {
	text []byte
	at   int
}

// space skips white space and returns the byte behind it.
func (v *walker) space() byte {
	for {
		switch c := v.text[v.at]; c {
		case ' ', '\t', '\r', '\n':
			v.at++
		default:
			return c
		}
	}
}

// next goes to the next element of the object or list at the walker, and is false behind its last one. The walker must
// be at the opening bracket, or behind an element.
func (v *walker) next(closing byte) bool {
	switch v.space() {
	case '{', '[', ',':
		v.at++
		if v.space() != closing {
			return true
		}
	}
	v.at++
	return false
}

// members reads the object at the walker: values gets the values of the members with these names, as they came.
func (v *walker) members(names []string, values [][]byte) error {
	for v.next('}') {
		name := v.value()
		v.space()
		v.at++ // the colon
		v.space()
		value := v.value()
		i, exact := find(names, name)
		if i < 0 {
			continue
		}
		if !exact || values[i] != nil {
			return errDuplicate
		}
		values[i] = value
	}
	return nil
}

// find returns the place of a member's name among names, and whether it is spelled like that. Names are compared
// without regard to case, as encoding/json does.
func find(names []string, raw []byte) (int, bool) {
	name := raw[1 : len(raw)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		var decoded string
		if json.Unmarshal(raw, &decoded) != nil {
			return -1, false
		}
		name = []byte(decoded)
	}
	for i, known := range names {
		if string(name) == known {
			return i, true
		}
		// Two letters outside of ASCII fold to k and s, and are longer.
		if len(name) >= len(known) && len(name) <= 3*len(known) && strings.EqualFold(string(name), known) {
			return i, false
		}
	}
	return -1, false
}

// value skips the value at the walker and returns it.
func (v *walker) value() []byte {
	start := v.at
	switch v.text[v.at] {
	case '"':
		v.skipString()
	case '{', '[':
		v.skipNested()
	default:
		for v.at < len(v.text) && strings.IndexByte(",]} \t\r\n", v.text[v.at]) < 0 {
			v.at++
		}
	}
	return v.text[start:v.at]
}

func (v *walker) skipString() {
	for v.at++; v.text[v.at] != '"'; v.at++ {
		if v.text[v.at] == '\\' {
			v.at++
		}
	}
	v.at++
}

func (v *walker) skipNested() {
	for depth := 0; ; {
		switch v.text[v.at] {
		case '"':
			v.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if v.at++; depth == 0 {
			return
		}
	}
}
