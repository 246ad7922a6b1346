package clerkmirror

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxDepth is how deep JSON may nest in a column: MariaDB checks no more than 32 levels.
	maxDepth = 30
	// maxDigits is how many digits of a number every database keeps.
	maxDigits = 15
)

// fitJSON returns JSON that every database takes and, where that differs from data in meaning, data itself in base64.
// Not all databases take NUL characters, unpaired surrogates, invalid UTF-8, very deep nesting and huge numbers.
func fitJSON(data []byte) (text, raw string) {
	if len(data) == 0 {
		return "null", ""
	}
	if fits(data) {
		return string(data), ""
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		value = nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(fitValue(value, 1)) != nil {
		out.Reset()
		out.WriteString("null")
	}
	return strings.TrimSuffix(out.String(), "\n"), base64.StdEncoding.EncodeToString(data)
}

// unfitJSON returns what was sent.
func unfitJSON(text, raw string) ([]byte, error) {
	if raw == "" {
		return []byte(text), nil
	}
	return base64.StdEncoding.DecodeString(raw)
}

// fits reports whether valid JSON means the same in every database. It may say no where that is true, never yes where
// it is not.
func fits(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	depth := 0
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			end := stringEnd(data, i+1)
			if end < 0 {
				return false
			}
			i = end
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(data) && isNumberByte(data[end]) {
				end++
			}
			if end-i > maxDigits {
				return false
			}
			if bytes.ContainsAny(data[i:end], "eE") {
				return false
			}
			i = end - 1
		}
	}
	return depth == 0
}

// stringEnd returns the position of the quote that ends the string that begins at i, or -1 if the string has an escape
// that not every database takes.
func stringEnd(data []byte, i int) int {
	for ; i < len(data); i++ {
		switch data[i] {
		case '"':
			return i
		case '\\':
			i++
			if i >= len(data) {
				return -1
			}
			if data[i] == 'u' && !plainEscape(data[i+1:]) {
				return -1
			}
		case 0x1e, 0x1f:
			return -1
		}
	}
	return -1
}

// plainEscape reports whether the four digits of an escape are a character of their own, other than NUL.
func plainEscape(digits []byte) bool {
	if len(digits) < 4 {
		return false
	}
	code, err := strconv.ParseUint(string(digits[:4]), 16, 32)
	return err == nil && code != 0 && (code < 0xd800 || code > 0xdfff)
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

// fitValue replaces what not every database takes. The decoder has made unpaired surrogates and invalid UTF-8 fit
// already.
func fitValue(value any, depth int) any {
	switch v := value.(type) {
	case string:
		return strings.ReplaceAll(v, "\x00", "\uFFFD")
	case json.Number:
		if f, err := v.Float64(); err != nil || f > 1e300 || f < -1e300 || f != 0 && f > -1e-300 && f < 1e-300 {
			return v.String()
		}
		return v
	case []any:
		if depth > maxDepth {
			return flatten(v)
		}
		for i := range v {
			v[i] = fitValue(v[i], depth+1)
		}
		return v
	case map[string]any:
		if depth > maxDepth {
			return flatten(v)
		}
		out := make(map[string]any, len(v))
		for name, member := range v {
			out[strings.ReplaceAll(name, "\x00", "\uFFFD")] = fitValue(member, depth+1)
		}
		return out
	default:
		return v
	}
}

// flatten returns a value as the text of its JSON, without what not every database takes.
func flatten(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(encoded), `\u0000`, "\uFFFD")
}
