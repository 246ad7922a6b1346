package clerktest

import (
	"cmp"
	"slices"
)

type authConfigWire struct {
	Object                      string             `json:"object"`
	ID                          string             `json:"id"`
	FirstName                   string             `json:"first_name"`
	LastName                    string             `json:"last_name"`
	EmailAddress                string             `json:"email_address"`
	PhoneNumber                 string             `json:"phone_number"`
	Username                    string             `json:"username"`
	Password                    string             `json:"password"`
	IdentificationRequirements  [][]string         `json:"identification_requirements"`
	IdentificationStrategies    []string           `json:"identification_strategies"`
	FirstFactors                []string           `json:"first_factors"`
	SecondFactors               []string           `json:"second_factors"`
	EmailVerificationStrategies []string           `json:"email_address_verification_strategies"`
	SingleSessionMode           bool               `json:"single_session_mode"`
	EnhancedEmailDeliverability bool               `json:"enhanced_email_deliverability"`
	TestMode                    bool               `json:"test_mode"`
	CookielessDev               bool               `json:"cookieless_dev"`
	URLBasedSessionSyncing      bool               `json:"url_based_session_syncing"`
	ClaimedAt                   *int64             `json:"claimed_at"`
	Reverification              bool               `json:"reverification"`
	NativeSettings              nativeSettingsWire `json:"native_settings"`
}

type nativeSettingsWire struct {
	Object                string `json:"object"`
	APIEnabled            bool   `json:"api_enabled"`
	TrustedDeviceSignIn   bool   `json:"trusted_device_sign_in_enabled"`
	EnrollmentAfterSignIn bool   `json:"trusted_device_enrollment_prompt_after_sign_in_enabled"`
	EnrollmentAfterSignUp bool   `json:"trusted_device_enrollment_prompt_after_sign_up_enabled"`
}

// authConfig is the older form of the user settings.
func (x *tx) authConfig(s *instanceSettings, user *UserSettings) authConfigWire {
	state := func(attribute string) string {
		switch a := user.Attributes[attribute]; {
		case a.Required:
			return "required"
		case a.Enabled:
			return "on"
		default:
			return "off"
		}
	}
	w := authConfigWire{
		Object: "auth_config", ID: "aconf_" + x.inst.id, FirstName: state("first_name"), LastName: state("last_name"),
		EmailAddress: state("email_address"), PhoneNumber: state("phone_number"), Username: state("username"), Password: state("password"),
		IdentificationRequirements: [][]string{}, IdentificationStrategies: []string{}, FirstFactors: []string{}, SecondFactors: []string{},
		EmailVerificationStrategies: orNone(user.Attributes["email_address"].Verifications), SingleSessionMode: !s.MultiSession,
		TestMode: s.TestMode, URLBasedSessionSyncing: true, Reverification: s.Reverification,
		NativeSettings: nativeSettingsWire{Object: "native_settings"},
	}
	for _, name := range attributeNames {
		a := user.Attributes[name]
		if a.Enabled && a.UsedForFirstFactor {
			w.IdentificationStrategies = append(w.IdentificationStrategies, name)
			w.FirstFactors = append(w.FirstFactors, a.FirstFactors...)
		}
		if a.Enabled && a.UsedForSecondFactor {
			w.SecondFactors = append(w.SecondFactors, a.SecondFactors...)
		}
	}
	if user.enabled("password") {
		w.FirstFactors = append(w.FirstFactors, "password")
	}
	slices.Sort(w.FirstFactors)
	return w
}

type displayConfigWire struct {
	Object                     string         `json:"object"`
	ID                         string         `json:"id"`
	InstanceEnvironmentType    string         `json:"instance_environment_type"`
	ApplicationName            string         `json:"application_name"`
	Theme                      map[string]any `json:"theme"`
	PreferredSignInStrategy    string         `json:"preferred_sign_in_strategy"`
	LogoImageURL               string         `json:"logo_image_url"`
	FaviconImageURL            string         `json:"favicon_image_url"`
	HomeURL                    string         `json:"home_url"`
	SignInURL                  string         `json:"sign_in_url"`
	SignUpURL                  string         `json:"sign_up_url"`
	UserProfileURL             string         `json:"user_profile_url"`
	WaitlistURL                string         `json:"waitlist_url"`
	OAuthConsentURL            string         `json:"oauth_consent_url"`
	AfterSignInURL             string         `json:"after_sign_in_url"`
	AfterSignUpURL             string         `json:"after_sign_up_url"`
	AfterSignOutOneURL         string         `json:"after_sign_out_one_url"`
	AfterSignOutAllURL         string         `json:"after_sign_out_all_url"`
	AfterSwitchSessionURL      string         `json:"after_switch_session_url"`
	AfterJoinWaitlistURL       string         `json:"after_join_waitlist_url"`
	OrganizationProfileURL     string         `json:"organization_profile_url"`
	CreateOrganizationURL      string         `json:"create_organization_url"`
	AfterLeaveOrganizationURL  string         `json:"after_leave_organization_url"`
	AfterCreateOrganizationURL string         `json:"after_create_organization_url"`
	LogoLinkURL                string         `json:"logo_link_url"`
	SupportEmail               *string        `json:"support_email"`
	Branded                    bool           `json:"branded"`
	ForceOAuthFirst            bool           `json:"experimental_force_oauth_first"`
	ClerkJSVersion             *string        `json:"clerk_js_version"`
	ShowDevmodeWarning         bool           `json:"show_devmode_warning"`
	GoogleOneTapClientID       *string        `json:"google_one_tap_client_id"`
	HelpURL                    *string        `json:"help_url"`
	PrivacyPolicyURL           *string        `json:"privacy_policy_url"`
	TermsURL                   *string        `json:"terms_url"`
	LogoURL                    *string        `json:"logo_url"`
	FaviconURL                 *string        `json:"favicon_url"`
	LogoImage                  *struct{}      `json:"logo_image"`
	FaviconImage               *struct{}      `json:"favicon_image"`
	CaptchaPublicKey           *string        `json:"captcha_public_key"`
	CaptchaWidgetType          *string        `json:"captcha_widget_type"`
	CaptchaPublicKeyInvisible  *string        `json:"captcha_public_key_invisible"`
	CaptchaProvider            *string        `json:"captcha_provider"`
	CaptchaOAuthBypass         []string       `json:"captcha_oauth_bypass"`
	CaptchaHeartbeat           *bool          `json:"captcha_heartbeat"`
}

// displayConfig is how the components look and where they lead: to the pages of the emulator, unless the application
// says otherwise. Nothing in it makes a browser ask another host.
func (in *Instance) displayConfig(s *instanceSettings) displayConfigWire {
	environment := "development"
	if in.Production() {
		environment = "production"
	}
	return displayConfigWire{
		Object: "display_config", ID: "display_config_" + in.id, InstanceEnvironmentType: environment,
		ApplicationName: s.applicationName(), Theme: map[string]any{}, PreferredSignInStrategy: "password",
		SignInURL: in.pageURL("/sign-in"), SignUpURL: in.pageURL("/sign-up"), UserProfileURL: in.pageURL("/user"),
		WaitlistURL: in.pageURL("/waitlist"), OrganizationProfileURL: in.pageURL("/organization"), CreateOrganizationURL: in.pageURL("/organization"),
		ShowDevmodeWarning: !in.Production(), CaptchaOAuthBypass: []string{},
	}
}

// applicationName is what pages, messages and authenticator apps call the application.
func (s *instanceSettings) applicationName() string { return cmp.Or(s.ApplicationName, "Local Clerk") }
