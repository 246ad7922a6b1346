package clerk

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

// keptBytes is how much of a body errors keep.
const keptBytes = 2048

var errEmptyBody = errors.New("body is empty")

// An answer may hold an object for each bytesPerObject of the limit of its length, and at least minObjects. A page of
// 500 users holds some 10,000 objects.
const (
	bytesPerObject = 256
	minObjects     = 16_384
)

// objectLimit returns how many objects an answer may hold whose length is limited.
func objectLimit(limit int64) int64 { return max(limit/bytesPerObject, minObjects) }

// frugal reports whether a body has no more objects than the limit of its length allows. It counts braces, those in
// texts too, before anything is decoded.
func frugal(body []byte, limit int64) bool {
	return int64(bytes.Count(body, []byte("{"))) <= objectLimit(limit)
}

// decode decodes a body, or a part of one, into out. Models keep the JSON that they came from. With a decoder, out must
// be zero; without one encoding/json does all the work.
func (r *response) decode(data []byte, out any, d *fastjson.Decoder) error {
	switch target := out.(type) {
	case *struct{}:
		return nil
	case *string:
		*target = string(data)
		return nil
	case *[]byte:
		*target = data
		return nil
	case *json.RawMessage:
		*target = data
		return nil
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return r.decodeError("body is empty", errEmptyBody)
	}
	if d == nil || !d.Decode(data, out) {
		if err := fastjson.Unmarshal(data, out); err != nil {
			return r.decodeError(decodeReason(err), err)
		}
	}
	if model, ok := out.(rawSetter); ok {
		raw := json.RawMessage(data)
		model.setRaw(&raw)
	}
	return nil
}

// split cuts a list answer into its items.
func (r *response) split() (fastjson.List, error) {
	list, err := fastjson.Split(r.body)
	if err != nil {
		return fastjson.List{}, r.decodeError("body is not a list", err)
	}
	return list, nil
}

// decodeError returns the error for a body that is not what it should be.
func (r *response) decodeError(reason string, err error) error {
	return &DecodeError{
		Operation: r.operation, StatusCode: r.status, TraceID: r.trace,
		Reason: reason, Err: err, Body: firstBytes(r.body),
	}
}

// decodeReason describes an error of encoding/json without the values it holds.
func decodeReason(err error) string {
	var typeErr *json.UnmarshalTypeError
	if errors.As(err, &typeErr) {
		kind, _, _ := strings.Cut(typeErr.Value, " ")
		if typeErr.Field == "" {
			return "a JSON " + kind + " where " + typeErr.Type.String() + " is expected"
		}
		return "field " + typeErr.Field + " is a JSON " + kind + ", not " + typeErr.Type.String()
	}
	return "body is not valid JSON"
}

// firstBytes returns a copy of the start of a body.
func firstBytes(body []byte) []byte {
	return bytes.Clone(body[:min(len(body), keptBytes)])
}
