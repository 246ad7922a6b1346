package clerktest

import (
	"encoding/json"
	"testing"
)

func FuzzExplain(f *testing.F) {
	srv := NewServer(f)
	who := srv.SignedInUser()
	f.Add(who.Token)
	for _, kind := range BadTokens() {
		f.Add(srv.BadSessionToken(kind, who.SessionID))
	}
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		ex := srv.Explain(token)
		if ex.Accepted != (ex.Reason == "") || len(ex.Checks) == 0 {
			t.Errorf("got an explanation that contradicts itself: %+v", ex)
		}
	})
}

func FuzzMergeMetadata(f *testing.F) {
	f.Add([]byte(`{"a":{"b":1}}`), []byte(`{"a":{"b":null,"c":[1]}}`))
	f.Add([]byte(``), []byte(`null`))
	f.Fuzz(func(t *testing.T, old, patch []byte) {
		var o, p map[string]any
		if len(old) > 0 && json.Unmarshal(old, &o) != nil || json.Unmarshal(patch, &p) != nil {
			return
		}
		merged := mergeMetadata(old, patch)
		var m map[string]any
		if err := json.Unmarshal(merged, &m); err != nil {
			t.Fatalf("the result is no object: %v", err)
		}
		for key, value := range p {
			if _, there := m[key]; (value == nil) == there {
				t.Errorf("key %q with %v: there is %v", key, value, there)
			}
		}
		if again := mergeMetadata(merged, patch); string(again) != string(merged) {
			t.Errorf("merging twice gives %s, want %s", again, merged)
		}
	})
}
