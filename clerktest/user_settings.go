package clerktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// UserSettings are the rules for signing up and signing in. Its JSON form is the user_settings of Clerk's environment.
type UserSettings struct {
	Attributes       map[string]Attribute `json:"attributes"` // by Clerk's name, email_address for example
	Social           map[string]Social    `json:"social"`     // by strategy, oauth_google for example
	SignIn           SignInSettings       `json:"sign_in"`
	SignUp           SignUpSettings       `json:"sign_up"`
	Password         PasswordSettings     `json:"password_settings"`
	Username         UsernameSettings     `json:"username_settings"`
	Actions          ActionSettings       `json:"actions"`
	AttackProtection AttackProtection     `json:"attack_protection"`
	Passkey          PasskeySettings      `json:"passkey_settings"`
}

// Attribute are the rules for one attribute of a user.
type Attribute struct {
	Enabled             bool     `json:"enabled"`
	Required            bool     `json:"required"`
	UsedForFirstFactor  bool     `json:"used_for_first_factor"`
	FirstFactors        []string `json:"first_factors"`
	UsedForSecondFactor bool     `json:"used_for_second_factor"`
	SecondFactors       []string `json:"second_factors"`
	Verifications       []string `json:"verifications"`
	VerifyAtSignUp      bool     `json:"verify_at_sign_up"`
	Immutable           bool     `json:"immutable"`
}

// Social is a social connection.
type Social struct {
	Enabled                bool    `json:"enabled"`
	Required               bool    `json:"required"`
	Authenticatable        bool    `json:"authenticatable"`
	BlockEmailSubaddresses bool    `json:"block_email_subaddresses"`
	Strategy               string  `json:"strategy"`
	NotSelectable          bool    `json:"not_selectable"`
	Deprecated             bool    `json:"deprecated"`
	Name                   string  `json:"name"`
	LogoURL                *string `json:"logo_url"`
}

// SignInSettings are the rules for the second factor of a sign-in.
type SignInSettings struct {
	SecondFactor struct {
		Required bool `json:"required"`
	} `json:"second_factor"`
}

// SignUpSettings says who may sign up, and what a sign-up asks for besides the attributes.
type SignUpSettings struct {
	CaptchaEnabled       bool   `json:"captcha_enabled"`
	CaptchaWidgetType    string `json:"captcha_widget_type"`
	CustomActionRequired bool   `json:"custom_action_required"`
	Progressive          bool   `json:"progressive"`
	Mode                 string `json:"mode"` // public, restricted or waitlist
	LegalConsentEnabled  bool   `json:"legal_consent_enabled"`
}

// PasswordSettings is what a password has to consist of. Of the passwords that breaches made known the emulator knows the most
// common ones. How hard a password is to guess, ClerkJS estimates in the page.
type PasswordSettings struct {
	DisableHIBP              bool   `json:"disable_hibp"`
	DisableReverification    bool   `json:"disable_password_reverification"`
	MinLength                int    `json:"min_length"`
	MaxLength                int    `json:"max_length"`
	RequireSpecialChar       bool   `json:"require_special_char"`
	RequireNumbers           bool   `json:"require_numbers"`
	RequireUppercase         bool   `json:"require_uppercase"`
	RequireLowercase         bool   `json:"require_lowercase"`
	ShowZxcvbn               bool   `json:"show_zxcvbn"`
	MinZxcvbnStrength        int    `json:"min_zxcvbn_strength"`
	EnforceHIBPOnSignIn      bool   `json:"enforce_hibp_on_sign_in"`
	AllowedSpecialCharacters string `json:"allowed_special_characters"`
}

// UsernameSettings bounds usernames.
type UsernameSettings struct {
	MinLength            *int `json:"min_length"`
	MaxLength            *int `json:"max_length"`
	AllowExtendedSpecial bool `json:"allow_extended_special_characters"`
	AllowNumericOnly     bool `json:"allow_numeric_usernames"`
}

// ActionSettings says what users may do on their own account.
type ActionSettings struct {
	DeleteSelf               bool  `json:"delete_self"`
	CreateOrganization       bool  `json:"create_organization"`
	CreateOrganizationsLimit *bool `json:"create_organizations_limit"`
}

// AttackProtection is how guessing is made hard. A lockout of 0 minutes lasts until the Backend API ends it.
type AttackProtection struct {
	UserLockout struct {
		Enabled           bool `json:"enabled"`
		MaxAttempts       int  `json:"max_attempts"`
		DurationInMinutes int  `json:"duration_in_minutes"`
	} `json:"user_lockout"`
	PII struct {
		Enabled bool `json:"enabled"`
	} `json:"pii"`
	EmailLink struct {
		RequireSameClient bool `json:"require_same_client"`
	} `json:"email_link"`
	EnumerationProtection struct {
		Enabled bool `json:"enabled"`
	} `json:"enumeration_protection"`
}

// PasskeySettings says where passkeys are offered.
type PasskeySettings struct {
	AllowAutofill         bool `json:"allow_autofill"`
	ShowSignInButton      bool `json:"show_sign_in_button"`
	SatisfiesSecondFactor bool `json:"satisfies_second_factor"`
}

// attributeNames are the attributes that an environment names.
var attributeNames = []string{
	"email_address", "phone_number", "username", "web3_wallet", "first_name", "last_name", "password", "authenticator_app",
	"ticket", "backup_code", "passkey",
}

// standardUserSettings are those of a new instance: e-mail address and password are required, phone number, username
// and names are possible, and there are authenticator apps and backup codes as second factors.
func standardUserSettings() UserSettings {
	s := UserSettings{
		Attributes: map[string]Attribute{
			"email_address": {
				Enabled: true, Required: true, UsedForFirstFactor: true, FirstFactors: []string{"email_code", "email_link"},
				Verifications: []string{"email_code"}, VerifyAtSignUp: true,
			},
			"phone_number": {
				Enabled: true, UsedForFirstFactor: true, FirstFactors: []string{"phone_code"}, UsedForSecondFactor: true,
				SecondFactors: []string{"phone_code"}, Verifications: []string{"phone_code"}, VerifyAtSignUp: true,
			},
			"username":          {Enabled: true, UsedForFirstFactor: true},
			"first_name":        {Enabled: true},
			"last_name":         {Enabled: true},
			"password":          {Enabled: true, Required: true},
			"authenticator_app": {Enabled: true, UsedForSecondFactor: true, SecondFactors: []string{"totp"}},
			"backup_code":       {Enabled: true, UsedForSecondFactor: true, SecondFactors: []string{"backup_code"}},
			"ticket":            {Enabled: true},
		},
		Social:   map[string]Social{},
		SignUp:   SignUpSettings{CaptchaWidgetType: "smart", Progressive: true, Mode: "public"},
		Password: PasswordSettings{MinLength: 8, MaxLength: 72},
		Username: UsernameSettings{MinLength: pointer(4), MaxLength: pointer(64)},
		Actions:  ActionSettings{DeleteSelf: true, CreateOrganization: true},
	}
	s.AttackProtection.UserLockout.Enabled = true
	s.AttackProtection.UserLockout.MaxAttempts = 100
	s.AttackProtection.UserLockout.DurationInMinutes = int(lockoutDuration.Minutes())
	s.complete()
	return s
}

// complete names every attribute, leaves no list null and shares none with other settings.
func (s *UserSettings) complete() {
	s.Attributes, s.Social = maps.Clone(s.Attributes), maps.Clone(s.Social)
	if s.Attributes == nil {
		s.Attributes = map[string]Attribute{}
	}
	if s.Social == nil {
		s.Social = map[string]Social{}
	}
	for _, name := range attributeNames {
		a := s.Attributes[name]
		a.FirstFactors, a.SecondFactors, a.Verifications = orNone(slices.Clone(a.FirstFactors)), orNone(slices.Clone(a.SecondFactors)), orNone(slices.Clone(a.Verifications))
		s.Attributes[name] = a
	}
	for strategy, social := range s.Social {
		social.Strategy = strategy
		s.Social[strategy] = social
	}
}

// userSettings are the settings in force, to read and not to change.
func (x *tx) userSettings() *UserSettings {
	if s := x.settings().User; s != nil {
		return s
	}
	return &standardSettings
}

// standardSettings are those of every instance that has none of its own. Nothing changes them.
var standardSettings = standardUserSettings()

// copy returns settings that may be changed.
func (s *UserSettings) copy() UserSettings {
	out := *s
	out.complete()
	return out
}

// enabled reports whether users may have an attribute.
func (s *UserSettings) enabled(attribute string) bool { return s.Attributes[attribute].Enabled }

// firstFactor reports whether an attribute allows a strategy as first factor.
func (s *UserSettings) firstFactor(attribute, strategy string) bool {
	a := s.Attributes[attribute]
	return a.Enabled && a.UsedForFirstFactor && slices.Contains(a.FirstFactors, strategy)
}

// UserSettings returns the rules for signing up and signing in.
func (in *Instance) UserSettings() UserSettings {
	var s UserSettings
	_ = in.read(func(x *tx) error { s = x.userSettings().copy(); return nil })
	return s
}

// SetUserSettings changes the rules for signing up and signing in. ClerkJS reads them when a page loads.
func (in *Instance) SetUserSettings(edit func(*UserSettings)) {
	if err := in.changeUserSettings(func(s *UserSettings) error { edit(s); return nil }); err != nil {
		in.fail("SetUserSettings", err)
	}
}

func (in *Instance) changeUserSettings(edit func(*UserSettings) error) error {
	return in.write(func(x *tx) error { return x.changeUserSettings(edit) })
}

func (x *tx) changeUserSettings(edit func(*UserSettings) error) error {
	all, user := x.settings(), x.userSettings().copy()
	if err := edit(&user); err != nil {
		return err
	}
	user.complete()
	switch p := user.Password; {
	case !slices.Contains([]string{"public", "restricted", "waitlist"}, user.SignUp.Mode):
		return errParamValue("mode", "public, restricted or waitlist")
	case p.MinLength < 0 || p.MaxLength < 0 || p.MinLength > maxPasswordBytes:
		return errParamValue("min_length", fmt.Sprintf("0 to %d", maxPasswordBytes))
	}
	all.User = &user
	tableSettings.put(x, &all)
	return nil
}

// mergeUserSettings changes the settings that a JSON object names, at whatever depth, and no others.
func (x *tx) mergeUserSettings(patch json.RawMessage) error {
	var named map[string]json.RawMessage
	if err := json.Unmarshal(patch, &named); err != nil || named == nil {
		return errBodyInvalid("user settings have to be an object")
	}
	return x.changeUserSettings(func(s *UserSettings) error {
		before, err := json.Marshal(s)
		if err != nil {
			return err
		}
		dec := json.NewDecoder(bytes.NewReader(mergeValue(before, patch)))
		dec.DisallowUnknownFields()
		var after UserSettings
		if err := dec.Decode(&after); err != nil {
			return errBodyInvalid("these are no user settings: " + err.Error())
		}
		*s = after
		return nil
	})
}
