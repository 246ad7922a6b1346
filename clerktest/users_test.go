package clerktest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func createUser(t *testing.T, in *clerktest.Instance, body string) string {
	t.Helper()
	return must(t, in, "POST", "/users", body).text("id")
}

func TestUsers_Create(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	got := must(t, in, "POST", "/users", `{"email_address":["Ada@Example.com"],"first_name":"Ada","username":"ada_l","password":"difference engine",
		"public_metadata":{"plan":"pro"},"external_id":"ext-1","created_at":"2020-01-02T03:04:05Z"}`)
	if id := got.text("id"); !strings.HasPrefix(id, "user_") || len(id) != len("user_")+27 {
		t.Errorf("got id %q, want user_ and 27 characters", id)
	}
	emails, _ := got.object["email_addresses"].([]any)
	email, _ := emails[0].(map[string]any)
	if email["email_address"] != "ada@example.com" || email["id"] != got.text("primary_email_address_id") {
		t.Errorf("got %v, want the address in lower case as the primary one", email)
	}
	if got.object["password_enabled"] != true || got.object["created_at"] != float64(1577934245000) {
		t.Errorf("got %s", got.raw)
	}
	for name, c := range map[string]struct {
		body, code string
		status     int
	}{
		"taken e-mail":      {`{"email_address":["ADA@example.com"]}`, "form_identifier_exists", 422},
		"taken username":    {`{"username":"ADA_L"}`, "form_identifier_exists", 422},
		"taken external id": {`{"username":"other","external_id":"ext-1"}`, "form_identifier_exists", 422},
		"unknown field":     {`{"email_address":["x@example.com"],"emial":1}`, "form_param_unknown", 422},
		"wrong type":        {`{"email_address":"x@example.com"}`, "form_param_type_invalid", 422},
		"bad address":       {`{"email_address":["nope"]}`, "form_param_format_invalid", 422},
		"short password":    {`{"username":"shorty","password":"abc"}`, "form_password_length_too_short", 422},
		"nothing":           {`{}`, "form_data_missing", 422},
		"malformed JSON":    {`{"email_address":`, "request_body_invalid", 400},
		"array":             {`[]`, "request_body_invalid", 400},
	} {
		t.Log(name)
		refused(t, send(t, in, "POST", "/users", c.body), c.status, c.code)
	}
	if n := must(t, in, "GET", "/users/count", "").object["total_count"]; n != float64(1) {
		t.Errorf("got %v users after the refusals, want 1", n)
	}
}

func TestUsers_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	var ids []string
	for i := range 25 {
		in.Clock().Advance(1e9)
		ids = append(ids, createUser(t, in, fmt.Sprintf(`{"email_address":["u%02d@example.com"],"first_name":"N%02d"}`, i, 24-i)))
	}
	listed := func(query string) []string {
		var out []string
		for _, v := range must(t, in, "GET", "/users"+query, "").list {
			out = append(out, v.(map[string]any)["id"].(string))
		}
		return out
	}
	for name, c := range map[string]struct {
		query string
		want  []string
	}{
		"newest first":     {"?limit=2", []string{ids[24], ids[23]}},
		"offset":           {"?limit=2&offset=2", []string{ids[22], ids[21]}},
		"ascending":        {"?limit=1&order_by=%2Bcreated_at", ids[:1]},
		"no prefix":        {"?limit=1&order_by=created_at", ids[:1]},
		"by name":          {"?limit=1&order_by=first_name", ids[24:]},
		"cursor":           {"?limit=2&starting_after=" + ids[20], []string{ids[19], ids[18]}},
		"e-mail":           {"?email_address=U03@example.com&email_address=u01@example.com", []string{ids[3], ids[1]}},
		"brackets":         {"?email_address[]=u03@example.com", []string{ids[3]}},
		"id":               {"?user_id=" + ids[7], []string{ids[7]}},
		"not the id":       {"?limit=1&user_id=-" + ids[24], []string{ids[23]}},
		"query":            {"?query=u05@", []string{ids[5]}},
		"e-mail part":      {"?email_address_query=u06", []string{ids[6]}},
		"past the end":     {"?offset=90", nil},
		"nobody is banned": {"?banned=true", nil},
	} {
		if got := listed(c.query); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if got := len(listed("")); got != 10 {
		t.Errorf("got %d users without a limit, want 10", got)
	}
	for query, code := range map[string]string{
		"?limit=abc": "form_param_type_invalid", "?limit=0": "form_param_value_invalid", "?limit=501": "form_param_value_invalid",
		"?offset=-1": "form_param_value_invalid", "?order_by=shoe_size": "form_param_value_invalid", "?nope=1": "form_param_unknown",
		"?starting_after=user_x": "form_param_value_invalid", "?banned=maybe": "form_param_type_invalid",
	} {
		refused(t, send(t, in, "GET", "/users"+query, ""), 422, code)
	}
}

func TestUsers_MetadataSize(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	id := createUser(t, in, `{"username":"meta"}`)
	for _, key := range []string{"k", "l"} {
		got := send(t, in, "PATCH", "/users/"+id+"/metadata", `{"unsafe_metadata":{"`+key+`":"`+strings.Repeat("y", 5000)+`"}}`)
		if want := map[string]int{"k": 200, "l": 422}[key]; got.status != want {
			t.Errorf("5 KB under %s: got %d, want %d", key, got.status, want)
		}
	}
	large := `{"public_metadata":{"x":"` + strings.Repeat("y", 9000) + `"}}`
	refused(t, send(t, in, "PATCH", "/users/"+id+"/metadata", large), 422, "form_param_exceeds_allowed_size")
}

func TestServer_Keys(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	call := func(authorization string) answer {
		h := http.Header{}
		if authorization != "" {
			h.Set("Authorization", authorization)
		}
		return sendWith(t, in, "GET", "/users", "", h)
	}
	refused(t, call(""), 401, "authorization_header_format_invalid")
	refused(t, call("Basic abc"), 401, "authorization_header_format_invalid")
	refused(t, call("Bearer sk_test_unknown"), 401, "clerk_key_invalid")
	refused(t, call("Bearer sk_live_anything"), 401, "clerk_key_invalid")
	refused(t, send(t, in, "GET", "/nowhere", ""), 404, "resource_not_found")
	refused(t, send(t, in, "DELETE", "/users", ""), 405, "method_not_allowed")
	refused(t, send(t, in, "GET", "/users?__clerk_api_version=1999-01-01", ""), 400, "api_version_invalid")
}
