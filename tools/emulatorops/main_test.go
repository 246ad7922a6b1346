package main

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

const document = `
openapi: 3.0.3
info: {title: t, version: "2026-01-01"}
paths:
  /things:
    get:
      operationId: ListThings
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 500}}
        - {name: status, in: query, required: true, schema: {type: array, items: {type: string, enum: [on, off]}}}
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema: {type: object, properties: {data: {type: array, items: {type: object}}, total_count: {type: integer}}}
    post:
      operationId: CreateThing
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - {type: object, required: [name], properties: {name: {type: string, maxLength: 10}}}
                - {type: object, properties: {extra: {type: object, nullable: true}, seconds: {type: integer, minimum: 0, exclusiveMinimum: true}}}
      responses:
        "204": {description: done}
`

func TestRender(t *testing.T) {
	t.Parallel()
	const handshake = "GetHandshakePayload\tGET\t/clients/handshake_payload\t200\tobject\t-\tnonce*:string\t-" // the document lacks it
	doc, err := openapi3.NewLoader().LoadFromData([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(render(doc, api{"Backend", []string{handshake}}))), "\n")
	want := []string{
		"CreateThing\tPOST\t/things\t204\tempty\tjson\t-\textra?:object name*:string{..10} seconds:integer{1..}",
		handshake,
		"ListThings\tGET\t/things\t200\tlist\t-\tlimit:integer{1..500} status*:string[]=on|off\t-",
	}
	if got := strings.Join(lines[2:], "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if !strings.Contains(lines[0], "version 2026-01-01") {
		t.Errorf("got %s, want the document's version", lines[0])
	}
}
