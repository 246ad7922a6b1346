package clerk_test

import (
	"encoding/json"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

type optBody struct {
	Name  clerk.Opt[string]            `json:"name,omitzero"`
	Age   clerk.Opt[int64]             `json:"age,omitzero"`
	On    clerk.Opt[bool]              `json:"on,omitzero"`
	Tags  clerk.Opt[[]string]          `json:"tags,omitzero"`
	Meta  clerk.Opt[clerk.Metadata]    `json:"meta,omitzero"`
	Map   clerk.Opt[map[string]string] `json:"map,omitzero"`
	Inner clerk.Opt[*optBody]          `json:"inner,omitzero"`
}

func TestOpt_JSON(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body optBody
		want string
	}{
		"unset is not sent":             {optBody{}, `{}`},
		"null is sent as null":          {optBody{Name: clerk.Null[string](), Tags: clerk.Null[[]string]()}, `{"name":null,"tags":null}`},
		"zero values are sent":          {optBody{Name: clerk.String(""), Age: clerk.Int64(0), On: clerk.Bool(false)}, `{"name":"","age":0,"on":false}`},
		"an empty list is not null":     {optBody{Tags: clerk.Set([]string{})}, `{"tags":[]}`},
		"a nil list is an empty one":    {optBody{Tags: clerk.Set([]string(nil))}, `{"tags":[]}`},
		"a nil map is an empty one":     {optBody{Map: clerk.Set(map[string]string(nil))}, `{"map":{}}`},
		"nil metadata is null":          {optBody{Meta: clerk.Set(clerk.Metadata(nil))}, `{"meta":null}`},
		"a null in metadata survives":   {optBody{Meta: clerk.JSON(map[string]any{"plan": nil})}, `{"meta":{"plan":null}}`},
		"objects nest with their nulls": {optBody{Inner: clerk.Set(&optBody{Age: clerk.Null[int64]()})}, `{"inner":{"age":null}}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := encode(t, test.body); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			var back optBody
			if err := json.Unmarshal([]byte(test.want), &back); err != nil {
				t.Fatal(err)
			}
			if got := encode(t, back); got != test.want {
				t.Errorf("after a round trip: got %s, want %s", got, test.want)
			}
		})
	}
}

func TestOpt_States(t *testing.T) {
	t.Parallel()
	var o clerk.Opt[string]
	check := func(step string, set, null, zero bool, value, text string) {
		t.Helper()
		v, ok := o.Get()
		if ok != set || v != value || o.IsNull() != null || o.IsZero() != zero || o.String() != text {
			t.Errorf("%s: got %q %v %v %v %q", step, v, ok, o.IsNull(), o.IsZero(), o.String())
		}
	}
	check("zero value", false, false, true, "", "unset")
	o = clerk.Set("a")
	check("set", true, false, false, "a", "a")
	o = clerk.Null[string]()
	check("null", false, true, false, "", "null")

	name := "b"
	o = clerk.FromPtr(&name)
	check("from a pointer", true, false, false, "b", "b")
	o = clerk.FromPtr[string](nil)
	check("from nil", false, false, true, "", "unset")
}

func TestOpt_UnmarshalRejectsOtherTypes(t *testing.T) {
	t.Parallel()
	o := clerk.Int64(7)
	if err := json.Unmarshal([]byte(`"x"`), &o); err == nil {
		t.Error("got no error for a string in an Opt[int64]")
	}
	if got, ok := o.Get(); !ok || got != 7 {
		t.Errorf("a failed decode changed the value: got %d %v, want 7", got, ok)
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	n := int64(5)
	if got := clerk.Value(&n); got != 5 {
		t.Errorf("got %d, want 5", got)
	}
	if got := clerk.Value[int64](nil); got != 0 {
		t.Errorf("got %d, want 0", got)
	}
}
