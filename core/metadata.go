package clerk

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"reflect"
)

// Metadata is a JSON value whose shape belongs to the application, such as a user's public_metadata. In answers it is
// kept as it came: read it with Decode. In requests make it with [JSON]. The zero value is null.
type Metadata json.RawMessage

// JSON returns v as the metadata or the claims of a request. v is a map, a struct or any other value that encoding/json
// can encode, or JSON that is encoded already: a []byte, a [json.RawMessage], or a [Metadata] that Clerk returned. A
// nil v is sent as null. v is encoded at once, so it may change afterwards.
//
// A value that cannot be encoded, and bytes that are not JSON, make the call fail with a [*ParamError] before anything
// is sent.
func JSON(v any) Opt[Metadata] {
	data, err := encodeJSON(v)
	if err != nil {
		return Set(Metadata(notJSON + err.Error()))
	}
	return Set(Metadata(data))
}

// notJSON starts a Metadata that holds an error in place of JSON, which never starts so.
const notJSON = "\x00"

// errNoJSON is the error for bytes and readers that hold no JSON.
var errNoJSON = errors.New("not JSON")

func encodeJSON(v any) ([]byte, error) {
	if _, own := v.(json.Marshaler); own || v == nil {
		return json.Marshal(v)
	}
	if _, isReader := v.(io.Reader); isReader {
		return nil, errNoJSON
	}
	if bytesOf := reflect.ValueOf(v); bytesOf.Kind() == reflect.Slice && bytesOf.Type().Elem().Kind() == reflect.Uint8 {
		if !json.Valid(bytesOf.Bytes()) {
			return nil, errNoJSON
		}
		return bytes.Clone(bytesOf.Bytes()), nil
	}
	return json.Marshal(v)
}

// Decode decodes the JSON into v, which must be a pointer. Empty metadata and null leave v alone.
func (m Metadata) Decode(v any) error {
	if m.IsZero() {
		return nil
	}
	return json.Unmarshal(m, v)
}

// IsZero reports whether m is empty or null.
func (m Metadata) IsZero() bool {
	trimmed := bytes.TrimSpace(m)
	return len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null"))
}

// MarshalJSON returns the JSON itself, null for the zero value. It fails for a value that [JSON] could not encode.
func (m Metadata) MarshalJSON() ([]byte, error) {
	if reason, failed := bytes.CutPrefix(m, []byte(notJSON)); failed {
		return nil, errors.New("clerk.JSON: " + string(reason))
	}
	return json.RawMessage(m).MarshalJSON()
}

// UnmarshalJSON keeps a copy of data.
func (m *Metadata) UnmarshalJSON(data []byte) error {
	return (*json.RawMessage)(m).UnmarshalJSON(data)
}

// LogValue hides the content: metadata can be confidential.
func (m Metadata) LogValue() slog.Value {
	return slog.IntValue(len(m))
}
