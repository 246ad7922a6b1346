package fastjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// Unmarshal decodes JSON with encoding/json. It accepts what encoding/json refuses for an integer: a whole number that
// is written as 1.0 or 1e3.
func Unmarshal(data []byte, out any) error {
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
