package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

const smallEvents = `
openapi: 3.0.3
info: {title: test, version: "1"}
x-webhooks:
  thing.created: &event
    post:
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - {type: object, properties: {type: {type: string}}}
                - {type: object, properties: {data: {allOf: [{$ref: "#/components/schemas/Thing"}, {type: object, required: [owner]}]}}}
      responses: {"200": {description: ok}}
  thing.deleted: *event
components:
  schemas:
    Thing: {type: object, additionalProperties: false, required: [id], properties: {id: {type: string}}}
`

func TestEventChecker(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.yml")
	if err := os.WriteFile(path, []byte(smallEvents), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := newEventChecker(path)
	if err != nil {
		t.Fatal(err)
	}
	c.check([]clerktest.Event{
		{Type: "thing.created", Data: []byte(`{"id":"x","owner":"y"}`)},
		{Type: "thing.created", Data: []byte(`{"id":7}`)},
		{Type: "thing.deleted", Data: []byte(`nope`)},
		{Type: "thing.lost", Data: []byte(`{}`)},
	})
	want := []string{
		`thing.created: /id: value must be a string`, `thing.created: /owner: property "owner" is missing`,
		"thing.deleted: is not JSON", "thing.lost: is not in the document",
	}
	if got := slices.Sorted(maps.Keys(c.findings)); !slices.Equal(got, want) {
		t.Errorf("got %s, want %s", strings.Join(got, "; "), strings.Join(want, "; "))
	}
	if len(c.seen) != 2 || len(c.schemas) != 2 {
		t.Errorf("got %d of %d kinds seen, want 2 of 2", len(c.seen), len(c.schemas))
	}
}
