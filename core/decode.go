package clerk

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// keptBytes is how much of a body errors keep.
const keptBytes = 2048

var errEmptyBody = errors.New("body is empty")

// An answer may hold an object for each bytesPerObject of the limit of its length, and at least minObjects. A page of
// 500 users holds some 10,000 objects.
const (
	bytesPerObject = 256
	minObjects     = 16_384
)

// objectLimit returns how many objects an answer may hold whose length is limited.
func objectLimit(limit int64) int64 { return max(limit/bytesPerObject, minObjects) }

// frugal reports whether a body has no more objects than the limit of its length allows. It counts braces, those in
// texts too, before anything is decoded.
func frugal(body []byte, limit int64) bool {
	return int64(bytes.Count(body, []byte("{"))) <= objectLimit(limit)
}

// decode decodes a body, or a part of one, into out. Models keep the JSON that they came from. With a decoder, out must be
// zero; without one encoding/json does all the work.
func (r *response) decode(data []byte, out any, d *decoder) error {
	switch target := out.(type) {
	case *struct{}:
		return nil
	case *string:
		*target = string(data)
		return nil
	case *[]byte:
		*target = data
		return nil
	case *json.RawMessage:
		*target = data
		return nil
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return r.decodeError("body is empty", errEmptyBody)
	}
	if d == nil || !d.decode(data, out) {
		if err := unmarshal(data, out); err != nil {
			return r.decodeError(decodeReason(err), err)
		}
	}
	if model, ok := out.(rawSetter); ok {
		model.setRaw(data)
	}
	return nil
}

// decodeError returns the error for a body that is not what it should be.
func (r *response) decodeError(reason string, err error) error {
	return &DecodeError{
		Operation: r.operation, StatusCode: r.status, TraceID: r.trace,
		Reason: reason, Err: err, Body: firstBytes(r.body),
	}
}

// decodeReason describes an error of encoding/json without the values it holds.
func decodeReason(err error) string {
	var typeErr *json.UnmarshalTypeError
	if errors.As(err, &typeErr) {
		kind, _, _ := strings.Cut(typeErr.Value, " ")
		if typeErr.Field == "" {
			return "a JSON " + kind + " where " + typeErr.Type.String() + " is expected"
		}
		return "field " + typeErr.Field + " is a JSON " + kind + ", not " + typeErr.Type.String()
	}
	return "body is not valid JSON"
}

// unmarshal decodes JSON. Where a whole number is written as 1.0 or 1e3, which encoding/json refuses for an integer,
// it decodes a second time with such numbers written out.
func unmarshal(data []byte, out any) error {
	err := json.Unmarshal(data, out)
	var typeErr *json.UnmarshalTypeError
	if err == nil || !errors.As(err, &typeErr) || !strings.HasPrefix(typeErr.Value, "number") {
		return err
	}
	plain := writeOutIntegers(data)
	if bytes.Equal(plain, data) {
		return err
	}
	return json.Unmarshal(plain, out)
}

// writeOutIntegers returns valid JSON with the numbers that are whole but written with a point or an exponent
// replaced by their digits.
func writeOutIntegers(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); {
		c := data[i]
		switch {
		case c == '"':
			end := skipString(data, i)
			if end < 0 {
				return data
			}
			out = append(out, data[i:end]...)
			i = end
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(data) && strings.IndexByte("+-.eE0123456789", data[end]) >= 0 {
				end++
			}
			out = append(out, integerLiteral(data[i:end])...)
			i = end
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

// integerLiteral returns the digits of a number if it is a whole number of 53 bits, and the literal itself otherwise.
func integerLiteral(literal []byte) []byte {
	if bytes.IndexByte(literal, '.') < 0 && bytes.IndexByte(literal, 'e') < 0 && bytes.IndexByte(literal, 'E') < 0 {
		return literal
	}
	f, err := strconv.ParseFloat(string(literal), 64)
	if err != nil || f != float64(int64(f)) || f > 1<<53 || f < -(1<<53) {
		return literal
	}
	return strconv.AppendInt(nil, int64(f), 10)
}

// firstBytes returns a copy of the start of a body.
func firstBytes(body []byte) []byte {
	return bytes.Clone(body[:min(len(body), keptBytes)])
}
