package clerk_test

import (
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
		if v, ok := o.Get(); o.IsZero() || o.IsNull() != (p == nil) || p != nil && (!ok || v != *p) {
			t.Fatalf("got %v, a pointer gives %v", o, p)
		}
		if got, want := encode(t, o), encode(t, p); got != want {
			t.Fatalf("got %s, want %s", got, want)
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
