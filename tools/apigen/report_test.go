package main

import (
	"os"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/zoo.yml")
	if err != nil {
		t.Fatal(err)
	}
	before, err := parseDocument(data)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(
		"operationId: freeAnimal", "operationId: releaseAnimal",
		"nick: {type: string, nullable: true}\n                keeper", "nick: {type: integer}\n                keeper",
		"weight: {type: number, format: double}", "height: {type: number, format: double}",
		"enum: [cat, dog]}\n", "enum: [cat, dog, owl]}\n",
	).Replace(string(data))
	after, err := parseDocument([]byte(changed))
	if err != nil {
		t.Fatal(err)
	}
	want := `bapi 1 (7 operations) -> bapi 1 (7 operations)

operations: 1 added, 1 removed, 1 changed
  + releaseAnimal
  - freeAnimal
  ~ addAnimal
      ~ body.nick: string, nullable, optional -> integer, optional

schemas: 0 added, 0 removed, 1 changed
  ~ animal
      + height: number, optional
      ~ kind: string, one of cat|dog -> string, one of cat|dog|owl
      - weight: number, optional
`
	if got := compareDocuments(before, after); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := compareDocuments(before, before); strings.ContainsAny(got, "+~") {
		t.Errorf("a document differs from itself:\n%s", got)
	}
}
