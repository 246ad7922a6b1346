package clerk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// The states of an Opt; the zero value must be unset.
const (
	optUnset uint8 = iota
	optNull
	optSet
)

// Opt is an optional request field with three states: unset (the zero value: the field is not sent), null and
// set to a value. An Opt is a plain value: copy it freely, and assign [Set], [Null] or Opt[T]{} to change it.
type Opt[T any] struct {
	value T
	state uint8
}

// Set returns an [Opt] that holds v. A nil slice is sent as [] and a nil map as {}; use [Null] to send null.
func Set[T any](v T) Opt[T] { return Opt[T]{value: v, state: optSet} }

// Null returns an [Opt] that is sent as null, which clears the field where the API allows it.
func Null[T any]() Opt[T] { return Opt[T]{state: optNull} }

// FromPtr returns an [Opt] that holds *p, or an unset Opt if p is nil.
func FromPtr[T any](p *T) Opt[T] {
	if p == nil {
		return Opt[T]{}
	}
	return Set(*p)
}

// String returns an [Opt] that holds s.
func String(s string) Opt[string] { return Set(s) }

// Int64 returns an [Opt] that holds n.
func Int64(n int64) Opt[int64] { return Set(n) }

// Bool returns an [Opt] that holds b.
func Bool(b bool) Opt[bool] { return Set(b) }

// Value returns *p, or the zero value of T if p is nil. It reads the nullable fields of responses.
func Value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// Get returns the value and whether there is one. It reports false for unset and null.
func (o Opt[T]) Get() (T, bool) { return o.value, o.state == optSet }

// IsNull reports whether o is null.
func (o Opt[T]) IsNull() bool { return o.state == optNull }

// IsZero reports whether o is unset. It is what the omitzero option of encoding/json asks.
func (o Opt[T]) IsZero() bool { return o.state == optUnset }

// String returns the value as fmt prints it, "null" or "unset".
func (o Opt[T]) String() string { return optText(o.state, o.value) }

// MarshalJSON encodes the value, or null if o is null or unset. An unset field is left out by omitzero. A nil slice
// becomes [] and a nil map {}.
func (o Opt[T]) MarshalJSON() ([]byte, error) { return marshalOpt(o.state, &o.value) }

// UnmarshalJSON makes o null for null, and set for anything that decodes into T.
func (o *Opt[T]) UnmarshalJSON(data []byte) error {
	var decoded Opt[T]
	err := unmarshalOpt(data, &decoded.value, &decoded.state)
	if err == nil {
		*o = decoded
	}
	return err
}

// The methods of Opt are compiled for each type of value, in every package that names one; what follows is compiled once.

// optText is Opt.String.
func optText(state uint8, value any) string {
	switch state {
	case optSet:
		return fmt.Sprint(value)
	case optNull:
		return "null"
	default:
		return "unset"
	}
}

// marshalOpt is Opt.MarshalJSON with a pointer to the value.
func marshalOpt(state uint8, value any) ([]byte, error) {
	if state != optSet {
		return []byte("null"), nil
	}
	v := reflect.ValueOf(value).Elem()
	plain := v.Interface()
	if _, own := plain.(json.Marshaler); !own {
		switch {
		case v.Kind() == reflect.Slice && v.IsNil():
			return []byte("[]"), nil
		case v.Kind() == reflect.Map && v.IsNil():
			return []byte("{}"), nil
		}
	}
	return json.Marshal(plain)
}

// unmarshalOpt is Opt.UnmarshalJSON with pointers to the value and the state, which it may leave half set on an error.
func unmarshalOpt(data []byte, value any, state *uint8) error {
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		*state = optNull
		return nil
	}
	*state = optSet
	return json.Unmarshal(data, value)
}
