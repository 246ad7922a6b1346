package clerk

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
)

var endpointSMSMessagesCreate = Endpoint{
	Service: "SMSMessages", Name: "Create", OperationID: "CreateSMSMessage",
	Method: http.MethodPost, Path: "/sms_messages", Retry: RetryNever,
}

// SMSMessagesService sends text messages. Clerk withdrew its operation; see Create.
type SMSMessagesService struct{ client *Client }

// SMSMessageCreateParams is the input of [SMSMessagesService.Create].
type SMSMessageCreateParams struct {
	// Message is the text.
	Message string `json:"message"`
	// PhoneNumberID is the id of a verified number of a user.
	PhoneNumberID string `json:"phone_number_id"`
}

// SMSMessage is a text message that Clerk accepted. It prints without recipient and content.
type SMSMessage struct {
	// Object is "sms_message".
	Object string `json:"object"`
	// ID is the id of the message.
	ID string `json:"id"`
	// Slug names the template; nil if none was used.
	Slug *string `json:"slug"`
	// FromPhoneNumber is the sender's number.
	FromPhoneNumber string `json:"from_phone_number"`
	// ToPhoneNumber is the recipient's number.
	ToPhoneNumber string `json:"to_phone_number"`
	// PhoneNumberID is the id of the recipient's number, if it is a user's.
	PhoneNumberID *string `json:"phone_number_id"`
	// UserID is the recipient, if it is a user.
	UserID *string `json:"user_id"`
	// Message is the text.
	Message string `json:"message"`
	// Status is the state of delivery.
	Status string `json:"status"`
	// Data holds the values that the template was filled with.
	Data Metadata `json:"data"`
	// DeliveredByClerk is true if Clerk sends the message, and false if the application has to.
	DeliveredByClerk bool `json:"delivered_by_clerk"`

	raw json.RawMessage
}

// Create sends a text message to a number of a user.
//
// Deprecated: Clerk withdrew this call in November 2023 and has nothing in its place; it answers 403 or 404.
func (s *SMSMessagesService) Create(
	ctx context.Context, params *SMSMessageCreateParams, opts ...RequestOption,
) (*SMSMessage, error) {
	if params == nil {
		return nil, missingParams(&endpointSMSMessagesCreate)
	}
	return call(ctx, s.client, &endpointSMSMessagesCreate, &CallParams{Body: params}, new(SMSMessage), opts)
}

// RawJSON returns the JSON that the message was decoded from. Do not change it.
func (m *SMSMessage) RawJSON() json.RawMessage { return m.raw }

func (m *SMSMessage) setRaw(raw *json.RawMessage) { m.raw = *raw }

// String returns the id and the status.
func (m SMSMessage) String() string { return "clerk.SMSMessage(" + m.ID + ", " + m.Status + ")" }

// GoString returns the same as String.
func (m SMSMessage) GoString() string { return m.String() }

// LogValue returns what String returns.
func (m SMSMessage) LogValue() slog.Value { return slog.StringValue(m.String()) }
