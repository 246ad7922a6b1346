package clerktest_test

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func domainName(d clerk.Domain) string { return d.Name }

func TestDomains_Satellites(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	domains := client.Domains
	in.SetProduction(true)
	made := from(domains.Create(ctx, &clerk.DomainCreateParams{Name: "Shop.Example", IsSatellite: true})).must(t)
	if made.Name != "shop.example" || !made.IsSatellite || made.FrontendAPIURL != "https://clerk.shop.example" || len(made.CNAMETargets) != 1 || made.ProxyURL != nil {
		t.Errorf("got %s", made.RawJSON())
	}
	proxied := from(domains.Update(ctx, made.ID, &clerk.DomainUpdateParams{ProxyURL: clerk.String("https://shop.example/__clerk")})).must(t)
	if proxied.FrontendAPIURL != "https://shop.example/__clerk" || proxied.Name != "shop.example" {
		t.Errorf("got %s, want the proxy", proxied.RawJSON())
	}
	check := func(id, address string) reply[*clerk.ProxyCheck] {
		return from(client.ProxyChecks.Create(ctx, &clerk.ProxyCheckCreateParams{DomainID: clerk.String(id), ProxyURL: clerk.String(address)}))
	}
	if got := check(made.ID, "https://shop.example/__clerk").must(t); !got.Successful || got.DomainID != made.ID {
		t.Errorf("got %s", got.RawJSON())
	}
	check("dmn_none", "https://shop.example").refused(t, 404, "resource_not_found")
	check(made.ID, "/relative").refused(t, 422, "form_param_format_invalid")
	if got := from(domains.Update(ctx, made.ID, &clerk.DomainUpdateParams{ProxyURL: clerk.Null[string]()})).must(t); got.ProxyURL != nil {
		t.Errorf("got %s, want no proxy", got.RawJSON())
	}
	from(domains.Create(ctx, &clerk.DomainCreateParams{Name: "shop.example", IsSatellite: true})).refused(t, 422, "form_identifier_exists")
	from(domains.Create(ctx, &clerk.DomainCreateParams{Name: "localhost:3000", IsSatellite: true})).refused(t, 422, "form_param_format_invalid")
	from(domains.Create(ctx, &clerk.DomainCreateParams{Name: "x.example"})).refused(t, 422, "form_param_value_invalid")
	from(domains.Update(ctx, made.ID, &clerk.DomainUpdateParams{ProxyURL: clerk.String("ftp")})).refused(t, 422, "form_param_format_invalid")

	list := from(domains.List(ctx)).must(t)
	if list.TotalCount != 2 || list.Data[0].IsSatellite {
		t.Errorf("got %+v, want the primary domain and a satellite", list.Data)
	}
	from(domains.Delete(ctx, list.Data[0].ID)).refused(t, 403, "operation_not_allowed_on_primary_domain")
	if got := from(domains.Delete(ctx, made.ID)).must(t); !got.Deleted || got.Object != "domain" {
		t.Errorf("got %+v", got)
	}
	from(domains.Update(ctx, made.ID, &clerk.DomainUpdateParams{Name: clerk.String("y.example")})).refused(t, 404, "resource_not_found")
	from(domains.Delete(ctx, made.ID)).refused(t, 404, "resource_not_found")
}

func TestDomains_Development(t *testing.T) {
	t.Parallel()
	client, ctx := newClient(clerktest.NewServer(t).Instance), t.Context()
	made := from(client.Domains.Create(ctx, &clerk.DomainCreateParams{Name: "localhost:3001", IsSatellite: true})).must(t)
	if made.Name != "localhost:3001" {
		t.Errorf("got %s, want a name with a port", made.Name)
	}
	from(client.Domains.Create(ctx, &clerk.DomainCreateParams{Name: "http://localhost", IsSatellite: true})).refused(t, 422, "form_param_format_invalid")
	proxied := from(client.Domains.Update(ctx, made.ID, &clerk.DomainUpdateParams{ProxyURL: clerk.String("https://a.example")})).must(t)
	if clerk.Value(proxied.ProxyURL) != "https://a.example" {
		t.Errorf("got proxy %v for a satellite, want the one that was set", proxied.ProxyURL)
	}
	primary := from(client.Domains.List(ctx, nil)).must(t).Data[0]
	from(client.Domains.Update(ctx, primary.ID, &clerk.DomainUpdateParams{ProxyURL: clerk.String("https://a.example")})).
		refused(t, 400, "operation_not_allowed_on_development_instance")
}

func TestInstance_ChangeDomain(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	change := func(address string, secondary bool) reply[struct{}] {
		err := client.Instance.ChangeDomain(ctx, &clerk.InstanceChangeDomainParams{HomeURL: clerk.String(address), IsSecondary: clerk.Bool(secondary)})
		return from(struct{}{}, err)
	}
	primary := func() string { return page(t, from(client.Domains.List(ctx)), domainName)[0] }
	change("https://www.example.com", false).refused(t, 400, "operation_not_allowed_on_development_instance")
	in.SetProduction(true)
	who := in.SignedInUser()
	change("https://www.example.com/home", false).must(t)
	if got := primary(); got != "example.com" {
		t.Errorf("got %s, want the domain without its subdomain", got)
	}
	if got := must(t, in, "GET", "/sessions/"+who.SessionID, "").text("status"); got != "revoked" {
		t.Errorf("got session %s, want that everybody is signed out", got)
	}
	change("https://app.example.co.uk", true).must(t)
	if got := primary(); got != "app.example.co.uk" {
		t.Errorf("got %s, want a secondary app to keep its subdomain", got)
	}
	err := client.BetaFeatures.UpdateDomain(ctx, &clerk.BetaFeaturesUpdateDomainParams{HomeURL: clerk.String("https://app.example.co.uk")})
	if got := primary(); err != nil || got != "example.co.uk" {
		t.Errorf("got %s, %v, want the same by the older path", got, err)
	}
	from(client.Domains.Create(ctx, &clerk.DomainCreateParams{Name: "shop.example", IsSatellite: true})).must(t)
	change("https://shop.example", false).refused(t, 422, "form_identifier_exists")
	change("shop.example", false).refused(t, 422, "form_param_format_invalid")
	change("https://localhost", false).refused(t, 422, "form_param_format_invalid")
	refused(t, send(t, in, "POST", "/instance/change_domain", `{}`), 422, "form_param_missing")
	if got := primary(); got != "example.co.uk" {
		t.Errorf("got %s after the refusals, want no change", got)
	}
}
