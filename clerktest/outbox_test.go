package clerktest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// message is what the events of e-mails and text messages have in common.
type message struct {
	Object           string            `json:"object"`
	Slug             string            `json:"slug"`
	ToEmailAddress   string            `json:"to_email_address"`
	ToPhoneNumber    string            `json:"to_phone_number"`
	EmailAddressID   string            `json:"email_address_id"`
	PhoneNumberID    string            `json:"phone_number_id"`
	UserID           string            `json:"user_id"`
	Data             map[string]string `json:"data"`
	DeliveredByClerk bool              `json:"delivered_by_clerk"`
}

// announced decodes the events of a kind.
func announced(t *testing.T, in *clerktest.Instance, kind string) []message {
	t.Helper()
	var out []message
	for _, e := range in.Events() {
		if e.Type != kind {
			continue
		}
		var m message
		if err := json.Unmarshal(e.Data, &m); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

func TestOutbox_Codes(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	id := in.CreateUser(clerktest.User{Email: "ada@example.com", Phone: "+15555550101"}).ID
	u := from(client.Users.Get(ctx, id)).must(t)
	emailID, phoneID := u.EmailAddresses[0].ID, u.PhoneNumbers[0].ID
	must(t, in, "POST", "/email_addresses/"+emailID+"/prepare_verification", `{}`)
	in.Clock().Advance(time.Second)
	must(t, in, "POST", "/phone_numbers/"+phoneID+"/prepare_verification", `{}`)

	mails, texts := in.Emails(), in.TextMessages()
	if len(mails) != 1 || len(texts) != 1 {
		t.Fatalf("got %d mails and %d texts, want one of each", len(mails), len(texts))
	}
	mail, text := mails[0], texts[0]
	if mail.To != "ada@example.com" || mail.UserID != id || mail.Slug != "verification_code" || len(mail.Code) != 6 ||
		!strings.Contains(mail.Body, mail.Code) || !strings.Contains(mail.Subject, mail.Code) || !strings.HasPrefix(mail.ID, "ema_") {
		t.Errorf("got a mail to %s with subject %q, want the code to the address of the user", mail.To, mail.Subject)
	}
	if text.To != "+15555550101" || text.UserID != id || len(text.Code) != 6 || !strings.Contains(text.Body, text.Code) || text.SentAt != mail.SentAt+1000 {
		t.Errorf("got a text to %s at %d, want the code to the number of the user a second after the mail", text.To, text.SentAt)
	}
	for kind, want := range map[string]message{
		"email.created": {Object: "email", Slug: "verification_code", ToEmailAddress: mail.To, EmailAddressID: emailID, UserID: id, DeliveredByClerk: true},
		"sms.created":   {Object: "sms_message", Slug: "verification_code", ToPhoneNumber: text.To, PhoneNumberID: phoneID, UserID: id, DeliveredByClerk: true},
	} {
		got := announced(t, in, kind)
		if len(got) != 1 {
			t.Fatalf("%s: got %d events, want 1", kind, len(got))
		}
		code := map[string]string{"email.created": mail.Code, "sms.created": text.Code}[kind]
		if got[0].Data["otp_code"] != code {
			t.Errorf("%s: the event has another code", kind)
		}
		got[0].Data = nil
		if a, b := mustJSON(t, got[0]), mustJSON(t, want); a != b {
			t.Errorf("%s: got %s, want %s", kind, a, b)
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	return string(from(json.Marshal(v)).must(t))
}

func TestOutbox_HoldsWhatHappened(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	newInvitation(t, client, "a@example.com")
	kept := in.Snapshot()
	refused(t, send(t, in, "POST", "/invitations/bulk", `[{"email_address":"b@example.com"},{"email_address":"nonsense"}]`), 422, "form_param_format_invalid")
	newWaitlistEntry(t, client, "c@example.com")
	if got, want := sent(in), "a@example.com invitation, c@example.com waitlist_confirmation"; got != want {
		t.Errorf("got mails %s, want %s", got, want)
	}
	mail := in.Emails()[0]
	mail.Body = "changed"
	if in.Emails()[0].Body == "changed" {
		t.Error("who reads the outbox can change it")
	}
	in.Restore(kept)
	if got := sent(in); got != "a@example.com invitation" {
		t.Errorf("got mails %s after the restore, want those of the snapshot", got)
	}
	in.Reset()
	if n := len(in.Emails()); n != 0 {
		t.Errorf("got %d mails after the reset, want 0", n)
	}
}

func TestOutbox_DeliveryByTheApplication(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	for _, slug := range []string{"invitation", "waitlist_invitation"} {
		must(t, in, "POST", "/templates/email/"+slug+"/toggle_delivery", `{"delivered_by_clerk":false}`)
	}
	i := newInvitation(t, client, "a@example.com")
	entry := newWaitlistEntry(t, client, "b@example.com")
	must(t, in, "POST", "/waitlist_entries/"+entry.ID+"/invite", `{}`)
	for _, m := range announced(t, in, "email.created") {
		if want := m.Slug == "waitlist_confirmation"; m.DeliveredByClerk != want {
			t.Errorf("%s: got delivered by Clerk %v, want %v", m.Slug, m.DeliveredByClerk, want)
		}
	}
	if mails := in.Emails(); len(mails) != 3 || !strings.Contains(mails[0].Body, i.URL) {
		t.Errorf("got %d mails, want all three, the first with the link", len(mails))
	}
}
