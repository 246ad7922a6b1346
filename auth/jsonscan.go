package clerkauth

import (
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

// maxJSONDepth bounds the nesting of a token's JSON. Clerk's own claims nest two deep.
const maxJSONDepth = 64

var errJSON = errors.New("clerkauth: malformed JSON")

// scanner reads one JSON text strictly and in one pass, without building a tree. Strings without escapes are parts of
// the text and cost nothing.
type scanner struct {
	text  string
	pos   int
	depth int
}

// jsonKind is the kind of a value by its first byte.
type jsonKind uint8

const (
	jsonOther jsonKind = iota // null, true, false, or not JSON at all
	jsonString
	jsonNumber
	jsonObject
	jsonArray
)

// space skips white space. Tokens have none, so the loop is kept out of the way.
func (s *scanner) space() {
	if s.pos < len(s.text) && s.text[s.pos] <= ' ' {
		s.skipSpace()
	}
}

func (s *scanner) skipSpace() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// next skips space and returns the byte that follows, or zero at the end.
func (s *scanner) next() byte {
	if c := s.peek(); c > ' ' {
		return c
	}
	return s.nextAfterSpace()
}

func (s *scanner) nextAfterSpace() byte {
	s.skipSpace()
	return s.peek()
}

func (s *scanner) kind() jsonKind {
	switch c := s.next(); {
	case c == '"':
		return jsonString
	case c == '{':
		return jsonObject
	case c == '[':
		return jsonArray
	case c == '-' || (c >= '0' && c <= '9'):
		return jsonNumber
	}
	return jsonOther
}

// open reads the byte that opens an object or an array.
func (s *scanner) open(opening byte) error {
	if s.next() != opening {
		return errJSON
	}
	if s.depth++; s.depth > maxJSONDepth {
		return errJSON
	}
	s.pos++
	return nil
}

// more stands before item n of an open list and reports whether there is one; otherwise the list is closed.
func (s *scanner) more(closing byte, n int) (bool, error) {
	c := s.next()
	if c == closing {
		s.pos++
		s.depth--
		return false, nil
	}
	if n > 0 {
		if c != ',' {
			return false, errJSON
		}
		s.pos++
		s.space()
	}
	return true, nil
}

// member is more for an object: it also reads the name and stands at the value.
func (s *scanner) member(n int) (name string, ok bool, err error) {
	if ok, err = s.more('}', n); !ok {
		return "", false, err
	}
	if name, err = s.string(); err != nil {
		return "", false, err
	}
	if s.next() != ':' {
		return "", false, errJSON
	}
	s.pos++
	s.space()
	return name, true, nil
}

// plainByte tells the bytes of a string that mean themselves: all but quotes, escapes, control characters and what may
// be malformed UTF-8.
var plainByte = func() (plain [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// string reads a string. Escapes and bytes beyond ASCII take the slow way through encoding/json.
func (s *scanner) string() (string, error) {
	if s.next() != '"' {
		return "", errJSON
	}
	text := s.text[s.pos+1:]
	end := 0
	for end < len(text) && plainByte[text[end]] {
		end++
	}
	if end < len(text) && text[end] == '"' {
		s.pos += end + 2
		return text[:end], nil
	}
	return s.slowString(end + 1)
}

// slowString looks for the end of a string from an offset where it has a byte that needs care.
func (s *scanner) slowString(offset int) (string, error) {
	start := s.pos
	for i := start + offset; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			return unquote(s.text[start:s.pos])
		case c == '\\':
			i++
		case c < 0x20:
			return "", errJSON
		}
	}
	return "", errJSON
}

func unquote(literal string) (string, error) {
	var value string
	if err := json.Unmarshal([]byte(literal), &value); err != nil {
		return "", errJSON
	}
	return value, nil
}

// number reads a number in the grammar of JSON. Times are integers: those are read on the way.
func (s *scanner) number() (float64, error) {
	start := s.pos
	if whole, ok := s.integer(); ok {
		return float64(whole), nil
	}
	s.pos = start
	if !s.numberSyntax() {
		return 0, errJSON
	}
	// A number that is out of range becomes an infinity, as in JavaScript.
	value, err := strconv.ParseFloat(s.text[start:s.pos], 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, errJSON
	}
	return value, nil
}

// integer reads a number of up to 15 digits that has neither sign nor leading zero, fraction nor exponent.
func (s *scanner) integer() (int64, bool) {
	var n int64
	start := s.pos
	c := s.peek()
	if c == '0' {
		return 0, false
	}
	for ; c >= '0' && c <= '9'; c = s.peek() {
		n = n*10 + int64(c-'0')
		s.pos++
		if s.pos-start > 15 {
			return 0, false
		}
	}
	return n, s.pos > start && c != '.' && c != 'e' && c != 'E'
}

func (s *scanner) numberSyntax() bool {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if !s.digits() {
		return false
	}
	if s.peek() == '.' {
		s.pos++
		if !s.digits() {
			return false
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		return s.digits()
	}
	return true
}

func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *scanner) digits() bool {
	start := s.pos
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.pos++
	}
	return s.pos > start
}

// skip reads a value of any kind and forgets it.
func (s *scanner) skip() error {
	switch s.kind() {
	case jsonString:
		_, err := s.string()
		return err
	case jsonNumber:
		if !s.numberSyntax() {
			return errJSON
		}
		return nil
	case jsonObject:
		return s.skipObject()
	case jsonArray:
		return s.skipArray()
	}
	return s.literal()
}

func (s *scanner) skipObject() error {
	if err := s.open('{'); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if _, ok, err := s.member(n); !ok {
			return err
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}

func (s *scanner) skipArray() error {
	if err := s.open('['); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if ok, err := s.more(']', n); !ok {
			return err
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}

func (s *scanner) literal() error {
	for _, word := range [...]string{"null", "true", "false"} {
		if len(s.text)-s.pos >= len(word) && s.text[s.pos:s.pos+len(word)] == word {
			s.pos += len(word)
			return nil
		}
	}
	return errJSON
}

// isNull reports whether the value is null.
func (s *scanner) isNull() bool {
	return s.next() == 'n'
}

// end reports whether nothing but space is left.
func (s *scanner) end() bool { return s.next() == 0 && s.pos == len(s.text) }

// optionalString reads a string; a value of another kind is skipped and counts as not there.
func (s *scanner) optionalString(into *string) error {
	_, err := s.maybeString(into)
	return err
}

func (s *scanner) maybeString(into *string) (bool, error) {
	if s.kind() != jsonString {
		return false, s.skip()
	}
	value, err := s.string()
	if err != nil {
		return false, err
	}
	*into = value
	return true, nil
}
