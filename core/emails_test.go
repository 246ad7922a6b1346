package clerk_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// message is a message with everything that a message can have.
func message(key string) clerk.EmailSendParams {
	return clerk.EmailSendParams{
		To: clerk.EmailAddressee{Address: clerk.String("ada@example.com")}, From: clerk.EmailMailbox{Address: "info@example.com"},
		Subject: "Hi", Text: clerk.String("Hello"), CC: []string{"b@example.com"}, BCC: []string{"c@example.com"},
		Headers:        map[string]string{"X-Kind": "receipt"},
		Attachments:    []clerk.EmailAttachment{{Filename: "a.txt", Content: []byte("hi")}},
		IdempotencyKey: clerk.String(key),
	}
}

// messageJSON is the same message on the wire, without its key.
const messageJSON = `"to":{"address":"ada@example.com"},"from":{"address":"info@example.com"},"subject":"Hi","text":"Hello",` +
	`"cc":["b@example.com"],"bcc":["c@example.com"],"headers":{"X-Kind":"receipt"},"attachments":[{"filename":"a.txt","content":"aGk="}]`

func TestEmails_SendWithKey(t *testing.T) {
	t.Parallel()
	var body, key string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		body, key = string(sent), r.Header.Get("Idempotency-Key")
		_, _ = io.WriteString(w, `{"object":"email","id":"ema_1","status":"suppressed","suppression_reason":"bounced"}`)
	})
	params := message("order_1-receipt")
	sent, err := client.Emails.Send(t.Context(), &params)
	if err != nil || clerk.Value(sent.SuppressionReason) != "bounced" {
		t.Errorf("got %v, %v", sent, err)
	}
	if body != "{"+messageJSON+"}" || key != "order_1-receipt" {
		t.Errorf("got the key %q and the body\n%s", key, body)
	}
	if kept, _ := params.IdempotencyKey.Get(); kept != "order_1-receipt" {
		t.Errorf("the caller's params were changed: %q", kept)
	}
}

func TestEmails_SendIsRepeatedWithKeyOnly(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"order_1": 2, "": 1} {
		t.Run("key "+key, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				client := transport(t, func(*http.Request) (*http.Response, error) {
					if attempts++; attempts == 1 {
						return nil, errReset
					}
					return answer(200, `{"id":"ema_1"}`), nil
				})
				params := message(key)
				if key == "" {
					params.IdempotencyKey = clerk.Opt[string]{}
				}
				_, err := client.Emails.Send(t.Context(), &params)
				if attempts != want || (err == nil) != (want == 2) {
					t.Errorf("got %d attempts and %v, want %d", attempts, err, want)
				}
			})
		})
	}
}

func TestEmails_SendBatch(t *testing.T) {
	t.Parallel()
	var request, body string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		request, body = r.Method+" "+r.RequestURI, string(sent)
		_, _ = io.WriteString(w, `[{"index":0,"status_code":200,"email":{"object":"email","id":"ema_1","status":"queued"}},`+
			`{"index":1,"status_code":429,"errors":[{"code":"too_many_requests","message":"slow down"}],"retry_after_seconds":7}]`)
	})
	results, err := client.Emails.SendBatch(t.Context(), []clerk.EmailSendParams{message("a"), message("b")})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"messages":[{` + messageJSON + `,"idempotency_key":"a"},{` + messageJSON + `,"idempotency_key":"b"}]}`
	if request != "POST /v1/email/batch" || body != want {
		t.Errorf("got %s\n%s\nwant\n%s", request, body, want)
	}
	sent, refused := results.Data[0], results.Data[1]
	if sent.Err() != nil || sent.Email.ID != "ema_1" || !strings.Contains(string(sent.Email.RawJSON()), `"status":"queued"`) {
		t.Errorf("first: got %+v", sent)
	}
	var apiErr *clerk.APIError
	if err := refused.Err(); !errors.As(err, &apiErr) || !errors.Is(err, clerk.ErrRateLimited) || apiErr.RetryAfter != 7*time.Second ||
		refused.Index != 1 || apiErr.Code() != "too_many_requests" {
		t.Errorf("second: got %+v, %v", refused, err)
	}
}

func TestEmails_RefusedBeforeTheyAreSent(t *testing.T) {
	t.Parallel()
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for name, call := range map[string]func() error{
		"a key with a space": func() error {
			params := message("a b")
			_, err := client.Emails.Send(t.Context(), &params)
			return err
		},
		"an empty key": func() error {
			params := message("")
			_, err := client.Emails.Send(t.Context(), &params)
			return err
		},
		"a long key in a batch": func() error {
			_, err := client.Emails.SendBatch(t.Context(), []clerk.EmailSendParams{message("a"), message(strings.Repeat("a", 256))})
			return err
		},
		"no message": func() error {
			_, err := client.Emails.SendBatch(t.Context(), nil)
			return err
		},
		"too many messages": func() error {
			_, err := client.Emails.SendBatch(t.Context(), make([]clerk.EmailSendParams, 101))
			return err
		},
	} {
		var paramErr *clerk.ParamError
		if err := call(); !errors.As(err, &paramErr) {
			t.Errorf("%s: got %v, want a *ParamError", name, err)
		}
	}
}
