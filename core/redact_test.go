package clerk_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	body := "the-secret"
	for name, value := range map[string]any{
		"EmailMessage":           clerk.EmailMessage{ID: "ema_1", ToEmailAddress: body, Body: &body},
		"SMSMessage":             clerk.SMSMessage{ID: "sms_1", ToPhoneNumber: body, Message: body},
		"HandshakePayload":       clerk.HandshakePayload{Directives: []string{body}},
		"SessionVerifyParams":    clerk.SessionVerifyParams{Token: body},
		"AccountlessApplication": clerk.AccountlessApplication{SecretKey: body, ClaimURL: body},
		"RawResponse":            clerk.RawResponse{Body: []byte(body), Header: map[string][]string{"X": {body}}},
		"APIError":               &clerk.APIError{StatusCode: 400, Operation: "X", Body: []byte(body), Errors: []clerk.ErrorItem{{Message: body}}},
		"DecodeError":            &clerk.DecodeError{Operation: "X", Body: []byte(body), Err: fmt.Errorf("%s", body)},
		"ParamError":             &clerk.ParamError{Operation: "X", Param: "body", Reason: "cannot be encoded", Err: fmt.Errorf("%s", body)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			slog.New(slog.NewTextHandler(&log, nil)).Info("value", "v", value)
			texts := []string{log.String(), fmt.Sprintf("%v", value), fmt.Sprintf("%+v", value), fmt.Sprintf("%s", value)}
			if name != "ParamError" { // its cause is a pointer, which %#v prints as an address only for pointers to structs
				texts = append(texts, fmt.Sprintf("%#v", value))
			}
			for _, text := range texts {
				if strings.Contains(text, body) {
					t.Errorf("got %s", text)
				}
			}
		})
	}
}

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"clerk: WithTimeout: timeout must be positive":           &clerk.ConfigError{Option: "WithTimeout", Reason: "timeout must be positive"},
		"clerk: Users.Get: user_id: empty":                       &clerk.ParamError{Operation: "Users.Get", Param: "user_id", Reason: "empty"},
		"clerk: Users.List: 200 answer is longer than 100 bytes": &clerk.BodyTooLargeError{Operation: "Users.List", StatusCode: 200, Limit: 100},
		"clerk: Users.Get: 200 answer: body is empty":            &clerk.DecodeError{Operation: "Users.Get", StatusCode: 200, Reason: "body is empty"},
		"clerk: Users.Get: 404":                                  &clerk.APIError{Operation: "Users.Get", StatusCode: 404},
		"clerk: Users.Get: 404 a; b (trace c)": &clerk.APIError{
			Operation: "Users.Get", StatusCode: 404, TraceID: "c", Errors: []clerk.ErrorItem{{Code: "a"}, {Code: "b"}},
		},
		"clerk: Users.Delete: 500": &clerk.APIError{Operation: "Users.Delete", StatusCode: 500, TraceID: strings.Repeat("x", 200)},
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if code := (&clerk.APIError{}).Code(); code != "" {
		t.Errorf("got code %q", code)
	}
}
