package clerktest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"
)

// The limits of an e-mail that the application sends.
const (
	maxEmailRecipients      = 50
	maxEmailContent         = 50_000
	maxEmailAttachments     = 10
	maxEmailAttachmentBytes = 1 << 20
)

// emailKey is the form of an idempotency key.
var emailKey = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)

// emailHeader is the form of the name of a header that a message may add: for threads, for unsubscribing, and X-*.
var emailHeader = regexp.MustCompile(`^(?i:in-reply-to|references|list-unsubscribe|list-unsubscribe-post|x-[a-z0-9-]+)$`)

// emailSend remembers a message that was sent with an idempotency key.
type emailSend struct {
	Key     string `json:"key"`
	Request string `json:"request"` // a hash of what was asked for
	EmailID string `json:"email_id"`
}

var tableEmailSends = &table[*emailSend]{name: "email_sends", id: func(s *emailSend) string { return s.Key }}

// emailInput is a message that the application sends.
type emailInput struct {
	To          emailRecipient    `json:"to"`
	From        emailMailbox      `json:"from"`
	ReplyTo     *emailMailbox     `json:"reply_to,omitzero"`
	Subject     string            `json:"subject"`
	HTML        string            `json:"html"`
	Text        string            `json:"text"`
	CC          []string          `json:"cc"`
	BCC         []string          `json:"bcc"`
	Headers     map[string]string `json:"headers"`
	Attachments []emailAttachment `json:"attachments"`
	Key         field[string]     `json:"idempotency_key"` // in a batch; otherwise it is a header
}

type emailMailbox struct {
	Address string `json:"address"`
	Name    string `json:"name"`
}

type emailRecipient struct {
	emailMailbox

	UserID string `json:"user_id"`
}

type emailAttachment struct {
	Filename string `json:"filename"`
	Content  []byte `json:"content"`
}

// sentEmailWire is an e-mail as the Backend API shows it.
type sentEmailWire struct {
	emailEventWire

	SuppressionReason *string `json:"suppression_reason"`
}

// emailResultWire is what became of one message of a batch.
type emailResultWire struct {
	Index      int            `json:"index"`
	StatusCode int            `json:"status_code"`
	Email      *sentEmailWire `json:"email,omitzero"`
	Errors     []errorItem    `json:"errors,omitzero"`
}

// emailsFamily is the experimental part of the Backend API that sends e-mails.
func emailsFamily() family {
	return family{
		tables: []anyTable{tableEmailSends},
		endpoints: map[string]endpoint{
			"SendEmail":      {write: sendOneEmail},
			"SendEmailBatch": {write: sendEmailBatch},
			"GetEmail":       getter((*call).email, (*tx).wireSentEmail),
		},
	}
}

func (c *call) email() (*Email, error) { return rowOf(c, tableEmails, "email_id", "e-mail") }

func (x *tx) wireSentEmail(row *Email) sentEmailWire {
	return sentEmailWire{emailEventWire: x.emailEvent(row)}
}

func sendOneEmail(c *call) (any, error) {
	var in emailInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if keys := c.r.Header.Values("Idempotency-Key"); len(keys) > 0 {
		in.Key = field[string]{Set: true, Value: keys[0]}
	}
	row, err := c.tx.sendOnce(&in)
	if err != nil {
		return nil, err
	}
	return c.tx.wireSentEmail(row), nil
}

func sendEmailBatch(c *call) (any, error) {
	var in struct {
		Messages []json.RawMessage `json:"messages"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	out := make([]emailResultWire, len(in.Messages))
	for i, raw := range in.Messages {
		out[i] = c.tx.sendOfBatch(raw)
		out[i].Index = i
	}
	return out, nil
}

// sendOfBatch sends one message of a batch; what is wrong with it does not concern the others.
func (x *tx) sendOfBatch(raw json.RawMessage) emailResultWire {
	var in emailInput
	err := error(errBodyInvalid("the message does not have the form of this operation"))
	if json.Unmarshal(raw, &in) == nil {
		var row *Email
		if row, err = x.sendOnce(&in); err == nil {
			wire := x.wireSentEmail(row)
			return emailResultWire{StatusCode: http.StatusOK, Email: &wire}
		}
	}
	var refused *apiError
	if !errors.As(err, &refused) {
		refused = errBadRequest("internal_error", "the message could not be sent")
	}
	return emailResultWire{StatusCode: refused.status, Errors: refused.items}
}

// sendOnce sends a message, or finds the one that was sent with the same idempotency key.
func (x *tx) sendOnce(in *emailInput) (*Email, error) {
	if !in.Key.given() {
		return x.sendApplicationEmail(in)
	}
	key := in.Key.Value
	if !emailKey.MatchString(key) {
		return nil, errParamFormat("idempotency_key", "1 to 255 ASCII letters, digits, hyphens and underscores")
	}
	request, err := in.hash()
	if err != nil {
		return nil, err
	}
	if earlier := tableEmailSends.get(x, key); earlier != nil {
		row := tableEmails.get(x, earlier.EmailID)
		switch {
		case earlier.Request != request:
			return nil, errConflict("idempotency_key_reused", "this idempotency key belongs to another message")
		case row != nil:
			return row, nil
		}
	}
	row, err := x.sendApplicationEmail(in)
	if err != nil {
		return nil, err
	}
	keepInOutbox(x, tableEmailSends, &emailSend{Key: key, Request: request, EmailID: row.ID})
	return row, nil
}

// hash tells messages apart, without their key.
func (in *emailInput) hash() (string, error) {
	plain := *in
	plain.Key = field[string]{}
	text, err := json.Marshal(plain)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// sendApplicationEmail checks and sends a message of the application.
func (x *tx) sendApplicationEmail(in *emailInput) (*Email, error) {
	row := &Email{
		ID: x.newID("ema_"), From: in.From.Address, Subject: in.Subject, Body: cmp.Or(in.HTML, in.Text), CC: in.CC, BCC: in.BCC,
		Headers: in.Headers, SentAt: x.now,
	}
	for _, a := range in.Attachments {
		row.Attachments = append(row.Attachments, a.Filename)
	}
	if err := x.addressEmail(row, in.To); err != nil {
		return nil, err
	}
	if err := in.check(row); err != nil {
		return nil, err
	}
	x.storeEmail(row)
	return row, nil
}

// addressEmail finds the recipient: an address, or a user's primary one.
func (x *tx) addressEmail(row *Email, to emailRecipient) error {
	if (to.Address == "") == (to.UserID == "") {
		return errParamValue("to", "an address or a user_id, and not both")
	}
	if to.UserID == "" {
		row.To = to.Address
		return nil
	}
	u := tableUsers.get(x, to.UserID)
	if u == nil {
		return errNotFound("user")
	}
	row.UserID, row.EmailAddressID, row.To = u.ID, text(u.PrimaryEmailID), primaryValue(u.Emails, u.PrimaryEmailID)
	if row.To == "" {
		return errParamValue("to", "a user with a primary e-mail address")
	}
	return nil
}

// check refuses what Clerk would refuse in a message whose recipient is known.
func (in *emailInput) check(row *Email) error {
	recipients := slices.Concat([]string{row.To}, in.CC, in.BCC)
	for _, address := range append(slices.Clone(recipients), in.From.Address) {
		if a, err := mail.ParseAddress(address); err != nil || a.Address != address {
			return errParamFormat("email_address", "an e-mail address")
		}
	}
	if len(recipients) > maxEmailRecipients {
		return errParamValue("cc", "short enough for 50 recipients in all")
	}
	for i := range recipients {
		recipients[i] = strings.ToLower(recipients[i])
	}
	slices.Sort(recipients)
	if len(slices.Compact(recipients)) != 1+len(in.CC)+len(in.BCC) {
		return errParamValue("cc", "without addresses that are there already")
	}
	if n := len(in.HTML) + len(in.Text); n == 0 || n > maxEmailContent {
		return errParamValue("html", "given, or text, with at most 50,000 bytes in all")
	}
	if in.Subject == "" {
		return errParamMissing("subject")
	}
	for name := range in.Headers {
		if !emailHeader.MatchString(name) {
			return errParamValue("headers", "headers for threads, for unsubscribing or X-*")
		}
	}
	return in.checkAttachments()
}

func (in *emailInput) checkAttachments() error {
	size := 0
	for _, a := range in.Attachments {
		if a.Filename == "" {
			return errParamMissing("filename")
		}
		size += len(a.Content)
	}
	if len(in.Attachments) > maxEmailAttachments || size > maxEmailAttachmentBytes {
		return errParamValue("attachments", "at most 10 files of 1 MiB in all")
	}
	return nil
}
