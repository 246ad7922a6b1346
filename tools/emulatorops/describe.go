package main

import (
	"fmt"
	"maps"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// line describes one operation, with tabs between its parts.
func line(method, path string, item *openapi3.PathItem, op *openapi3.Operation) string {
	status, shape := answer(op)
	kind, fields := body(op)
	return strings.Join([]string{op.OperationID, method, path, status, shape, kind, query(item, op), fields}, "\t")
}

// answer returns the status of success and the shape of its body. An operation that only leads elsewhere succeeds with the
// status of the redirect.
func answer(op *openapi3.Operation) (status, shape string) {
	for code, response := range op.Responses.Map() {
		if code[0] != '2' && code[0] != '3' || (status != "" && status < code) {
			continue
		}
		status, shape = code, "empty"
		for content, media := range response.Value.Content {
			if strings.Contains(content, "json") {
				shape = shapeOf(media.Schema.Value)
			}
		}
	}
	if op.OperationID == "getM2MTokens" {
		shape = "m2m_tokens"
	}
	return status, shape
}

func shapeOf(s *openapi3.Schema) string {
	fields := map[string]*openapi3.SchemaRef{}
	collect(s, fields, map[string]bool{})
	switch {
	case s.Type.Is("array"):
		return "array"
	case fields["response"] != nil && fields["client"] != nil:
		return "wrapped"
	case len(fields) == 2 && fields["total_count"] != nil:
		// The count of users is an object of its own, not a list.
		if fields["object"] != nil {
			return "object"
		}
		return "list"
	default:
		return "object"
	}
}

func query(item *openapi3.PathItem, op *openapi3.Operation) string {
	var words []string
	for _, p := range append(append(openapi3.Parameters{}, item.Parameters...), op.Parameters...) {
		if p.Value.In == "query" {
			words = append(words, describe(p.Value.Name, p.Value.Schema.Value, p.Value.Required))
		}
	}
	if more := additions[op.OperationID]; more != "" {
		words = append(words, more)
	}
	return orDash(words)
}

// bodyKinds are the kinds of bodies by content type. Where an operation takes several, the first one counts.
var bodyKinds = []struct{ content, kind string }{
	{"application/x-www-form-urlencoded", "form"}, {"multipart/form-data", "multipart"}, {"application/json", "json"},
}

func body(op *openapi3.Operation) (kind, fields string) {
	if op.RequestBody == nil {
		return "-", "-"
	}
	for _, body := range bodyKinds {
		media := op.RequestBody.Value.Content.Get(body.content)
		if media == nil {
			continue
		}
		schema := media.Schema.Value
		var words []string
		if schema.Type.Is("array") {
			words, schema = []string{"[]"}, schema.Items.Value
		}
		return body.kind, orDash(append(words, describeFields(schema)...))
	}
	return "-", "-"
}

func describeFields(s *openapi3.Schema) []string {
	fields, required := map[string]*openapi3.SchemaRef{}, map[string]bool{}
	collect(s, fields, required)
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = describe(name, fields[name].Value, required[name])
	}
	return words
}

// collect gathers the properties of a schema and of what it is composed of.
func collect(s *openapi3.Schema, fields map[string]*openapi3.SchemaRef, required map[string]bool) {
	for _, part := range s.AllOf {
		collect(part.Value, fields, required)
	}
	maps.Copy(fields, s.Properties)
	for _, name := range s.Required {
		required[name] = true
	}
}

func describe(name string, s *openapi3.Schema, required bool) string {
	var b strings.Builder
	b.WriteString(name)
	if required {
		b.WriteByte('*')
	}
	if nullable(s) {
		b.WriteByte('?')
	}
	b.WriteString(":" + typeOf(s) + boundsOf(s) + allowedOf(s))
	return b.String()
}

func nullable(s *openapi3.Schema) bool {
	for _, part := range s.AllOf {
		if nullable(part.Value) {
			return true
		}
	}
	return s.Nullable
}

func typeOf(s *openapi3.Schema) string {
	switch {
	case len(s.OneOf)+len(s.AnyOf) > 0:
		return typeOfUnion(append(append(openapi3.SchemaRefs{}, s.OneOf...), s.AnyOf...))
	case s.Type.Is("array"):
		return typeOf(s.Items.Value) + "[]"
	case s.Type != nil && len(s.Type.Slice()) == 1:
		return s.Type.Slice()[0]
	}
	for _, part := range s.AllOf {
		if t := typeOf(part.Value); t != "any" {
			return t
		}
	}
	if len(s.Properties) > 0 {
		return "object"
	}
	return "any"
}

// typeOfUnion is the type that all variants share.
func typeOfUnion(variants openapi3.SchemaRefs) string {
	shared := typeOf(variants[0].Value)
	for _, v := range variants[1:] {
		if typeOf(v.Value) != shared {
			return "any"
		}
	}
	return shared
}

// boundsOf writes the bounds of a number, of a text's length or of an array's.
func boundsOf(s *openapi3.Schema) string {
	low, high := "", ""
	switch {
	case s.Type.Is("array"):
		low, high = least(s.MinItems), most(s.MaxItems)
	case s.Type.Is("string"):
		low, high = least(s.MinLength), most(s.MaxLength)
	default:
		if s.Min != nil {
			low = fmt.Sprintf("%.0f", *s.Min)
			if s.ExclusiveMin.IsTrue() && s.Type.Is("integer") {
				low = fmt.Sprintf("%.0f", *s.Min+1)
			}
		}
		if s.Max != nil {
			high = fmt.Sprintf("%.0f", *s.Max)
		}
	}
	if low+high == "" {
		return ""
	}
	return "{" + low + ".." + high + "}"
}

func least(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func most(n *uint64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func allowedOf(s *openapi3.Schema) string {
	if s.Type.Is("array") {
		s = s.Items.Value
	}
	values := s.Enum
	for _, part := range s.AllOf {
		values = append(values, part.Value.Enum...)
	}
	var words []string
	for _, v := range values {
		if text := fmt.Sprint(v); v != nil && text != "" {
			words = append(words, text)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "=" + strings.Join(words, "|")
}

func orDash(words []string) string {
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, " ")
}
