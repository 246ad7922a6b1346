package clerk_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestMetadata(t *testing.T) {
	t.Parallel()
	var holder struct {
		Public clerk.Metadata `json:"public"`
	}
	if err := json.Unmarshal([]byte(`{"public":{"plan":"pro","n":9007199254740993}}`), &holder); err != nil {
		t.Fatal(err)
	}
	var meta struct {
		Plan string `json:"plan"`
		N    int64  `json:"n"`
	}
	if err := holder.Public.Decode(&meta); err != nil || meta.Plan != "pro" || meta.N != 9007199254740993 {
		t.Errorf("got %+v, %v", meta, err)
	}
	if got := encode(t, holder); got != `{"public":{"plan":"pro","n":9007199254740993}}` {
		t.Errorf("got %s", got)
	}
	for _, empty := range []clerk.Metadata{nil, clerk.Metadata("null"), clerk.Metadata(" null ")} {
		if err := empty.Decode(&meta); err != nil || !empty.IsZero() {
			t.Errorf("%q: got %v, %v", empty, err, empty.IsZero())
		}
	}
	if got := encode(t, clerk.Metadata(nil)); got != "null" {
		t.Errorf("got %s, want null", got)
	}
}

type plan struct {
	Plan string `json:"plan"`
}

type namedBytes []byte

func TestJSON_Encodes(t *testing.T) {
	t.Parallel()
	const text = `{"plan":"pro"}`
	for name, v := range map[string]any{
		"a map":             map[string]any{"plan": "pro"},
		"a struct":          plan{"pro"},
		"a pointer":         &plan{"pro"},
		"a RawMessage":      json.RawMessage(text),
		"bytes":             []byte(text),
		"bytes with a name": namedBytes(text),
		"metadata":          clerk.Metadata(text),
		"another Opt":       clerk.JSON(plan{"pro"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := encode(t, clerk.UserUpdateMetadataParams{PublicMetadata: clerk.JSON(v)}); got != `{"public_metadata":`+text+`}` {
				t.Errorf("got %s", got)
			}
		})
	}
	if got := encode(t, clerk.UserUpdateMetadataParams{PublicMetadata: clerk.JSON(nil)}); got != `{"public_metadata":null}` {
		t.Errorf("nil: got %s", got)
	}
}

func TestJSON_KeepsNothingOfTheCaller(t *testing.T) {
	t.Parallel()
	data := []byte(`{"a":1}`)
	value := clerk.JSON(data)
	copy(data, "garbage")
	if got := encode(t, value); got != `{"a":1}` {
		t.Errorf("got %s", got)
	}
}

func TestJSON_FailsBeforeSending(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"bytes that are not JSON":        []byte(`{"plan":`),
		"no bytes":                       []byte{},
		"nil bytes":                      []byte(nil),
		"a RawMessage that is not JSON":  json.RawMessage(`plan`),
		"metadata that is not JSON":      clerk.Metadata("\xff"),
		"a reader":                       strings.NewReader(`{"plan":"pro"}`),
		"a value that cannot be encoded": map[string]any{"n": math.NaN()},
		"a channel":                      make(chan int),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
			_, err := client.Users.UpdateMetadata(t.Context(), "user_1", &clerk.UserUpdateMetadataParams{PublicMetadata: clerk.JSON(v)})
			var refused *clerk.ParamError
			if !errors.As(err, &refused) || refused.Param != "body" {
				t.Errorf("got %v, want a ParamError about the body", err)
			}
		})
	}
}
