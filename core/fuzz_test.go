package clerk_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

func FuzzOpt(f *testing.F) {
	for _, seed := range []string{`null`, ` null `, `"a"`, `""`, `"\u0000\ud800"`, `5`, `{"a":null}`, `[`, ``, `nul`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var o clerk.Opt[string]
		var p *string
		err, want := json.Unmarshal(data, &o), json.Unmarshal(data, &p)
		if (err == nil) != (want == nil) {
			t.Fatalf("got %v, a pointer gives %v", err, want)
		}
		if err != nil {
			return
		}
		if o.IsZero() || o.IsNull() != (p == nil) || p != nil && o.Or("") != *p {
			t.Fatalf("got %v, a pointer gives %v", o, p)
		}
		if got, want := encode(t, o), encode(t, p); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

func FuzzSplitList(f *testing.F) {
	for _, seed := range []string{
		`[]`, `[{"id":"a"},{"id":"b"}]`, `{"data":[{"id":"a"}],"total_count":1}`, `{"data":null}`, `null`, `[1,"]",[2],{"x":"\\\""}]`,
		`{"m2m_tokens":[],"total_count":"5"}`, `{"data":[1],"data":[2]}`, "[ \t\r\n1 ]", `[`, `{`, `"`, `[{]}`, `{"data":[]}x`, `{"a":[1],"data":[2]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		original := bytes.Clone(data)
		items, total, err := clerk.SplitBody(data)
		if !bytes.Equal(data, original) {
			t.Fatal("the body was changed")
		}
		if total < 0 {
			t.Fatalf("got total %d", total)
		}
		for _, it := range items {
			clerk.RawID(it)
		}
		if !json.Valid(data) {
			return
		}
		var array []json.RawMessage
		if json.Unmarshal(data, &array) != nil {
			return
		}
		if err != nil || len(items) != len(array) {
			t.Fatalf("got %d items and %v, encoding/json finds %d", len(items), err, len(array))
		}
		for i := range array {
			if !bytes.Equal(items[i], array[i]) {
				t.Fatalf("item %d: got %s, want %s", i, items[i], array[i])
			}
			var withID struct{ ID *string }
			var object map[string]json.RawMessage
			if json.Unmarshal(array[i], &object) == nil && object["id"] != nil && json.Unmarshal(object["id"], &withID.ID) == nil &&
				bytes.Count(array[i], []byte(`"id"`)) == 1 && clerk.RawID(items[i]) != clerk.Value(withID.ID) {
				t.Fatalf("got id %q, want %q", clerk.RawID(items[i]), clerk.Value(withID.ID))
			}
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{
		`{"errors":[{"code":"a","message":"b","meta":{"param_name":"c"}}],"clerk_trace_id":"d"}`, `{"errors":null}`, `{"errors":[null]}`,
		`{"errors":[{"code":1,"meta":[]}]}`, `<html>`, ``, `[]`, `{"errors":{"code":"a"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		apiErr := &clerk.APIError{StatusCode: 422, Operation: "Items.Get", Errors: clerk.DecodeErrorBody(data)}
		for _, c := range []byte(apiErr.Error()) {
			if c < ' ' || c > '~' {
				t.Fatalf("the text has the byte %#x", c)
			}
		}
		for _, it := range apiErr.Errors {
			if it.Code == "" && it.Message == "" {
				t.Fatal("an entry is empty")
			}
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"1", "0", "-1", "99999999999999999999", "1.5", "Fri, 01 Jan 2100 00:00:00 GMT", "", " 5 ", "soon", "9223372036854775807"} {
		f.Add(seed)
	}
	now := time.Unix(1_700_000_000, 0)
	f.Fuzz(func(t *testing.T, value string) {
		if wait := clerk.ParseRetryAfter(value, now); wait < 0 {
			t.Fatalf("got %v", wait)
		}
	})
}
