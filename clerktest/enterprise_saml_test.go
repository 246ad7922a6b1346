package clerktest_test

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestSAMLConnections(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	connections := client.SAMLConnections
	org := in.CreateOrganization(clerktest.Organization{})
	first := from(connections.Create(ctx, &clerk.SAMLConnectionCreateParams{
		Name: "Beta", Provider: "saml_okta", Domain: clerk.String("B.example"), OrganizationID: clerk.String(org.ID), IDPEntityID: clerk.String("urn:idp"),
	})).must(t)
	if first.Domain != "b.example" || first.Active || !first.SyncUserAttributes || first.AttributeMapping.UserID != "user.id" || first.LoginHint.Mode != "email_address" {
		t.Errorf("got %s, want Clerk's defaults", first.RawJSON())
	}
	second := from(connections.Create(ctx, &clerk.SAMLConnectionCreateParams{Name: "alpha", Provider: "saml_custom", Domains: clerk.Set([]string{"a.example", "c.example"})})).must(t)

	id := func(s clerk.SAMLConnection) string { return s.ID }
	for name, c := range map[string]struct {
		params *clerk.SAMLConnectionListParams
		want   []string
	}{
		"newest first":           {nil, []string{second.ID, first.ID}},
		"oldest first":           {&clerk.SAMLConnectionListParams{OrderBy: clerk.String("+created_at")}, []string{first.ID, second.ID}},
		"part of the name":       {&clerk.SAMLConnectionListParams{Query: clerk.String("ALPH")}, []string{second.ID}},
		"of an organization":     {&clerk.SAMLConnectionListParams{OrganizationIDs: []string{org.ID}}, []string{first.ID}},
		"not of an organization": {&clerk.SAMLConnectionListParams{OrganizationIDs: []string{"-" + org.ID}}, []string{second.ID}},
		"second page":            {&clerk.SAMLConnectionListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}, []string{first.ID}},
	} {
		same(t, name, page(t, from(connections.List(ctx, c.params)), id), c.want...)
	}
	from(connections.List(ctx, &clerk.SAMLConnectionListParams{OrderBy: clerk.String("shoe_size")})).refused(t, 422, "form_param_value_invalid")

	changed := from(connections.Update(ctx, first.ID, &clerk.SAMLConnectionUpdateParams{
		Name: clerk.String("Gamma"), IDPEntityID: clerk.Null[string](), IDPSSOURL: clerk.String("https://idp.example"), OrganizationID: clerk.String(""),
	})).must(t)
	if changed.Name != "Gamma" || changed.IDPEntityID != nil || clerk.Value(changed.IDPSSOURL) != "https://idp.example" || changed.OrganizationID != nil || changed.Domain != "b.example" {
		t.Errorf("got %s", changed.RawJSON())
	}
	for body, c := range map[string]struct {
		status int
		code   string
	}{
		`{"name":"X","provider":"saml_okta"}`:                                                        {422, "form_param_missing"},
		`{"name":"X","provider":"oidc_custom","domain":"x.example"}`:                                 {422, "form_param_value_invalid"},
		`{"name":"X","provider":"saml_okta","domain":"x"}`:                                           {422, "form_param_format_invalid"},
		`{"name":"X","provider":"saml_okta","domain":"x.example","organization_id":"org_none"}`:      {404, "resource_not_found"},
		`{"name":"X","provider":"saml_okta","domain":"x.example","login_hint":{"mode":"telepathy"}}`: {422, "form_param_value_invalid"},
	} {
		t.Run(body, func(t *testing.T) {
			refused(t, send(t, in, "POST", "/saml_connections", body), c.status, c.code)
		})
	}
	if got := from(connections.Delete(ctx, first.ID)).must(t); !got.Deleted || got.Object != "saml_connection" {
		t.Errorf("got %+v", got)
	}
	from(connections.Get(ctx, first.ID)).refused(t, 404, "resource_not_found")
	from(connections.Update(ctx, first.ID, &clerk.SAMLConnectionUpdateParams{})).refused(t, 404, "resource_not_found")
}

func TestSAMLConnections_EnablingAsksForVerifiedDomains(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	org := in.CreateOrganization(clerktest.Organization{})
	from(client.OrganizationDomains.Create(ctx, org.ID, &clerk.OrganizationDomainCreateParams{Name: clerk.String("a.example"), Verified: clerk.Bool(true)})).must(t)
	made := from(client.SAMLConnections.Create(ctx, &clerk.SAMLConnectionCreateParams{Name: "X", Provider: "saml_okta", Domain: clerk.String("a.example")})).must(t)
	enable := func(consent bool) reply[*clerk.SAMLConnection] {
		return from(client.SAMLConnections.Update(ctx, made.ID, &clerk.SAMLConnectionUpdateParams{
			Active: clerk.Bool(true), ConsentVerifiedDomainsDeletion: clerk.Bool(consent),
		}))
	}
	enable(false).refused(t, 409, "verified_domains_exist")
	if got := enable(true).must(t); !got.Active {
		t.Error("the connection is not active")
	}
	if got := from(client.OrganizationDomains.List(ctx, org.ID, nil)).must(t).TotalCount; got != 0 {
		t.Errorf("got %d domains of the organization, want 0", got)
	}
}
