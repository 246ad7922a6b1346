package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const smallDocument = `
openapi: 3.0.3
info: {title: test, version: "1"}
paths:
  /things/count:
    get:
      operationId: CountThings
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
  /things/{id}:
    get:
      operationId: GetThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
    patch:
      operationId: UpdateThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object, additionalProperties: false, required: [name], properties: {name: {type: string}}}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
  /shapes:
    get:
      operationId: ListShapes
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Shape"}}}}, "307": {description: elsewhere}}
components:
  schemas:
    Circle: {type: object, additionalProperties: false, required: [radius], properties: {radius: {type: integer}}}
    Square: {type: object, additionalProperties: false, required: [width, colour], properties: {width: {type: integer}, colour: {type: string}}}
    Shape: {type: object, required: [shape], properties: {shape: {oneOf: [{$ref: "#/components/schemas/Square"}, {$ref: "#/components/schemas/Circle"}]}}}
    Thing: {type: object, additionalProperties: false, required: [id], properties: {id: {type: string}, note: {type: string, nullable: true}}}
`

const goodError = `{"errors":[{"code":"form_param_missing","message":"m","long_message":"l"}],"clerk_trace_id":"t"}`

func loadSmall(t *testing.T) *document {
	t.Helper()
	path := filepath.Join(t.TempDir(), "small.yml")
	if err := os.WriteFile(path, []byte(smallDocument), 0o600); err != nil {
		t.Fatal(err)
	}
	doc, err := loadDocument(path)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDocument_LiteralSegmentsWin(t *testing.T) {
	t.Parallel()
	doc := loadSmall(t)
	for path, want := range map[string]string{"/v1/things/count": "CountThings", "/v1/things/x": "GetThing", "/v1/things": ""} {
		op, _ := doc.find(http.MethodGet, path)
		if op.id != want {
			t.Errorf("find(%s) = %q, want %q", path, op.id, want)
		}
	}
}

func TestValidator(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status  int
		body    string
		finding string // part of it, empty for none
	}{
		"a good answer":          {200, `{"id":"x","note":null}`, ""},
		"a missing field":        {200, `{"note":"n"}`, "id"},
		"an undeclared field":    {200, `{"id":"x","more":1}`, "more"},
		"a wrong type":           {200, `{"id":7}`, "id"},
		"no JSON":                {200, `<html>`, "not JSON"},
		"an undeclared status":   {202, `{"id":"x"}`, "202"},
		"a good error":           {422, goodError, ""},
		"an error without trace": {422, `{"errors":[{"code":"c","message":"m"}]}`, "trace"},
		"an upper-case code":     {404, strings.Replace(goodError, "form_param", "FORM_PARAM", 1), "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newValidator(loadSmall(t))
			server := httptest.NewServer(v.wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			})))
			defer server.Close()
			resp, err := server.Client().Get(server.URL + "/v1/things/x")
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if tc.finding == "" && len(v.violations) != 0 {
				t.Errorf("violations = %v, want none", v.violations)
			}
			if tc.finding != "" && (len(v.violations) != 1 || !strings.Contains(firstKey(v.violations), tc.finding)) {
				t.Errorf("violations = %v, want one about %q", v.violations, tc.finding)
			}
		})
	}
}

func TestValidator_NamesWhatKeepsAnAnswerFromTheNearestSchema(t *testing.T) {
	t.Parallel()
	v := newValidator(loadSmall(t))
	r := httptest.NewRequest(http.MethodGet, "/v1/shapes", nil)
	v.check(r, 200, []byte(`{"shape":{"radius":1}}`))
	v.check(r, 307, nil)
	if len(v.violations) != 0 || v.seen["ListShapes"] != 2 {
		t.Errorf("violations = %v, seen %v, want none and twice", v.violations, v.seen)
	}
	v.check(r, 200, []byte(`{"shape":{"radius":"wide"}}`))
	if got, want := firstKey(v.violations), "ListShapes: /shape/radius: value must be an integer"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestValidator_NamesWhatNobodyVisited(t *testing.T) {
	t.Parallel()
	v := newValidator(loadSmall(t))
	v.check(httptest.NewRequest(http.MethodGet, "/v1/things/x", nil), 200, []byte(`{"id":"x"}`))
	v.check(httptest.NewRequest(http.MethodGet, "/v1/things/count", nil), 422, []byte(goodError))
	want := "tours: none visits ListShapes tours: none visits CountThings tours: none visits UpdateThing"
	if got := strings.Join(v.unvisited(), " "); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func firstKey(m map[string]string) string {
	for key := range m {
		return key
	}
	return ""
}

func TestNegative_ReportsWhatIsNotRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status   int
		body     string
		changes  bool
		failures bool
	}{
		"a refusal":                        {422, goodError, false, false},
		"an acceptance":                    {200, `{"id":"x"}`, false, true},
		"a server error":                   {500, goodError, false, true},
		"a refusal that changes the state": {422, goodError, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			}))
			defer server.Close()
			looks := 0
			n := &negative{doc: loadSmall(t), baseURL: server.URL, key: "sk_test_x", state: func() string {
				if tc.changes {
					looks++
				}
				return strings.Repeat("x", looks)
			}}
			n.run()
			if n.cases == 0 || (len(n.failures) > 0) != tc.failures {
				t.Errorf("%d cases, failures %v, want failures: %v", n.cases, n.failures, tc.failures)
			}
		})
	}
}
