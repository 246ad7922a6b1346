package clerk

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
)

var (
	endpointEmailsSend = Endpoint{
		Service: "Emails", Name: "Send", OperationID: "SendEmail",
		Method: http.MethodPost, Path: "/email", Retry: RetryNever,
	}
	endpointEmailsCreate = Endpoint{
		Service: "Emails", Name: "Create", OperationID: "CreateEmail",
		Method: http.MethodPost, Path: "/emails", Retry: RetryNever,
	}
)

// EmailsService sends e-mail messages. Neither of its operations is in Clerk's published documents: both can answer 403
// or 404, and neither is covered by the compatibility promise of this module.
type EmailsService struct{ client *Client }

// EmailAddressee is who an e-mail message goes to: an address or a user, not both.
type EmailAddressee struct {
	// Address is an e-mail address.
	Address Opt[string] `json:"address,omitzero"`
	// Name goes with Address.
	Name Opt[string] `json:"name,omitzero"`
	// UserID is the user whose primary address is written to.
	UserID Opt[string] `json:"user_id,omitzero"`
}

// EmailMailbox is an e-mail address with an optional name.
type EmailMailbox struct {
	// Address is the e-mail address.
	Address string `json:"address"`
	// Name is shown beside the address.
	Name Opt[string] `json:"name,omitzero"`
}

// EmailSendParams is the input of EmailsService.Send. HTML or Text is needed; HTML wins where both are set.
type EmailSendParams struct {
	// To is the one recipient.
	To EmailAddressee `json:"to"`
	// From is the sender.
	From EmailMailbox `json:"from"`
	// ReplyTo is where answers go.
	ReplyTo Opt[EmailMailbox] `json:"reply_to,omitzero"`
	// Subject is the subject line.
	Subject string `json:"subject"`
	// HTML is the message as HTML.
	HTML Opt[string] `json:"html,omitzero"`
	// Text is the message as plain text.
	Text Opt[string] `json:"text,omitzero"`
}

// EmailCreateParams is the input of EmailsService.Create.
type EmailCreateParams struct {
	// FromEmailName is the part of the sender's address before the @.
	FromEmailName string `json:"from_email_name"`
	// Subject is the subject line.
	Subject string `json:"subject"`
	// Body is the message.
	Body string `json:"body"`
	// EmailAddressID is the id of the address that is written to.
	EmailAddressID string `json:"email_address_id"`
}

// EmailMessage is an e-mail message that Clerk accepted. It prints without recipient and content.
type EmailMessage struct {
	// Object is "email".
	Object string `json:"object"`
	// ID is the id of the message.
	ID string `json:"id"`
	// Slug names the template; nil if none was used.
	Slug *string `json:"slug"`
	// FromEmailName is the part of the sender's address before the @.
	FromEmailName string `json:"from_email_name"`
	// ReplyToEmailName is the part of the reply address before the @.
	ReplyToEmailName *string `json:"reply_to_email_name"`
	// ToEmailAddress is the recipient's address.
	ToEmailAddress string `json:"to_email_address"`
	// EmailAddressID is the id of the recipient's address, if it is a user's.
	EmailAddressID *string `json:"email_address_id"`
	// UserID is the recipient, if it is a user.
	UserID *string `json:"user_id"`
	// Subject is the subject line.
	Subject string `json:"subject"`
	// Body is the message as HTML.
	Body *string `json:"body"`
	// BodyPlain is the message as plain text.
	BodyPlain *string `json:"body_plain"`
	// Status is the state of delivery, such as "queued".
	Status string `json:"status"`
	// Data holds the values that the template was filled with.
	Data Metadata `json:"data"`
	// DeliveredByClerk tells whether Clerk sends the message or leaves that to the application.
	DeliveredByClerk bool `json:"delivered_by_clerk"`

	raw json.RawMessage
}

// Send sends a message to one recipient.
//
// Experimental: Clerk's own JavaScript SDK marks this call as internal and not yet public, and most instances answer 403
// or 404. It is sent again only when the API refused it with 429 or it never left.
func (s *EmailsService) Send(ctx context.Context, params *EmailSendParams, opts ...RequestOption) (*EmailMessage, error) {
	if params == nil {
		return nil, missingParams(endpointEmailsSend)
	}
	return Call[EmailMessage](ctx, s.client, endpointEmailsSend, CallParams{Body: params}, opts...)
}

// Create sends a message to the address of a user.
//
// Deprecated: Clerk withdrew this call in January 2024; it answers 403 on every instance that did not use it then.
func (s *EmailsService) Create(
	ctx context.Context, params *EmailCreateParams, opts ...RequestOption,
) (*EmailMessage, error) {
	if params == nil {
		return nil, missingParams(endpointEmailsCreate)
	}
	return Call[EmailMessage](ctx, s.client, endpointEmailsCreate, CallParams{Body: params}, opts...)
}

// RawJSON returns the JSON that the message was decoded from. Do not change it.
func (m *EmailMessage) RawJSON() json.RawMessage { return m.raw }

func (m *EmailMessage) setRaw(raw json.RawMessage) { m.raw = raw }

// String returns the id and the status.
func (m EmailMessage) String() string { return "clerk.EmailMessage(" + m.ID + ", " + m.Status + ")" }

// GoString returns the same as String.
func (m EmailMessage) GoString() string { return m.String() }

// LogValue returns what String returns.
func (m EmailMessage) LogValue() slog.Value { return slog.StringValue(m.String()) }
