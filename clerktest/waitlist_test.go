package clerktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

func newWaitlistEntry(t *testing.T, client *clerk.Client, email string) *clerk.WaitlistEntry {
	t.Helper()
	return from(client.WaitlistEntries.Create(t.Context(), &clerk.WaitlistEntryCreateParams{EmailAddress: email})).must(t)
}

func TestWaitlist_FromPendingToCompleted(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	entry := newWaitlistEntry(t, client, "Ada@example.com")
	if entry.Status != clerk.WaitlistEntryStatusPending || entry.EmailAddress != "ada@example.com" || entry.Invitation != nil || entry.IsLocked {
		t.Errorf("got %s for %s, want a pending entry without an invitation", entry.Status, entry.EmailAddress)
	}
	if again := newWaitlistEntry(t, client, "ADA@example.com"); again.ID != entry.ID {
		t.Errorf("got entry %s for the same address, want %s", again.ID, entry.ID)
	}
	invited := from(client.WaitlistEntries.Invite(ctx, entry.ID, nil)).must(t)
	if invited.Status != clerk.WaitlistEntryStatusInvited || invited.Invitation == nil || invited.Invitation.Status != clerk.InvitationStatusPending {
		t.Fatalf("got %s, want an invited entry with its invitation", invited.Status)
	}
	from(client.WaitlistEntries.Invite(ctx, entry.ID, nil)).refused(t, 400, "duplicate_record")
	from(client.WaitlistEntries.Delete(ctx, entry.ID)).refused(t, 400, "waitlist_entry_invited")
	from(client.WaitlistEntries.Reject(ctx, entry.ID)).refused(t, 400, "waitlist_entry_not_pending")
	again := from(client.WaitlistEntries.Invite(ctx, entry.ID, &clerk.WaitlistEntryInviteParams{IgnoreExisting: clerk.Bool(true)})).must(t)
	if again.Invitation.ID == invited.Invitation.ID {
		t.Error("the second invitation is the first one")
	}
	from(in.Redeem(again.Invitation.URL)).must(t)
	list := from(client.WaitlistEntries.List(ctx, &clerk.WaitlistEntryListParams{Status: clerk.Set(clerk.WaitlistEntryStatusCompleted)})).must(t)
	if list.TotalCount != 1 || list.Data[0].ID != entry.ID || list.Data[0].Invitation.Status != clerk.InvitationStatusAccepted {
		t.Errorf("got %d completed entries, want the one whose invitation is accepted", list.TotalCount)
	}
	from(client.WaitlistEntries.Invite(ctx, entry.ID, nil)).refused(t, 400, "duplicate_record")
	if got, want := sent(in), "ada@example.com waitlist_confirmation, ada@example.com waitlist_invitation, ada@example.com waitlist_invitation"; got != want {
		t.Errorf("got mails %s, want %s", got, want)
	}
	var kinds []string
	for _, e := range in.Events() {
		if kind, ok := strings.CutPrefix(e.Type, "waitlistEntry."); ok {
			kinds = append(kinds, kind)
		}
	}
	if got := fmt.Sprint(kinds); got != "[created updated updated updated]" {
		t.Errorf("got events %s, want one for each step", got)
	}
}

func TestWaitlist_RejectAndDelete(t *testing.T) {
	t.Parallel()
	client, ctx := newClient(clerktest.NewServer(t).Instance), t.Context()
	entry := newWaitlistEntry(t, client, "a@example.com")
	if r := from(client.WaitlistEntries.Reject(ctx, entry.ID)).must(t); r.Status != clerk.WaitlistEntryStatusRejected {
		t.Errorf("got %s, want rejected", r.Status)
	}
	from(client.WaitlistEntries.Reject(ctx, entry.ID)).refused(t, 400, "waitlist_entry_not_pending")
	if i := from(client.WaitlistEntries.Invite(ctx, entry.ID, nil)).must(t); i.Status != clerk.WaitlistEntryStatusInvited {
		t.Errorf("got %s, want a rejected entry invited after all", i.Status)
	}
	pending := newWaitlistEntry(t, client, "b@example.com")
	if gone := from(client.WaitlistEntries.Delete(ctx, pending.ID)).must(t); !gone.Deleted || gone.ID != pending.ID {
		t.Errorf("got %+v, want the entry deleted", gone)
	}
	from(client.WaitlistEntries.Delete(ctx, pending.ID)).refused(t, 404, "resource_not_found")
	from(client.WaitlistEntries.Invite(ctx, pending.ID, nil)).refused(t, 404, "resource_not_found")
	from(client.WaitlistEntries.Reject(ctx, pending.ID)).refused(t, 404, "resource_not_found")
}

func TestWaitlist_Bulk(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	first := newWaitlistEntry(t, client, "a@example.com")
	made := from(client.WaitlistEntries.BulkCreate(ctx, []clerk.WaitlistEntryCreateParams{
		{EmailAddress: "a@example.com"}, {EmailAddress: "b@example.com", Notify: clerk.Bool(false)}, {EmailAddress: "c@example.com"},
	})).must(t).Data
	if len(made) != 3 || made[0].ID != first.ID || made[2].EmailAddress != "c@example.com" {
		t.Errorf("got %d entries, want three with the old one in front", len(made))
	}
	if got, want := sent(in), "a@example.com waitlist_confirmation, c@example.com waitlist_confirmation"; got != want {
		t.Errorf("got mails %s, want %s", got, want)
	}
	fifty1 := "[" + strings.Repeat(`{"email_address":"x@example.com"},`, 50) + `{"email_address":"y@example.com"}]`
	for name, c := range map[string]struct {
		body, code string
		status     int
	}{
		"none":        {`[]`, "request_body_invalid", 400},
		"fifty-one":   {fifty1, "bulk_size_exceeded", 400},
		"one twice":   {`[{"email_address":"d@example.com"},{"email_address":"D@example.com"}]`, "duplicate_record", 400},
		"one is none": {`[{"email_address":"d@example.com"},{"email_address":"d"}]`, "form_param_format_invalid", 422},
		"no address":  {`[{}]`, "form_param_missing", 422},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, send(t, in, "POST", "/waitlist_entries/bulk", c.body), c.status, c.code)
		})
	}
	if n := must(t, in, "GET", "/waitlist_entries", "").object["total_count"]; n != 3.0 {
		t.Errorf("got %v entries after the refusals, want 3", n)
	}
}

func TestWaitlist_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	ids := map[string]string{}
	for _, name := range []string{"m", "z", "a", "r"} {
		in.Clock().Advance(time.Second)
		ids[name] = newWaitlistEntry(t, client, name+"@example.com").ID
	}
	for _, name := range []string{"a", "z"} {
		in.Clock().Advance(time.Second)
		from(client.WaitlistEntries.Invite(ctx, ids[name], nil)).must(t)
	}
	in.Clock().Advance(time.Second)
	from(client.WaitlistEntries.Reject(ctx, ids["r"])).must(t)
	for query, want := range map[string]string{
		"": "r a z m 4", "?order_by=created_at": "m z a r 4", "?order_by=email_address": "a m r z 4", "?order_by=-email_address": "z r m a 4",
		"?order_by=-invited_at&limit=2": "z a 4", "?order_by=invited_at&limit=3": "m r a 4", "?status=pending": "m 1", "?status=invited": "a z 2",
		"?status=rejected": "r 1", "?status=completed": "0", "?query=Z@": "z 1", "?query=" + ids["m"]: "m 1", "?limit=1&offset=3": "m 4",
	} {
		answer := must(t, in, "GET", "/waitlist_entries"+query, "")
		var names []string
		for _, e := range answer.object["data"].([]any) {
			names = append(names, e.(map[string]any)["email_address"].(string)[:1])
		}
		if got := strings.Join(append(names, fmt.Sprint(answer.object["total_count"])), " "); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	refused(t, send(t, in, "GET", "/waitlist_entries?order_by=status", ""), 422, "form_param_value_invalid")
	refused(t, send(t, in, "GET", "/waitlist_entries?status=lost", ""), 422, "form_param_value_invalid")
}
