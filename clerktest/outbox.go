package clerktest

import (
	"cmp"
	"strings"
)

// Email is a message that Clerk would have sent, kept in the outbox for tests to read.
type Email struct {
	ID      string `json:"id"`
	To      string `json:"to"`
	UserID  string `json:"user_id"`
	Slug    string `json:"slug"` // the template, verification_code for example
	Subject string `json:"subject"`
	Body    string `json:"body"`
	Code    string `json:"code"` // the one-time code, empty when there is none
	SentAt  int64  `json:"sent_at"`

	// The rest is set for messages that the application sent with POST /email.

	From        string            `json:"from,omitzero"`
	CC          []string          `json:"cc,omitzero"`
	BCC         []string          `json:"bcc,omitzero"`
	Headers     map[string]string `json:"headers,omitzero"`
	Attachments []string          `json:"attachments,omitzero"` // file names

	EmailAddressID string `json:"email_address_id,omitzero"` // of the recipient, when it is a user's
}

// TextMessage is an SMS that Clerk would have sent, kept in the outbox for tests to read.
type TextMessage struct {
	ID     string `json:"id"`
	To     string `json:"to"`
	UserID string `json:"user_id"`
	Slug   string `json:"slug"`
	Body   string `json:"body"`
	Code   string `json:"code"` // the one-time code, empty when there is none
	SentAt int64  `json:"sent_at"`
}

// outboxEmail is an e-mail before it is sent.
type outboxEmail struct {
	To, IdentificationID, UserID, Slug, Subject, Body, Code string
}

// outboxText is a text message before it is sent.
type outboxText struct {
	To, IdentificationID, UserID, Slug, Body, Code string
}

var (
	tableEmails = &table[*Email]{name: "outbox_emails", id: func(m *Email) string { return m.ID }}
	tableTexts  = &table[*TextMessage]{name: "outbox_text_messages", id: func(m *TextMessage) string { return m.ID }}
)

// outboxCap bounds the messages of each kind that an outbox holds; the oldest makes room.
const outboxCap = 10_000

func outboxFamily() family { return family{tables: []anyTable{tableEmails, tableTexts}} }

// Emails returns the e-mails sent so far, oldest first, the latest 10,000 at most.
func (in *Instance) Emails() []Email { return outboxOf(in, tableEmails) }

// TextMessages returns the text messages sent so far, oldest first, the latest 10,000 at most.
func (in *Instance) TextMessages() []TextMessage { return outboxOf(in, tableTexts) }

func outboxOf[T any](in *Instance, t *table[*T]) []T {
	var out []T
	_ = in.read(func(x *tx) error {
		for _, m := range t.all(x) {
			out = append(out, *m)
		}
		return nil
	})
	return out
}

func keepInOutbox[T any](x *tx, t *table[*T], row *T) {
	t.put(x, row)
	if t.size(x) > outboxCap {
		t.delete(x, t.id(t.oldest(x)))
	}
}

// sendEmail puts an e-mail into the outbox and announces it.
func (x *tx) sendEmail(m outboxEmail) {
	x.storeEmail(&Email{
		ID: x.newID("ema_"), To: m.To, UserID: m.UserID, Slug: m.Slug, Subject: m.Subject, Body: m.Body, Code: m.Code, SentAt: x.now,
		EmailAddressID: m.IdentificationID,
	})
}

// storeEmail keeps an e-mail and announces it.
func (x *tx) storeEmail(row *Email) {
	keepInOutbox(x, tableEmails, row)
	x.emit("email.created", x.emailEvent(row))
}

func (x *tx) emailEvent(row *Email) emailEventWire {
	name, _, _ := strings.Cut(cmp.Or(row.From, "notifications"), "@")
	return emailEventWire{
		Object: "email", ID: row.ID, Slug: nilIfEmpty(row.Slug), FromEmailName: name, ToEmailAddress: row.To,
		EmailAddressID: nilIfEmpty(row.EmailAddressID), UserID: nilIfEmpty(row.UserID), Subject: row.Subject,
		Body: row.Body, BodyPlain: row.Body, Status: "queued", Data: messageData(row.Code),
		DeliveredByClerk: row.Slug == "" || x.deliveredByClerk("email", row.Slug),
	}
}

// sendText puts a text message into the outbox and announces it.
func (x *tx) sendText(m outboxText) {
	row := &TextMessage{ID: x.newID("sms_"), To: m.To, UserID: m.UserID, Slug: m.Slug, Body: m.Body, Code: m.Code, SentAt: x.now}
	keepInOutbox(x, tableTexts, row)
	x.emit("sms.created", textEventWire{
		Object: "sms_message", ID: row.ID, Slug: row.Slug, FromPhoneNumber: "+15555550100", ToPhoneNumber: row.To,
		PhoneNumberID: nilIfEmpty(m.IdentificationID), UserID: nilIfEmpty(m.UserID), Message: row.Body, Status: "queued",
		Data: messageData(row.Code), DeliveredByClerk: x.deliveredByClerk("sms", row.Slug), CreatedAt: row.SentAt,
	})
}

// emailEventWire is the data of the event email.created.
type emailEventWire struct {
	Object           string            `json:"object"`
	ID               string            `json:"id"`
	Slug             *string           `json:"slug"`
	FromEmailName    string            `json:"from_email_name"`
	ReplyToEmailName *string           `json:"reply_to_email_name"`
	ToEmailAddress   string            `json:"to_email_address"`
	EmailAddressID   *string           `json:"email_address_id"`
	UserID           *string           `json:"user_id"`
	Subject          string            `json:"subject"`
	Body             string            `json:"body"`
	BodyPlain        string            `json:"body_plain"`
	Status           string            `json:"status"`
	Data             map[string]string `json:"data"`
	DeliveredByClerk bool              `json:"delivered_by_clerk"`
}

// textEventWire is the data of the event sms.created.
type textEventWire struct {
	Object           string            `json:"object"`
	ID               string            `json:"id"`
	Slug             string            `json:"slug"`
	FromPhoneNumber  string            `json:"from_phone_number"`
	ToPhoneNumber    string            `json:"to_phone_number"`
	PhoneNumberID    *string           `json:"phone_number_id"`
	UserID           *string           `json:"user_id"`
	Message          string            `json:"message"`
	Status           string            `json:"status"`
	Data             map[string]string `json:"data"`
	DeliveredByClerk bool              `json:"delivered_by_clerk"`
	CreatedAt        int64             `json:"created_at_ms"`
}

func messageData(code string) map[string]string {
	if code == "" {
		return map[string]string{}
	}
	return map[string]string{"otp_code": code}
}
