package main

import (
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// An operation is one method and path template of the document.
type operation struct {
	id     string
	method string
	path   string // template, without the /v1 prefix
	spec   *openapi3.Operation
	params openapi3.Parameters // of the path item and the operation together
}

// A document answers which operation a request belongs to.
type document struct {
	operations []operation
}

func loadDocument(path string) (*document, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("contract: reading the document: %w", err)
	}
	addBeyond(doc.Components.Schemas)
	d := &document{}
	for template, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			d.operations = append(d.operations, operation{
				id: op.OperationID, method: method, path: template, spec: op,
				params: append(append(openapi3.Parameters{}, item.Parameters...), op.Parameters...),
			})
		}
	}
	sort.Slice(d.operations, func(i, j int) bool {
		a, b := d.operations[i], d.operations[j]
		return a.path+a.method < b.path+b.method
	})
	return d, nil
}

// find returns the operation of a request path below /v1. A literal segment wins over a parameter, as in Clerk's own
// routing: /users/count is not /users/{user_id}.
func (d *document) find(method, path string) (operation, bool) {
	segments := splitPath(strings.TrimPrefix(path, "/v1"))
	best, bestLiterals := -1, -1
	for i, op := range d.operations {
		if op.method != method {
			continue
		}
		if literals, ok := matchPath(splitPath(strings.TrimPrefix(op.path, "/v1")), segments); ok && literals > bestLiterals {
			best, bestLiterals = i, literals
		}
	}
	if best < 0 {
		return operation{}, false
	}
	return d.operations[best], true
}

func splitPath(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

func matchPath(template, segments []string) (literals int, ok bool) {
	if len(template) != len(segments) {
		return 0, false
	}
	for i, t := range template {
		switch {
		case strings.HasPrefix(t, "{"):
			if segments[i] == "" {
				return 0, false
			}
		case t == segments[i]:
			literals++
		default:
			return 0, false
		}
	}
	return literals, true
}

// fill replaces every path parameter with the given value.
func (op operation) fill(value string) string {
	segments := splitPath(op.path)
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = url.PathEscape(value)
		}
	}
	return "/v1/" + strings.Join(segments, "/")
}

// bodySchema is the JSON body of the operation, or nil.
func (op operation) bodySchema() *openapi3.Schema {
	if op.spec.RequestBody == nil || op.spec.RequestBody.Value == nil {
		return nil
	}
	media := op.spec.RequestBody.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil
	}
	return media.Schema.Value
}

// responseSchema is the JSON schema the document gives for a status, or nil where it gives none.
func (op operation) responseSchema(status int) (schema *openapi3.Schema, declared bool) {
	if op.spec.Responses == nil {
		return nil, false
	}
	ref := op.spec.Responses.Status(status)
	if ref == nil || ref.Value == nil {
		return nil, false
	}
	media := ref.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil, true
	}
	return media.Schema.Value, true
}

func isSuccess(status int) bool {
	return status >= http.StatusOK && status < http.StatusMultipleChoices
}

func isRedirect(status int) bool {
	return status >= http.StatusMultipleChoices && status < http.StatusBadRequest
}
