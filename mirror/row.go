package clerkmirror

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	// maxID bounds an id; the columns of MySQL hold no longer ones.
	maxID = 191
	// maxText bounds a text column; those of MySQL hold 64 KiB, and what is longer would be cut off in a lax mode.
	maxText = 65_535
)

// row is a state of an object as the database gets it.
type row struct {
	key      clerkwebhook.Key
	values   []any // the columns of the object, nil or string; nil for a deletion
	data     any   // JSON that every database takes
	raw      any   // what was sent, in base64, where data differs from it
	version  int64
	observed int64
	deleted  bool
}

// finish checks a row that was made of an object and adds the object itself. An error matches ErrInvalid and marks what
// another delivery of the same message cannot cure.
func (k *kind) finish(r *row, data json.RawMessage) error {
	r.key.Kind = k.name
	if !isID(r.key.ID) {
		return invalid(k.name, "id")
	}
	if r.deleted {
		return nil
	}
	for i, column := range k.columns {
		value, _ := r.values[i].(string)
		if slices.Contains(k.owners, column.name) && !isID(value) {
			return invalid(k.name, column.name)
		}
		if len(value) > maxText {
			return invalid(k.name, "a text is longer than 65535 bytes")
		}
	}
	if k.secret != "" {
		data = withoutMember(data, k.secret)
	}
	text, raw := fitJSON(data)
	r.data = text
	if raw != "" {
		r.raw = raw
	}
	return nil
}

// withoutMember returns a JSON object without one of its members.
func withoutMember(object json.RawMessage, name string) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return nil
	}
	delete(members, name)
	out, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	return out
}

// invalid returns the error for an object that cannot be stored. It names no value, as that can be personal.
func invalid(kind clerkwebhook.Kind, what string) error {
	return clerkwebhook.Permanent(fmt.Errorf("%w: %s: %s", ErrInvalid, kind, what))
}

// isID reports whether an id is one that every database compares byte by byte: printable ASCII without spaces.
func isID(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= maxID
}

// args returns the values of all columns.
func (r *row) args(mark int64) []any {
	return append(slices.Clip(r.values), r.data, r.raw,
		strconv.FormatInt(r.version, 10), strconv.FormatInt(r.observed, 10), strconv.FormatInt(mark, 10))
}

// text returns a string as every database takes it, nil for none: PostgreSQL has no NUL and nobody has invalid UTF-8.
// The column data_raw keeps what was sent.
func text(s *string) any {
	if s == nil || *s == "" {
		return nil
	}
	return strings.ToValidUTF8(strings.ReplaceAll(*s, "\x00", "\uFFFD"), "\uFFFD")
}

// flag returns a boolean that every database reads.
func flag(b bool) any {
	if b {
		return "1"
	}
	return "0"
}

// moment returns a time of Clerk in UTC, nil for never and for years that no database has. PostgreSQL is told in the
// statement that it is UTC; the others have no time zone to apply.
func moment(t clerk.Timestamp) any {
	at := t.Time()
	if at.IsZero() || at.Year() < 1 || at.Year() > 9999 {
		return nil
	}
	return stamp(at)
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.000") }

// millis returns a time of Clerk in Unix milliseconds, whichever unit it came in.
func millis(t clerk.Timestamp) int64 { return int64(clerk.NewTimestamp(t.Time())) }
