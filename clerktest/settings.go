package clerktest

import (
	"slices"
	"strings"
)

// instanceSettings is the one row of what an instance is configured to do.
type instanceSettings struct {
	ID                   string        `json:"id"`
	AllowedOrigins       []string      `json:"allowed_origins"`
	TestMode             bool          `json:"test_mode"`
	RestrictedToList     bool          `json:"restricted_to_list"`
	FromEmailAddress     string        `json:"from_email_address"`
	ProgressiveSignUp    bool          `json:"progressive_sign_up"`
	Allowlist            bool          `json:"allowlist"`
	Blocklist            bool          `json:"blocklist"`
	ListsOffOnSignIn     bool          `json:"lists_off_on_sign_in"`
	BlockSubaddresses    bool          `json:"block_subaddresses"`
	BlockDisposable      bool          `json:"block_disposable"`
	ProtectRules         bool          `json:"protect_rules"`
	ProtectSpecter       bool          `json:"protect_specter"`
	BlockedCountryCodes  []string      `json:"blocked_country_codes"`
	DynamicRegistration  bool          `json:"dynamic_registration"`
	DefaultScopes        []string      `json:"default_scopes"`
	JWTAccessTokens      bool          `json:"jwt_access_tokens"`
	MetadataDocuments    bool          `json:"metadata_documents"`
	OnlyPreRegistered    bool          `json:"only_pre_registered"`
	BlockImplicit        bool          `json:"block_implicit"`
	OAuth                OAuthSwitches `json:"oauth"`
	OrganizationsEnabled bool          `json:"organizations_enabled"`
	MaxMemberships       int64         `json:"max_memberships"`
	AdminDelete          bool          `json:"admin_delete"`
	DomainsEnabled       bool          `json:"domains_enabled"`
	SlugDisabled         bool          `json:"slug_disabled"`
	EnrollmentModes      []string      `json:"enrollment_modes"`
	CreatorRole          string        `json:"creator_role"`
	DomainsDefaultRole   string        `json:"domains_default_role"`
	ApplicationName      string        `json:"application_name"`
	MultiSession         bool          `json:"multi_session"`  // several accounts in one browser
	Reverification       bool          `json:"reverification"` // sensitive changes ask for a factor again
	User                 *UserSettings `json:"user"`           // nil means the standard ones
}

// settingsID is the id of the one row of the settings table.
const settingsID = "settings"

var tableSettings = &table[*instanceSettings]{name: "instance_settings", id: func(s *instanceSettings) string { return s.ID }}

func instanceFamily() family {
	return family{
		tables: []anyTable{tableSettings},
		endpoints: map[string]endpoint{
			"GetInstance":                            {read: getInstance},
			"UpdateInstance":                         {write: updateInstance},
			"UpdateInstanceRestrictions":             {write: updateInstanceRestrictions},
			"GetInstanceProtect":                     {read: getInstanceProtect},
			"UpdateInstanceProtect":                  {write: updateInstanceProtect},
			"GetInstanceCommunication":               {read: getInstanceCommunication},
			"UpdateInstanceCommunication":            {write: updateInstanceCommunication},
			"GetInstanceOAuthApplicationSettings":    {read: getInstanceOAuthSettings},
			"UpdateInstanceOAuthApplicationSettings": {write: updateInstanceOAuthSettings},
			"GetInstanceOrganizationSettings":        {read: getOrganizationSettings},
			"UpdateInstanceOrganizationSettings":     {write: updateOrganizationSettings},
			"UpdateInstanceAuthConfig":               {write: updateInstanceAuthConfig},
			"CreateSvixApp":                          {write: svixURL},
			"GenerateSvixAuthURL":                    {read: svixURL},
			"DeleteSvixApp":                          {write: func(*call) (any, error) { return nil, nil }},
		},
	}
}

// settings returns the instance's configuration, Clerk's defaults where nothing was changed.
func (x *tx) settings() instanceSettings {
	if s := tableSettings.get(x, settingsID); s != nil {
		return *s
	}
	return instanceSettings{
		ID: settingsID, TestMode: true, FromEmailAddress: "noreply", DefaultScopes: []string{"profile", "email"},
		OrganizationsEnabled: true, MaxMemberships: 5, AdminDelete: true, EnrollmentModes: []string{"manual_invitation"},
		CreatorRole: roleAdmin, DomainsDefaultRole: roleMember,
	}
}

// changeSettings decodes the request, edits the settings and answers with one view of them.
func changeSettings[T any](edit func(*call, *T, *instanceSettings) error, view func(*call) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var in T
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		next := c.tx.settings()
		if err := edit(c, &in, &next); err != nil {
			return nil, err
		}
		tableSettings.put(c.tx, &next)
		return view(c)
	}
}

func getInstance(c *call) (any, error) {
	s, environment := c.tx.settings(), "development"
	if c.inst.Production() {
		environment = "production"
	}
	return struct {
		Object          string   `json:"object"`
		ID              string   `json:"id"`
		EnvironmentType string   `json:"environment_type"`
		AllowedOrigins  []string `json:"allowed_origins"`
		WorkspaceID     *string  `json:"workspace_id"`
	}{"instance", c.inst.id, environment, s.AllowedOrigins, nil}, nil
}

type instanceInput struct {
	TestMode       field[bool]     `json:"test_mode"`
	AllowedOrigins field[[]string] `json:"allowed_origins"`
}

var updateInstance = changeSettings(func(_ *call, in *instanceInput, s *instanceSettings) error {
	in.TestMode.applyValue(&s.TestMode)
	if in.AllowedOrigins.Set {
		s.AllowedOrigins = in.AllowedOrigins.Value
	}
	return nil
}, func(*call) (any, error) { return nil, nil })

type restrictionsInput struct {
	Allowlist         field[bool] `json:"allowlist"`
	Blocklist         field[bool] `json:"blocklist"`
	ListsOffOnSignIn  field[bool] `json:"allowlist_blocklist_disabled_on_sign_in"`
	BlockSubaddresses field[bool] `json:"block_email_subaddresses"`
	BlockDisposable   field[bool] `json:"block_disposable_email_domains"`
}

var updateInstanceRestrictions = changeSettings(func(_ *call, in *restrictionsInput, s *instanceSettings) error {
	in.Allowlist.applyValue(&s.Allowlist)
	in.Blocklist.applyValue(&s.Blocklist)
	in.ListsOffOnSignIn.applyValue(&s.ListsOffOnSignIn)
	in.BlockSubaddresses.applyValue(&s.BlockSubaddresses)
	in.BlockDisposable.applyValue(&s.BlockDisposable)
	return nil
}, func(c *call) (any, error) { return wireRestrictions(c.tx.settings()), nil })

type restrictionsWire struct {
	Object            string `json:"object"`
	Allowlist         bool   `json:"allowlist"`
	Blocklist         bool   `json:"blocklist"`
	ListsOffOnSignIn  bool   `json:"allowlist_blocklist_disabled_on_sign_in"`
	BlockSubaddresses bool   `json:"block_email_subaddresses"`
	BlockDisposable   bool   `json:"block_disposable_email_domains"`
}

func wireRestrictions(s instanceSettings) restrictionsWire {
	return restrictionsWire{"instance_restrictions", s.Allowlist, s.Blocklist, s.ListsOffOnSignIn, s.BlockSubaddresses, s.BlockDisposable}
}

func getInstanceProtect(c *call) (any, error) {
	s := c.tx.settings()
	return struct {
		Object         string `json:"object"`
		RulesEnabled   bool   `json:"rules_enabled"`
		SpecterEnabled bool   `json:"specter_enabled"`
		ChecksBypassed bool   `json:"checks_bypassed"`
		ChecksVerified bool   `json:"checks_verified"`
	}{"instance_protect", s.ProtectRules, s.ProtectSpecter, false, false}, nil
}

type protectInput struct {
	Rules   field[bool] `json:"rules_enabled"`
	Specter field[bool] `json:"specter_enabled"`
}

var updateInstanceProtect = changeSettings(func(_ *call, in *protectInput, s *instanceSettings) error {
	in.Rules.applyValue(&s.ProtectRules)
	in.Specter.applyValue(&s.ProtectSpecter)
	return nil
}, getInstanceProtect)

func getInstanceCommunication(c *call) (any, error) {
	return struct {
		Object string   `json:"object"`
		Codes  []string `json:"blocked_country_codes"`
	}{"instance_communication", orNone(c.tx.settings().BlockedCountryCodes)}, nil
}

type communicationInput struct {
	Codes field[[]string] `json:"blocked_country_codes"`
}

var updateInstanceCommunication = changeSettings(func(_ *call, in *communicationInput, s *instanceSettings) error {
	for _, code := range in.Codes.Value {
		if len(code) != 2 || strings.ToUpper(code) != code {
			return errParamFormat("blocked_country_codes", "two-letter country codes in upper case")
		}
	}
	in.Codes.applyValue(&s.BlockedCountryCodes)
	return nil
}, getInstanceCommunication)

func getInstanceOAuthSettings(c *call) (any, error) {
	s := c.tx.settings()
	return struct {
		Object              string   `json:"object"`
		DynamicRegistration bool     `json:"dynamic_oauth_client_registration"`
		DefaultScopes       []string `json:"default_scopes"`
		JWTAccessTokens     bool     `json:"oauth_jwt_access_tokens"`
		MetadataDocuments   bool     `json:"client_id_metadata_documents_advertised"`
		OnlyPreRegistered   bool     `json:"client_id_metadata_documents_only_allow_pre_registered_clients"`
		BlockImplicit       bool     `json:"client_id_metadata_documents_block_implicitly_allowed_clients"`
	}{
		"oauth_application_settings", s.DynamicRegistration, orNone(s.DefaultScopes), s.JWTAccessTokens,
		s.MetadataDocuments, s.OnlyPreRegistered, s.BlockImplicit,
	}, nil
}

type oauthSettingsInput struct {
	DynamicRegistration field[bool]     `json:"dynamic_oauth_client_registration"`
	DefaultScopes       field[[]string] `json:"default_scopes"`
	JWTAccessTokens     field[bool]     `json:"oauth_jwt_access_tokens"`
	MetadataDocuments   field[bool]     `json:"client_id_metadata_documents_advertised"`
	OnlyPreRegistered   field[bool]     `json:"client_id_metadata_documents_only_allow_pre_registered_clients"`
	BlockImplicit       field[bool]     `json:"client_id_metadata_documents_block_implicitly_allowed_clients"`
}

var updateInstanceOAuthSettings = changeSettings(func(_ *call, in *oauthSettingsInput, s *instanceSettings) error {
	in.DynamicRegistration.applyValue(&s.DynamicRegistration)
	in.DefaultScopes.applyValue(&s.DefaultScopes)
	if in.DefaultScopes.Null || len(s.DefaultScopes) == 0 {
		s.DefaultScopes = []string{"profile", "email"}
	}
	known := s.oauth()
	if slices.ContainsFunc(in.DefaultScopes.Value, func(scope string) bool { return !known.hasScope(scope) }) {
		return errParamValue("default_scopes", "scopes that the instance has")
	}
	if err := checkDefaultScopes(s.DefaultScopes); err != nil {
		return err
	}
	in.JWTAccessTokens.applyValue(&s.JWTAccessTokens)
	in.MetadataDocuments.applyValue(&s.MetadataDocuments)
	in.OnlyPreRegistered.applyValue(&s.OnlyPreRegistered)
	in.BlockImplicit.applyValue(&s.BlockImplicit)
	return nil
}, getInstanceOAuthSettings)

func getOrganizationSettings(c *call) (any, error) {
	s := c.tx.settings()
	return struct {
		Object             string   `json:"object"`
		Enabled            bool     `json:"enabled"`
		MaxMemberships     int64    `json:"max_allowed_memberships"`
		MaxRoles           int64    `json:"max_allowed_roles"`
		MaxRoleSets        int64    `json:"max_role_sets_allowed"`
		MaxDomains         int64    `json:"max_allowed_domains"`
		MaxPermissions     int64    `json:"max_allowed_permissions"`
		CreatorRole        string   `json:"creator_role"`
		AdminDelete        bool     `json:"admin_delete_enabled"`
		DomainsEnabled     bool     `json:"domains_enabled"`
		SlugDisabled       bool     `json:"slug_disabled"`
		EnrollmentModes    []string `json:"domains_enrollment_modes"`
		DomainsDefaultRole string   `json:"domains_default_role"`
		InitialRoleSetKey  *string  `json:"initial_role_set_key"`
	}{
		"organization_settings", s.OrganizationsEnabled, s.MaxMemberships, 10, 5, 10, 50, s.CreatorRole, s.AdminDelete,
		s.DomainsEnabled, s.SlugDisabled, orNone(s.EnrollmentModes), s.DomainsDefaultRole, nil,
	}, nil
}

type organizationSettingsInput struct {
	Enabled            field[bool]     `json:"enabled"`
	MaxMemberships     field[int64]    `json:"max_allowed_memberships"`
	AdminDelete        field[bool]     `json:"admin_delete_enabled"`
	DomainsEnabled     field[bool]     `json:"domains_enabled"`
	SlugDisabled       field[bool]     `json:"slug_disabled"`
	EnrollmentModes    field[[]string] `json:"domains_enrollment_modes"`
	CreatorRole        field[string]   `json:"creator_role_id"`
	DomainsDefaultRole field[string]   `json:"domains_default_role_id"`
}

var updateOrganizationSettings = changeSettings(func(c *call, in *organizationSettingsInput, s *instanceSettings) error {
	for _, mode := range in.EnrollmentModes.Value {
		if !slices.Contains(enrollmentModes[:3], mode) {
			return errParamValue("domains_enrollment_modes", "a list of "+strings.Join(enrollmentModes[:3], ", "))
		}
	}
	for _, change := range []struct {
		id  field[string]
		key *string
	}{{in.CreatorRole, &s.CreatorRole}, {in.DomainsDefaultRole, &s.DomainsDefaultRole}} {
		if !change.id.given() {
			continue
		}
		r := tableRoles.get(c.tx, change.id.Value)
		if r == nil {
			return errNotFound("organization role")
		}
		*change.key = r.Key
	}
	in.Enabled.applyValue(&s.OrganizationsEnabled)
	in.MaxMemberships.applyValue(&s.MaxMemberships)
	in.AdminDelete.applyValue(&s.AdminDelete)
	in.DomainsEnabled.applyValue(&s.DomainsEnabled)
	in.SlugDisabled.applyValue(&s.SlugDisabled)
	in.EnrollmentModes.applyValue(&s.EnrollmentModes)
	return nil
}, getOrganizationSettings)

type authConfigInput struct {
	RestrictedToList  field[bool]   `json:"restricted_to_allowlist"`
	FromEmailAddress  field[string] `json:"from_email_address"`
	ProgressiveSignUp field[bool]   `json:"progressive_sign_up"`
	TestMode          field[bool]   `json:"test_mode"`
}

var updateInstanceAuthConfig = changeSettings(func(_ *call, in *authConfigInput, s *instanceSettings) error {
	in.RestrictedToList.applyValue(&s.RestrictedToList)
	in.FromEmailAddress.applyValue(&s.FromEmailAddress)
	in.ProgressiveSignUp.applyValue(&s.ProgressiveSignUp)
	in.TestMode.applyValue(&s.TestMode)
	return nil
}, func(c *call) (any, error) {
	s := c.tx.settings()
	return struct {
		Object            string `json:"object"`
		ID                string `json:"id"`
		RestrictedToList  bool   `json:"restricted_to_allowlist"`
		FromEmailAddress  string `json:"from_email_address"`
		ProgressiveSignUp bool   `json:"progressive_sign_up"`
		Deliverability    bool   `json:"enhanced_email_deliverability"`
	}{"instance_settings", c.inst.id, s.RestrictedToList, s.FromEmailAddress, s.ProgressiveSignUp, false}, nil
})

func svixURL(c *call) (any, error) {
	return map[string]string{"svix_url": c.inst.URL() + "/"}, nil
}
