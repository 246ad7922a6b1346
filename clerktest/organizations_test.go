package clerktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestOrganizations_CreateAndUpdate(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	orgs := client.Organizations
	u := in.CreateUser(clerktest.User{}).ID
	since := len(in.Events())

	long := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	org := from(orgs.Create(ctx, &clerk.OrganizationCreateParams{Name: "Ünïted & Co", CreatedBy: clerk.String(u), CreatedAt: clerk.Set(long)})).must(t)
	if org.Slug != "n-ted-co" || org.CreatedAt != clerk.NewTimestamp(long) || org.CreatedBy != u || org.MaxAllowedMemberships != 5 || !org.AdminDeleteEnabled {
		t.Errorf("got %+v", org)
	}
	again := from(orgs.Create(ctx, &clerk.OrganizationCreateParams{Name: "Ünïted & Co"})).must(t)
	if again.Slug == org.Slug || !strings.HasPrefix(again.Slug, org.Slug+"-") {
		t.Errorf("got slug %s for the second organization of that name", again.Slug)
	}
	in.Clock().Advance(time.Second)
	org = from(orgs.Update(ctx, org.ID, &clerk.OrganizationUpdateParams{Slug: clerk.String("united"), MaxAllowedMemberships: clerk.Int64(0), AdminDeleteEnabled: clerk.Bool(false)})).must(t)
	if org.Name != "Ünïted & Co" || org.Slug != "united" || org.MaxAllowedMemberships != 0 || org.AdminDeleteEnabled || org.UpdatedAt != clerk.NewTimestamp(in.Clock().Now()) {
		t.Errorf("got %+v, want what was given changed and the name left alone", org)
	}
	got := from(orgs.Get(ctx, "united", &clerk.OrganizationGetParams{IncludeMembersCount: clerk.Bool(true), IncludeMissingMemberWithElevatedPermissions: clerk.Bool(true)})).must(t)
	if got.ID != org.ID || got.MembersCount != 1 || got.MissingMemberWithElevatedPermissions {
		t.Errorf("got %+v by slug, want one member, who may manage others", got)
	}
	merged := from(orgs.UpdateMetadata(ctx, org.ID, &clerk.OrganizationUpdateMetadataParams{PublicMetadata: clerk.JSON(map[string]any{"a": map[string]any{"b": 1, "c": 2}, "d": 3})})).must(t)
	merged = from(orgs.UpdateMetadata(ctx, merged.ID, &clerk.OrganizationUpdateMetadataParams{PublicMetadata: clerk.JSON(map[string]any{"a": map[string]any{"b": nil}, "d": nil, "e": 4})})).must(t)
	if string(merged.PublicMetadata) != `{"a":{"c":2},"e":4}` {
		t.Errorf("got merged metadata %s", merged.PublicMetadata)
	}
	replaced := from(orgs.ReplaceMetadata(ctx, org.ID, &clerk.OrganizationReplaceMetadataParams{PrivateMetadata: clerk.JSON(map[string]any{"n": 1})})).must(t)
	if string(replaced.PublicMetadata) != `{"a":{"c":2},"e":4}` || string(replaced.PrivateMetadata) != `{"n":1}` {
		t.Errorf("got metadata %s and %s, want only the given one replaced", replaced.PublicMetadata, replaced.PrivateMetadata)
	}
	same(t, "events", kinds(in, since), "organization.created", "organizationMembership.created", "organization.created",
		"organization.updated", "organization.updated", "organization.updated", "organization.updated")
}

func TestOrganizations_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := from(client.Users.Create(ctx, &clerk.UserCreateParams{Username: clerk.String("limited"), CreateOrganizationsLimit: clerk.Int64(1)})).must(t).ID
	from(client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "First", Slug: clerk.String("taken"), CreatedBy: clerk.String(u)})).must(t)
	other := from(client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "Second"})).must(t).ID
	for name, c := range map[string]struct {
		params clerk.OrganizationCreateParams
		status int
		code   string
	}{
		"empty name":       {clerk.OrganizationCreateParams{Name: " "}, 422, "form_param_value_invalid"},
		"long name":        {clerk.OrganizationCreateParams{Name: strings.Repeat("x", 257)}, 422, "form_param_value_invalid"},
		"a link":           {clerk.OrganizationCreateParams{Name: "see https://evil.example"}, 422, "form_param_value_invalid"},
		"HTML":             {clerk.OrganizationCreateParams{Name: "<b>bold</b>"}, 422, "form_param_value_invalid"},
		"upper-case slug":  {clerk.OrganizationCreateParams{Name: "X", Slug: clerk.String("Acme")}, 422, "form_param_format_invalid"},
		"underscored slug": {clerk.OrganizationCreateParams{Name: "X", Slug: clerk.String("a_b")}, 422, "form_param_format_invalid"},
		"taken slug":       {clerk.OrganizationCreateParams{Name: "X", Slug: clerk.String("taken")}, 422, "form_identifier_exists"},
		"no such creator":  {clerk.OrganizationCreateParams{Name: "X", CreatedBy: clerk.String("user_none")}, 400, "organization_creator_not_found"},
		"one too many":     {clerk.OrganizationCreateParams{Name: "X", CreatedBy: clerk.String(u)}, 403, "organization_creation_limit_exceeded"},
		"no such role set": {clerk.OrganizationCreateParams{Name: "X", RoleSetKey: clerk.String("role_set:none")}, 404, "resource_not_found"},
		"negative limit":   {clerk.OrganizationCreateParams{Name: "X", MaxAllowedMemberships: clerk.Int64(-1)}, 422, "form_param_value_invalid"},
		"large metadata":   {clerk.OrganizationCreateParams{Name: "X", PublicMetadata: clerk.JSON(map[string]any{"x": strings.Repeat("y", 9000)})}, 422, "form_param_exceeds_allowed_size"},
	} {
		t.Run(name, func(t *testing.T) {
			from(client.Organizations.Create(ctx, &c.params)).refused(t, c.status, c.code)
		})
	}
	from(client.Organizations.Update(ctx, other, &clerk.OrganizationUpdateParams{Slug: clerk.String("taken")})).refused(t, 422, "form_identifier_exists")
	from(client.Organizations.Update(ctx, "org_none", &clerk.OrganizationUpdateParams{})).refused(t, 404, "resource_not_found")
	if n := from(client.Organizations.List(ctx, nil)).must(t).TotalCount; n != 2 {
		t.Errorf("got %d organizations after the refusals, want 2", n)
	}
}

// TestOrganizations_Settings checks what the settings of the instance mean for new organizations.
func TestOrganizations_Settings(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.DefineRole("owner", "sys_memberships:manage", "sys_memberships:read", "sys_profile:delete")
	owner := from(client.OrganizationRoles.List(ctx, &clerk.OrganizationRoleListParams{Query: clerk.String("org:owner")})).must(t).Data[0].ID
	must(t, in, "PATCH", "/instance/organization_settings", `{"creator_role_id":"`+owner+`","max_allowed_memberships":2,"admin_delete_enabled":false}`)
	org := from(client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "Acme", CreatedBy: clerk.String(in.CreateUser(clerktest.User{}).ID)})).must(t)
	if m := from(client.OrganizationMemberships.List(ctx, org.ID, nil)).must(t).Data[0]; m.Role != "org:owner" || org.MaxAllowedMemberships != 2 || org.AdminDeleteEnabled {
		t.Errorf("got role %s of the creator and %+v", m.Role, org)
	}
	must(t, in, "PATCH", "/instance/organization_settings", `{"enabled":false}`)
	from(client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "Late"})).refused(t, 403, "organization_not_enabled_in_instance")
}

func TestOrganizations_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	ada, bob := in.CreateUser(clerktest.User{}).ID, in.CreateUser(clerktest.User{}).ID
	ids := map[string]string{}
	for _, o := range []struct {
		name, slug string
		members    []string
	}{{"Zeta", "one", []string{ada, bob}}, {"alpha", "two", []string{ada}}, {"Beta", "three", nil}} {
		in.Clock().Advance(time.Second)
		ids[o.slug] = in.CreateOrganization(clerktest.Organization{Name: o.name, Slug: o.slug}).ID
		for _, m := range o.members {
			in.AddMember(ids[o.slug], m, "admin")
		}
	}
	type filters = clerk.OrganizationListParams
	for what, c := range map[string]struct {
		params filters
		want   []string
	}{
		"newest first":      {filters{}, []string{"three", "two", "one"}},
		"oldest first":      {filters{OrderBy: clerk.String("+created_at")}, []string{"one", "two", "three"}},
		"by name":           {filters{OrderBy: clerk.String("name")}, []string{"two", "three", "one"}},
		"by -name":          {filters{OrderBy: clerk.String("-name")}, []string{"one", "three", "two"}},
		"by members":        {filters{OrderBy: clerk.String("members_count")}, []string{"three", "two", "one"}},
		"by -members":       {filters{OrderBy: clerk.String("-members_count")}, []string{"one", "two", "three"}},
		"of ada":            {filters{UserIDs: []string{ada}}, []string{"two", "one"}},
		"of ada or bob":     {filters{UserIDs: []string{bob, ada}}, []string{"two", "one"}},
		"without bob":       {filters{UserIDs: []string{"-" + bob}}, []string{"three", "two"}},
		"ada without bob":   {filters{UserIDs: []string{"+" + ada, "-" + bob}}, []string{"two"}},
		"of nobody known":   {filters{UserIDs: []string{"user_none"}}, []string{}},
		"ids":               {filters{OrganizationIDs: []string{ids["one"], "+" + ids["three"], "org_none"}}, []string{"three", "one"}},
		"not an id":         {filters{OrganizationIDs: []string{"-" + ids["one"]}}, []string{"three", "two"}},
		"query, a name":     {filters{Query: clerk.String("ETA")}, []string{"three", "one"}},
		"query, a slug":     {filters{Query: clerk.String("two")}, []string{"two"}},
		"query, an id":      {filters{Query: clerk.String(ids["one"])}, []string{"one"}},
		"query, half an id": {filters{Query: clerk.String(ids["one"][:20])}, []string{}},
		"a page":            {filters{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}, []string{"two"}},
	} {
		same(t, what, page(t, from(client.Organizations.List(ctx, &c.params)), func(o clerk.Organization) string { return o.Slug }), c.want...)
	}
	counted := from(client.Organizations.List(ctx, &filters{
		IncludeMembersCount: clerk.Bool(true), IncludeMissingMemberWithElevatedPermissions: clerk.Bool(true), Limit: clerk.Int64(2), OrderBy: clerk.String("members_count"),
	})).must(t)
	if a, b := counted.Data[0], counted.Data[1]; counted.TotalCount != 3 || a.MembersCount != 0 || !a.MissingMemberWithElevatedPermissions || b.MembersCount != 1 || b.MissingMemberWithElevatedPermissions {
		t.Errorf("got %d of %d: %+v", len(counted.Data), counted.TotalCount, counted.Data)
	}
	from(client.Organizations.List(ctx, &filters{OrderBy: clerk.String("slug")})).refused(t, 422, "form_param_value_invalid")
}

// TestOrganizations_DeleteTakesEverythingAlong checks what a deleted organization leaves behind: nothing.
func TestOrganizations_DeleteTakesEverythingAlong(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	who := in.SignedInUser()
	org := in.CreateOrganization(clerktest.Organization{CreatedBy: who.UserID, Slug: "acme"})
	in.ActivateOrganization(who.SessionID, org.ID)
	from(client.OrganizationDomains.Create(ctx, org.ID, &clerk.OrganizationDomainCreateParams{Name: clerk.String("acme.example")})).must(t)
	invitation := from(client.OrganizationInvitations.Create(ctx, org.ID, &inviteParams{EmailAddress: "a@example.com", Role: "org:member"})).must(t)
	since := len(in.Events())

	gone := from(client.Organizations.Delete(ctx, org.ID)).must(t)
	if !gone.Deleted || gone.Object != "organization" || gone.ID != org.ID || clerk.Value(gone.Slug) != "acme" {
		t.Errorf("got %+v", gone)
	}
	same(t, "events", kinds(in, since), "organizationMembership.deleted", "organization.deleted")
	if o := claimsOf(t, in.SessionToken(who.SessionID), 1)["o"]; o != nil {
		t.Errorf("got claim %v of an organization that is gone", o)
	}
	if s := from(client.Sessions.Get(ctx, who.SessionID)).must(t); s.LastActiveOrganizationID != nil {
		t.Errorf("the session still has organization %s", *s.LastActiveOrganizationID)
	}
	for what, n := range map[string]int64{
		"memberships": from(client.Users.ListOrganizationMemberships(ctx, who.UserID, nil)).must(t).TotalCount,
		"domains":     from(client.OrganizationDomains.ListForInstance(ctx, nil)).must(t).TotalCount,
		"invitations": from(client.OrganizationInvitations.ListForInstance(ctx, nil)).must(t).TotalCount,
	} {
		if n != 0 {
			t.Errorf("got %d %s, want 0", n, what)
		}
	}
	if _, err := in.Redeem(clerk.Value(invitation.URL)); err == nil {
		t.Error("the link of an invitation into it works")
	}
	from(client.Organizations.Delete(ctx, "acme")).refused(t, 404, "resource_not_found")
	if again := from(client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "Acme", Slug: clerk.String("acme")})).must(t); again.ID == org.ID {
		t.Error("the slug did not become free")
	}
}
