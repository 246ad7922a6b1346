package clerktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
)

// call is one Backend API request on its way through the emulator. Handlers read it, use tx, and return a wire value.
type call struct {
	emulator *Emulator
	inst     *Instance
	endpoint *endpoint
	tx       *tx

	w       http.ResponseWriter
	r       *http.Request
	traceID string
	params  route.Params
	query   url.Values
	raw     json.RawMessage // the whole JSON body
	upload  *upload         // of a multipart body
	status  int             // overrides the document's status
	machine string          // id of the machine whose key was used
}

// textAnswer is an answer that is not JSON.
type textAnswer struct{ contentType, text string }

// upload is the file of a multipart request.
type upload struct {
	field, name, contentType string
	data                     []byte
	fields                   map[string]string
}

// field is an optional body field: absent, null or a value. The zero value is absent.
type field[T any] struct {
	Set   bool // the field was in the body
	Null  bool // and was null
	Value T
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *field[T]) UnmarshalJSON(raw []byte) error {
	f.Set = true
	if string(raw) == "null" {
		f.Null = true
		return nil
	}
	return json.Unmarshal(raw, &f.Value)
}

// given reports whether the field has a value.
func (f *field[T]) given() bool { return f.Set && !f.Null }

// pointer returns the value for a nullable column, nil when absent or null.
func (f *field[T]) pointer() *T {
	if !f.given() {
		return nil
	}
	v := f.Value
	return &v
}

// apply stores the field in a nullable column: absent leaves it alone, null clears it.
func (f *field[T]) apply(column **T) {
	if f.Set {
		*column = f.pointer()
	}
}

// applyValue stores a given value and leaves the column alone otherwise.
func (f *field[T]) applyValue(column *T) {
	if f.given() {
		*column = f.Value
	}
}

// param returns a path parameter.
func (c *call) param(name string) string { return c.params.Get(name) }

// decode reads the checked JSON body into a struct of fields.
func (c *call) decode(into any) error {
	if len(c.raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.raw, into); err != nil {
		return errBodyInvalid("the body does not have the form of this operation")
	}
	return nil
}

// queryInt returns an integer query parameter.
func (c *call) queryInt(name string) (n int64, ok bool) {
	if !c.query.Has(name) {
		return 0, false
	}
	n, err := strconv.ParseInt(c.query.Get(name), 10, 64)
	return n, err == nil
}

// queryBool returns a boolean query parameter.
func (c *call) queryBool(name string) (value, ok bool) {
	if !c.query.Has(name) {
		return false, false
	}
	value, err := strconv.ParseBool(c.query.Get(name))
	return value, err == nil
}

// maxBulk is how many invitations one request may make.
const maxBulk = 10

// given is a field that has a value unless s is empty.
func given(s string) field[string] { return field[string]{Set: s != "", Value: s} }
