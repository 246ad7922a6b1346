package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// A validator stands in front of the local Clerk and holds every answer against the document. It is safe for concurrent
// use.
type validator struct {
	doc *document

	mu         sync.Mutex
	seen       map[string]int    // operation id → successful answers that were validated
	violations map[string]string // operation id and finding → example
}

func newValidator(doc *document) *validator {
	return &validator{doc: doc, seen: map[string]int{}, violations: map[string]string{}}
}

// wrap returns next with every Backend API answer checked on its way out. The answer itself is passed on unchanged.
func (v *validator) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		v.check(r, rec.Code, rec.Body.Bytes())
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

func (v *validator) check(r *http.Request, status int, body []byte) {
	op, ok := v.doc.find(r.Method, r.URL.Path)
	if !ok {
		return // the Frontend API, the admin API and legacy routes are not in this document
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	finding := v.finding(op, r, status, body)
	if finding != "" {
		key := op.id + ": " + finding
		if _, listed := exceptions[exception{op.id, finding}]; !listed {
			v.violations[key] = fmt.Sprintf("%s %s answered %d", op.method, op.path, status)
		}
		return
	}
	if isSuccess(status) || isRedirect(status) {
		v.seen[op.id]++
	}
}

// unvisitedPrefix begins what is said of an operation that no tour visits.
const unvisitedPrefix = "tours: none visits "

// unvisited names the operations of the document that no tour has seen succeed.
func (v *validator) unvisited() (failures []string) {
	for _, op := range v.doc.operations {
		if v.seen[op.id] == 0 {
			failures = append(failures, unvisitedPrefix+op.id)
		}
	}
	return failures
}

func (v *validator) finding(op operation, r *http.Request, status int, body []byte) string {
	if !isSuccess(status) && !isRedirect(status) {
		return errorShape(status, body)
	}
	schema, declared := op.responseSchema(status)
	if !declared {
		return fmt.Sprintf("status %d is not in the document", status)
	}
	if _, ok := bare[op.id]; ok && schema != nil {
		schema = schema.Properties["response"].Value
	}
	if schema == nil || isRedirect(status) {
		return ""
	}
	value, err := decodeNumberless(body)
	if err != nil {
		return "the body is not JSON"
	}
	// With paginated=true Clerk wraps lists that the document types as bare arrays.
	if envelope, ok := value.(map[string]any); ok && schema.Type.Is("array") && r.URL.Query().Get("paginated") == "true" {
		if _, ok := envelope["total_count"].(float64); !ok {
			return "a paginated envelope without total_count"
		}
		value = envelope["data"]
	}
	if err := schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.MultiErrors()); err != nil {
		return summarize(err)
	}
	return ""
}

func decodeNumberless(body []byte) (value any, err error) {
	err = json.NewDecoder(bytes.NewReader(body)).Decode(&value)
	return value, err
}

// errorShape checks Clerk's error body: a list of errors with lower-snake codes and a trace id.
func errorShape(status int, body []byte) string {
	var e struct {
		Errors []struct {
			Message     string `json:"message"`
			LongMessage string `json:"long_message"`
			Code        string `json:"code"`
		} `json:"errors"`
		TraceID string `json:"clerk_trace_id"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return fmt.Sprintf("a %d without a JSON error body", status)
	}
	if len(e.Errors) == 0 || e.TraceID == "" {
		return fmt.Sprintf("a %d without errors or trace id", status)
	}
	for _, item := range e.Errors {
		if item.Code == "" || item.Message == "" || item.Code != strings.ToLower(item.Code) {
			return fmt.Sprintf("a %d with a malformed error item", status)
		}
	}
	return ""
}

// summarize turns a validation error into one stable line per broken place, without the values.
func summarize(err error) string {
	lines := brokenPlaces(err)
	sort.Strings(lines)
	return strings.Join(slices.Compact(lines), "; ")
}

// brokenPlaces says what is wrong with an answer. Where it has to fit one of several schemas, it is what keeps it from the
// nearest.
func brokenPlaces(err error) (lines []string) {
	switch e := err.(type) { //nolint:errorlint // the library's own tree, walked by node type
	case openapi3.MultiError:
		for _, inner := range e {
			lines = append(lines, brokenPlaces(inner)...)
		}
		return lines
	case *openapi3.SchemaError:
		var combined openapi3.MultiError
		switch {
		case !errors.As(e.Origin, &combined):
			return []string{"/" + strings.Join(e.JSONPointer(), "/") + ": " + e.Reason}
		case e.SchemaField == "oneOf":
			return nearest(combined)
		}
		return brokenPlaces(combined)
	}
	return []string{err.Error()}
}

// nearest is what keeps an answer from the schema of which it misses least.
func nearest(schemas openapi3.MultiError) []string {
	broken := make([][]string, len(schemas))
	for i, err := range schemas {
		broken[i] = brokenPlaces(err)
	}
	return slices.MinFunc(broken, func(a, b []string) int { return len(a) - len(b) })
}
