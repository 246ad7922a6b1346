package clerktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// decodeSeed reads a seed file. An error says on which line it is, and of which record when it is in one.
func decodeSeed(file []byte) (*seedFile, error) {
	seed := &seedFile{}
	err := decodeStrictly(file, seed)
	if err == nil {
		return seed, nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return nil, fmt.Errorf("line %d: %w", lineAt(file, syntax.Offset-1), err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("line %d: the file ends in the middle: %w", lineAt(file, int64(len(file))), err)
	}
	for _, r := range recordsOfSeed(file) {
		if err := decodeStrictly(r.alone, &seedFile{}); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", r.line, r.name, err)
		}
	}
	return nil, err
}

// decodeStrictly decodes one JSON value that has no unknown field and nothing behind it.
func decodeStrictly(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind the object of the seed")
	}
	return nil
}

// seedRecordError is what is wrong with a record that was read well.
type seedRecordError struct {
	name string // part[number]
	err  error
}

func (e *seedRecordError) Error() string { return e.name + ": " + e.err.Error() }
func (e *seedRecordError) Unwrap() error { return e.err }

// lineOfSeed adds the line of its record to an error.
func lineOfSeed(file []byte, err error) error {
	var wrong *seedRecordError
	if errors.As(err, &wrong) {
		for _, r := range recordsOfSeed(file) {
			if r.name == wrong.name {
				return fmt.Errorf("line %d: %w", r.line, err)
			}
		}
	}
	return err
}

// seedRecord is a part of a seed file, or one record of a part that is a list.
type seedRecord struct {
	name  string
	line  int
	alone []byte // a seed with nothing else
}

// recordsOfSeed takes a seed file apart, up to where it is not JSON.
func recordsOfSeed(file []byte) []seedRecord {
	var out []seedRecord
	dec := json.NewDecoder(bytes.NewReader(file))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return nil
	}
	for dec.More() {
		key, err := dec.Token()
		part, ok := key.(string)
		if err != nil || !ok {
			return out
		}
		quoted, err := json.Marshal(part)
		if err != nil {
			return out
		}
		one := func(name, format string) bool {
			var value json.RawMessage
			if dec.Decode(&value) != nil {
				return false
			}
			line := lineAt(file, dec.InputOffset()-int64(len(value)))
			out = append(out, seedRecord{name, line, fmt.Appendf(nil, format, quoted, value)})
			return true
		}
		if !isList(file[dec.InputOffset():]) {
			if !one(part, "{%s: %s}") {
				return out
			}
			continue
		}
		_, _ = dec.Token() // the bracket
		for i := 0; dec.More(); i++ {
			if !one(fmt.Sprintf("%s[%d]", part, i), "{%s: [%s]}") {
				return out
			}
		}
		_, _ = dec.Token()
	}
	return out
}

// isList reports whether a list follows the colon behind a key.
func isList(rest []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(rest, ": \t\r\n"), []byte{'['})
}

// lineAt counts the lines of a file up to an offset.
func lineAt(file []byte, offset int64) int {
	offset = max(0, min(offset, int64(len(file))))
	return 1 + bytes.Count(file[:offset], []byte{'\n'})
}
