package fastjson_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

// everything has a field of every kind that the decoder tells apart.
type everything struct {
	String   string                    `json:"string"`
	Named    clerk.VerificationStatus  `json:"named"`
	Int      int64                     `json:"int"`
	Small    int8                      `json:"small"`
	Unsigned uint16                    `json:"unsigned"`
	Float    float64                   `json:"float"`
	Bool     bool                      `json:"bool"`
	Text     *string                   `json:"text"`
	Number   *int64                    `json:"number"`
	List     []string                  `json:"list"`
	Lists    [][]int64                 `json:"lists"`
	Nested   *everything               `json:"nested"`
	Inner    struct{ ID, Name string } `json:"inner"`
	Many     []everything              `json:"many"`
	Pointers []*everything             `json:"pointers"`
	Meta     clerk.Metadata            `json:"meta"`
	MetaPtr  *clerk.Metadata           `json:"meta_ptr"`
	Raw      json.RawMessage           `json:"raw"`
	Opt      clerk.Opt[string]         `json:"opt"`
	OptPtr   *clerk.Opt[int64]         `json:"opt_ptr"`
	Time     time.Time                 `json:"time"`
	Any      any                       `json:"any"`
	Map      map[string]string         `json:"map"`
	Bytes    []byte                    `json:"bytes"`
	Array    [2]int64                  `json:"array"`
	Literal  json.Number               `json:"literal"`
	Ignored  string                    `json:"-"`
	Untagged string
}

var everythingSeeds = []string{
	`{"string":"a","named":"b","int":1,"small":-128,"unsigned":5,"float":1.5e3,"bool":true,"text":"x","number":-7}`,
	`{"list":["a","","é","\u00e9\n"],"lists":[[],[1,2],null],"nested":{"nested":{"string":"deep"}},"inner":{"id":"a","NAME":"b"}}`,
	`{"many":[{"int":1},{},null],"pointers":[null,{"int":2}],"meta":{"a":[1,null]},"meta_ptr":{"b":1},"raw":[1, 2],"opt":null,"opt_ptr":5}`,
	`{"time":"2024-01-02T03:04:05Z","any":{"x":[1,"a"]},"map":{"a":"b"},"bytes":"aGk=","array":[1,2],"literal":12.50}`,
	`{"string":null,"named":null,"int":null,"float":null,"bool":null,"text":null,"number":null,"list":null,"nested":null,"inner":null}`,
	`{"meta":null,"meta_ptr":null,"raw":null,"opt_ptr":null,"time":null,"any":null,"map":null,"bytes":null,"array":null,"literal":null}`,
	`{"UNTAGGED":"a","Ignored":"c","hidden":"d","unknown":{"a":[true,false,null,-0.5e-7,"\ud83d\ude00"]}}`,
	`{"int":9223372036854775807}`, `{"int":9223372036854775808}`, `{"int":-9223372036854775808}`, `{"small":128}`, `{"int":1.0}`, `{"int":"1"}`,
	`{"int":01}`, `{"int":-}`, `{"float":1.}`, `{"float":1e}`, `{"float":1e999}`, `{"string":5}`, `{"bool":"true"}`, `{"list":{}}`, `{"nested":[]}`,
	`{"string":"a","string":"b"}`, `{"nested":{"int":1},"nested":{"string":"x"}}`, `{"string":"\x"}`, `{"string":"a` + "\n" + `"}`, "{\"string\":\"\xff\"}",
	`{"ſtring":"a"}`, `{"\u0073tring":"a"}`, `{"":""}`, `{"string":"a",}`, `{,}`, `{"string" "a"}`, `[`, `{`, `nul`, `null`, ` {} `, `{} x`, `{}` + "\x00", ``,
	strings.Repeat(`{"nested":`, 600) + `{}` + strings.Repeat(`}`, 600), `{"x":` + strings.Repeat(`[`, 600) + strings.Repeat(`]`, 600) + `}`,
}

// decode decodes data into *out, which must be zero, and reports whether the decoder could.
func decode(data []byte, out any) bool {
	return fastjson.NewPlans(reflect.TypeFor[clerk.Metadata]()).NewDecoder().Decode(data, out)
}

// sameAsEncodingJSON checks that what the decoder decodes is what encoding/json decodes.
func sameAsEncodingJSON(t *testing.T, data []byte) (decoded bool) {
	t.Helper()
	var got, want everything
	wantErr := json.Unmarshal(data, &want)
	if !decode(data, &got) {
		if !reflect.DeepEqual(got, everything{}) {
			t.Fatalf("%q: something is left of a decoding that was given up: %+v", data, got)
		}
		return false
	}
	if wantErr != nil {
		t.Fatalf("%q: decoded, but encoding/json says %v", data, wantErr)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q:\ngot  %+v\nwant %+v", data, got, want)
	}
	return true
}

func TestDecoder_AsEncodingJSON(t *testing.T) {
	t.Parallel()
	for i, seed := range everythingSeeds {
		if decoded := sameAsEncodingJSON(t, []byte(seed)); i < 8 && !decoded {
			t.Errorf("left to encoding/json: %s", seed)
		}
	}
}

func TestDecoder_OddTypes(t *testing.T) {
	t.Parallel()
	type embedded struct{ ID string }
	for _, out := range []any{
		new(map[string]any), new(any), new(struct{ embedded }), new(struct{ *embedded }), new(struct {
			ID string `json:"id,string"`
		}), new(struct {
			ID   string `json:"id"`
			Same string `json:"ID"`
		}), nil, struct{}{}, (*everything)(nil),
	} {
		if decode([]byte(`{"id":"a"}`), out) {
			t.Errorf("%T: decoded, but should have been left to encoding/json", out)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for _, seed := range everythingSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { sameAsEncodingJSON(t, data) })
}
