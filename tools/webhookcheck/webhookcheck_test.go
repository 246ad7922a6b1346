package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

const document = `
x-webhooks:
  user.deleted:
    post:
      requestBody:
        content:
          application/json:
            example: {object: event, type: user.deleted, timestamp: 1716883200, data: {id: user_1, object: user, deleted: true}}
  session.ended:
    post:
      requestBody:
        content:
          application/json:
            examples:
              default:
                $ref: '#/components/examples/Ended'
  planet.discovered:
    post:
      requestBody:
        content:
          application/json:
            example: {object: event, type: planet.discovered, data: {}}
components:
  examples:
    Ended:
      value: {object: event, type: session.ended, data: {id: sess_1, status: ended, unheard_of: 1}}
`

func TestCheck(t *testing.T) {
	t.Parallel()
	examples, err := readExamples([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if len(examples) != 3 {
		t.Fatalf("got %d examples, want 3", len(examples))
	}
	var out bytes.Buffer
	if err := check(examples, &out); err == nil {
		t.Error("got no error, want one for a field that is lost")
	}
	for _, want := range []string{
		"session.ended: data.unheard_of is <nil>(<nil>), was float64(1)",
		"planet.discovered: the package does not know this type",
		"user.created: the document has no example",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant a line %q", out.String(), want)
		}
	}
	if strings.Contains(out.String(), "user.deleted:") {
		t.Errorf("got\n%s\nwant no problem with user.deleted", out.String())
	}
}

func TestCheck_BrokenReference(t *testing.T) {
	t.Parallel()
	if _, err := readExamples([]byte(strings.Replace(document, "Ended'", "Gone'", 1))); err == nil {
		t.Error("got no error, want one for a reference to nothing")
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, before, after string
		want                []string
	}{
		{"equal", `{"a":[1,{"b":"x"}]}`, `{"a":[1,{"b":"x"}]}`, nil},
		{"more", `{"a":1}`, `{"a":1,"b":2}`, nil},
		{"zero values left out", `{"a":0,"b":null,"c":"","d":[],"e":{},"f":false}`, `{}`, nil},
		{"value left out", `{"a":1}`, `{}`, []string{"x.a is <nil>(<nil>), was float64(1)"}},
		{"null becomes empty", `{"a":null}`, `{"a":""}`, []string{"x.a is string(), was <nil>(<nil>)"}},
		{"item lost", `[1,2]`, `[1]`, []string{"x is []interface {}([1]), was []interface {}([1 2])"}},
		{"item changed", `[1,2]`, `[1,3]`, []string{"x[1] is float64(3), was float64(2)"}},
		{"other kind", `{"a":{}}`, `{"a":1}`, []string{"x.a is float64(1), was map[string]interface {}(map[])"}},
		{"no JSON", `{`, `{}`, []string{"x: unexpected end of JSON input"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := compare("x", []byte(test.before), []byte(test.after)); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
