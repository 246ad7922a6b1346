package clerktest

import "slices"

// environmentFamily is the part of the Frontend API that tells browsers how the instance is configured.
func environmentFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"getEnvironment":    {read: readEnvironment, anyone: true},
		"updateEnvironment": {read: readEnvironment, anyone: true},
		"getHealth":         {read: func(*frontendCall) (any, error) { return map[string]string{"status": "healthy"}, nil }, anyone: true},
	}}
}

type enabledWire struct {
	Enabled bool `json:"enabled"`
}

type environmentWire struct {
	AuthConfig        authConfigWire           `json:"auth_config"`
	DisplayConfig     displayConfigWire        `json:"display_config"`
	UserSettings      environmentUserWire      `json:"user_settings"`
	Organizations     environmentOrganizations `json:"organization_settings"`
	FraudSettings     map[string]any           `json:"fraud_settings"`
	CommerceSettings  map[string]any           `json:"commerce_settings"`
	APIKeysSettings   map[string]bool          `json:"api_keys_settings"`
	ClientDebugMode   bool                     `json:"client_debug_mode"`
	PartitionedCookie bool                     `json:"partitioned_cookies"`
	MaintenanceMode   bool                     `json:"maintenance_mode"`
}

func readEnvironment(c *frontendCall) (any, error) {
	s, user := c.tx.settings(), c.tx.userSettings()
	return environmentWire{
		AuthConfig: c.tx.authConfig(&s, user), DisplayConfig: c.inst.displayConfig(&s), UserSettings: c.tx.environmentUser(&s, user),
		Organizations: environmentOrganizations{
			Enabled: s.OrganizationsEnabled, MaxMemberships: s.MaxMemberships, CreatorRole: s.CreatorRole,
			Actions: map[string]bool{"admin_delete": s.AdminDelete}, Slug: map[string]bool{"disabled": s.SlugDisabled},
			Domains: environmentDomains{s.DomainsEnabled, orNone(s.EnrollmentModes), s.DomainsDefaultRole},
		},
		FraudSettings: map[string]any{"object": "fraud_settings", "native": map[string]string{"device_attestation_mode": "disabled"}},
		CommerceSettings: map[string]any{"billing": map[string]any{
			"stripe_publishable_key": nil, "free_trial_requires_payment_method": false,
			"user": billingSide(c.tx, "user"), "organization": billingSide(c.tx, "org"),
		}},
		APIKeysSettings: map[string]bool{"enabled": true, "user_api_keys_enabled": true, "orgs_api_keys_enabled": true},
	}, nil
}

// billingSide says whether there are plans for users, or for organizations.
func billingSide(x *tx, payer string) map[string]bool {
	plans := keep(tablePlans.all(x), func(p *billingPlan) bool { return p.PayerType == payer })
	paid := keep(slices.Clone(plans), func(p *billingPlan) bool { return p.Amount > 0 })
	return map[string]bool{"enabled": len(plans) > 0, "has_paid_plans": len(paid) > 0}
}

type environmentUserWire struct {
	UserSettings
	SAML          enabledWire            `json:"saml"`
	EnterpriseSSO enabledWire            `json:"enterprise_sso"`
	Restrictions  map[string]enabledWire `json:"restrictions"`
}

func (x *tx) environmentUser(s *instanceSettings, user *UserSettings) environmentUserWire {
	sso := enabledWire{x.anyConnection()}
	return environmentUserWire{UserSettings: *user, SAML: sso, EnterpriseSSO: sso, Restrictions: map[string]enabledWire{
		"allowlist": {s.Allowlist || s.RestrictedToList}, "blocklist": {s.Blocklist},
		"allowlist_blocklist_disabled_on_sign_in": {s.ListsOffOnSignIn},
		"block_email_subaddresses":                {s.BlockSubaddresses},
		"block_disposable_email_domains":          {s.BlockDisposable},
	}}
}

type environmentOrganizations struct {
	Enabled        bool               `json:"enabled"`
	MaxMemberships int64              `json:"max_allowed_memberships"`
	Actions        map[string]bool    `json:"actions"`
	Domains        environmentDomains `json:"domains"`
	Slug           map[string]bool    `json:"slug"`
	CreatorRole    string             `json:"creator_role"`
}

type environmentDomains struct {
	Enabled         bool     `json:"enabled"`
	EnrollmentModes []string `json:"enrollment_modes"`
	DefaultRole     string   `json:"default_role"`
}
