package clerktest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// negativeCase is one wrong request for an operation.
type negativeCase struct {
	name, path, body string
	status           int
	code             string // empty when any will do
}

// TestOperations_RefuseWrongRequests derives wrong requests for every emulated operation from the document: each has to
// be refused with a 4xx in Clerk's error shape, and must leave no trace.
func TestOperations_RefuseWrongRequests(t *testing.T) {
	t.Parallel()
	srv := NewServer(t)
	emulated := srv.Emulator().Emulated()
	for _, id := range slices.Sorted(maps.Keys(emulated)) {
		op := allOperations()[id]
		if !emulated[id] || op.body == bodyMultipart {
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			in := srv.NewInstance(t)
			in.Clock().Freeze()
			if ep, _, _, _ := srv.emulator.backend.Find(op.method, op.path); ep.keys {
				in.JWTKey()
			}
			before, err := in.MarshalState()
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range negativeCases(op) {
				checkNegative(t, in, op, c)
			}
			after, err := in.MarshalState()
			if err != nil {
				t.Fatal(err)
			}
			if string(before) != string(after) {
				t.Error("refused requests changed the state")
			}
		})
	}
}

func checkNegative(t *testing.T, in *Instance, op *operation, c negativeCase) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), op.method, in.URL()+"/v1"+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+in.SecretKey())
	resp, err := in.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body errorBody
	if json.Unmarshal(raw, &body) != nil || len(body.Errors) == 0 || body.TraceID == "" {
		t.Errorf("%s: %d without Clerk's error shape: %s", c.name, resp.StatusCode, raw)
		return
	}
	if resp.StatusCode/100 != 4 || (c.status != 0 && resp.StatusCode != c.status) || (c.code != "" && body.Errors[0].Code != c.code) {
		t.Errorf("%s: got %d %s, want %d %s", c.name, resp.StatusCode, body.Errors[0].Code, c.status, c.code)
	}
}

func negativeCases(op *operation) []negativeCase {
	path := op.path
	hasID := false
	for strings.Contains(path, "{") {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + "none_000" + path[to+1:]
		hasID = true
	}
	good, goodQuery := goodBody(op), goodQuery(op)
	cases := []negativeCase{{"unknown query parameter", path + "?never_heard_of=1", good, 422, "form_param_unknown"}}
	for _, p := range op.query {
		switch p.kind {
		case "integer", "number", "boolean":
			cases = append(cases, negativeCase{"query " + p.name, path + "?" + p.name + "=abc", good, 422, "form_param_type_invalid"})
		}
		if p.most != nil && p.kind != "string" {
			cases = append(cases, negativeCase{"large " + p.name, fmt.Sprintf("%s?%s=%d", path, p.name, *p.most+1), good, 422, "form_param_value_invalid"})
		}
		if p.required {
			cases = append(cases, negativeCase{"without query " + p.name, path, good, 422, "form_param_missing"})
		}
	}
	if op.body == bodyJSON {
		cases = append(cases, bodyCases(op, path)...)
	}
	if hasID && op.path != "/templates/{template_type}" {
		cases = append(cases, negativeCase{"unknown id", path + goodQuery, good, 0, ""})
	}
	return cases
}

func bodyCases(op *operation, path string) []negativeCase {
	wrap := func(body map[string]any) string { return encodeBody(op, body) }
	cases := []negativeCase{
		{"malformed JSON", path, `{"x":`, 400, "request_body_invalid"},
		{"JSON of another kind", path, `"text"`, 400, "request_body_invalid"},
		{"unknown field", path, wrap(with(op, "never_heard_of", 1)), 422, "form_param_unknown"},
	}
	for _, p := range op.fields {
		if p.kind != "any" {
			cases = append(cases, negativeCase{"type of " + p.name, path, wrap(with(op, p.name, wrongValue(p))), 422, "form_param_type_invalid"})
		}
		if len(p.allowed) > 0 && !p.array && p.kind == "string" {
			cases = append(cases, negativeCase{"value of " + p.name, path, wrap(with(op, p.name, "never-heard-of")), 422, "form_param_value_invalid"})
		}
		if p.required {
			body := with(op, "", nil)
			delete(body, p.name)
			cases = append(cases, negativeCase{"without " + p.name, path, wrap(body), 422, "form_param_missing"})
		}
	}
	return cases
}

// with is a good body with one field changed.
func with(op *operation, name string, value any) map[string]any {
	body := map[string]any{}
	for _, p := range op.fields {
		if p.required {
			body[p.name] = goodValue(p)
		}
	}
	if name != "" {
		body[name] = value
	}
	return body
}

func goodBody(op *operation) string {
	if op.body != bodyJSON {
		return ""
	}
	return encodeBody(op, with(op, "", nil))
}

func encodeBody(op *operation, body map[string]any) string {
	var v any = body
	if op.bulk {
		v = []any{body}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}

func goodQuery(op *operation) string {
	var parts []string
	for _, p := range op.query {
		if p.required {
			parts = append(parts, p.name+"="+fmt.Sprint(goodValue(p)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

func goodValue(p param) any {
	if p.array {
		p.array = false
		return []any{goodValue(p)}
	}
	switch {
	case p.kind == "boolean":
		return len(p.allowed) == 0 || p.allowed[0] == "true"
	case len(p.allowed) > 0:
		return p.allowed[0]
	case p.kind == "string":
		return "user_value@example.com"
	case p.kind == "object", p.kind == "any":
		return map[string]any{}
	case p.least != nil:
		return *p.least
	default:
		return 1
	}
}

func wrongValue(p param) any {
	if p.kind == "object" || p.kind == "boolean" || p.array {
		return "text"
	}
	return map[string]any{"x": 1}
}
