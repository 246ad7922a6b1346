package clerkwebhook_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// TestSamples decodes made-up events of every type: with every field, unknown values and unknown fields; with the
// required fields only; and with null wherever that is allowed.
func TestSamples(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/events_gen.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples map[clerkwebhook.EventType]map[string]json.RawMessage
	if err := json.Unmarshal(file, &samples); err != nil {
		t.Fatal(err)
	}
	types := clerkwebhook.EventTypes()
	if got := slices.Sorted(maps.Keys(samples)); !slices.Equal(got, slices.Sorted(slices.Values(types))) {
		t.Fatalf("got samples of %v, want one of each of %v", got, types)
	}
	v, signer := newVerifier(t, secretA), newSigner(t, secretA)
	for _, eventType := range types {
		for variant, body := range samples[eventType] {
			t.Run(string(eventType)+" "+variant, func(t *testing.T) {
				t.Parallel()
				event, err := v.Verify(signer.Sign("msg_1", noon, body), body)
				if err != nil {
					t.Fatal(err)
				}
				if event.Type != eventType || !bytes.Equal(event.RawJSON(), body) {
					t.Errorf("got %q and %s, want the event as it was sent", event.Type, event.RawJSON())
				}
				data, err := event.Decode()
				if err != nil {
					t.Fatal(err)
				}
				again, err := json.Marshal(data)
				if err != nil {
					t.Fatal(err)
				}
				for _, loss := range losses("data", decodeAny(t, event.Data), decodeAny(t, again)) {
					t.Errorf("lost: %s", loss)
				}
				if keeper, ok := data.(interface{ RawJSON() json.RawMessage }); ok && isOwn(data) {
					if !bytes.Equal(keeper.RawJSON(), event.Data) {
						t.Errorf("got %s, want the data with its unknown fields", keeper.RawJSON())
					}
				}
			})
		}
	}
}

// isOwn reports whether data is of a type that only events have.
func isOwn(data any) bool {
	return strings.HasPrefix(reflect.TypeOf(data).String(), "*clerkwebhook.")
}

// losses names what before has and after lacks, except for null and for the fields that nobody knows.
func losses(path string, before, after any) []string {
	switch x := before.(type) {
	case map[string]any:
		y, _ := after.(map[string]any)
		var out []string
		for key, value := range x {
			if key == "x_future_field" || value == nil && y[key] == nil {
				continue
			}
			out = append(out, losses(path+"."+key, value, y[key])...)
		}
		return out
	case []any:
		y, _ := after.([]any)
		if len(x) != len(y) {
			return []string{path}
		}
		var out []string
		for i := range x {
			out = append(out, losses(path+"[]", x[i], y[i])...)
		}
		return out
	default:
		if before != after {
			return []string{path}
		}
		return nil
	}
}
