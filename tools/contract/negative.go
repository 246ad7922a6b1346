package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// notEmulated is the code by which the local Clerk says that it does not know an operation at all.
const notEmulated = "operation_not_emulated"

// A negative suite sends every operation of the document what Clerk would refuse and expects a refusal in Clerk's error
// shape that leaves the state as it was.
type negative struct {
	doc     *document
	baseURL string
	key     string
	ids     map[string]string // path parameter → an id that exists
	state   func() string     // a fingerprint of everything stored

	cases    int
	skipped  []string // operations that are not emulated
	failures []string
}

// A badRequest is one request that must be refused.
type badRequest struct {
	what        string
	path, query string
	body        string
	key         string
}

func (n *negative) run() {
	for _, op := range n.doc.operations {
		if op.spec.Security != nil && len(*op.spec.Security) == 0 {
			continue // public operations have no key to get wrong and no input to refuse
		}
		if !n.emulated(op) {
			n.skipped = append(n.skipped, op.id)
			continue
		}
		for _, bad := range n.badRequests(op) {
			n.expectRefusal(op, bad)
		}
	}
}

func (n *negative) emulated(op operation) bool {
	_, body := n.send(op, badRequest{path: op.fill("none_existing"), body: "{", key: n.key})
	return !strings.Contains(body, notEmulated)
}

func (n *negative) badRequests(op operation) []badRequest {
	good := n.knownPath(op)
	out := []badRequest{{what: "a wrong key", path: good, key: "sk_test_wrong"}}
	if strings.Contains(op.path, "{") {
		out = append(out, badRequest{what: "an unknown id", path: op.fill("none_existing"), body: n.minimalBody(op)})
	}
	out = append(out, n.badQueries(op, good)...)
	return append(out, n.badBodies(op, good)...)
}

func (n *negative) badQueries(op operation, path string) (out []badRequest) {
	for _, ref := range op.params {
		p := ref.Value
		if p == nil || p.In != openapi3.ParameterInQuery {
			continue
		}
		switch p.Name {
		case "limit":
			for _, value := range []string{"abc", "0", "-1", "501"} {
				out = append(out, badRequest{what: "limit " + value, path: path, query: "limit=" + value})
			}
		case "offset":
			for _, value := range []string{"abc", "-1"} {
				out = append(out, badRequest{what: "offset " + value, path: path, query: "offset=" + value})
			}
		}
	}
	return out
}

func (n *negative) badBodies(op operation, path string) (out []badRequest) {
	schema := op.bodySchema()
	if schema == nil {
		return nil
	}
	out = append(out, badRequest{what: "malformed JSON", path: path, body: `{"a":`})
	if schema.Type.Is("array") {
		return append(out, badRequest{what: "an object for a list", path: path, body: `{}`})
	}
	out = append(out, badRequest{what: "a list for an object", path: path, body: `[]`})
	if len(schema.Required) > 0 {
		out = append(out, badRequest{what: "missing required fields", path: path, body: `{}`})
	}
	names := make([]string, 0, len(schema.Properties))
	for name := range schema.Properties {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if wrong := wrongValue(schema.Properties[name].Value); wrong != "" {
			out = append(out, badRequest{what: "a wrong type for " + name, path: path, body: n.bodyWith(schema, name, wrong)})
		}
	}
	if schema.AdditionalProperties.Has != nil && !*schema.AdditionalProperties.Has {
		out = append(out, badRequest{
			what: "an unknown field", path: path, body: n.bodyWith(schema, "definitely_not_a_field", "1"),
		})
	}
	return out
}

// wrongValue is JSON of a type that the schema does not allow, or "" where it allows everything.
func wrongValue(s *openapi3.Schema) string {
	switch {
	case s == nil || s.Type == nil || len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) > 0:
		return ""
	case s.Type.Is("string"):
		return `{"not":"a string"}`
	case s.Type.Is("array"), s.Type.Is("object"):
		return `17`
	default:
		return `["not","a","scalar"]`
	}
}

// bodyWith is a body whose required fields are filled with plausible values and whose named field is the given JSON.
func (n *negative) bodyWith(schema *openapi3.Schema, name, value string) string {
	body := plausibleBody(schema)
	body[name] = json.RawMessage(value)
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // only constants go in
	}
	return string(text)
}

func (n *negative) minimalBody(op operation) string {
	schema := op.bodySchema()
	if schema == nil {
		return ""
	}
	if schema.Type.Is("array") {
		return "[]"
	}
	text, err := json.Marshal(plausibleBody(schema))
	if err != nil {
		panic(err) // only constants go in
	}
	return string(text)
}

func plausibleBody(schema *openapi3.Schema) map[string]json.RawMessage {
	body := map[string]json.RawMessage{}
	for _, name := range schema.Required {
		s := schema.Properties[name].Value
		switch {
		case len(s.Enum) > 0:
			text, err := json.Marshal(s.Enum[0])
			if err == nil {
				body[name] = text
			}
		case s.Type.Is("string"):
			body[name] = json.RawMessage(`"text"`)
		case s.Type.Is("boolean"):
			body[name] = json.RawMessage(`true`)
		case s.Type.Is("array"):
			body[name] = json.RawMessage(`[]`)
		case s.Type.Is("object"):
			body[name] = json.RawMessage(`{}`)
		default:
			body[name] = json.RawMessage(`1`)
		}
	}
	return body
}

func (n *negative) expectRefusal(op operation, bad badRequest) {
	n.cases++
	if bad.key == "" {
		bad.key = n.key
	}
	before := n.state()
	status, body := n.send(op, bad)
	fail := func(format string, args ...any) {
		n.failures = append(n.failures, fmt.Sprintf("%s with %s: ", op.id, bad.what)+fmt.Sprintf(format, args...))
	}
	if _, listed := accepted[exception{op.id, bad.what}]; listed {
		return
	}
	if status < http.StatusBadRequest || status >= http.StatusInternalServerError {
		fail("answered %d", status)
		return
	}
	if finding := errorShape(status, []byte(body)); finding != "" {
		fail("%s", finding)
	}
	if n.state() != before {
		fail("changed the state although it answered %d", status)
	}
}

func (n *negative) send(op operation, bad badRequest) (status int, body string) {
	target := n.baseURL + bad.path
	if bad.query != "" {
		target += "?" + bad.query
	}
	req, err := http.NewRequest(op.method, target, strings.NewReader(bad.body))
	if err != nil {
		return 0, err.Error()
	}
	req.Header.Set("Authorization", "Bearer "+bad.key)
	if bad.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(text)
}

// knownPath fills the path with ids that exist, as far as the suite knows some.
func (n *negative) knownPath(op operation) string {
	segments := splitPath(op.path)
	for i, s := range segments {
		if !strings.HasPrefix(s, "{") {
			continue
		}
		segments[i] = "none_existing"
		if id, ok := n.ids[strings.Trim(s, "{}")]; ok {
			segments[i] = id
		}
	}
	return "/v1/" + strings.Join(segments, "/")
}
