package clerkwebhook

import (
	"context"
	"encoding/json"
	"reflect"
)

// The generated files beside this one hold what follows from Clerk's document: the EventType constants, EventTypes,
// newPayload, Callbacks with its dispatch method, and the types of data that package clerk does not have. Each of
// those types embeds original.

// original keeps the JSON that a value was decoded from. It holds a pointer so that printing the value does not print
// the bytes again.
type original struct{ body *json.RawMessage }

// RawJSON returns the JSON that the value was decoded from, with the fields that this version does not know. It is
// nil for a value that is not itself the data of an event. Do not change it.
func (o *original) RawJSON() json.RawMessage {
	if o.body == nil {
		return nil
	}
	return *o.body
}

func (o *original) setRaw(raw json.RawMessage) { o.body = &raw }

// DataAs decodes the data of an event into T: the type that Clerk documents for the event, such as clerk.User for
// user.created, or a type of the application's own. It refuses the documented type of a different event. Fields that T
// lacks stay reachable through event.Data. The error is an [*Error] with [ReasonInvalidData].
func DataAs[T any](event *Event) (*T, error) {
	if event == nil {
		return nil, &Error{Reason: ReasonInvalidData}
	}
	data := new(T)
	if want := newPayload(event.Type); want != nil {
		if _, ok := want.(*T); !ok && isPayload(data) {
			return nil, &Error{Reason: ReasonInvalidData, Type: event.Type}
		}
	}
	if err := event.decodeInto(data); err != nil {
		return nil, err
	}
	return data, nil
}

// Decode decodes the data of the event into the type that Clerk documents for it and returns a pointer to that, such as
// *clerk.User. For a type of event that this version does not know it returns the data as [json.RawMessage].
func (e *Event) Decode() (any, error) {
	data := newPayload(e.Type)
	if data == nil {
		return e.Data, nil
	}
	if err := e.decodeInto(data); err != nil {
		return nil, err
	}
	return data, nil
}

// IsKnown reports whether this version has a type for the data of the event.
func (t EventType) IsKnown() bool { return newPayload(t) != nil }

// decodeInto decodes the data. The data of every event is an object; anything else is an error, because decoding
// null would give a person without an id.
func (e *Event) decodeInto(data any) error {
	if kind := reflect.TypeOf(data).Elem().Kind(); kind == reflect.Struct && !isObject(e.Data) {
		return &Error{Reason: ReasonInvalidData, Type: e.Type}
	}
	if err := json.Unmarshal(e.Data, data); err != nil {
		return &Error{Reason: ReasonInvalidData, Type: e.Type, Err: err}
	}
	if keeper, ok := data.(interface{ setRaw(raw json.RawMessage) }); ok {
		keeper.setRaw(e.Data)
	}
	return nil
}

// Dispatch decodes the data of an event and calls the callback of its type, or Other where that is nil; an event that
// neither takes is dropped. It is what a [Handler] does with a delivery after its checks: the caller vouches that the
// event comes from Clerk and has not been handled before.
func (c *Callbacks) Dispatch(ctx context.Context, event *Event) error {
	if event == nil {
		return &Error{Reason: ReasonInvalidData}
	}
	return c.dispatch(ctx, event)
}

// isPayload reports whether data is of the documented type of any event.
func isPayload(data any) bool {
	for _, known := range EventTypes() {
		if reflect.TypeOf(newPayload(known)) == reflect.TypeOf(data) {
			return true
		}
	}
	return false
}

// isObject reports whether JSON is an object.
func isObject(data json.RawMessage) bool {
	for _, c := range data {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == '{'
		}
	}
	return false
}

// deliver decodes the data of an event and passes it to fn, or to other if there is no fn.
func deliver[T any](
	ctx context.Context, event *Event, fn func(context.Context, *Event, *T) error, other func(context.Context, *Event) error,
) error {
	if fn == nil {
		return deliverOther(ctx, event, other)
	}
	data, err := DataAs[T](event)
	if err != nil {
		return err
	}
	return fn(ctx, event, data)
}

// deliverOther passes an event to other, and drops it if there is none.
func deliverOther(ctx context.Context, event *Event, other func(context.Context, *Event) error) error {
	if other == nil {
		return nil
	}
	return other(ctx, event)
}
