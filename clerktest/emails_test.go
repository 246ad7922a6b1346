package clerktest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// receipt is a message to one address.
func receipt(to string) *clerk.EmailSendParams {
	return &clerk.EmailSendParams{
		To: clerk.EmailAddressee{Address: clerk.String(to)}, From: clerk.EmailMailbox{Address: "shop@example.com"},
		Subject: "Receipt", HTML: clerk.String("<p>Thanks</p>"),
	}
}

func TestEmails_SendAndGet(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, who := newClient(in), in.SignedInUser()
	params := receipt("")
	params.To = clerk.EmailAddressee{UserID: clerk.String(who.UserID)}
	params.CC, params.BCC = []string{"cc@example.com"}, []string{"bcc@example.com"}
	params.Headers = map[string]string{"X-Order": "1", "List-Unsubscribe": "<https://example.com/u>"}
	params.Attachments = []clerk.EmailAttachment{{Filename: "a.pdf", Content: []byte("pdf")}}
	sent := from(client.Emails.Send(t.Context(), params)).must(t)
	user := from(client.Users.Get(t.Context(), who.UserID)).must(t)
	if primary := user.PrimaryEmailAddress(); sent.ToEmailAddress != primary.EmailAddress || clerk.Value(sent.EmailAddressID) != primary.ID ||
		clerk.Value(sent.UserID) != user.ID || sent.FromEmailName != "shop" || sent.Slug != nil || sent.Status != "queued" {
		t.Errorf("got %s", sent.RawJSON())
	}
	got := from(client.Emails.Get(t.Context(), sent.ID)).must(t)
	if string(got.RawJSON()) != string(sent.RawJSON()) {
		t.Errorf("Get returns %s, Send returned %s", got.RawJSON(), sent.RawJSON())
	}
	box := in.Emails()
	kept := box[len(box)-1]
	if kept.ID != sent.ID || kept.From != "shop@example.com" || !slices.Equal(kept.CC, params.CC) || !slices.Equal(kept.BCC, params.BCC) ||
		!slices.Equal(kept.Attachments, []string{"a.pdf"}) || kept.Headers["X-Order"] != "1" {
		t.Errorf("the outbox has %+v", kept)
	}
	_, err := client.Emails.Get(t.Context(), "ema_unknown")
	refusedAs(t, err, 404, "resource_not_found")
}

func TestEmails_IdempotencyKey(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	params := receipt("ada@example.com")
	params.IdempotencyKey = clerk.String("order_1")
	first := from(client.Emails.Send(t.Context(), params)).must(t)
	if again := from(client.Emails.Send(t.Context(), params)).must(t); again.ID != first.ID || len(in.Emails()) != 1 {
		t.Errorf("got %s and %d e-mails, want the first one, %s, again", again.ID, len(in.Emails()), first.ID)
	}
	if batch := from(client.Emails.SendBatch(t.Context(), []clerk.EmailSendParams{*params})).must(t); batch.Data[0].Email.ID != first.ID {
		t.Errorf("in a batch: got %s, want %s", batch.Data[0].Email.ID, first.ID)
	}
	params.Subject = "Another receipt"
	_, err := client.Emails.Send(t.Context(), params)
	refusedAs(t, err, 409, "idempotency_key_reused")
}

func TestEmails_Batch(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	good, bad := receipt("a@example.com"), receipt("not an address")
	results := from(client.Emails.SendBatch(t.Context(), []clerk.EmailSendParams{*good, *bad, *receipt("c@example.com")})).must(t).Data
	if len(results) != 3 || results[0].Err() != nil || results[1].StatusCode != 422 || results[1].Index != 1 || results[2].Err() != nil {
		t.Fatalf("got %+v", results)
	}
	if err := results[1].Err(); err == nil || !strings.Contains(err.Error(), "form_param_format_invalid") {
		t.Errorf("got %v", err)
	}
	if len(in.Emails()) != 2 {
		t.Errorf("got %d e-mails, want those of the two messages that are right", len(in.Emails()))
	}
}

func TestEmails_Refused(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	for name, test := range map[string]struct {
		change func(*clerk.EmailSendParams)
		status int
		code   string
	}{
		"no recipient":           {func(p *clerk.EmailSendParams) { p.To = clerk.EmailAddressee{} }, 422, "form_param_value_invalid"},
		"two recipients":         {func(p *clerk.EmailSendParams) { p.To.UserID = clerk.String("user_1") }, 422, "form_param_value_invalid"},
		"an unknown user":        {func(p *clerk.EmailSendParams) { p.To = clerk.EmailAddressee{UserID: clerk.String("user_1")} }, 404, "resource_not_found"},
		"no content":             {func(p *clerk.EmailSendParams) { p.HTML = clerk.Opt[string]{} }, 422, "form_param_value_invalid"},
		"too much content":       {func(p *clerk.EmailSendParams) { p.Text = clerk.String(strings.Repeat("a", 50_000)) }, 422, "form_param_value_invalid"},
		"an address twice":       {func(p *clerk.EmailSendParams) { p.CC = []string{"ADA@example.com"} }, 422, "form_param_value_invalid"},
		"a header of the sender": {func(p *clerk.EmailSendParams) { p.Headers = map[string]string{"DKIM-Signature": "x"} }, 422, "form_param_value_invalid"},
		"a large attachment": {func(p *clerk.EmailSendParams) {
			p.Attachments = []clerk.EmailAttachment{{Filename: "a", Content: make([]byte, 1<<20+1)}}
		}, 422, "form_param_value_invalid"},
		"a bad sender": {func(p *clerk.EmailSendParams) { p.From.Address = "shop" }, 422, "form_param_format_invalid"},
	} {
		params := receipt("ada@example.com")
		test.change(params)
		_, err := client.Emails.Send(t.Context(), params)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusedAs(t, err, test.status, test.code)
		})
	}
	if n := len(in.Emails()); n != 0 {
		t.Errorf("%d e-mails were sent", n)
	}
}

func TestInvitations_Delete(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	invited, other := newInvitation(t, client, "a@example.com"), newInvitation(t, client, "b@example.com")
	from(client.Invitations.Revoke(t.Context(), invited.ID)).must(t)
	gone := from(client.Invitations.Delete(t.Context(), invited.ID)).must(t)
	if gone.ID != invited.ID || !gone.Deleted || gone.Object != "invitation" {
		t.Errorf("got %+v", gone)
	}
	if got := sent(in); got != "b@example.com invitation" {
		t.Errorf("the outbox has %q, want the other invitation only", got)
	}
	if a, b := invitationStatus(t, in, invited.ID), invitationStatus(t, in, other.ID); a != "in no list" || b != "pending" {
		t.Errorf("got %s and %s", a, b)
	}
	_, err := client.Invitations.Delete(t.Context(), invited.ID)
	refusedAs(t, err, 404, "resource_not_found")
}

func TestUsers_Timezone(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, who := newClient(in), in.SignedInUser()
	params := &clerk.UserUpdateParams{Timezone: clerk.String("Europe/Berlin")}
	if u := from(client.Users.Update(t.Context(), who.UserID, params)).must(t); clerk.Value(u.Timezone) != "Europe/Berlin" {
		t.Errorf("got %v", clerk.Value(u.Timezone))
	}
}

func TestSAMLConnections_Certificates(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	made := from(client.SAMLConnections.Create(t.Context(), &clerk.SAMLConnectionCreateParams{
		Name: "idp", Provider: "saml_custom", Domain: clerk.String("a.example"), IDPCertificates: clerk.Set([]string{"one", "two"}),
	})).must(t)
	if len(made.IDPCertificates) != 2 || made.IDPCertificates[1].Certificate != "two" || clerk.Value(made.IDPCertificate) != "one" {
		t.Errorf("got %s", made.RawJSON())
	}
	changed := from(client.SAMLConnections.Update(t.Context(), made.ID, &clerk.SAMLConnectionUpdateParams{IDPCertificate: clerk.String("three")})).must(t)
	if len(changed.IDPCertificates) != 1 || changed.IDPCertificates[0].Certificate != "three" {
		t.Errorf("got %s", changed.RawJSON())
	}
}
