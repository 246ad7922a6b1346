package clerktest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestInstance_Settings(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	if got := from(client.Instance.Get(ctx)).must(t); got.ID != in.ID() || got.EnvironmentType != "development" || got.AllowedOrigins != nil {
		t.Errorf("got %s", got.RawJSON())
	}
	in.SetProduction(true)
	if err := client.Instance.Update(ctx, &clerk.InstanceUpdateParams{AllowedOrigins: clerk.Set([]string{"capacitor://localhost"})}); err != nil {
		t.Fatal(err)
	}
	got := from(client.Instance.Get(ctx)).must(t)
	same(t, "origins", got.AllowedOrigins, "capacitor://localhost")
	if got.EnvironmentType != "production" {
		t.Errorf("got %s, want production", got.EnvironmentType)
	}

	from(client.Instance.UpdateRestrictions(ctx, &clerk.InstanceUpdateRestrictionsParams{Allowlist: clerk.Bool(true)})).must(t)
	limits := from(client.Instance.UpdateRestrictions(ctx, &clerk.InstanceUpdateRestrictionsParams{BlockDisposableEmailDomains: clerk.Bool(true)})).must(t)
	if !limits.Allowlist || limits.Blocklist || !limits.BlockDisposableEmailDomains {
		t.Errorf("got %s, want what is not given left alone", limits.RawJSON())
	}

	from(client.Instance.UpdateProtect(ctx, &clerk.InstanceUpdateProtectParams{RulesEnabled: clerk.Bool(true)})).must(t)
	if got := from(client.Instance.GetProtect(ctx)).must(t); !got.RulesEnabled || got.SpecterEnabled {
		t.Errorf("got %s", got.RawJSON())
	}

	blocked := func(codes ...string) reply[*clerk.InstanceCommunication] {
		return from(client.Instance.UpdateCommunication(ctx, &clerk.InstanceUpdateCommunicationParams{BlockedCountryCodes: clerk.Set(codes)}))
	}
	blocked("GB", "FR").must(t)
	blocked("gb").refused(t, 422, "form_param_format_invalid")
	same(t, "blocked countries", from(client.Instance.GetCommunication(ctx)).must(t).BlockedCountryCodes, "GB", "FR")

	settings := from(client.BetaFeatures.UpdateInstanceSettings(ctx, &clerk.BetaFeaturesUpdateInstanceSettingsParams{FromEmailAddress: clerk.String("hello"), ProgressiveSignUp: clerk.Bool(true)})).must(t)
	if settings.FromEmailAddress != "hello" || !settings.ProgressiveSignUp || settings.RestrictedToAllowlist {
		t.Errorf("got %s", settings.RawJSON())
	}
}

func TestInstance_OAuthApplicationSettings(t *testing.T) {
	t.Parallel()
	client, ctx := newClient(clerktest.NewServer(t).Instance), t.Context()
	update := func(params clerk.InstanceUpdateOAuthApplicationSettingsParams) *clerk.OAuthApplicationSettings {
		return from(client.Instance.UpdateOAuthApplicationSettings(ctx, &params)).must(t)
	}
	got := update(clerk.InstanceUpdateOAuthApplicationSettingsParams{DefaultScopes: clerk.Set([]string{"openid"}), OAuthJWTAccessTokens: clerk.Bool(true)})
	same(t, "scopes", got.DefaultScopes, "openid")
	got = update(clerk.InstanceUpdateOAuthApplicationSettingsParams{DefaultScopes: clerk.Null[[]string]()})
	same(t, "scopes after null", got.DefaultScopes, "profile", "email")
	got = update(clerk.InstanceUpdateOAuthApplicationSettingsParams{DefaultScopes: clerk.Set([]string{})})
	same(t, "scopes after an empty list", got.DefaultScopes, "profile", "email")
	for _, scopes := range [][]string{{"openid", "offline_access"}, {"openid", "openid"}, {"unheard:of"}} {
		refused := from(client.Instance.UpdateOAuthApplicationSettings(ctx, &clerk.InstanceUpdateOAuthApplicationSettingsParams{DefaultScopes: clerk.Set(scopes)}))
		refused.refused(t, http.StatusUnprocessableEntity, "form_param_value_invalid")
	}
	if !got.OAuthJWTAccessTokens || got.DynamicOAuthClientRegistration {
		t.Errorf("got %s, want what is not given left alone", got.RawJSON())
	}
}

func TestInstance_OrganizationSettings(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	role := from(client.OrganizationRoles.Create(ctx, &clerk.OrganizationRoleCreateParams{Name: "Owner", Key: "org:owner"})).must(t)
	update := func(params clerk.InstanceUpdateOrganizationSettingsParams) reply[*clerk.OrganizationSettings] {
		return from(client.Instance.UpdateOrganizationSettings(ctx, &params))
	}
	got := update(clerk.InstanceUpdateOrganizationSettingsParams{
		MaxAllowedMemberships: clerk.Int64(2), DomainsEnrollmentModes: clerk.Set([]clerk.EnrollmentMode{"automatic_invitation"}), DomainsDefaultRoleID: clerk.String(role.ID),
	}).must(t)
	if text := fmt.Sprintf("%v %d %v %s %s", got.Enabled, got.MaxAllowedMemberships, got.DomainsEnrollmentModes, got.DomainsDefaultRole, got.CreatorRole); text != "true 2 [automatic_invitation] org:owner org:admin" {
		t.Errorf("got %s", text)
	}
	update(clerk.InstanceUpdateOrganizationSettingsParams{CreatorRoleID: clerk.String("role_none")}).refused(t, 404, "resource_not_found")
	update(clerk.InstanceUpdateOrganizationSettingsParams{DomainsEnrollmentModes: clerk.Set([]clerk.EnrollmentMode{"magic"})}).refused(t, 422, "form_param_value_invalid")
	if got := from(client.Instance.GetOrganizationSettings(ctx)).must(t); got.MaxAllowedMemberships != 2 || got.CreatorRole != "org:admin" {
		t.Errorf("got %s after the refusals", got.RawJSON())
	}
}
