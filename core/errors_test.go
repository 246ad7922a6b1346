package clerk_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// noRetries keeps failures of the server from being repeated.
var noRetries = clerk.WithRetries(0)

// fail calls a server that answers as given and returns the error of the API.
func fail(t *testing.T, status int, body string, header ...string) *clerk.APIError {
	t.Helper()
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}, noRetries)
	got, err := clerk.Call[item](t.Context(), client, getItem, one("user_private"))
	var apiErr *clerk.APIError
	if !errors.As(err, &apiErr) || got != nil {
		t.Fatalf("got %v, %v, want an *APIError", got, err)
	}
	if apiErr.StatusCode != status || apiErr.Operation != "Items.Get" {
		t.Errorf("got status %d of %s, want %d", apiErr.StatusCode, apiErr.Operation, status)
	}
	if strings.Contains(err.Error(), "user_private") {
		t.Errorf("the error shows the id: %v", err)
	}
	return apiErr
}

func TestAPIError_Fields(t *testing.T) {
	t.Parallel()
	err := fail(t, 422, `{"errors":[
		{"code":"form_identifier_exists","message":"ada@example.com is taken","long_message":"Long.","meta":{"param_name":"email_address","plan":"pro"}},
		{"code":"form_param_unknown","message":"Unknown"}],"clerk_trace_id":"trace_body"}`,
		"Clerk-Trace-Id", "trace_header", "Retry-After", "7")
	if got, want := err.Error(), "clerk: Items.Get: 422 form_identifier_exists (parameter email_address): Long.; form_param_unknown: Unknown (trace trace_body)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(err.Errors) != 2 || err.TraceID != "trace_body" || err.RetryAfter != 7*time.Second {
		t.Fatalf("got %d entries, trace %q, wait %v", len(err.Errors), err.TraceID, err.RetryAfter)
	}
	first := err.Errors[0]
	var meta struct{ Plan string }
	if first.Message != "ada@example.com is taken" || first.LongMessage != "Long." || first.Param != "email_address" ||
		first.Meta.Decode(&meta) != nil || meta.Plan != "pro" {
		t.Errorf("got %+v", first)
	}
	if err.Code() != "form_identifier_exists" || !err.HasCode("form_param_unknown") || err.HasCode("other") {
		t.Error("codes are not found")
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Error("call", "err", err)
	for _, text := range []string{log.String(), fmt.Sprintf("%v %+v %#v %s", err, err, err, err)} {
		if strings.Contains(text, "ada@example.com") || !strings.Contains(text, "form_identifier_exists") {
			t.Errorf("got %s", text)
		}
	}
}

func TestAPIError_Sentinels(t *testing.T) {
	t.Parallel()
	sentinels := []error{
		clerk.ErrInvalid, clerk.ErrUnauthorized, clerk.ErrPaymentRequired, clerk.ErrForbidden, clerk.ErrNotFound,
		clerk.ErrConflict, clerk.ErrRateLimited, clerk.ErrServer, clerk.ErrRedirect,
	}
	for status, want := range map[int]error{
		302: clerk.ErrRedirect, 400: clerk.ErrInvalid, 401: clerk.ErrUnauthorized, 402: clerk.ErrPaymentRequired,
		403: clerk.ErrForbidden, 404: clerk.ErrNotFound, 409: clerk.ErrConflict, 410: clerk.ErrNotFound,
		413: nil, 418: nil, 422: clerk.ErrInvalid, 423: nil, 429: clerk.ErrRateLimited, 500: clerk.ErrServer,
		503: clerk.ErrServer, 599: clerk.ErrServer,
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			err := fmt.Errorf("outer: %w", fail(t, status, `{}`))
			for _, sentinel := range sentinels {
				if got := errors.Is(err, sentinel); got != (sentinel == want) {
					t.Errorf("Is(%v): got %v", sentinel, got)
				}
			}
		})
	}
}

func TestAPIError_TraceID(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   string
		header []string
		want   string
	}{
		"the body wins":           {`{"errors":[],"clerk_trace_id":"a"}`, []string{"Clerk-Trace-Id", "b", "Cf-Ray", "c"}, "a"},
		"then Clerk's header":     {`{"errors":[],"clerk_trace_id":null}`, []string{"Clerk-Trace-Id", "b", "Cf-Ray", "c"}, "b"},
		"then the edge's":         {`<html>`, []string{"Cf-Ray", "8a-FRA"}, "8a-FRA"},
		"none is no failure":      {``, nil, ""},
		"a number is not a trace": {`{"clerk_trace_id":5}`, nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := fail(t, 404, test.body, test.header...)
			if err.TraceID != test.want {
				t.Errorf("got %q, want %q", err.TraceID, test.want)
			}
			if strings.Contains(err.Error(), "trace") != (test.want != "") {
				t.Errorf("got %s", err)
			}
		})
	}
}

func TestAPIError_OddBodies(t *testing.T) {
	t.Parallel()
	page := "<html><body>Bad gateway, session=abc</body></html>"
	tests := map[string]struct {
		body, text string
	}{
		"an HTML page":         {page, "clerk: Items.Get: 502"},
		"no body":              {"", "clerk: Items.Get: 502"},
		"cut JSON":             {`{"errors":[{"code":"a"`, "clerk: Items.Get: 502"},
		"a JSON string":        {`"abc"`, "clerk: Items.Get: 502"},
		"errors is an object":  {`{"errors":{"code":"a"}}`, "clerk: Items.Get: 502"},
		"errors of other type": {`{"errors":[null,5,"x"]}`, "clerk: Items.Get: 502"},
		"code is a number":     {`{"errors":[{"code":5,"message":"m","meta":[]},{"code":"b","meta":{"param_name":7}}]}`, "clerk: Items.Get: 502 m; b"},
		"code forges a line":   {`{"errors":[{"code":"a\nINFO b","message":"m\nINFO n"}],"clerk_trace_id":"c\nd"}`, "clerk: Items.Get: 502 m INFO n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := fail(t, 502, test.body)
			if err.Error() != test.text {
				t.Errorf("got %q, want %q", err.Error(), test.text)
			}
			if string(err.Body) != test.body {
				t.Errorf("got body %q, want %q", err.Body, test.body)
			}
		})
	}
}

func TestAPIError_KeepsOnlyTheStartOfABody(t *testing.T) {
	t.Parallel()
	err := fail(t, 500, strings.Repeat("x", 3<<20))
	if len(err.Body) == 0 || len(err.Body) > 4096 {
		t.Errorf("got %d bytes", len(err.Body))
	}
}

func TestDecodeError(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, reason string }{
		"cut JSON":         {`{"id":"user_private"`, "body is not valid JSON"},
		"HTML":             {`<html>user_private`, "body is not valid JSON"},
		"nothing":          {``, "body is empty"},
		"white space":      {" \n", "body is empty"},
		"a field's type":   {`{"count":"user_private"}`, "field count is a JSON string, not int64"},
		"a broken number":  {`{"count":17.25}`, "field count is a JSON number, not int64"},
		"the body's type":  {`["user_private"]`, "a JSON array where clerk_test.item is expected"},
		"two values":       {`{} {"id":"user_private"}`, "body is not valid JSON"},
		"a boolean for id": {`{"id":true}`, "field id is a JSON bool, not string"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Clerk-Trace-Id", "abc")
				_, _ = io.WriteString(w, test.body)
			})
			got, err := clerk.Call[item](t.Context(), client, getItem, one("a"))
			var decodeErr *clerk.DecodeError
			if !errors.As(err, &decodeErr) || got != nil {
				t.Fatalf("got %v, %v, want a *DecodeError", got, err)
			}
			if want := "clerk: Items.Get: 200 answer: " + test.reason + " (trace abc)"; err.Error() != want {
				t.Errorf("got %q, want %q", err.Error(), want)
			}
			if string(decodeErr.Body) != test.body || decodeErr.Err == nil || decodeErr.TraceID != "abc" {
				t.Errorf("got body %q, cause %v", decodeErr.Body, decodeErr.Err)
			}
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "user_private") {
				t.Errorf("the body is printed: %s", text)
			}
		})
	}
}

func TestBodyTooLargeError(t *testing.T) {
	t.Parallel()
	const size = 200 << 20
	for name, announce := range map[string]bool{"announced": true, "chunked": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if announce {
					w.Header().Set("Content-Length", strconv.Itoa(size))
				}
				chunk := make([]byte, 1<<20)
				for range size / len(chunk) {
					if _, err := w.Write(chunk); err != nil {
						return
					}
				}
			})
			started := time.Now()
			_, err := clerk.Call[item](t.Context(), client, getItem, one("a"))
			var tooLarge *clerk.BodyTooLargeError
			if !errors.As(err, &tooLarge) || tooLarge.Limit != 32<<20 || tooLarge.StatusCode != 200 {
				t.Fatalf("got %v, want a *BodyTooLargeError", err)
			}
			if took := time.Since(started); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	client := serve(t, answerWith(200, `{"id":"abc"}`), clerk.WithMaxResponseBytes(12))
	if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); err != nil {
		t.Errorf("a body of exactly the limit: %v", err)
	}
	client = serve(t, answerWith(200, `{"id":"abcd"}`), clerk.WithMaxResponseBytes(12))
	var tooLarge *clerk.BodyTooLargeError
	if _, err := clerk.Call[item](t.Context(), client, getItem, one("a")); !errors.As(err, &tooLarge) {
		t.Errorf("a body of one byte more: got %v", err)
	}
}

func TestAPIError_TextHoldsNothingThatWasSent(t *testing.T) {
	t.Parallel()
	// The server answers with all that it was sent, as Clerk does in some messages.
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		message := strings.Join([]string{
			"that", r.URL.Path, r.URL.RawQuery, r.Header.Get("Authorization"), strings.ReplaceAll(string(body), "\"", ""), "is taken",
		}, " ")
		w.WriteHeader(422)
		_, _ = io.WriteString(w, encode(t, map[string]any{"errors": []any{
			map[string]any{"code": "form_identifier_exists", "message": message, "meta": map[string]any{"param_name": "user[name]"}},
		}}))
	})
	values := []string{"user_private", "Lovelace", "0815", "ada@example.com", "x1", "Ring Road 5", "metaphor"}
	_, err := clerk.Call[item](t.Context(), client, updateItem, clerk.CallParams{
		Path: []string{values[0]}, Query: url.Values{"q": {values[1]}},
		Body: map[string]any{"pin": values[2], "list": []any{values[3], map[string]any{"a": values[4], "street": values[5]}}},
	}, clerk.WithQueryField("z", values[6]), clerk.WithBodyField("count", 424242))
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, value := range append(values, "424242", testKey) {
		if strings.Contains(text, value) {
			t.Errorf("%q is in %s", value, text)
		}
	}
	for _, part := range []string{"form_identifier_exists (parameter user[name]): that", "is taken"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in %s", part, text)
		}
	}
}

func TestAPIError_JoinsABoundedNumberOfEntries(t *testing.T) {
	t.Parallel()
	err := fail(t, 422, `{"errors":[`+strings.Repeat(`{"code":"a","message":"is wrong"},`, 20_000)+`{"code":"b"}]}`)
	if got, want := err.Error(), "clerk: Items.Get: 422 a: is wrong; a: is wrong; a: is wrong; and 97 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(err.Errors) != 100 {
		t.Errorf("got %d entries, want 100", len(err.Errors))
	}
}
