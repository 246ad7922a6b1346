package clerktest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of a form: its length in bytes and the number of its values.
const (
	maxForm       = 1 << 20
	maxFormValues = 500
)

// readFrontendParams reads the query and the body. ClerkJS adds parameters to every request, so unknown ones pass.
func (c *frontendCall) readFrontendParams() error {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return errBadRequest("query_string_invalid", "the query string cannot be read")
	}
	c.query = query
	op := c.endpoint.op
	for i := range op.query {
		p := &op.query[i]
		if p.required && !query.Has(p.name) {
			return errParamMissing(p.name)
		}
		plain := *p
		plain.allowed = nil
		if err := checkQueryValues(&plain, query[p.name]); err != nil {
			return err
		}
	}
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch {
	case err != nil:
		kind = ""
	case kind == "multipart/form-data" && op.body == bodyMultipart:
		return c.readUpload()
	case kind == "application/json" && op.body != bodyNone:
		return c.readJSON()
	}
	if op.body == bodyMultipart {
		return c.readFile(kind)
	}
	return c.readForm()
}

// readFile reads a body that is the file itself.
func (c *frontendCall) readFile(kind string) error {
	data, err := io.ReadAll(http.MaxBytesReader(nil, c.r.Body, maxUpload))
	if err != nil {
		return bodyError(err)
	}
	if kind, data, err = plainFile(kind, data); err != nil {
		return err
	}
	if len(data) == 0 {
		return errNoUpload()
	}
	c.upload = &upload{field: "file", contentType: kind, data: data}
	return nil
}

// plainFile decodes a file that comes as a data URL (RFC 2397), as ClerkJS sends pictures that a page has as text.
func plainFile(kind string, data []byte) (string, []byte, error) {
	head, text, ok := bytes.Cut(data, []byte(","))
	if !ok || !bytes.HasPrefix(head, []byte("data:")) {
		return kind, data, nil
	}
	of, encoded := strings.CutSuffix(strings.TrimPrefix(string(head), "data:"), ";base64")
	if !encoded {
		return "", nil, errBodyInvalid("the data URL has to be in base64")
	}
	plain, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return "", nil, errBodyInvalid("the data URL cannot be read")
	}
	return of, plain, nil
}

// readForm reads a form and makes it the JSON body that decode reads.
func (c *frontendCall) readForm() error {
	form, err := readFormValues(c.r)
	if err != nil {
		return err
	}
	body, err := formBody(c.endpoint.op.fields, form)
	if err != nil {
		return err
	}
	c.raw, err = json.Marshal(body)
	return err
}

// readFormValues reads the values of a form.
func readFormValues(r *http.Request) (url.Values, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxForm))
	if err != nil {
		return nil, bodyError(err)
	}
	if strings.Count(string(raw), "&") >= maxFormValues {
		return nil, errBodyInvalid("the form has too many values")
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, errBodyInvalid("the form cannot be read")
	}
	return form, nil
}

// bodyError refuses a body that is too large or breaks off.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return newError(http.StatusRequestEntityTooLarge, "request_body_too_large", "request body is too large", "the body is larger than this emulator reads")
	}
	return errBodyInvalid("the body cannot be read")
}

// listsBeyond are fields that ClerkJS sends once for each value, although the document calls them texts.
var listsBeyond = map[string]bool{"additional_scope": true}

// formBody gives the values of a form the types that the document says.
func formBody(params []param, form url.Values) (map[string]json.RawMessage, error) {
	body := make(map[string]json.RawMessage, len(form))
	for name, values := range form {
		name = strings.TrimSuffix(name, "[]")
		p := findParam(params, name)
		if p == nil || listsBeyond[name] {
			p = &param{name: name, kind: "string", array: len(values) > 1 || listsBeyond[name]}
		}
		raw, err := formField(p, values)
		if err != nil {
			return nil, err
		}
		body[name] = raw
	}
	for i := range params {
		if p := &params[i]; p.required && body[p.name] == nil {
			return nil, errParamMissing(p.name)
		}
	}
	return body, nil
}

func formField(p *param, values []string) (json.RawMessage, error) {
	if !p.array {
		return formValue(p, values[len(values)-1])
	}
	items := make([]json.RawMessage, 0, len(values))
	for _, v := range values {
		if v == "" {
			continue
		}
		raw, err := formValue(p, v)
		if err != nil {
			return nil, err
		}
		items = append(items, raw)
	}
	return json.Marshal(items)
}

func formValue(p *param, text string) (json.RawMessage, error) {
	if text == "" {
		return nullJSON, nil
	}
	kind := p.kind
	if strings.HasSuffix(p.name, "_metadata") {
		kind = "object"
	}
	switch kind {
	case "boolean":
		value, err := strconv.ParseBool(text)
		if err != nil {
			return nil, errParamType(p.name, kind)
		}
		return json.Marshal(value)
	case "integer", "number":
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || (kind == "integer" && value != float64(int64(value))) {
			return nil, errParamType(p.name, kind)
		}
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, errParamType(p.name, kind)
		}
		return raw, nil
	case "object", "any":
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) || (kind == "object" && text[0] != '{') {
			return nil, errParamType(p.name, kind)
		}
		return json.RawMessage(text), nil
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, errParamFormat(p.name, "valid UTF-8")
	}
	return json.Marshal(text)
}
