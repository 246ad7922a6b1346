package clerktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

// sent lists what the outbox holds: address and template of each e-mail.
func sent(in *clerktest.Instance) string {
	var out []string
	for _, m := range in.Emails() {
		out = append(out, m.To+" "+m.Slug)
	}
	return strings.Join(out, ", ")
}

func newInvitation(t *testing.T, client *clerk.Client, email string) *clerk.Invitation {
	t.Helper()
	return from(client.Invitations.Create(t.Context(), &clerk.InvitationCreateParams{EmailAddress: email})).must(t)
}

// invitationStatus reads the state of an invitation in a list that shows every state.
func invitationStatus(t *testing.T, in *clerktest.Instance, id string) string {
	t.Helper()
	for _, status := range []string{"pending", "accepted", "revoked", "expired"} {
		if len(must(t, in, "GET", "/invitations?status="+status+"&query="+id, "").list) == 1 {
			return status
		}
	}
	return "in no list"
}

func TestInvitations_States(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	revoke := func(id string) error {
		_, err := client.Invitations.Revoke(ctx, id)
		return err
	}
	accepted := newInvitation(t, client, "Accepted@Example.com")
	if accepted.Status != clerk.InvitationStatusPending || accepted.EmailAddress != "accepted@example.com" || !strings.Contains(accepted.URL, "ticket=") {
		t.Errorf("got %s for %s, want a pending invitation with a link", accepted.Status, accepted.EmailAddress)
	}
	who := from(in.Redeem(accepted.URL)).must(t)
	if u := from(client.Users.Get(ctx, who.UserID)).must(t); u.EmailAddresses[0].EmailAddress != "accepted@example.com" {
		t.Errorf("got a user with %s, want the invited address", u.EmailAddresses[0].EmailAddress)
	}
	if got := invitationStatus(t, in, accepted.ID); got != "accepted" {
		t.Errorf("got %s after the link was followed, want accepted", got)
	}
	refusedAs(t, revoke(accepted.ID), 400, "invitation_already_accepted")

	revoked := newInvitation(t, client, "revoked@example.com")
	gone := from(client.Invitations.Revoke(ctx, revoked.ID)).must(t)
	if gone.Status != clerk.InvitationStatusRevoked || !gone.Revoked || gone.URL != "" {
		t.Errorf("got %s with a link %v, want revoked without one", gone.Status, gone.URL != "")
	}
	refusedAs(t, revoke(revoked.ID), 400, "invitation_already_revoked")
	refusedAs(t, revoke("inv_none"), 404, "resource_not_found")
	ticketIsDead(t, in, "revoked", revoked.URL)

	month := newInvitation(t, client, "month@example.com")
	day := from(client.Invitations.Create(ctx, &clerk.InvitationCreateParams{EmailAddress: "day@example.com", ExpiresInDays: clerk.Int64(1)})).must(t)
	if got, want := clerk.Value(month.ExpiresAt), clerk.NewTimestamp(in.Clock().Now().Add(30*24*time.Hour)); got != want {
		t.Errorf("got an end at %d, want %d", got, want)
	}
	in.Clock().Advance(24 * time.Hour)
	if got := invitationStatus(t, in, day.ID) + " " + invitationStatus(t, in, month.ID); got != "expired pending" {
		t.Errorf("got %s after a day, want expired pending", got)
	}
	ticketIsDead(t, in, "expired", day.URL)
	newInvitation(t, client, "day@example.com")
	if err := revoke(day.ID); err != nil || invitationStatus(t, in, day.ID) != "revoked" {
		t.Errorf("got %v, want an expired invitation revoked", err)
	}
}

func TestInvitations_CarryMetadata(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	i := from(client.Invitations.Create(ctx, &clerk.InvitationCreateParams{
		EmailAddress: "a@example.com", PublicMetadata: clerk.JSON(map[string]any{"cohort": 3}), RedirectURL: clerk.String("https://app.example.com/join"),
	})).must(t)
	who := from(in.Redeem(i.URL)).must(t)
	if u := from(client.Users.Get(ctx, who.UserID)).must(t); string(u.PublicMetadata) != `{"cohort":3}` || string(i.PublicMetadata) != `{"cohort":3}` {
		t.Errorf("got %s and %s, want the metadata on the invitation and its user", i.PublicMetadata, u.PublicMetadata)
	}
}

func TestInvitations_ExistingAndNotify(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := in.CreateUser(clerktest.User{Email: "user@example.com"}).ID
	newInvitation(t, client, "twice@example.com")
	create := func(email string, ignore bool) (*clerk.Invitation, error) {
		return client.Invitations.Create(ctx, &clerk.InvitationCreateParams{
			EmailAddress: email, IgnoreExisting: clerk.Bool(ignore), Notify: clerk.Bool(false),
		})
	}
	from(create("TWICE@example.com", false)).refused(t, 400, "duplicate_record")
	from(create("user@example.com", false)).refused(t, 422, "form_identifier_exists")
	from(create("twice@example.com", true)).must(t)
	i := from(create("user@example.com", true)).must(t)
	if who := from(in.Redeem(i.URL)).must(t); who.UserID != u {
		t.Errorf("got user %s, want the one who has the address, %s", who.UserID, u)
	}
	from(client.Invitations.Create(ctx, &clerk.InvitationCreateParams{
		EmailAddress: "w@example.com", Notify: clerk.Bool(true), TemplateSlug: clerk.Set(clerk.InvitationTemplate("waitlist_invitation")),
	})).must(t)
	if got, want := sent(in), "twice@example.com invitation, w@example.com waitlist_invitation"; got != want {
		t.Errorf("got mails %s, want %s", got, want)
	}
	if mail := in.Emails()[0]; !strings.Contains(mail.Body, "ticket=") {
		t.Errorf("got body %s, want the link in it", mail.Body)
	}
}

func TestInvitations_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	for _, c := range []struct {
		email string
		days  int64
	}{{"m@example.com", 5}, {"z@corp.example.com", 9}, {"a@corp.example.com", 7}, {"r@example.com", 7}} {
		in.Clock().Advance(time.Second)
		from(client.Invitations.Create(ctx, &clerk.InvitationCreateParams{EmailAddress: c.email, ExpiresInDays: clerk.Int64(c.days)})).must(t)
	}
	r := must(t, in, "GET", "/invitations?limit=1", "").list[0].(map[string]any)["id"].(string)
	from(client.Invitations.Revoke(ctx, r)).must(t)
	for query, want := range map[string]string{
		"": "a z m", "?order_by=-created_at": "a z m", "?order_by=created_at": "m z a", "?order_by=email_address": "a m z",
		"?order_by=-email_address": "z m a", "?order_by=expires_at": "m a z", "?order_by=-expires_at": "z a m", "?query=CORP": "a z",
		"?query=" + r: "", "?status=revoked": "r", "?status=revoked&query=" + r: "r", "?status=pending": "a z m", "?status=accepted": "",
		"?limit=1&offset=1": "z",
	} {
		var names []string
		for _, i := range must(t, in, "GET", "/invitations"+query, "").list {
			names = append(names, i.(map[string]any)["email_address"].(string)[:1])
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	page := from(client.Invitations.List(ctx, &clerk.InvitationListParams{Limit: clerk.Int64(2)})).must(t)
	if len(page.Data) != 2 || page.TotalCount != 3 {
		t.Errorf("got %d of %d, want 2 of 3", len(page.Data), page.TotalCount)
	}
	for query, code := range map[string]string{
		"?order_by=status": "form_param_value_invalid", "?status=lost": "form_param_value_invalid", "?limit=501": "form_param_value_invalid",
	} {
		refused(t, send(t, in, "GET", "/invitations"+query, ""), 422, code)
	}
}

func TestInvitations_BulkIsAllOrNothing(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	list := func(emails ...string) string {
		var out []string
		for _, email := range emails {
			out = append(out, fmt.Sprintf(`{"email_address":%q,"notify":false}`, email))
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	eleven := strings.Fields(strings.Repeat("x@example.com ", 11))
	for name, c := range map[string]struct {
		body, code string
		status     int
	}{
		"none":        {list(), "request_body_invalid", 400},
		"eleven":      {list(eleven...), "bulk_size_exceeded", 400},
		"one twice":   {list("a@example.com", "A@example.com"), "duplicate_record", 400},
		"one is none": {list("a@example.com", "nonsense"), "form_param_format_invalid", 422},
		"an object":   {`{"email_address":"a@example.com"}`, "request_body_invalid", 400},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, send(t, in, "POST", "/invitations/bulk", c.body), c.status, c.code)
		})
	}
	if n := len(must(t, in, "GET", "/invitations", "").list); n != 0 {
		t.Errorf("got %d invitations after the refusals, want 0", n)
	}
	made := from(client.Invitations.BulkCreate(ctx, []clerk.InvitationCreateParams{
		{EmailAddress: "a@example.com", Notify: clerk.Bool(false)}, {EmailAddress: "b@example.com"},
	})).must(t).Data
	if len(made) != 2 || made[1].EmailAddress != "b@example.com" || sent(in) != "b@example.com invitation" {
		t.Errorf("got %d invitations and mails to %s, want two and one to b", len(made), sent(in))
	}
	for body, code := range map[string]string{
		`{}`: "form_param_missing", `{"email_address":"x"}`: "form_param_format_invalid",
		`{"email_address":"x@example.com","expires_in_days":0}`:                                         "form_param_value_invalid",
		`{"email_address":"x@example.com","expires_in_days":366}`:                                       "form_param_value_invalid",
		`{"email_address":"x@example.com","redirect_url":"/join"}`:                                      "form_param_format_invalid",
		`{"email_address":"x@example.com","template_slug":"welcome"}`:                                   "form_param_value_invalid",
		`{"email_address":"x@example.com","public_metadata":{"x":"` + strings.Repeat("y", 9000) + `"}}`: "form_param_exceeds_allowed_size",
	} {
		refused(t, send(t, in, "POST", "/invitations", body), 422, code)
	}
}
