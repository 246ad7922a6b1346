package clerk

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// bodyField is a member that an option adds to a body.
type bodyField struct {
	name  string
	value json.RawMessage
	text  string // the value if it is a text, for multipart bodies
	plain bool   // the value is a text
}

// WithBodyField adds a field to the body of the call, for fields of the API that the params do not have yet. A field of
// that name in the params is replaced. value is encoded as JSON; in an upload it must be a string. Calls without a
// body, such as reads, refuse it.
func WithBodyField(name string, value any) RequestOption {
	return func(cfg *requestConfig) {
		if name == "" {
			cfg.refuse("WithBodyField", "name is empty")
			return
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			cfg.refuse("WithBodyField", "value cannot be encoded as JSON")
			return
		}
		field := bodyField{name: name, value: encoded}
		field.text, field.plain = value.(string)
		cfg.fields = append(slices.Clip(cfg.fields), field)
		cfg.perCall = "WithBodyField"
	}
}

// WithQueryField adds a parameter to the query of the call, for parameters of the API that the params do not have yet.
// Given twice, the parameter is sent twice. A parameter of that name in the params is replaced. The parameters by which
// lists are paged, limit, offset and starting_after, are refused: they are fields of the params.
func WithQueryField(name, value string) RequestOption {
	return func(cfg *requestConfig) {
		switch name {
		case "", "limit", "offset", "starting_after":
			cfg.refuse("WithQueryField", "name is empty or one of limit, offset and starting_after")
			return
		}
		query := cloneValues(cfg.query)
		query.Add(name, value)
		cfg.query, cfg.perCall = query, "WithQueryField"
	}
}

var (
	errNoBody    = errors.New("WithBodyField: the call has no body")
	errNotObject = errors.New("WithBodyField: the body is not a JSON object")
	errNotText   = errors.New("WithBodyField: a field of an upload must be a string")
)

// addQuery returns a query with the parameters that the options add.
func (c *requestConfig) addQuery(query url.Values) url.Values {
	if len(c.query) == 0 {
		return query
	}
	query = cloneValues(query)
	maps.Copy(query, c.query)
	return query
}

// withFields returns a body with the fields that the options add.
func (c *requestConfig) withFields(method string, body any) (any, error) {
	if len(c.fields) == 0 {
		return body, nil
	}
	if method == http.MethodGet || method == http.MethodHead {
		return nil, errNoBody
	}
	switch body := body.(type) {
	case *Multipart:
		if body != nil {
			return c.multipartWithFields(*body)
		}
	case []byte, io.Reader:
		return nil, errNotJSON
	}
	object := map[string]json.RawMessage{}
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		if json.Unmarshal(encoded, &object) != nil || object == nil {
			return nil, errNotObject
		}
	}
	for _, field := range c.fields {
		object[field.name] = field.value
	}
	return object, nil
}

// multipartWithFields returns a copy of an upload with the fields that the options add.
func (c *requestConfig) multipartWithFields(m Multipart) (*Multipart, error) {
	fields := make(map[string]string, len(m.Fields)+len(c.fields))
	maps.Copy(fields, m.Fields)
	for _, field := range c.fields {
		if !field.plain {
			return nil, errNotText
		}
		fields[field.name] = field.text
	}
	m.Fields = fields
	return &m, nil
}
