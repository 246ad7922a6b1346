package clerktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxUpload = 10 << 20

// toleratedQuery lists parameters that official SDKs send although the document does not have them.
var toleratedQuery = []string{"paginated", "suffixed_cookies", "__clerk_api_version", "_is_native", "order_by", "limit", "offset"}

// readParams reads and checks query and body against the document.
func (c *call) readParams() error {
	op := c.endpoint.op
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return errBadRequest("query_string_invalid", "the query string cannot be read")
	}
	c.query = query
	if err := checkQuery(op, query); err != nil {
		return err
	}
	switch op.body {
	case bodyJSON:
		return c.readJSON()
	case bodyMultipart:
		return c.readUpload()
	default:
		return nil
	}
}

func checkQuery(op *operation, query url.Values) error {
	for name := range query {
		plain := strings.TrimSuffix(name, "[]")
		p := findParam(op.query, plain)
		if p == nil {
			if slices.Contains(toleratedQuery, plain) {
				continue
			}
			return errParamUnknown(name)
		}
		if plain != name {
			query[plain] = append(query[plain], query[name]...)
		}
		if p.array && len(p.allowed) > 0 { // lists of words may come joined by commas
			query[plain] = strings.Split(strings.Join(query[plain], ","), ",")
		}
		if err := checkQueryValues(p, query[plain]); err != nil {
			return err
		}
	}
	for i := range op.query {
		if p := &op.query[i]; p.required && !query.Has(p.name) {
			return errParamMissing(p.name)
		}
	}
	return nil
}

func checkQueryValues(p *param, values []string) error {
	if p.array && p.most == nil && len(values) > 100 {
		return paramError("form_param_array_size_exceeded", p.name, "exceeds maximum size", p.name+" has at most 100 values")
	}
	for _, v := range values {
		switch p.kind {
		case "integer", "number":
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return errParamType(p.name, p.kind)
			}
			if err := checkBounds(p, n); err != nil {
				return err
			}
		case "boolean":
			if v != "true" && v != "false" {
				return errParamType(p.name, p.kind)
			}
		case "string":
			if !utf8.ValidString(v) {
				return errParamFormat(p.name, "valid UTF-8")
			}
		}
		if err := checkAllowed(p, v); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) readJSON() error {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, c.r.Body, maxBody))
	if err != nil {
		return bodyError(err)
	}
	op := c.endpoint.op
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		if op.bulk {
			return errBodyInvalid("the body has to be a JSON array")
		}
		return checkFields(op.fields, nil)
	}
	if !json.Valid(raw) || !utf8.Valid(raw) {
		return errBodyInvalid("the body is not valid JSON")
	}
	c.raw = raw
	if op.bulk {
		var items []map[string]json.RawMessage
		if json.Unmarshal(raw, &items) != nil || slices.ContainsFunc(items, func(m map[string]json.RawMessage) bool { return m == nil }) {
			return errBodyInvalid("the body has to be a JSON array of objects")
		}
		for _, item := range items {
			if err := checkFields(op.fields, item); err != nil {
				return err
			}
		}
		return nil
	}
	var body map[string]json.RawMessage
	if raw[0] != '{' || json.Unmarshal(raw, &body) != nil {
		return errBodyInvalid("the body has to be a JSON object")
	}
	return checkFields(op.fields, body)
}

func checkFields(params []param, body map[string]json.RawMessage) error {
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if findParam(params, name) == nil && !slices.Contains(driftFields, name) {
			return errParamUnknown(name)
		}
	}
	for i := range params {
		p := &params[i]
		raw, given := body[p.name]
		if !given && p.required {
			return errParamMissing(p.name)
		}
		if !given {
			continue
		}
		if err := checkField(p, raw); err != nil {
			return err
		}
	}
	return nil
}

// driftFields are body fields that official SDKs send and Clerk takes although the document lacks them.
var driftFields = []string{
	"ignore_dots_for_gmail_addresses", "authenticatable", "disable_jit_provisioning", "enhanced_email_deliverability",
	"idp_certificates", "timezone",
}

func checkField(p *param, raw json.RawMessage) error {
	if string(raw) == "null" {
		if p.nullable || p.kind == "any" || (p.kind == "object" && !p.required) {
			return nil
		}
		return errParamNil(p.name)
	}
	if !p.array {
		return checkValue(p, raw)
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return errParamType(p.name, "array")
	}
	if err := checkBounds(p, int64(len(items))); err != nil {
		return err
	}
	one := *p
	one.least, one.most = nil, nil
	for _, item := range items {
		if err := checkValue(&one, item); err != nil {
			return err
		}
	}
	return nil
}

func checkValue(p *param, raw json.RawMessage) error {
	switch p.kind {
	case "string":
		var s string
		if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
			return errParamType(p.name, "string")
		}
		if err := checkBounds(p, int64(utf8.RuneCountInString(s))); err != nil {
			return err
		}
		return checkAllowed(p, s)
	case "integer", "number":
		n, err := strconv.ParseFloat(string(raw), 64)
		if err != nil {
			return errParamType(p.name, p.kind)
		}
		if p.kind == "integer" && strings.ContainsAny(string(raw), ".eE") {
			return errParamType(p.name, p.kind)
		}
		return checkBounds(p, int64(n))
	case "boolean":
		if s := string(raw); s != "true" && s != "false" {
			return errParamType(p.name, p.kind)
		}
		return checkAllowed(p, string(raw))
	case "object":
		if raw[0] != '{' {
			return errParamType(p.name, p.kind)
		}
	}
	return nil
}

func checkBounds(p *param, n int64) error {
	switch {
	case p.least != nil && n < *p.least:
		return errParamValue(p.name, "at least "+strconv.FormatInt(*p.least, 10))
	case p.most != nil && n > *p.most:
		return errParamValue(p.name, "at most "+strconv.FormatInt(*p.most, 10))
	}
	return nil
}

func checkAllowed(p *param, v string) error {
	if len(p.allowed) > 0 && !slices.Contains(p.allowed, v) {
		return errParamValue(p.name, "one of "+strings.Join(p.allowed, ", "))
	}
	return nil
}

func findParam(params []param, name string) *param {
	for i := range params {
		if params[i].name == name {
			return &params[i]
		}
	}
	return nil
}

// readUpload reads a multipart body with one file.
func (c *call) readUpload() error {
	kind, attrs, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || attrs["boundary"] == "" {
		return errBodyInvalid("the body has to be multipart/form-data")
	}
	reader := multipart.NewReader(http.MaxBytesReader(nil, c.r.Body, maxUpload+1<<20), attrs["boundary"])
	up := &upload{fields: map[string]string{}}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return uploadError(err)
		}
		data, err := io.ReadAll(io.LimitReader(part, maxUpload+1))
		if err != nil {
			return uploadError(err)
		}
		if part.FileName() == "" {
			up.fields[part.FormName()] = string(data)
			continue
		}
		if len(data) > maxUpload {
			return errImageTooLarge()
		}
		up.field, up.name, up.contentType, up.data = part.FormName(), part.FileName(), part.Header.Get("Content-Type"), data
	}
	c.upload = up
	return c.checkUpload()
}

// uploadError refuses a multipart body that is too large, or cannot be read.
func uploadError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errImageTooLarge()
	}
	return errBodyInvalid("the multipart body cannot be read")
}

func errImageTooLarge() *apiError {
	return newError(http.StatusRequestEntityTooLarge, "image_too_large", "image is too large", "an image may have up to 10 MB")
}

func (c *call) checkUpload() error {
	for name := range c.upload.fields {
		if findParam(c.endpoint.op.fields, name) == nil {
			return errParamUnknown(name)
		}
	}
	if up := c.upload; up.field != "" && up.field != "file" {
		return errParamUnknown(up.field)
	}
	if p := findParam(c.endpoint.op.fields, "file"); p != nil && p.required && c.upload.field == "" {
		return errNoUpload()
	}
	return nil
}
