package clerk

import (
	"bytes"
	"encoding/json"
	"log/slog"
)

// Metadata is a JSON value whose shape belongs to the application, such as a user's public_metadata. It is kept
// as it came. The zero value is null.
type Metadata json.RawMessage

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

// MarshalJSON returns the JSON itself, null for the zero value.
func (m Metadata) MarshalJSON() ([]byte, error) {
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
