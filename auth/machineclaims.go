package clerkauth

import (
	"maps"
	"slices"
)

// machineClaims are custom claims, which several requests share: whoever asks gets a copy.
type machineClaims struct {
	values map[string]any
	deep   []string // names of the values with more inside; the others need no copy of their own
}

// newMachineClaims takes the values over.
func newMachineClaims(values map[string]any) machineClaims {
	c := machineClaims{values: values}
	for name, value := range values {
		switch value.(type) {
		case map[string]any, []any:
			c.deep = append(c.deep, name)
		}
	}
	return c
}

func (c machineClaims) clone() map[string]any {
	out := maps.Clone(c.values)
	for _, name := range c.deep {
		out[name] = cloneValue(out[name])
	}
	return out
}

// cloneValue copies what was decoded from JSON.
func cloneValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := maps.Clone(value)
		for name, inner := range out {
			out[name] = cloneValue(inner)
		}
		return out
	case []any:
		out := slices.Clone(value)
		for i := range out {
			out[i] = cloneValue(out[i])
		}
		return out
	}
	return value
}
