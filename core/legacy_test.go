package clerk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

// legacyCall is a call that Clerk's documents no longer list, and what it must look like on the wire.
type legacyCall struct {
	call    func(*clerk.Client) (any, error)
	request string
	body    string
	answer  string
	version string
}

func legacyCalls(t *testing.T) map[string]legacyCall {
	t.Helper()
	email := `{"object":"email","id":"ema_1","slug":null,"from_email_name":"info","to_email_address":"ada@example.com",` +
		`"subject":"Hi","body":"secret-text","status":"queued","data":{"a":1},"delivered_by_clerk":true,"novel":1}`
	sms := `{"object":"sms_message","id":"sms_1","to_phone_number":"+15550001","message":"secret-text","status":"queued"}`
	app := `{"object":"accountless_application","publishable_key":"pk_test_a","secret_key":"secret-key","claim_url":"https://x/secret","api_keys_url":"u"}`
	return map[string]legacyCall{
		"Emails.Send": {
			func(c *clerk.Client) (any, error) {
				return c.Emails.Send(t.Context(), &clerk.EmailSendParams{
					To:      clerk.EmailAddressee{UserID: clerk.String("user_1")},
					From:    clerk.EmailMailbox{Address: "info@example.com", Name: clerk.String("Info")},
					Subject: "Hi", Text: clerk.String("Hello"),
				})
			},
			"POST /v1/email",
			`{"to":{"user_id":"user_1"},"from":{"address":"info@example.com","name":"Info"},"subject":"Hi","text":"Hello"}`,
			email, clerk.APIVersion,
		},
		"Emails.Get": {
			func(c *clerk.Client) (any, error) { return c.Emails.Get(t.Context(), "ema_1") },
			"GET /v1/email/ema_1", ``, email, clerk.APIVersion,
		},
		"Invitations.Delete": {
			func(c *clerk.Client) (any, error) { return c.Invitations.Delete(t.Context(), "inv_1") },
			"DELETE /v1/invitations/inv_1", ``, `{"object":"invitation","id":"inv_1","deleted":true}`, clerk.APIVersion,
		},
		"Emails.Create": {
			func(c *clerk.Client) (any, error) {
				return c.Emails.Create(t.Context(), &clerk.EmailCreateParams{FromEmailName: "info", Subject: "Hi", Body: "b", EmailAddressID: "idn_1"})
			},
			"POST /v1/emails", `{"from_email_name":"info","subject":"Hi","body":"b","email_address_id":"idn_1"}`,
			email, clerk.APIVersion,
		},
		"SMSMessages.Create": {
			func(c *clerk.Client) (any, error) {
				return c.SMSMessages.Create(t.Context(), &clerk.SMSMessageCreateParams{Message: "m", PhoneNumberID: "idn_1"})
			},
			"POST /v1/sms_messages", `{"message":"m","phone_number_id":"idn_1"}`, sms, clerk.APIVersion,
		},
		"Sessions.Verify": {
			func(c *clerk.Client) (any, error) {
				return c.Sessions.Verify(t.Context(), "sess_1", &clerk.SessionVerifyParams{Token: "secret-token"})
			},
			"POST /v1/sessions/sess_1/verify", `{"token":"secret-token"}`, `{"object":"session","id":"sess_1"}`, "2024-10-01",
		},
		"Clients.GetLastActiveSession": {
			func(c *clerk.Client) (any, error) { return c.Clients.GetLastActiveSession(t.Context(), "client_1") },
			"GET /v1/clients/client_1/last_active_session", ``, `{"object":"session","id":"sess_1"}`, clerk.APIVersion,
		},
		"Clients.GetHandshakePayload": {
			func(c *clerk.Client) (any, error) { return c.Clients.GetHandshakePayload(t.Context(), "a b") },
			"GET /v1/clients/handshake_payload?nonce=a+b", ``, `{"directives":["__session=secret-cookie"]}`, clerk.APIVersion,
		},
		"AccountlessApplications.Complete": {
			func(c *clerk.Client) (any, error) {
				return c.AccountlessApplications.Complete(t.Context(), &clerk.AccountlessApplicationParams{Source: clerk.String("go")})
			},
			"POST /v1/accountless_applications/complete?source=go", ``, app, clerk.APIVersion,
		},
	}
}

func TestLegacyCalls(t *testing.T) {
	t.Parallel()
	for name, test := range legacyCalls(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var request, body, version string
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				data, _ := io.ReadAll(r.Body)
				request, body, version = r.Method+" "+r.RequestURI, string(data), r.Header.Get("Clerk-API-Version")
				_, _ = io.WriteString(w, test.answer)
			})
			out, err := test.call(client)
			if err != nil {
				t.Fatal(err)
			}
			if request != test.request || body != test.body || version != test.version {
				t.Errorf("got %s %s with version %s", request, body, version)
			}
			model, ok := out.(interface{ RawJSON() json.RawMessage })
			if !ok || string(model.RawJSON()) != test.answer {
				t.Errorf("%T does not keep its JSON", out)
			}
			if text := fmt.Sprintf("%v %+v %#v", out, out, out); strings.Contains(text, "secret") {
				t.Errorf("secrets are printed: %s", text)
			}
		})
	}
}

func TestLegacyCalls_Fail(t *testing.T) {
	t.Parallel()
	for name, test := range legacyCalls(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, answerWith(403, `{"errors":[{"code":"feature_not_enabled"}]}`))
			_, err := test.call(client)
			if !errors.Is(err, clerk.ErrForbidden) || err.Error() != "clerk: "+name+": 403 feature_not_enabled" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLegacyCalls_NeedInput(t *testing.T) {
	t.Parallel()
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for name, call := range map[string]func() error{
		"Emails.Send":        func() error { _, err := client.Emails.Send(t.Context(), nil); return err },
		"Emails.Create":      func() error { _, err := client.Emails.Create(t.Context(), nil); return err },
		"SMSMessages.Create": func() error { _, err := client.SMSMessages.Create(t.Context(), nil); return err },
		"Sessions.Verify":    func() error { _, err := client.Sessions.Verify(t.Context(), "sess_1", nil); return err },
		"a session id": func() error {
			_, err := client.Sessions.Verify(t.Context(), "", &clerk.SessionVerifyParams{})
			return err
		},
		"a client id": func() error { _, err := client.Clients.GetLastActiveSession(t.Context(), ""); return err },
		"a nonce":     func() error { _, err := client.Clients.GetHandshakePayload(t.Context(), ""); return err },
	} {
		var paramErr *clerk.ParamError
		if err := call(); !errors.As(err, &paramErr) {
			t.Errorf("%s: got %v, want a *ParamError", name, err)
		}
	}
}

func TestCreateAccountlessApplication(t *testing.T) {
	t.Parallel()
	var request string
	var authorization []string
	helper := serve(t, func(w http.ResponseWriter, r *http.Request) {
		request, authorization = r.Method+" "+r.RequestURI, r.Header["Authorization"]
		_, _ = io.WriteString(w, `{"publishable_key":"pk_test_a","secret_key":"sk_test_b"}`)
	})
	app, err := clerk.CreateAccountlessApplication(t.Context(), nil, clerk.WithBaseURL(helper.BaseURL()))
	if err != nil || app.SecretKey != "sk_test_b" || app.PublishableKey != "pk_test_a" {
		t.Errorf("got %v, %v", app, err)
	}
	if request != "POST /v1/accountless_applications" || authorization != nil {
		t.Errorf("got %s with authorization %q", request, authorization)
	}
	if text := fmt.Sprintf("%v %+v %#v", app, app, *app); strings.Contains(text, "sk_test_b") {
		t.Errorf("the key is printed: %s", text)
	}
	var configErr *clerk.ConfigError
	if _, err := clerk.CreateAccountlessApplication(t.Context(), nil, clerk.WithBaseURL("x")); !errors.As(err, &configErr) {
		t.Errorf("got %v", err)
	}
}
