package fastjson_test

import (
	"bytes"
	"encoding/json"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		`[]`, `[{"id":"a"},{"id":"b"}]`, `{"data":[{"id":"a"}],"total_count":1}`, `{"data":null}`, `null`, `[1,"]",[2],{"x":"\\\""}]`,
		`{"m2m_tokens":[],"total_count":"5"}`, `{"data":[1],"data":[2]}`, "[ \t\r\n1 ]", `[`, `{`, `"`, `[{]}`, `{"data":[]}x`, `{"a":[1],"data":[2]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		original := bytes.Clone(data)
		list, err := fastjson.Split(data)
		if !bytes.Equal(data, original) {
			t.Fatal("the body was changed")
		}
		if list.Total < 0 {
			t.Fatalf("got total %d", list.Total)
		}
		for _, it := range list.Items {
			fastjson.ID(it)
		}
		if !json.Valid(data) {
			return
		}
		var array []json.RawMessage
		if json.Unmarshal(data, &array) != nil {
			return
		}
		if err != nil || len(list.Items) != len(array) {
			t.Fatalf("got %d items and %v, encoding/json finds %d", len(list.Items), err, len(array))
		}
		for i := range array {
			if !bytes.Equal(list.Items[i], array[i]) {
				t.Fatalf("item %d: got %s, want %s", i, list.Items[i], array[i])
			}
			var withID struct{ ID *string }
			var object map[string]json.RawMessage
			if json.Unmarshal(array[i], &object) == nil && object["id"] != nil && json.Unmarshal(object["id"], &withID.ID) == nil &&
				bytes.Count(array[i], []byte(`"id"`)) == 1 && fastjson.ID(list.Items[i]) != clerk.Value(withID.ID) {
				t.Fatalf("got id %q, want %q", fastjson.ID(list.Items[i]), clerk.Value(withID.ID))
			}
		}
	})
}
