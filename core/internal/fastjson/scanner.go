package fastjson

import (
	"encoding/json"
	"unicode/utf8"
)

// maxDepth is how deep values may nest here; deeper ones are left to encoding/json, which has a limit of its own.
const maxDepth = 500

// scanner reads JSON strictly. Its methods report false for what is not valid, and for rare things that are left to
// encoding/json.
type scanner struct {
	data []byte
	pos  int
	// recent holds short strings that were read before, since many values of an API repeat.
	recent [256]string
}

// space moves to the next byte that is not white space and returns it, 0 at the end.
func (s *scanner) space() byte {
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		s.pos++
	}
	return 0
}

// take moves behind c if that is the next byte.
func (s *scanner) take(c byte) bool {
	if s.space() != c {
		return false
	}
	s.pos++
	return true
}

// null moves behind a null if there is one.
func (s *scanner) null() bool { return s.word("null") }

func (s *scanner) word(word string) bool {
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		return false
	}
	s.pos += len(word)
	return true
}

// quoted moves behind a string. It returns what is between the quotes, and whether that has escapes.
func (s *scanner) quoted() (inner []byte, escaped, ok bool) {
	if s.space() != '"' {
		return nil, false, false
	}
	start := s.pos + 1
	foreign := false
	for i := start; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			s.pos = i + 1
			inner = s.data[start:i]
			return inner, escaped, !foreign || utf8.Valid(inner)
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			return nil, false, false
		case c >= utf8.RuneSelf:
			foreign = true
		}
	}
	return nil, false, false
}

// text moves behind a string and returns it.
func (s *scanner) text() (string, bool) {
	start := s.pos
	inner, escaped, ok := s.quoted()
	if !ok {
		return "", false
	}
	if escaped {
		var text string
		if json.Unmarshal(s.data[start:s.pos], &text) != nil {
			return "", false
		}
		return text, true
	}
	if len(inner) == 0 {
		return "", true
	}
	if len(inner) > 24 {
		return string(inner), true
	}
	mark := uint(len(inner))*7 ^ uint(inner[0]) ^ uint(inner[len(inner)-1])*31 ^ uint(inner[len(inner)/2])*13
	slot := &s.recent[mark%uint(len(s.recent))]
	if *slot != string(inner) {
		*slot = string(inner)
	}
	return *slot, true
}

// number moves behind a number. It returns its literal and whether that is a whole number without point and exponent.
func (s *scanner) number() (literal []byte, whole, ok bool) {
	start := s.pos
	if s.pos < len(s.data) && s.data[s.pos] == '-' {
		s.pos++
	}
	first := s.pos
	if s.digits() == 0 || s.data[first] == '0' && s.pos-first > 1 {
		return nil, false, false
	}
	whole = true
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		whole = false
		s.pos++
		if s.digits() == 0 {
			return nil, false, false
		}
	}
	if s.pos < len(s.data) && (s.data[s.pos] == 'e' || s.data[s.pos] == 'E') {
		whole = false
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		if s.digits() == 0 {
			return nil, false, false
		}
	}
	return s.data[start:s.pos], whole, true
}

// digits moves behind digits and returns how many there were.
func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos - start
}

// skip moves behind a value of any kind and checks it.
func (s *scanner) skip(depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch c := s.space(); {
	case c == '"':
		start := s.pos
		_, escaped, ok := s.quoted()
		return ok && (!escaped || json.Valid(s.data[start:s.pos]))
	case c == '{':
		return s.skipObject(depth)
	case c == '[':
		return s.skipArray(depth)
	case c == '-' || c >= '0' && c <= '9':
		_, _, ok := s.number()
		return ok
	default:
		return s.null() || s.word("true") || s.word("false")
	}
}

func (s *scanner) skipObject(depth int) bool {
	s.pos++
	if s.take('}') {
		return true
	}
	for {
		if s.space() != '"' || !s.skip(depth+1) || !s.take(':') || !s.skip(depth+1) {
			return false
		}
		if s.take(',') {
			continue
		}
		return s.take('}')
	}
}

func (s *scanner) skipArray(depth int) bool {
	s.pos++
	if s.take(']') {
		return true
	}
	for {
		if !s.skip(depth + 1) {
			return false
		}
		if s.take(',') {
			continue
		}
		return s.take(']')
	}
}
