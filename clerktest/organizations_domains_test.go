package clerktest_test

import (
	"fmt"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestOrganizationDomains_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	domains := client.OrganizationDomains
	org := in.CreateOrganization(clerktest.Organization{}).ID
	since := len(in.Events())

	d := from(domains.Create(ctx, org, &clerk.OrganizationDomainCreateParams{Name: clerk.String("ACME.example")})).must(t)
	if d.Name != "acme.example" || d.EnrollmentMode != "manual_invitation" || d.AffiliationVerification == nil || d.AffiliationVerification.Status != "verified" || d.OwnershipVerification != nil {
		t.Errorf("got %+v, want a verified domain whose ownership nobody proved", d)
	}
	from(domains.Create(ctx, org, &clerk.OrganizationDomainCreateParams{Name: clerk.String("acme.example")})).refused(t, 422, "organization_domain_already_exists")
	in.Clock().Advance(1e9)
	owned := from(domains.VerifyOwnership(ctx, org, d.ID)).must(t)
	if v := owned.OwnershipVerification; v == nil || v.Strategy != "manual_override" || clerk.Value(v.VerifiedAt) != owned.UpdatedAt {
		t.Errorf("got ownership %+v at %d", v, owned.UpdatedAt)
	}
	in.Clock().Advance(1e9)
	if again := from(domains.VerifyOwnership(ctx, org, d.ID)).must(t); again.UpdatedAt != owned.UpdatedAt {
		t.Error("the second verification changed the domain")
	}
	d = from(domains.Update(ctx, org, d.ID, &clerk.OrganizationDomainUpdateParams{
		EnrollmentMode: clerk.Set(clerk.EnrollmentModeAutomaticInvitation), Verified: clerk.Bool(false),
	})).must(t)
	if d.EnrollmentMode != "automatic_invitation" || d.Verification != nil || d.OwnershipVerification == nil {
		t.Errorf("got %+v, want an unverified domain that is still owned", d)
	}
	if gone := from(domains.Delete(ctx, org, d.ID)).must(t); !gone.Deleted || gone.Object != "organization_domain" {
		t.Errorf("got %+v", gone)
	}
	from(domains.Delete(ctx, org, d.ID)).refused(t, 404, "resource_not_found")
	same(t, "events", kinds(in, since), "organizationDomain.created", "organizationDomain.updated", "organizationDomain.updated", "organizationDomain.deleted")
}

func TestOrganizationDomains_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	domains := client.OrganizationDomains
	one, two := in.CreateOrganization(clerktest.Organization{}).ID, in.CreateOrganization(clerktest.Organization{}).ID
	full := in.CreateOrganization(clerktest.Organization{}).ID
	create := func(org, name string, verified bool) reply[*clerk.OrganizationDomain] {
		return from(domains.Create(ctx, org, &clerk.OrganizationDomainCreateParams{Name: clerk.String(name), Verified: clerk.Bool(verified)}))
	}
	for _, name := range []string{"", "acme", "acme.", "https://acme.example", "a b.example"} {
		create(one, name, true).refused(t, 422, "form_param_format_invalid")
	}
	from(domains.Create(ctx, one, &clerk.OrganizationDomainCreateParams{Name: clerk.String("x.example"), EnrollmentMode: clerk.Set(clerk.EnrollmentMode("open"))})).refused(t, 422, "form_param_value_invalid")
	create(one, "Gmail.com", true).refused(t, 422, "organization_domain_common")
	for i := range 10 {
		create(full, fmt.Sprintf("d%d.example", i), true).must(t)
	}
	create(full, "d10.example", true).refused(t, 403, "organization_domain_quota_exceeded")
	create("org_none", "x.example", true).refused(t, 404, "resource_not_found")

	mine := create(one, "shared.example", false).must(t)
	create(two, "shared.example", true).must(t)
	from(domains.Update(ctx, one, mine.ID, &clerk.OrganizationDomainUpdateParams{Verified: clerk.Bool(true)})).refused(t, 422, "organization_domain_already_exists")
	from(domains.Update(ctx, two, mine.ID, &clerk.OrganizationDomainUpdateParams{})).refused(t, 404, "resource_not_found")

	from(client.Organizations.Delete(ctx, two)).must(t)
	if got := from(domains.Update(ctx, one, mine.ID, &clerk.OrganizationDomainUpdateParams{Verified: clerk.Bool(true)})).must(t); got.Verification == nil {
		t.Error("the domain of a deleted organization is still in the way")
	}
}

func TestOrganizationDomains_Lists(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	domains := client.OrganizationDomains
	one, two := in.CreateOrganization(clerktest.Organization{}).ID, in.CreateOrganization(clerktest.Organization{}).ID
	for _, d := range []struct {
		org, name, mode string
		verified        bool
	}{{one, "c.example", "manual_invitation", true}, {one, "b.example", "automatic_invitation", false}, {two, "a.test", "automatic_suggestion", true}} {
		in.Clock().Advance(1e9)
		from(domains.Create(ctx, d.org, &clerk.OrganizationDomainCreateParams{
			Name: clerk.String(d.name), EnrollmentMode: clerk.Set(clerk.EnrollmentMode(d.mode)), Verified: clerk.Bool(d.verified),
		})).must(t)
	}
	name := func(d clerk.OrganizationDomain) string { return d.Name }
	type filters = clerk.OrganizationDomainListForInstanceParams
	modes := func(m ...clerk.EnrollmentMode) []clerk.EnrollmentMode { return m }
	for what, c := range map[string]struct {
		params filters
		want   []string
	}{
		"all":              {filters{}, []string{"a.test", "b.example", "c.example"}},
		"by name":          {filters{OrderBy: clerk.String("name")}, []string{"a.test", "b.example", "c.example"}},
		"by -name":         {filters{OrderBy: clerk.String("-name")}, []string{"c.example", "b.example", "a.test"}},
		"oldest first":     {filters{OrderBy: clerk.String("+created_at")}, []string{"c.example", "b.example", "a.test"}},
		"organization":     {filters{OrganizationID: clerk.String(one)}, []string{"b.example", "c.example"}},
		"verified":         {filters{Verified: clerk.Bool(true)}, []string{"a.test", "c.example"}},
		"not verified":     {filters{Verified: clerk.Bool(false)}, []string{"b.example"}},
		"query":            {filters{Query: clerk.String("EXAMPLE")}, []string{"b.example", "c.example"}},
		"query by id":      {filters{Query: clerk.String(two)}, []string{"a.test"}},
		"names":            {filters{Domains: []string{"a.test", "c.example", "x.example"}}, []string{"a.test", "c.example"}},
		"one mode":         {filters{EnrollmentModes: modes("automatic_invitation")}, []string{"b.example"}},
		"two modes":        {filters{EnrollmentModes: modes("automatic_invitation", "manual_invitation")}, []string{"b.example", "c.example"}},
		"not a mode":       {filters{EnrollmentModes: modes("-automatic_invitation")}, []string{"a.test", "c.example"}},
		"the second page":  {filters{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}, []string{"b.example"}},
		"filters together": {filters{Verified: clerk.Bool(true), Query: clerk.String("test")}, []string{"a.test"}},
	} {
		same(t, what, page(t, from(domains.ListForInstance(ctx, &c.params)), name), c.want...)
	}
	from(domains.ListForInstance(ctx, &filters{Query: clerk.String(" ")})).refused(t, 422, "form_param_nil")

	for what, c := range map[string]struct {
		params clerk.OrganizationDomainListParams
		want   []string
	}{
		"all of one":   {clerk.OrganizationDomainListParams{}, []string{"b.example", "c.example"}},
		"verified":     {clerk.OrganizationDomainListParams{Verified: clerk.Bool(true)}, []string{"c.example"}},
		"mode":         {clerk.OrganizationDomainListParams{EnrollmentMode: clerk.Set(clerk.EnrollmentModeAutomaticInvitation)}, []string{"b.example"}},
		"not the mode": {clerk.OrganizationDomainListParams{EnrollmentMode: clerk.Set(clerk.EnrollmentMode("-automatic_invitation"))}, []string{"c.example"}},
	} {
		same(t, what, page(t, from(domains.List(ctx, one, &c.params)), name), c.want...)
	}
	if got := from(domains.List(ctx, one, &clerk.OrganizationDomainListParams{Limit: clerk.Int64(1)})).must(t); got.TotalCount != 2 || len(got.Data) != 1 {
		t.Errorf("got %d domains of %d, want 1 of 2", len(got.Data), got.TotalCount)
	}
}
