// Package jsonscan reads the JSON of tokens strictly and in one pass, without building a tree.
package jsonscan

import (
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a token's JSON. Clerk's own claims nest two deep.
const maxDepth = 64

// ErrMalformed is the error of every text that is not the JSON which was asked for.
var ErrMalformed = errors.New("clerkauth: malformed JSON")

// Scanner reads one JSON text. Strings without escapes are parts of the text and cost nothing. Each method that reads a
// value leaves the scanner behind it.
type Scanner struct {
	text  string
	pos   int
	depth int
}

// New returns a scanner of the text.
func New(text string) Scanner { return Scanner{text: text} }

// Document is [Scanner.Object] for a text that is one object and nothing else.
func (s *Scanner) Document(member func(name string) error) error {
	if err := s.Object(member); err != nil {
		return err
	}
	if s.next() != 0 || s.pos != len(s.text) {
		return ErrMalformed
	}
	return nil
}

// Kind is the kind of a value by its first byte.
type Kind uint8

// The kinds of values. Other is null, true, false, or not JSON at all.
const (
	Other Kind = iota
	String
	Number
	Object
	Array
)

// space skips white space. Tokens have none, so the loop is kept out of the way.
func (s *Scanner) space() {
	if s.pos < len(s.text) && s.text[s.pos] <= ' ' {
		s.skipSpace()
	}
}

func (s *Scanner) skipSpace() {
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
func (s *Scanner) next() byte {
	if c := s.peek(); c > ' ' {
		return c
	}
	return s.nextAfterSpace()
}

func (s *Scanner) nextAfterSpace() byte {
	s.skipSpace()
	return s.peek()
}

// Kind returns the kind of the value that comes next.
func (s *Scanner) Kind() Kind {
	switch c := s.next(); {
	case c == '"':
		return String
	case c == '{':
		return Object
	case c == '[':
		return Array
	case c == '-' || (c >= '0' && c <= '9'):
		return Number
	}
	return Other
}

// Object reads an object. It calls member for each name; member has to read the value.
func (s *Scanner) Object(member func(name string) error) error {
	if err := s.open('{'); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if more, err := s.more('}', n); !more {
			return err
		}
		name, err := s.String()
		if err != nil {
			return err
		}
		if s.next() != ':' {
			return ErrMalformed
		}
		s.pos++
		s.space()
		if err := member(name); err != nil {
			return err
		}
	}
}

// Array reads an array. It calls element for each index; element has to read the value.
func (s *Scanner) Array(element func(n int) error) error {
	if err := s.open('['); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if more, err := s.more(']', n); !more {
			return err
		}
		if err := element(n); err != nil {
			return err
		}
	}
}

// open reads the byte that opens an object or an array.
func (s *Scanner) open(opening byte) error {
	if s.next() != opening {
		return ErrMalformed
	}
	if s.depth++; s.depth > maxDepth {
		return ErrMalformed
	}
	s.pos++
	return nil
}

// more stands before item n of an open list and reports whether there is one; otherwise the list is closed.
func (s *Scanner) more(closing byte, n int) (bool, error) {
	c := s.next()
	if c == closing {
		s.pos++
		s.depth--
		return false, nil
	}
	if n > 0 {
		if c != ',' {
			return false, ErrMalformed
		}
		s.pos++
		s.space()
	}
	return true, nil
}

// plainByte marks the bytes of a string that stand for themselves: all but quotes, escapes, control characters and what
// may be malformed UTF-8.
var plainByte = func() (plain [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// String reads a string. Escapes and bytes beyond ASCII take the slow way through encoding/json.
func (s *Scanner) String() (string, error) {
	if s.next() != '"' {
		return "", ErrMalformed
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
func (s *Scanner) slowString(offset int) (string, error) {
	start := s.pos
	for i := start + offset; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			return unquote(s.text[start:s.pos])
		case c == '\\':
			i++
		case c < 0x20:
			return "", ErrMalformed
		}
	}
	return "", ErrMalformed
}

func unquote(literal string) (string, error) {
	var value string
	if err := json.Unmarshal([]byte(literal), &value); err != nil {
		return "", ErrMalformed
	}
	return value, nil
}

// Number reads a number in the grammar of JSON. Times are integers: those are read on the way.
func (s *Scanner) Number() (float64, error) {
	start := s.pos
	if whole, ok := s.integer(); ok {
		return float64(whole), nil
	}
	s.pos = start
	if !s.numberSyntax() {
		return 0, ErrMalformed
	}
	// A number that is out of range becomes an infinity, as in JavaScript.
	value, err := strconv.ParseFloat(s.text[start:s.pos], 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, ErrMalformed
	}
	return value, nil
}

// integer reads a number of up to 15 digits that has neither sign nor leading zero, fraction nor exponent.
func (s *Scanner) integer() (int64, bool) {
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

func (s *Scanner) numberSyntax() bool {
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

func (s *Scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *Scanner) digits() bool {
	start := s.pos
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.pos++
	}
	return s.pos > start
}

// Skip reads a value of any kind and forgets it.
func (s *Scanner) Skip() error {
	switch s.Kind() {
	case String:
		_, err := s.String()
		return err
	case Number:
		if !s.numberSyntax() {
			return ErrMalformed
		}
		return nil
	case Object:
		return s.Object(func(string) error { return s.Skip() })
	case Array:
		return s.Array(func(int) error { return s.Skip() })
	}
	return s.literal()
}

// Raw reads a value of any kind and returns its text.
func (s *Scanner) Raw() (string, error) {
	s.space()
	start := s.pos
	err := s.Skip()
	return s.text[start:s.pos], err
}

func (s *Scanner) literal() error {
	for _, word := range [...]string{"null", "true", "false"} {
		if len(s.text)-s.pos >= len(word) && s.text[s.pos:s.pos+len(word)] == word {
			s.pos += len(word)
			return nil
		}
	}
	return ErrMalformed
}

// IsNull reports whether the value is null.
func (s *Scanner) IsNull() bool {
	return s.next() == 'n'
}

// OptionalString reads a string into its place. It skips a value of another kind and reports that there was no string.
func (s *Scanner) OptionalString(into *string) (bool, error) {
	if s.Kind() != String {
		return false, s.Skip()
	}
	value, err := s.String()
	if err != nil {
		return false, err
	}
	*into = value
	return true, nil
}
