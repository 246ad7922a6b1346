package clerk

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"time"
)

// EmailAddressee is the recipient of an e-mail message: an address or a user, not both.
type EmailAddressee struct {
	// Address is an e-mail address.
	Address Opt[string] `json:"address,omitzero"`
	// Name goes with Address.
	Name Opt[string] `json:"name,omitzero"`
	// UserID is the id of the user whose primary address receives the message.
	UserID Opt[string] `json:"user_id,omitzero"`
}

// EmailMailbox is an e-mail address with an optional name.
type EmailMailbox struct {
	// Address is the e-mail address.
	Address string `json:"address"`
	// Name is shown beside the address.
	Name Opt[string] `json:"name,omitzero"`
}

// EmailSendParams is the input of [EmailsService.Send] and one message of [EmailsService.SendBatch]. HTML or Text is
// needed; HTML wins where both are set. The two together may have 50,000 bytes.
type EmailSendParams struct {
	// To is the one recipient.
	To EmailAddressee `json:"to"`
	// From is the sender. Its domain must be the sending domain of the production instance.
	From EmailMailbox `json:"from"`
	// ReplyTo is where answers go.
	ReplyTo Opt[EmailMailbox] `json:"reply_to,omitzero"`
	// Subject is the subject line.
	Subject string `json:"subject"`
	// HTML is the message as HTML.
	HTML Opt[string] `json:"html,omitzero"`
	// Text is the message as plain text.
	Text Opt[string] `json:"text,omitzero"`
	// CC lists the addresses of further recipients. Clerk allows 50 recipients in all, none of them twice.
	CC []string `json:"cc,omitzero"`
	// BCC lists the addresses of further recipients whom the others do not see.
	BCC []string `json:"bcc,omitzero"`
	// Headers holds further headers of the message: for threads, for unsubscribing, and X-* headers.
	Headers map[string]string `json:"headers,omitzero"`
	// Attachments holds at most 10 files of 1 MiB in all.
	Attachments []EmailAttachment `json:"attachments,omitzero"`
	// IdempotencyKey makes it safe to send the same message again: Clerk answers with the first one. It has 1 to 255
	// ASCII letters, digits, hyphens and underscores. Use a key for one recipient and one content only. Without a key a
	// message is not sent again after a failure that leaves open whether it was sent.
	IdempotencyKey Opt[string] `json:"idempotency_key,omitzero"`
}

// EmailAttachment is a file that goes with an e-mail message.
type EmailAttachment struct {
	// Filename is the name that the recipient sees.
	Filename string `json:"filename"`
	// Content is the file itself. It is sent in base64.
	Content []byte `json:"content"`
}

// EmailCreateParams is the input of [EmailsService.Create].
type EmailCreateParams struct {
	// FromEmailName is the part of the sender's address before the @.
	FromEmailName string `json:"from_email_name"`
	// Subject is the subject line.
	Subject string `json:"subject"`
	// Body is the message.
	Body string `json:"body"`
	// EmailAddressID is the id of the recipient's address.
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
	// Status is the state of delivery, such as "queued". "accepted" means that the mail provider has taken the message,
	// which does not prove that it has arrived.
	Status string `json:"status"`
	// Data holds the values that the template was filled with.
	Data Metadata `json:"data"`
	// DeliveredByClerk is true if Clerk sends the message, and false if the application has to.
	DeliveredByClerk bool `json:"delivered_by_clerk"`
	// SuppressionReason says why Clerk did not send the message; nil if it did.
	SuppressionReason *string `json:"suppression_reason,omitzero"`

	raw json.RawMessage
}

// RawJSON returns the JSON that the message was decoded from. Do not change it.
func (m *EmailMessage) RawJSON() json.RawMessage { return m.raw }

func (m *EmailMessage) setRaw(raw *json.RawMessage) { m.raw = *raw }

// String returns the id and the status.
func (m EmailMessage) String() string { return "clerk.EmailMessage(" + m.ID + ", " + m.Status + ")" }

// GoString returns the same as String.
func (m EmailMessage) GoString() string { return m.String() }

// LogValue returns what String returns.
func (m EmailMessage) LogValue() slog.Value { return slog.StringValue(m.String()) }

// EmailBatchResult is the result of one message of [EmailsService.SendBatch].
type EmailBatchResult struct {
	// Index is the place of the message in the call, from 0.
	Index int64
	// StatusCode is the HTTP status that the message would have had in a call of its own.
	StatusCode int
	// Email is the message; nil if it was refused.
	Email *EmailMessage
	// Errors says why the message was refused; empty if it was not.
	Errors []ErrorItem
	// RetryAfter is the wait that Clerk asks for before the message is sent again; zero if it asks for none.
	RetryAfter time.Duration
}

// UnmarshalJSON decodes one entry of the answer.
func (r *EmailBatchResult) UnmarshalJSON(data []byte) error {
	var entry struct {
		Index      int64           `json:"index"`
		StatusCode int             `json:"status_code"`
		Email      json.RawMessage `json:"email"`
		RetryAfter float64         `json:"retry_after_seconds"`
	}
	if err := json.Unmarshal(data, &entry); err != nil {
		return err
	}
	*r = EmailBatchResult{Index: entry.Index, StatusCode: entry.StatusCode}
	if seconds := min(max(entry.RetryAfter, 0), maxRetryAfterSeconds); seconds > 0 {
		r.RetryAfter = time.Duration(seconds * float64(time.Second))
	}
	r.Errors, _ = decodeErrorBody(data)
	if len(entry.Email) == 0 || string(entry.Email) == "null" {
		return nil
	}
	r.Email = &EmailMessage{raw: bytes.Clone(entry.Email)}
	return json.Unmarshal(entry.Email, r.Email)
}

// maxRetryAfterSeconds bounds the wait of an entry: a day.
const maxRetryAfterSeconds = 86_400

// Err returns nil if Clerk took the message, and otherwise an [*APIError], as Send would have returned it.
func (r *EmailBatchResult) Err() error {
	if r.Email != nil {
		return nil
	}
	return &APIError{
		StatusCode: r.StatusCode, Errors: r.Errors, RetryAfter: r.RetryAfter, Operation: endpointEmailsSendBatch.Operation(),
	}
}
