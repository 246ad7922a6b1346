package clerk_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

// echoClient returns a client of a server that answers with what it was sent.
func echoClient(t *testing.T, query, body *string) *clerk.Client {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		*query, *body = r.URL.RawQuery, string(sent)
		_, _ = io.WriteString(w, `{}`)
	})
}

func TestWithBodyField_AddsToTheParams(t *testing.T) {
	t.Parallel()
	var query, body string
	client := echoClient(t, &query, &body)
	params := &clerk.UserUpdateParams{FirstName: clerk.String("Ada"), LastName: clerk.String("King")}
	_, err := client.Users.Update(t.Context(), "user_1", params,
		clerk.WithBodyField("timezone", "Europe/London"), clerk.WithBodyField("last_name", nil), clerk.WithQueryField("novel", "a b"))
	if want := `{"first_name":"Ada","last_name":null,"timezone":"Europe/London"}`; err != nil || body != want || query != "novel=a+b" {
		t.Errorf("got %s, ?%s and %v, want %s", body, query, err, want)
	}
	if name, _ := params.LastName.Get(); name != "King" {
		t.Errorf("the caller's params were changed: %q", name)
	}
	if _, err := client.Users.Ban(t.Context(), "user_1", clerk.WithBodyField("reason", 5)); err != nil || body != `{"reason":5}` {
		t.Errorf("got %s and %v, want a body of the field alone", body, err)
	}
	if _, err := client.Users.Get(t.Context(), "user_1"); err != nil || query != "" || body != "" {
		t.Errorf("got ?%s and %s, want nothing from earlier calls", query, body)
	}
}

func TestWithBodyField_InAnUpload(t *testing.T) {
	t.Parallel()
	var query, body string
	client := echoClient(t, &query, &body)
	upload := &clerk.Multipart{Fields: map[string]string{"a": "1"}, File: strings.NewReader("content"), ContentType: "text/plain"}
	err := client.Do(t.Context(), http.MethodPost, "/files", nil, upload, nil, clerk.WithBodyField("crop", "round"))
	if err != nil || !strings.Contains(body, "name=\"crop\"\r\n\r\nround") || !strings.Contains(body, "name=\"a\"") || len(upload.Fields) != 1 {
		t.Errorf("got %v and %s", err, body)
	}
	err = client.Do(t.Context(), http.MethodPost, "/files", nil, upload, nil, clerk.WithBodyField("crop", 5))
	var paramErr *clerk.ParamError
	if !errors.As(err, &paramErr) {
		t.Errorf("got %v, want a *ParamError for a number", err)
	}
}

func TestWithBodyField_Refusals(t *testing.T) {
	t.Parallel()
	var query, body string
	client := echoClient(t, &query, &body)
	var paramErr *clerk.ParamError
	for name, opt := range map[string]clerk.RequestOption{
		"no name": clerk.WithBodyField("", 1), "a channel": clerk.WithBodyField("a", make(chan int)), "no query name": clerk.WithQueryField("", "x"),
		"paging": clerk.WithQueryField("offset", "5"),
	} {
		if _, err := client.Users.Update(t.Context(), "user_1", nil, opt); !errors.As(err, &paramErr) {
			t.Errorf("%s: got %v, want a *ParamError", name, err)
		}
	}
	if _, err := client.Users.Get(t.Context(), "user_1", clerk.WithBodyField("a", 1)); !errors.As(err, &paramErr) {
		t.Errorf("a read: got %v", err)
	}
	for _, sent := range []any{[]int{1}, []byte("{}"), strings.NewReader("{}")} {
		if err := client.Do(t.Context(), http.MethodPost, "/x", nil, sent, nil, clerk.WithBodyField("a", 1)); !errors.As(err, &paramErr) {
			t.Errorf("%T: got %v", sent, err)
		}
	}
	if _, err := clerk.NewClient(testKey, clerk.WithBodyField("a", 1)); err == nil {
		t.Error("got no error for a client")
	}
}
