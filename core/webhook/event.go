package clerkwebhook

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"math"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// EventType names what happened, such as "user.created". The set is open: a type that this version does not know
// verifies, decodes and reaches the handler like any other.
type EventType string

// Event is one event as Clerk sent it. Data stays JSON until [DataAs] or Decode is called, so that an event of an
// unknown type, or with fields that this version does not know, loses nothing.
type Event struct {
	// ID is the id of the message, the same for every attempt to deliver it. It comes from the headers and is empty
	// for an event that was not delivered, such as those of a backfill.
	ID string `json:"-"`
	// SentAt is the time of the attempt, from the headers.
	SentAt time.Time `json:"-"`

	// Object is "event".
	Object string `json:"object"`
	// Type says what happened and so which type Data has.
	Type EventType `json:"type"`
	// Timestamp is when it happened, in the unit that Clerk sent: milliseconds, or seconds in its examples.
	Timestamp clerk.Timestamp `json:"timestamp"`
	// InstanceID is the Clerk instance that sent the event.
	InstanceID string `json:"instance_id"`
	// Attributes describes the request that caused the event; nil if Clerk sent none.
	Attributes *EventAttributes `json:"event_attributes,omitzero"`
	// Data is what the event is about, as it was sent. [DataAs] and Decode give it a type.
	Data json.RawMessage `json:"data"`

	raw json.RawMessage
}

// EventAttributes is what Clerk knows about the cause of an event.
type EventAttributes struct {
	// HTTPRequest is the request that caused the event; nil if there was none.
	HTTPRequest *EventHTTPRequest `json:"http_request,omitzero"`
}

// EventHTTPRequest describes the request that caused an event.
type EventHTTPRequest struct {
	// ClientIP is the address that the request came from.
	ClientIP string `json:"client_ip"`
	// UserAgent is the User-Agent header of the request.
	UserAgent string `json:"user_agent"`
}

// ParseEvent decodes the body of a delivery whose signature something else has verified. Use [Verifier.Verify] for
// everything that comes over the network.
func ParseEvent(body []byte) (*Event, error) {
	var event Event
	if err := json.Unmarshal(body, &event); err != nil {
		return nil, &Error{Reason: ReasonInvalidBody, Err: err}
	}
	if event.Type == "" {
		return nil, &Error{Reason: ReasonInvalidBody}
	}
	return &event, nil
}

// UnmarshalJSON decodes an event and keeps data reachable through RawJSON. A timestamp may be a number in any
// notation. Of the envelope only the type must be what it should be: any other field that is odd keeps its zero value,
// so that a signed message is not lost for it.
func (e *Event) UnmarshalJSON(data []byte) error {
	var wire struct {
		Type       EventType       `json:"type"`
		Object     json.RawMessage `json:"object"`
		Timestamp  json.RawMessage `json:"timestamp"`
		InstanceID json.RawMessage `json:"instance_id"`
		Attributes json.RawMessage `json:"event_attributes"`
		Data       json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	e.Type, e.Data = wire.Type, wire.Data
	lenient(wire.Object, &e.Object)
	lenient(wire.InstanceID, &e.InstanceID)
	lenient(wire.Attributes, &e.Attributes)
	var timestamp json.Number
	lenient(wire.Timestamp, &timestamp)
	e.Timestamp = clerk.Timestamp(wholeNumber(timestamp))
	e.raw = bytes.Clone(data)
	return nil
}

// lenient decodes a field into *out, or leaves that at zero.
func lenient[T any](raw json.RawMessage, out *T) {
	var value T
	if len(raw) > 0 && json.Unmarshal(raw, &value) == nil {
		*out = value
	}
}

// RawJSON returns the whole event as it was sent, fields included that Event does not have. It is nil for an event
// that was not decoded from JSON. Do not change it.
func (e *Event) RawJSON() json.RawMessage { return e.raw }

// Time returns when the event happened, in UTC.
func (e *Event) Time() time.Time { return e.Timestamp.Time() }

// LogValue returns the message id and the type, and nothing of the data.
func (e *Event) LogValue() slog.Value {
	if e == nil {
		return slog.Value{}
	}
	return slog.GroupValue(slog.String("id", e.ID), slog.String("type", string(e.Type)))
}

// String returns the type. Data and attributes can name people and are left out.
func (e *Event) String() string {
	if e == nil {
		return "clerkwebhook.Event(nil)"
	}
	return "clerkwebhook.Event(" + string(e.Type) + ")"
}

// GoString returns the same as String.
func (e *Event) GoString() string { return e.String() }

// wholeNumber reads a JSON number that may have a fraction or an exponent. What is no number gives zero.
func wholeNumber(n json.Number) int64 {
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, err := n.Float64()
	if err != nil || math.IsNaN(f) || math.Abs(f) >= math.MaxInt64 {
		return 0
	}
	return int64(f)
}
