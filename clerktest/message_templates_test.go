package clerktest_test

import (
	"encoding/json"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func templateSlug(m clerk.MessageTemplate) string { return m.Slug }

func TestTemplates_ChangeAndRevert(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	templates := client.Templates
	standard := []string{"verification_code", "invitation", "organization_invitation", "waitlist_confirmation", "waitlist_invitation"}
	same(t, "e-mail", page(t, from(templates.List(ctx, "email", nil)), templateSlug), standard...)
	same(t, "SMS", page(t, from(templates.List(ctx, "sms", nil)), templateSlug), "verification_code")
	same(t, "second page", page(t, from(templates.List(ctx, "email", &clerk.TemplateListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)})), templateSlug), "invitation")
	before := from(templates.Get(ctx, "email", "invitation")).must(t)
	if before.ResourceType != "system" || before.CanRevert || before.CanDelete || before.InstanceID != nil {
		t.Errorf("got %s, want the standard template", before.RawJSON())
	}
	changed := from(templates.Upsert(ctx, "email", "invitation", &clerk.TemplateUpsertParams{
		Subject: clerk.String("Join {{app.name}}"), Body: clerk.String("Hello {{otp_code}}"), ReplyToEmailName: clerk.String("help"),
	})).must(t)
	if changed.ResourceType != "user" || !changed.CanRevert || clerk.Value(changed.Subject) != "Join {{app.name}}" || changed.Name != before.Name || changed.ID != before.ID {
		t.Errorf("got %s", changed.RawJSON())
	}
	same(t, "in its place", page(t, from(templates.List(ctx, "email", nil)), templateSlug), standard...)
	preview := string(from(templates.Preview(ctx, "email", "invitation", &clerk.TemplatePreviewParams{Subject: clerk.String("{{otp_code}}")})).must(t))
	if preview != `{"body":"Hello 424242","subject":"424242"}` {
		t.Errorf("got preview %s", preview)
	}
	if got := from(templates.Get(ctx, "email", "invitation")).must(t); clerk.Value(got.Subject) != "Join {{app.name}}" {
		t.Error("a preview changed the template")
	}
	if got := from(templates.Revert(ctx, "email", "invitation")).must(t); string(got.RawJSON()) != string(before.RawJSON()) {
		t.Errorf("got %s, want the standard again", got.RawJSON())
	}
}

func TestTemplates_OwnOnesAndRefusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	templates := client.Templates
	own := from(templates.Upsert(ctx, "email", "welcome", &clerk.TemplateUpsertParams{Name: clerk.String("Welcome"), Body: clerk.String("Hi")})).must(t)
	if !own.CanDelete || own.CanRevert || own.Name != "Welcome" {
		t.Errorf("got %s", own.RawJSON())
	}
	if got := from(templates.List(ctx, "email", nil)).must(t); got.Data[len(got.Data)-1].Slug != "welcome" {
		t.Error("the new template is not behind the standard ones")
	}
	from(templates.Revert(ctx, "email", "welcome")).refused(t, 400, "template_not_revertible")
	from(templates.Upsert(ctx, "sms", "welcome", &clerk.TemplateUpsertParams{Body: clerk.String("Hi")})).refused(t, 404, "resource_not_found")
	from(templates.Upsert(ctx, "email", "empty", nil)).refused(t, 404, "resource_not_found")
	from(templates.Get(ctx, "sms", "invitation")).refused(t, 404, "resource_not_found")
	from(templates.Preview(ctx, "email", "none", nil)).refused(t, 404, "resource_not_found")
	from(templates.List(ctx, "fax", nil)).refused(t, 422, "form_param_value_invalid")
	from(templates.Upsert(ctx, "fax", "invitation", &clerk.TemplateUpsertParams{Body: clerk.String("Hi")})).refused(t, 422, "form_param_value_invalid")
}

func TestTemplates_DeliveryByTheApplication(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	delivered := func() bool {
		from(client.Invitations.Create(ctx, &clerk.InvitationCreateParams{EmailAddress: "guest@example.com", IgnoreExisting: clerk.Bool(true)})).must(t)
		var data struct {
			Delivered bool `json:"delivered_by_clerk"`
		}
		events := in.Events()
		for i := range events {
			if events[i].Type == "email.created" {
				if err := json.Unmarshal(events[i].Data, &data); err != nil {
					t.Fatal(err)
				}
			}
		}
		return data.Delivered
	}
	if !delivered() {
		t.Error("Clerk does not deliver although nothing was toggled")
	}
	off := from(client.Templates.ToggleDelivery(ctx, "email", "invitation", &clerk.TemplateToggleDeliveryParams{DeliveredByClerk: clerk.Bool(false)})).must(t)
	if off.DeliveredByClerk || delivered() {
		t.Error("Clerk delivers although that was switched off")
	}
	from(client.Templates.Revert(ctx, "email", "invitation")).must(t)
	if !delivered() {
		t.Error("Clerk does not deliver after the template was reverted")
	}
	from(client.Templates.ToggleDelivery(ctx, "email", "none", nil)).refused(t, 404, "resource_not_found")
}
