package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// compare returns what before holds and after lacks, one line for each difference. What after has in addition is no
// loss, and neither is a zero value that is left out: leaving it out decodes to the same.
func compare(path string, before, after []byte) []string {
	var x, y any
	for _, part := range []struct {
		text []byte
		into *any
	}{{before, &x}, {after, &y}} {
		if err := json.Unmarshal(part.text, part.into); err != nil {
			return []string{path + ": " + err.Error()}
		}
	}
	return differences(path, x, y)
}

func differences(path string, before, after any) []string {
	switch x := before.(type) {
	case map[string]any:
		y, ok := after.(map[string]any)
		if !ok {
			return lost(path, before, after)
		}
		var out []string
		for _, key := range slices.Sorted(maps.Keys(x)) {
			value, there := y[key]
			if !there && isZero(x[key]) {
				continue
			}
			out = append(out, differences(path+"."+key, x[key], value)...)
		}
		return out
	case []any:
		y, ok := after.([]any)
		if !ok || len(x) != len(y) {
			return lost(path, before, after)
		}
		var out []string
		for i := range x {
			out = append(out, differences(fmt.Sprintf("%s[%d]", path, i), x[i], y[i])...)
		}
		return out
	default:
		if before != after {
			return lost(path, before, after)
		}
		return nil
	}
}

func lost(path string, before, after any) []string {
	return []string{fmt.Sprintf("%s is %T(%v), was %T(%v)", path, after, after, before, before)}
}

func isZero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}
