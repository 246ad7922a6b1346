package fastjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

var errSplit = errors.New("list is not valid JSON")

// List is the answer to a request for a list, cut into its items. Everything in it aliases the answer.
type List struct {
	// Items holds the JSON of each item.
	Items []json.RawMessage
	// Total is the member total_count of the answer, if HasTotal is set.
	Total int64
	// HasTotal reports whether the answer has a member total_count.
	HasTotal bool
	// Body is the whole answer.
	Body json.RawMessage
}

// Split cuts an answer into items. The answer is an array, or an object whose member "data" is the list; without such a
// member its first array is. Split only finds where each item ends, so an invalid item fails when it is decoded.
func Split(body []byte) (List, error) {
	list := List{Body: body}
	i := skipSpace(body, 0)
	if i >= len(body) {
		return List{}, errSplit
	}
	var end int
	switch body[i] {
	case '[':
		list.Items, end = splitArray(body, i)
	case '{':
		end = splitEnvelope(body, i, &list)
	case 'n':
		if !bytes.HasPrefix(body[i:], []byte("null")) {
			return List{}, errSplit
		}
		end = i + len("null")
	default:
		return List{}, errSplit
	}
	if end < 0 || skipSpace(body, end) != len(body) {
		return List{}, errSplit
	}
	return list, nil
}

// splitEnvelope reads the object at i and returns its end, or -1.
func splitEnvelope(body []byte, i int, list *List) int {
	fromData := false
	return eachMember(body, i, func(name []byte, start, end int) bool {
		value := body[start:end]
		isData := string(name) == `"data"`
		switch {
		case string(name) == `"total_count"`:
			if f, err := strconv.ParseFloat(string(bytes.Trim(value, `"`)), 64); err == nil && f >= 0 && f < 1<<53 {
				list.Total, list.HasTotal = int64(f), true
			}
		case value[0] == '[' && (isData || !fromData && list.Items == nil):
			items, itemsEnd := splitArray(body, start)
			if itemsEnd != end {
				return false
			}
			list.Items, fromData = items, isData
		}
		return true
	})
}

// eachMember calls visit with the name (still quoted) and the place of each member's value of the object at i, until visit
// returns false. It returns the end of the object, or -1.
func eachMember(body []byte, i int, visit func(name []byte, start, end int) bool) int {
	i = skipSpace(body, i+1)
	if i < len(body) && body[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(body) || body[i] != '"' {
			return -1
		}
		nameEnd := skipString(body, i)
		if nameEnd < 0 {
			return -1
		}
		colon := skipSpace(body, nameEnd)
		if colon >= len(body) || body[colon] != ':' {
			return -1
		}
		start := skipSpace(body, colon+1)
		end := skipValue(body, start)
		if end < 0 || !visit(body[i:nameEnd], start, end) {
			return -1
		}
		i = skipSpace(body, end)
		if i >= len(body) {
			return -1
		}
		if body[i] == '}' {
			return i + 1
		}
		if body[i] != ',' {
			return -1
		}
		i = skipSpace(body, i+1)
	}
}

// splitArray returns the items of the array at i, and its end or -1.
func splitArray(body []byte, i int) ([]json.RawMessage, int) {
	items := []json.RawMessage{}
	i = skipSpace(body, i+1)
	if i < len(body) && body[i] == ']' {
		return items, i + 1
	}
	for {
		end := skipValue(body, i)
		if end < 0 {
			return nil, -1
		}
		items = append(items, json.RawMessage(body[i:end:end]))
		i = skipSpace(body, end)
		if i >= len(body) {
			return nil, -1
		}
		if body[i] == ']' {
			return items, i + 1
		}
		if body[i] != ',' {
			return nil, -1
		}
		i = skipSpace(body, i+1)
	}
}

// skipValue returns the end of the value at i, or -1.
func skipValue(body []byte, i int) int {
	if i >= len(body) {
		return -1
	}
	switch body[i] {
	case '"':
		return skipString(body, i)
	case '{', '[':
		return skipNested(body, i)
	case ',', ':', ']', '}':
		return -1
	}
	for i < len(body) && !isDelimiter(body[i]) {
		i++
	}
	return i
}

// skipNested returns the end of the object or array at i, or -1.
func skipNested(body []byte, i int) int {
	depth := 0
	for i < len(body) {
		switch body[i] {
		case '"':
			if i = skipString(body, i); i < 0 {
				return -1
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// skipString returns the end of the string at i, or -1.
func skipString(body []byte, i int) int {
	i++
	for {
		n := bytes.IndexByte(body[i:], '"')
		if n < 0 {
			return -1
		}
		i += n + 1
		backslashes := 0
		for body[i-2-backslashes] == '\\' {
			backslashes++
		}
		if backslashes%2 == 0 {
			return i
		}
	}
}

// skipSpace returns the first place at or after i that is not white space.
func skipSpace(body []byte, i int) int {
	for i < len(body) && (body[i] == ' ' || body[i] == '\n' || body[i] == '\t' || body[i] == '\r') {
		i++
	}
	return i
}

// isDelimiter reports whether c ends a number or a word.
func isDelimiter(c byte) bool {
	switch c {
	case ' ', '\n', '\t', '\r', ',', ':', ']', '}', '[', '{', '"':
		return true
	default:
		return false
	}
}

// ID returns the top-level "id" of an item, or "" if it has none that is a string.
func ID(item json.RawMessage) string {
	id := ""
	i := skipSpace(item, 0)
	if i >= len(item) || item[i] != '{' {
		return ""
	}
	eachMember(item, i, func(name []byte, start, end int) bool {
		if string(name) != `"id"` {
			return true
		}
		if json.Unmarshal(item[start:end], &id) != nil {
			id = ""
		}
		return false
	})
	return id
}
