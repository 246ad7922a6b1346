package main

import (
	clerk "github.com/clerkgo/clerk-go/core"
)

// setup changes how the instance is configured.
func (t *coreVisitor) setup() {
	ctx, client, instance := t.ctx, t.client, t.client.Instance
	t.step("settings", func() error {
		return all(
			func() error {
				return instance.Update(ctx, &clerk.InstanceUpdateParams{AllowedOrigins: clerk.Set([]string{"https://core.example"})})
			},
			func() error {
				return second(instance.UpdateRestrictions(ctx, &clerk.InstanceUpdateRestrictionsParams{Allowlist: clerk.Bool(false)}))
			},
			func() error {
				return second(instance.UpdateProtect(ctx, &clerk.InstanceUpdateProtectParams{RulesEnabled: clerk.Bool(true)}))
			},
			func() error {
				return second(instance.UpdateCommunication(ctx, &clerk.InstanceUpdateCommunicationParams{BlockedCountryCodes: clerk.Set([]string{"AQ"})}))
			},
			func() error {
				return second(instance.UpdateOAuthApplicationSettings(ctx, &clerk.InstanceUpdateOAuthApplicationSettingsParams{DefaultScopes: clerk.Null[[]string]()}))
			},
			func() error {
				return second(instance.UpdateOrganizationSettings(ctx, &clerk.InstanceUpdateOrganizationSettingsParams{DomainsEnabled: clerk.Bool(true)}))
			},
			func() error {
				return second(client.BetaFeatures.UpdateInstanceSettings(ctx, &clerk.BetaFeaturesUpdateInstanceSettingsParams{ProgressiveSignUp: clerk.Bool(true)}))
			},
			func() error { return second(client.Webhooks.CreateSvixApp(ctx)) },
			func() error { return second(client.Webhooks.GenerateSvixURL(ctx)) },
			func() error { return client.Webhooks.DeleteSvixApp(ctx) },
		)
	})
	t.step("a satellite domain and its proxy", func() error {
		made, err := client.Domains.Create(ctx, &clerk.DomainCreateParams{Name: "satellite.example", IsSatellite: true})
		if err != nil {
			return err
		}
		return all(
			func() error {
				return second(client.ProxyChecks.Create(ctx, &clerk.ProxyCheckCreateParams{DomainID: clerk.String(made.ID), ProxyURL: clerk.String("https://satellite.example/__clerk")}))
			},
			func() error {
				return second(client.Domains.Update(ctx, made.ID, &clerk.DomainUpdateParams{Name: clerk.String("moon.example")}))
			},
			func() error { return second(client.Domains.Delete(ctx, made.ID)) },
		)
	})
	t.step("a redirect URL and a JWT template", func() error {
		made, err := client.RedirectURLs.Create(ctx, &clerk.RedirectURLCreateParams{URL: "core-app://callback"})
		if err != nil {
			return err
		}
		template, err := client.JWTTemplates.Create(ctx, &clerk.JWTTemplateCreateParams{Name: "setup", Claims: clerk.JSON(map[string]any{})})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(client.RedirectURLs.Get(ctx, made.ID)) },
			func() error { return second(client.RedirectURLs.List(ctx, nil)) },
			func() error { return second(client.RedirectURLs.Delete(ctx, made.ID)) },
			func() error {
				return second(client.JWTTemplates.Update(ctx, template.ID, &clerk.JWTTemplateUpdateParams{Name: "setup", Claims: clerk.JSON(map[string]any{"a": 1})}))
			},
			func() error { return second(client.Templates.Get(ctx, "sms", "verification_code")) },
			func() error {
				return second(client.Templates.ToggleDelivery(ctx, "sms", "verification_code", &clerk.TemplateToggleDeliveryParams{DeliveredByClerk: clerk.Bool(true)}))
			},
		)
	})
}

// samlConnections tours the deprecated endpoints of SAML connections.
func (t *coreVisitor) samlConnections() {
	ctx, connections := t.ctx, t.client.SAMLConnections
	t.step("SAML connections", func() error {
		made, err := connections.Create(ctx, &clerk.SAMLConnectionCreateParams{Name: "SAML", Provider: "saml_okta", Domains: clerk.Set([]string{"saml.core.example"})})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(connections.Get(ctx, made.ID)) },
			func() error { return second(connections.List(ctx, nil)) },
			func() error {
				return second(connections.Update(ctx, made.ID, &clerk.SAMLConnectionUpdateParams{Active: clerk.Bool(true)}))
			},
			func() error { return second(connections.Delete(ctx, made.ID)) },
		)
	})
}

// scimDirectories tours directories under their older name.
func (t *coreVisitor) scimDirectories(connectionID, roleID string) error {
	ctx, directories := t.ctx, t.client.SCIMDirectories
	d, err := directories.Create(ctx, &clerk.SCIMDirectoryCreateParams{EnterpriseConnectionID: connectionID, Provider: "entra"})
	if err != nil {
		return err
	}
	if err := second(directories.Update(ctx, d.ID, &clerk.SCIMDirectoryUpdateParams{GroupRoleMappingEnabled: clerk.Bool(true)})); err != nil {
		return err
	}
	mapping, err := directories.CreateGroupRoleMapping(ctx, d.ID, &clerk.SCIMDirectoryCreateGroupRoleMappingParams{SCIMGroupID: "staff", RoleID: roleID})
	if err != nil {
		return err
	}
	return all(
		func() error { return second(directories.List(ctx, nil)) },
		func() error { return second(directories.RotateAPIKey(ctx, d.ID)) },
		func() error { return second(directories.DeleteGroupRoleMapping(ctx, d.ID, mapping.ID)) },
		func() error {
			return second(directories.ReplaceGroupRoleMappings(ctx, d.ID, &clerk.SCIMDirectoryReplaceGroupRoleMappingsParams{
				Mappings: []clerk.SCIMGroupRole{{SCIMGroupID: "staff", RoleID: roleID}},
			}))
		},
		func() error { return second(directories.Delete(ctx, d.ID)) },
	)
}
