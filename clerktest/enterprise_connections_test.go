package clerktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func samlInput() clerk.Opt[clerk.EnterpriseConnectionCreateSAMLParams] {
	return clerk.Set(clerk.EnterpriseConnectionCreateSAMLParams{
		IDPEntityID: clerk.String("urn:idp"), IDPSSOURL: clerk.String("https://idp.example/sso"), IDPCertificate: clerk.String("MIIC"),
	})
}

func TestEnterpriseConnections_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	connections := client.EnterpriseConnections
	org := in.CreateOrganization(clerktest.Organization{})
	saml := from(connections.Create(ctx, &clerk.EnterpriseConnectionCreateParams{
		Name: "Okta", Provider: "saml_okta", Domains: []string{"A.example", "b.example", "a.example"}, SAML: samlInput(),
	})).must(t)
	same(t, "domains", saml.Domains, "a.example", "b.example")
	if saml.Active || saml.OAuthConfig != nil || clerk.Value(saml.SAMLConnection.IDPEntityID) != "urn:idp" || !strings.HasSuffix(clerk.Value(saml.SAMLConnection.ACSURL), saml.ID) {
		t.Errorf("got %s, want an inactive SAML connection", saml.RawJSON())
	}
	oidc := from(connections.Create(ctx, &clerk.EnterpriseConnectionCreateParams{
		Name: "OIDC", Provider: "oidc_custom", Domains: []string{"c.example"}, Active: clerk.Bool(true), OrganizationID: clerk.String(org.ID),
		OIDC: clerk.Set(clerk.EnterpriseConnectionOIDCParams{ClientID: clerk.String("id"), ClientSecret: clerk.String("secret")}),
	})).must(t)
	if oidc.SAMLConnection != nil || clerk.Value(oidc.OAuthConfig.ClientID) != "id" || strings.Contains(string(oidc.RawJSON()), `"secret"`) {
		t.Errorf("got %s, want an OpenID Connect connection without its secret", oidc.RawJSON())
	}

	next := from(connections.Update(ctx, saml.ID, &clerk.EnterpriseConnectionUpdateParams{
		Domains: clerk.Set([]string{}), SAML: clerk.Set(clerk.EnterpriseConnectionUpdateSAMLParams{ForceAuthn: clerk.Bool(true)}),
	})).must(t)
	same(t, "domains after an empty list", next.Domains, "a.example", "b.example")
	if !next.SAMLConnection.ForceAuthn || clerk.Value(next.SAMLConnection.IDPEntityID) != "urn:idp" {
		t.Errorf("got %s, want one setting changed", next.RawJSON())
	}
	id := func(e clerk.EnterpriseConnection) string { return e.ID }
	for name, c := range map[string]struct {
		params *clerk.EnterpriseConnectionListParams
		want   []string
	}{
		"newest first":       {nil, []string{oidc.ID, saml.ID}},
		"active":             {&clerk.EnterpriseConnectionListParams{Active: clerk.Bool(true)}, []string{oidc.ID}},
		"inactive":           {&clerk.EnterpriseConnectionListParams{Active: clerk.Bool(false)}, []string{saml.ID}},
		"of an organization": {&clerk.EnterpriseConnectionListParams{OrganizationID: clerk.String(org.ID)}, []string{oidc.ID}},
		"second page":        {&clerk.EnterpriseConnectionListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}, []string{saml.ID}},
	} {
		same(t, name, page(t, from(connections.List(ctx, c.params)), id), c.want...)
	}
	if got := from(connections.Delete(ctx, saml.ID)).must(t); !got.Deleted || got.Object != "enterprise_connection" {
		t.Errorf("got %+v", got)
	}
	from(connections.Get(ctx, saml.ID)).refused(t, 404, "resource_not_found")
	from(connections.Delete(ctx, saml.ID)).refused(t, 404, "resource_not_found")
}

func TestEnterpriseConnections_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	org := in.CreateOrganization(clerktest.Organization{})
	client, ctx := newClient(in), t.Context()
	for body, c := range map[string]struct {
		status int
		code   string
	}{
		`{"name":"X","provider":"saml_okta","domains":["a.example"],"active":true}`:                      {422, "form_param_missing"},
		`{"name":"X","provider":"saml_okta","domains":["not a domain"]}`:                                 {422, "form_param_format_invalid"},
		`{"name":"X","provider":"saml_okta","domains":[]}`:                                               {422, "form_param_value_invalid"},
		`{"name":"X","provider":"saml_okta","domains":["a.example"],"oidc":{"client_id":"x"}}`:           {422, "form_param_value_invalid"},
		`{"name":"X","provider":"oidc_custom","domains":["a.example"],"saml":{}}`:                        {422, "form_param_value_invalid"},
		`{"name":"X","provider":"fax","domains":["a.example"]}`:                                          {422, "form_param_value_invalid"},
		`{"name":"X","provider":"oidc_custom","domains":["a.example"],"organization_id":"org_none"}`:     {404, "resource_not_found"},
		`{"name":"X","provider":"saml_okta","domains":["a.example"],"saml":{"login_hint":{"mode":"x"}}}`: {422, "form_param_value_invalid"},
	} {
		t.Run(body, func(t *testing.T) {
			refused(t, send(t, in, "POST", "/enterprise_connections", body), c.status, c.code)
		})
	}
	made := from(client.EnterpriseConnections.Create(ctx, &clerk.EnterpriseConnectionCreateParams{
		Name: "X", Provider: "oidc_custom", Domains: []string{"a.example"}, OrganizationID: clerk.String(org.ID),
	})).must(t)
	from(client.EnterpriseConnections.Update(ctx, made.ID, &clerk.EnterpriseConnectionUpdateParams{OrganizationID: clerk.String("")})).refused(t, 404, "resource_not_found")
	if got := from(client.EnterpriseConnections.Get(ctx, made.ID)).must(t); clerk.Value(got.OrganizationID) != org.ID {
		t.Errorf("got organization %v, want that it cannot be unlinked", got.OrganizationID)
	}
}

func TestEnterpriseConnections_EnablingTakesDomainsOver(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	org := in.CreateOrganization(clerktest.Organization{})
	add := func(name string, verified bool) {
		from(client.OrganizationDomains.Create(ctx, org.ID, &clerk.OrganizationDomainCreateParams{Name: clerk.String(name), Verified: clerk.Bool(verified)})).must(t)
	}
	add("a.example", true)
	add("b.example", false)
	add("c.example", true)
	made := from(client.EnterpriseConnections.Create(ctx, &clerk.EnterpriseConnectionCreateParams{
		Name: "Okta", Provider: "saml_okta", Domains: []string{"a.example", "b.example"}, SAML: samlInput(),
	})).must(t)
	since := len(in.Events())
	for range 2 {
		from(client.EnterpriseConnections.Update(ctx, made.ID, &clerk.EnterpriseConnectionUpdateParams{Active: clerk.Bool(true)})).must(t)
	}
	same(t, "events", kinds(in, since), "organizationDomain.deleted")
	left := page(t, from(client.OrganizationDomains.List(ctx, org.ID, nil)), func(d clerk.OrganizationDomain) string { return d.Name })
	same(t, "domains left", left, "c.example", "b.example")
}

func TestEnterpriseConnections_TestRuns(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).NewInstance(t)
	client, ctx := newClient(in), t.Context()
	connections := client.EnterpriseConnections
	in.Clock().Freeze()
	made := from(connections.Create(ctx, &clerk.EnterpriseConnectionCreateParams{Name: "Okta", Provider: "saml_okta", Domains: []string{"a.example"}})).must(t)
	start := func() string { return from(connections.CreateTestRun(ctx, made.ID)).must(t).URL }
	runs := func(status ...clerk.EnterpriseConnectionTestRunStatus) []string {
		return page(t, from(connections.ListTestRuns(ctx, made.ID, &clerk.EnterpriseConnectionListTestRunsParams{Status: status})),
			func(r clerk.EnterpriseConnectionTestRun) string { return string(r.Status) })
	}
	failing := start()
	same(t, "before", runs(), "pending")
	if status, text := visit(t, in, failing); status != 200 || !strings.Contains(text, "failed") {
		t.Errorf("got %d %s, want a failed run", status, text)
	}
	from(connections.Update(ctx, made.ID, &clerk.EnterpriseConnectionUpdateParams{
		SAML: clerk.Set(clerk.EnterpriseConnectionUpdateSAMLParams{IDPMetadataURL: clerk.String("https://idp.example/metadata")}),
	})).must(t)
	in.Clock().Advance(time.Second)
	if status, text := visit(t, in, start()); status != 200 || !strings.Contains(text, "success") {
		t.Errorf("got %d %s, want a successful run", status, text)
	}
	late := start()
	same(t, "newest first", runs(), "pending", "success", "failed")
	same(t, "two states", runs("failed", "success"), "success", "failed")

	list := from(connections.ListTestRuns(ctx, made.ID, nil)).must(t)
	if ok := list.Data[1]; ok.ConnectionType != "saml" || ok.ParsedUserInfo.EmailAddress != "test-run@a.example" || len(ok.Logs) != 0 {
		t.Errorf("got a success of type %s with %d logs", ok.ConnectionType, len(ok.Logs))
	}
	if bad := list.Data[2]; bad.ParsedUserInfo != nil || len(bad.Logs) != 3 || bad.Logs[0].Code != "connection_incomplete" {
		t.Errorf("got a failure with %d logs, want one for each missing setting", len(bad.Logs))
	}
	in.Clock().Advance(10 * time.Minute)
	for name, c := range map[string]struct {
		url  string
		want int
	}{"used": {failing, 400}, "expired": {late, 400}, "unknown": {late[:len(late)-1] + "x", 404}} {
		if status, _ := visit(t, in, c.url); status != c.want {
			t.Errorf("%s link: got %d, want %d", name, status, c.want)
		}
	}
	from(connections.CreateTestRun(ctx, "entconn_none")).refused(t, 404, "resource_not_found")
	from(connections.ListTestRuns(ctx, "entconn_none", nil)).refused(t, 404, "resource_not_found")
	from(connections.Delete(ctx, made.ID)).must(t)
	if status, _ := visit(t, in, late); status != 404 {
		t.Errorf("got %d for a link of a connection that is gone, want 404", status)
	}
}
