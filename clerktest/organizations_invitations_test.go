package clerktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

type inviteParams = clerk.OrganizationInvitationCreateParams

func invitedAddress(i clerk.OrganizationInvitation) string { return i.EmailAddress }

func TestOrganizationInvitations_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	invitations := client.OrganizationInvitations
	admin := in.CreateUser(clerktest.User{}).ID
	org := in.CreateOrganization(clerktest.Organization{CreatedBy: admin}).ID
	invite := func(email string) *clerk.OrganizationInvitation {
		t.Helper()
		return from(invitations.Create(ctx, org, &inviteParams{
			EmailAddress: email, Role: "org:member", InviterUserID: clerk.String(admin), ExpiresInDays: clerk.Int64(3), PublicMetadata: clerk.JSON(map[string]any{"team": 7}),
		})).must(t)
	}
	since := len(in.Events())
	accepted, revoked, expired := invite("Accepted@example.com"), invite("revoked@example.com"), invite("expired@example.com")
	if accepted.EmailAddress != "accepted@example.com" || accepted.Status != "pending" || accepted.RoleName != "Member" || accepted.PublicInviterData.UserID != admin {
		t.Errorf("got %+v", accepted)
	}
	if len(in.Emails()) != 3 || !strings.Contains(in.Emails()[0].Body, clerk.Value(accepted.URL)) {
		t.Errorf("got %d e-mails, want one with the link for each invitation", len(in.Emails()))
	}
	who, err := in.Redeem(clerk.Value(accepted.URL))
	if err != nil {
		t.Fatal(err)
	}
	m := from(client.OrganizationMemberships.List(ctx, org, &clerk.OrganizationMembershipListParams{UserIDs: []string{who.UserID}})).must(t).Data
	if len(m) != 1 || m[0].Role != "org:member" || string(m[0].PublicMetadata) != `{"team":7}` {
		t.Errorf("got %+v, want a membership with the metadata of the invitation", m)
	}
	from(invitations.Revoke(ctx, org, revoked.ID, &clerk.OrganizationInvitationRevokeParams{RequestingUserID: clerk.String(who.UserID)})).refused(t, 403, "not_an_admin_in_organization")
	from(invitations.Revoke(ctx, org, revoked.ID, &clerk.OrganizationInvitationRevokeParams{RequestingUserID: clerk.String(admin)})).must(t)
	in.Clock().Advance(3*24*time.Hour - time.Millisecond)
	same(t, "pending before the third day ends", page(t, from(invitations.ListPending(ctx, org, nil)), invitedAddress), "expired@example.com")
	in.Clock().Advance(time.Millisecond)
	same(t, "pending after it", page(t, from(invitations.ListPending(ctx, org, nil)), invitedAddress))
	for id, status := range map[string]string{accepted.ID: "accepted", revoked.ID: "revoked", expired.ID: "expired"} {
		if got := from(invitations.Get(ctx, org, id)).must(t); string(got.Status) != status || got.URL != nil {
			t.Errorf("got %s with link %v, want %s without one", got.Status, got.URL, status)
		}
		from(invitations.Revoke(ctx, org, id, nil)).refused(t, 400, "organization_invitation_not_pending")
	}
	for _, link := range []*string{accepted.URL, revoked.URL, expired.URL} {
		if _, err := in.Redeem(clerk.Value(link)); err == nil {
			t.Error("the link of a settled invitation still works")
		}
	}
	got := strings.Join(kinds(in, since), " ")
	want := strings.Repeat("organizationInvitation.created email.created ", 3) +
		"user.created organizationInvitation.accepted organizationMembership.created session.created organizationInvitation.revoked"
	if got != want {
		t.Errorf("got events %s, want %s", got, want)
	}
	from(client.Organizations.Delete(ctx, org)).must(t)
	if left := from(invitations.ListForInstance(ctx, nil)).must(t).TotalCount; left != 0 {
		t.Errorf("got %d invitations after the organization went, want 0", left)
	}
}

func TestOrganizationInvitations_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	invitations := client.OrganizationInvitations
	admin := in.CreateUser(clerktest.User{}).ID
	plain := in.CreateUser(clerktest.User{Email: "plain@example.com"}).ID
	org, other := in.CreateOrganization(clerktest.Organization{CreatedBy: admin}).ID, in.CreateOrganization(clerktest.Organization{}).ID
	in.AddMember(org, plain, "member")
	made := from(invitations.Create(ctx, org, &inviteParams{EmailAddress: "taken@example.com", Role: "org:member", Notify: clerk.Bool(false)})).must(t)
	if n := len(in.Emails()); n != 0 {
		t.Errorf("got %d e-mails, want none without notify", n)
	}
	for name, c := range map[string]struct {
		params inviteParams
		status int
		code   string
	}{
		"no address":          {inviteParams{EmailAddress: "nobody", Role: "org:member"}, 422, "form_param_format_invalid"},
		"unknown role":        {inviteParams{EmailAddress: "x@example.com", Role: "org:emperor"}, 404, "resource_not_found"},
		"a member":            {inviteParams{EmailAddress: "PLAIN@example.com", Role: "org:member"}, 400, "already_a_member_in_organization"},
		"invited already":     {inviteParams{EmailAddress: "Taken@example.com", Role: "org:member"}, 400, "organization_invitation_not_unique"},
		"inviter is no admin": {inviteParams{EmailAddress: "x@example.com", Role: "org:member", InviterUserID: clerk.String(plain)}, 403, "not_an_admin_in_organization"},
		"relative link":       {inviteParams{EmailAddress: "x@example.com", Role: "org:member", RedirectURL: clerk.String("/home")}, 422, "form_param_format_invalid"},
		"a day too many":      {inviteParams{EmailAddress: "x@example.com", Role: "org:member", ExpiresInDays: clerk.Int64(366)}, 422, "form_param_value_invalid"},
		"large metadata":      {inviteParams{EmailAddress: "x@example.com", Role: "org:member", PublicMetadata: clerk.JSON(map[string]any{"x": strings.Repeat("y", 9000)})}, 422, "form_param_exceeds_allowed_size"},
	} {
		t.Run(name, func(t *testing.T) {
			from(invitations.Create(ctx, org, &c.params)).refused(t, c.status, c.code)
		})
	}
	from(invitations.Get(ctx, other, made.ID)).refused(t, 404, "resource_not_found")
	from(invitations.Create(ctx, "org_none", &inviteParams{EmailAddress: "x@example.com", Role: "org:member"})).refused(t, 404, "resource_not_found")

	bulk := func(emails ...string) reply[*clerk.List[clerk.OrganizationInvitation]] {
		list := make([]inviteParams, len(emails))
		for i, email := range emails {
			list[i] = inviteParams{EmailAddress: email, Role: "org:member"}
		}
		return from(invitations.BulkCreate(ctx, org, list))
	}
	bulk("b1@example.com", "b2@example.com", "B1@example.com").refused(t, 400, "organization_invitation_not_unique")
	bulk(strings.Fields(strings.Repeat("b@example.com ", 11))...).refused(t, 400, "bulk_size_exceeded")
	if n := from(invitations.List(ctx, org, nil)).must(t).TotalCount; n != 1 {
		t.Errorf("got %d invitations after the refusals, want 1: a bulk request succeeds or fails as a whole", n)
	}
	small := in.CreateOrganization(clerktest.Organization{MaxMemberships: 2, CreatedBy: admin}).ID
	from(invitations.Create(ctx, small, &inviteParams{EmailAddress: "last@example.com", Role: "org:member"})).must(t)
	from(invitations.Create(ctx, small, &inviteParams{EmailAddress: "more@example.com", Role: "org:member"})).refused(t, 403, "organization_membership_quota_exceeded")
	same(t, "bulk", page(t, bulk("b1@example.com", "b2@example.com"), invitedAddress), "b1@example.com", "b2@example.com")
}

func TestOrganizationInvitations_Lists(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	invitations := client.OrganizationInvitations
	u := in.CreateUser(clerktest.User{Email: "b@example.com"}).ID
	one, two := in.CreateOrganization(clerktest.Organization{Slug: "one"}).ID, in.CreateOrganization(clerktest.Organization{Slug: "two"}).ID
	var last *clerk.OrganizationInvitation
	for _, i := range [][2]string{{one, "c@example.com"}, {one, "b@example.com"}, {two, "b@example.com"}, {two, "a@example.com"}} {
		in.Clock().Advance(1e9)
		last = from(invitations.Create(ctx, i[0], &inviteParams{EmailAddress: i[1], Role: "org:member"})).must(t)
	}
	from(invitations.Revoke(ctx, two, last.ID, nil)).must(t)
	listed := func(i clerk.OrganizationInvitation) string {
		address, _, _ := strings.Cut(i.EmailAddress, "@")
		return address + " " + i.PublicOrganizationData.Slug
	}
	type filters = clerk.OrganizationInvitationListForInstanceParams
	pending := clerk.Set(clerk.InvitationStatus("pending"))
	for what, c := range map[string]struct {
		params filters
		want   []string
	}{
		"all":          {filters{}, []string{"a two", "b two", "b one", "c one"}},
		"oldest first": {filters{OrderBy: clerk.String("created_at")}, []string{"c one", "b one", "b two", "a two"}},
		"by address":   {filters{OrderBy: clerk.String("+email_address")}, []string{"a two", "b one", "b two", "c one"}},
		"by -address":  {filters{OrderBy: clerk.String("-email_address")}, []string{"c one", "b two", "b one", "a two"}},
		"pending":      {filters{Status: pending}, []string{"b two", "b one", "c one"}},
		"query":        {filters{Query: clerk.String("B@")}, []string{"b two", "b one"}},
		"a page":       {filters{Limit: clerk.Int64(2), Offset: clerk.Int64(1)}, []string{"b two", "b one"}},
	} {
		same(t, what, page(t, from(invitations.ListForInstance(ctx, &c.params)), listed), c.want...)
	}
	for what, c := range map[string]struct {
		params clerk.OrganizationInvitationListParams
		want   []string
	}{
		"of two":     {clerk.OrganizationInvitationListParams{}, []string{"a@example.com", "b@example.com"}},
		"pending":    {clerk.OrganizationInvitationListParams{Status: pending}, []string{"b@example.com"}},
		"by address": {clerk.OrganizationInvitationListParams{OrderBy: clerk.String("-email_address")}, []string{"b@example.com", "a@example.com"}},
		"an address": {clerk.OrganizationInvitationListParams{EmailAddress: clerk.String("A@example.com")}, []string{"a@example.com"}},
	} {
		same(t, what, page(t, from(invitations.List(ctx, two, &c.params)), invitedAddress), c.want...)
	}
	same(t, "of a user", page(t, from(client.Users.ListOrganizationInvitations(ctx, u, nil)), listed), "b two", "b one")
	from(client.Users.ListOrganizationInvitations(ctx, "user_none", nil)).refused(t, 404, "resource_not_found")
}
