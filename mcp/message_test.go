package clerkmcp_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

func TestGuard_RefusesBodies(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	token := sign(t, time.Now(), nil)
	for name, body := range map[string]string{
		"nothing":                    ``,
		"no JSON":                    `{`,
		"a text":                     `"x"`,
		"two messages":               list + list,
		"bytes that are no text":     strings.Replace(call("1", "read"), "read", "re\xff", 1),
		"no version":                 `{"id":1,"method":"tools/list"}`,
		"another version":            `{"jsonrpc":"1.0","id":1,"method":"tools/list"}`,
		"neither request nor answer": `{"jsonrpc":"2.0","id":1}`,
		"request and answer":         `{"jsonrpc":"2.0","id":1,"method":"tools/list","result":{}}`,
		"an object as id":            `{"jsonrpc":"2.0","id":{},"method":"tools/list"}`,
		"a number as method":         `{"jsonrpc":"2.0","id":1,"method":1}`,
		"an empty method":            `{"jsonrpc":"2.0","id":1,"method":""}`,
		"a call without id":          `{"jsonrpc":"2.0","method":"tools/call","params":{"name":"write"}}`,
		"a call with null as id":     `{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"write"}}`,
		"a call without a name":      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}`,
		"a call without parameters":  `{"jsonrpc":"2.0","id":1,"method":"tools/call"}`,
		"a call with a list":         `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["write"]}`,
		"a number as name":           `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":1}}`,
		"two methods":                `{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"write"}}`,
		"a method in capitals":       `{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call","params":{"name":"write"}}`,
		"only a method in capitals":  `{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","result":{},"params":{"name":"write"}}`,
		"an escaped method":          `{"jsonrpc":"2.0","id":1,"method":"tools/list","\u006dethod":"tools/call","params":{"name":"write"}}`,
		"parameters with a long s":   `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"},"param` + "\u017f" + `":{"name":"write"}}`,
		"two names":                  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","name":"write"}}`,
		"a name in capitals":         `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","Name":"write"}}`,
		"half a character as name":   `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\ud800"}}`,
		"an empty batch":             `[]`,
		"a batch of numbers":         `[1]`,
		"a batch in a batch":         `[[` + list + `]]`,
		"a long batch":               `[` + strings.Repeat(list+",", 100) + list + `]`,
	} {
		w := s.post(token, body)
		if w.Code != 400 || s.reached != 0 || !strings.Contains(w.Body.String(), `"error":"invalid_request"`) {
			t.Errorf("%s: got %d %s, want 400", name, w.Code, w.Body)
		}
		if w = s.post("", body); w.Code != 401 {
			t.Errorf("%s, without a token: got %d, want 401", name, w.Code)
		}
	}
}

func TestGuard_ReadsEveryForm(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	token := sign(t, time.Now(), nil)
	for name, body := range map[string]string{
		"white space":        "\r\n\t { \"params\" : { \"x\" : [ { \"name\" : \"read\" } , \"]\\\"\" ] , \"name\" : \"write\" } , \"id\" : -1.5e3 , \"method\" : \"tools/call\" , \"jsonrpc\" : \"2.0\" } ",
		"an escaped method":  `{"jsonrpc":"2.0","id":1,"method":"tools\/c\u0061ll","params":{"name":"write"}}`,
		"an escaped name":    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\u0077rite"}}`,
		"an escaped member":  `{"jsonrpc":"2.0","id":1,"method":"tools/call","p\u0061rams":{"name":"write"}}`,
		"a batch":            ` [ ` + list + ` , ` + call(`"2"`, "write") + ` ] `,
		"an answer besides":  `[{"jsonrpc":"2.0","id":1,"error":{}},` + call("2", "write") + `]`,
		"a name in the meta": `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"name":"read"},"name":"write"}}`,
	} {
		if w := s.post(token, body); w.Code != 403 || !strings.Contains(w.Body.String(), "mcp:write") {
			t.Errorf("%s: got %d %s, want the scope of the tool demanded", name, w.Code, w.Body)
		}
	}
}

// feed is post for fuzz targets, in which the methods of [testing.F] must not be called.
func (s *server) feed(token string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", resource, bytes.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// FuzzGuard_ReadsAsOthersDo holds what the guard lets through against encoding/json: nothing that others read as a call of
// a tool may pass without the scope of that tool.
func FuzzGuard_ReadsAsOthersDo(f *testing.F) {
	for _, seed := range []string{
		list, call("1", "write"), call("1", "read"), "[" + list + "," + call(`"x"`, "write") + "]", `{"jsonrpc":"2.0","id":1,"result":{"a":[1,"\""]}}`,
		`{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","params":{"name":"write"}}`, `[{"method":"\u0074ools/call"}]`, `{"param` + "\u017f" + `":1}`,
	} {
		f.Add([]byte(seed))
	}
	s := newServer(f, func(c *clerkmcp.Config) { c.AllowUnlistedTools, c.Baseline = true, nil })
	token := sign(f, time.Now(), nil)
	type loose struct {
		JSONRPC string
		ID      json.RawMessage
		Method  string
		Params  json.RawMessage
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := s.reached
		w := s.feed(token, body)
		if s.reached == before {
			if !json.Valid(w.Body.Bytes()) {
				t.Errorf("the refusal is no JSON: %s", w.Body)
			}
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) || s.body != string(body) {
			t.Fatal("a body passed that is no JSON, or it was changed")
		}
		var messages []loose
		if json.Unmarshal(body, &messages) != nil {
			var one loose
			if json.Unmarshal(body, &one) != nil {
				t.Fatal("a message passed that others cannot read")
			}
			messages = []loose{one}
		}
		for _, m := range messages {
			var params struct{ Name string }
			if m.Method == "tools/call" && json.Unmarshal(m.Params, &params) == nil && (params.Name == "write" || params.Name == "admin") {
				t.Errorf("a call of %s passed without its scope", params.Name)
			}
		}
	})
}

// Others read no more than 10,000 objects and lists in each other.
func TestGuard_ReadsAsDeepAsOthers(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	token := sign(t, time.Now(), nil)
	for name, nest := range map[string]func(int) string{
		"lists":   func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) },
		"objects": func(n int) string { return strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1) },
	} {
		for place, message := range map[string]func(depth int) string{
			"a member": func(depth int) string {
				return `{"jsonrpc":"2.0","id":1,"method":"tools/list","x":` + nest(depth-1) + `}`
			},
			"an answer":   func(depth int) string { return `{"jsonrpc":"2.0","id":1,"result":[{},` + nest(depth-2) + `]}` },
			"an argument": func(depth int) string { return strings.Replace(call("1", "read"), "{}", nest(depth-2), 1) },
			"in a batch":  func(depth int) string { return `[` + strings.Replace(call("1", "read"), "{}", nest(depth-3), 1) + `]` },
		} {
			if !json.Valid([]byte(message(10_000))) || json.Valid([]byte(message(10_001))) {
				t.Fatalf("%s as %s: encoding/json draws the line elsewhere", name, place)
			}
			if w := s.post(token, message(10_000)); w.Code != 200 {
				t.Errorf("%s as %s: got %d %s, want it passed on", name, place, w.Code, w.Body)
			}
			if w := s.post(token, message(10_001)); w.Code != 400 {
				t.Errorf("%s as %s, one deeper: got %d, want 400", name, place, w.Code)
			}
		}
	}
}

// FuzzGuard_ReadsWhatIsJSON holds what the guard takes for JSON against encoding/json, whatever place a text has in a
// message.
func FuzzGuard_ReadsWhatIsJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-2.5e+3,0.1E-7,true,false,null,{}],"\u00e9\n":[]}`, ` [ { } , "\ud800\/" ] `, `01`, `-`, `1.`, `1e`, `nul`, `"\u12g4"`, `"\x"`, "\"\t\"", "\"\x7f\"",
		`[1,]`, `{"a":1,}`, `{"a"}`, `{1:2}`, `[}`, `1}`, `"`, `"\`, "\x00", "1\x00", "\u00a01", `1,"params":{}`, `1}{"a":1`,
	} {
		f.Add(seed)
	}
	s := newServer(f, func(c *clerkmcp.Config) { c.AllowUnlistedTools, c.Baseline = true, nil })
	token := sign(f, time.Now(), nil)
	f.Fuzz(func(t *testing.T, text string) {
		for _, body := range []string{
			text, `[` + text + `]`, `{"jsonrpc":"2.0","id":1,"method":"x","y":` + text + `}`, `{"jsonrpc":"2.0","id":` + text + `,"method":"x"}`,
			`{"jsonrpc":"2.0","id":1,"params":` + text + `,"method":"tools/call"}`,
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":` + text + `}}`,
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read",` + text + `:1}}` + text,
		} {
			before := s.reached
			w := s.feed(token, []byte(body))
			want := json.Valid([]byte(body)) && utf8.ValidString(body)
			if got := !strings.Contains(w.Body.String(), "The body is not JSON"); got != want || !want && s.reached != before {
				t.Errorf("%q: taken for JSON is %v, want %v; answer %d %s", body, got, want, w.Code, w.Body)
			}
		}
	})
}
