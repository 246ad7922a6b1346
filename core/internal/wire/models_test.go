package wire_test

import (
	"encoding/json"
	"reflect"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

// Every model must be decoded exactly as encoding/json does it.
func TestModels_DecodeAsEncodingJSON(t *testing.T) {
	t.Parallel()
	samples, err := wireSamples()
	if err != nil {
		t.Fatal(err)
	}
	plans := fastjson.NewPlans(reflect.TypeFor[clerk.Metadata]())
	for name, newModel := range modelTypes {
		for variant, sample := range samples[name] {
			got, want := newModel(), newModel()
			if err := json.Unmarshal(sample, want); err != nil {
				t.Errorf("%s, %s: %v", name, variant, err)
				continue
			}
			if !plans.NewDecoder().Decode(sample, got) {
				if reflect.TypeOf(got).Elem().Kind() == reflect.Struct && !selfDecoding(got) {
					t.Errorf("%s, %s: not decoded", name, variant)
				}
				continue
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %s:\ngot  %+v\nwant %+v", name, variant, got, want)
			}
		}
	}
}

func selfDecoding(v any) bool {
	_, ok := v.(json.Unmarshaler)
	return ok
}
