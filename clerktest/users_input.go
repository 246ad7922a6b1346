package clerktest

import (
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// userInput is the body of user creation and update.
type userInput struct {
	ExternalID         field[string]   `json:"external_id"`
	FirstName          field[string]   `json:"first_name"`
	LastName           field[string]   `json:"last_name"`
	Locale             field[string]   `json:"locale"`
	Timezone           field[string]   `json:"timezone"`
	Username           field[string]   `json:"username"`
	Emails             field[[]string] `json:"email_address"`
	EmailStatus        field[[]string] `json:"email_address_identification_status"`
	Phones             field[[]string] `json:"phone_number"`
	PhoneStatus        field[[]string] `json:"phone_number_identification_status"`
	Wallets            field[[]string] `json:"web3_wallet"`
	PrimaryEmail       field[string]   `json:"primary_email_address_id"`
	NotifyPrimary      field[bool]     `json:"notify_primary_email_address_changed"`
	PrimaryPhone       field[string]   `json:"primary_phone_number_id"`
	PrimaryWallet      field[string]   `json:"primary_web3_wallet_id"`
	Password           field[string]   `json:"password"`
	PasswordDigest     field[string]   `json:"password_digest"`
	PasswordHasher     field[string]   `json:"password_hasher"`
	SkipPasswordChecks field[bool]     `json:"skip_password_checks"`
	SkipRestrictions   field[bool]     `json:"skip_restriction_checks"`
	SkipUser           field[bool]     `json:"skip_user_requirement"`
	SignOut            field[bool]     `json:"sign_out_of_other_sessions"`
	TOTPSecret         field[string]   `json:"totp_secret"`
	BackupCodes        field[[]string] `json:"backup_codes"`
	DeleteSelf         field[bool]     `json:"delete_self_enabled"`
	CreateOrganization field[bool]     `json:"create_organization_enabled"`
	OrganizationsLimit field[int64]    `json:"create_organizations_limit"`
	LegalAcceptedAt    field[string]   `json:"legal_accepted_at"`
	CreatedAt          field[string]   `json:"created_at"`
	BypassClientTrust  field[bool]     `json:"bypass_client_trust"`
	ProfileImageID     field[string]   `json:"profile_image_id"`
	Banned             field[bool]     `json:"banned"`
	Locked             field[bool]     `json:"locked"`
	metadataInput

	emailProof, phoneProof *verification // of the first one, where the person showed to own it
}

var (
	usernamePattern = regexp.MustCompile(`^[a-z0-9_-]+$`)
	phonePattern    = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	nonDigits       = regexp.MustCompile(`[\s().-]`)
)

// checkIdentity refuses a new user whom nothing identifies.
func (in *userInput) checkIdentity() error {
	named := len(in.Emails.Value) > 0 || len(in.Phones.Value) > 0 || len(in.Wallets.Value) > 0 || in.Username.given()
	if named || (in.SkipUser.given() && in.SkipUser.Value) {
		return nil
	}
	return newError(http.StatusUnprocessableEntity, "form_data_missing", "data is missing",
		"a user needs an email_address, a phone_number, a web3_wallet or a username")
}

// applyIdentifiers gives a new user its identifiers, the first of each kind as the primary one.
func (in *userInput) applyIdentifiers(x *tx, u *user) error {
	var err error
	if u.Emails, err = x.newIdentifiers(in.Emails.Value, in.EmailStatus.Value, "email_address", parseEmail); err != nil {
		return err
	}
	if u.Phones, err = x.newIdentifiers(in.Phones.Value, in.PhoneStatus.Value, "phone_number", parsePhone); err != nil {
		return err
	}
	if u.Wallets, err = x.newIdentifiers(in.Wallets.Value, nil, "web3_wallet", parseWallet); err != nil {
		return err
	}
	if in.emailProof != nil && len(u.Emails) > 0 {
		u.Emails[0].Verification = in.emailProof
	}
	if in.phoneProof != nil && len(u.Phones) > 0 {
		u.Phones[0].Verification = in.phoneProof
	}
	u.PrimaryEmailID, u.PrimaryPhoneID, u.PrimaryWalletID = firstUsable(u.Emails), firstUsable(u.Phones), firstUsable(u.Wallets)
	return nil
}

// firstUsable returns the id of the identifier that becomes the primary one.
func firstUsable(list []identifier) *string {
	for i := range list {
		if list[i].usable() {
			return &list[i].ID
		}
	}
	return nil
}

func (x *tx) newIdentifiers(values, status []string, param string, parse func(string) (string, bool)) ([]identifier, error) {
	if len(status) > 0 && len(status) != len(values) {
		return nil, errParamValue(param+"_identification_status", "as long as "+param)
	}
	var out []identifier
	for i, value := range values {
		plain, ok := parse(value)
		if !ok {
			return nil, errParamFormat(param, "a valid "+strings.ReplaceAll(param, "_", " "))
		}
		if slices.Contains(identifierValues(out), plain) {
			return nil, errTaken(param)
		}
		if err := x.checkFree(param, plain, ""); err != nil {
			return nil, err
		}
		item := identifier{ID: x.newID("idn_"), Value: plain, CreatedAt: x.now, UpdatedAt: x.now}
		if len(status) > 0 && status[i] == "reserved" {
			item.Reserved = true
		} else {
			item.Verification = adminVerification()
		}
		out = append(out, item)
	}
	return out, nil
}

// checkFree refuses an identifier that another user than owner has.
func (x *tx) checkFree(param, value, owner string) error {
	index := map[string]string{
		"email_address": "email", "phone_number": "phone", "web3_wallet": "wallet", "username": "username", "external_id": "external_id",
	}[param]
	for _, other := range tableUsers.find(x, index, value) {
		if other.ID != owner && other.holds(value) {
			return errTaken(param)
		}
	}
	return nil
}

// adminVerification marks an identifier that the Backend API added.
func adminVerification() *verification {
	return &verification{Object: "verification_admin", Status: "verified", Strategy: "admin"}
}

// parseEmail returns the address as Clerk stores it, in lower case.
func parseEmail(text string) (string, bool) {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || a.Name != "" || strings.HasPrefix(text, "<") {
		return "", false
	}
	_, domain, _ := strings.Cut(text, "@")
	return strings.ToLower(text), strings.Contains(domain, ".")
}

// parsePhone returns the number in E.164 form.
func parsePhone(text string) (string, bool) {
	plain := nonDigits.ReplaceAllString(text, "")
	return plain, phonePattern.MatchString(plain)
}

func parseWallet(text string) (string, bool) {
	return strings.ToLower(text), len(text) >= 26 && len(text) <= 128 && !strings.ContainsAny(text, " @")
}

// applyTo checks and stores everything but identifiers other than username.
func (in *userInput) applyTo(x *tx, u *user) error {
	if err := in.applyNames(x, u); err != nil {
		return err
	}
	if err := in.applyCredentials(x, u); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	replaceIn(&in.Public, &u.PublicMetadata)
	replaceIn(&in.Private, &u.PrivateMetadata)
	replaceIn(&in.Unsafe, &u.UnsafeMetadata)
	in.DeleteSelf.applyValue(&u.DeleteSelf)
	in.CreateOrganization.applyValue(&u.CreateOrganization)
	in.OrganizationsLimit.apply(&u.OrganizationsLimit)
	if err := in.applyImage(x, u); err != nil {
		return err
	}
	in.BypassClientTrust.applyValue(&u.BypassClientTrust)
	in.Banned.applyValue(&u.Banned)
	in.Locked.applyValue(&u.Locked)
	if err := applyTime("legal_accepted_at", &in.LegalAcceptedAt, func(ms int64) { u.LegalAcceptedAt = &ms }); err != nil {
		return err
	}
	return applyTime("created_at", &in.CreatedAt, func(ms int64) { u.CreatedAt = ms })
}

func (in *userInput) applyNames(x *tx, u *user) error {
	in.Username.Value = strings.ToLower(in.Username.Value)
	for param, f := range map[string]*field[string]{"username": &in.Username, "external_id": &in.ExternalID} {
		if f.Value == "" {
			f.Null = f.Set
			continue
		}
		if err := x.checkFree(param, f.Value, u.ID); err != nil {
			return err
		}
	}
	if in.Username.given() {
		if err := checkUsername(in.Username.Value); err != nil {
			return err
		}
	}
	for param, f := range map[string]*field[string]{"first_name": &in.FirstName, "last_name": &in.LastName} {
		if utf8.RuneCountInString(f.Value) > 256 {
			return paramError("form_param_max_length_exceeded", param, "exceeds maximum length", param+" has at most 256 characters")
		}
	}
	in.Username.apply(&u.Username)
	in.ExternalID.apply(&u.ExternalID)
	in.FirstName.apply(&u.FirstName)
	in.LastName.apply(&u.LastName)
	in.Locale.apply(&u.Locale)
	in.Timezone.apply(&u.Timezone)
	return nil
}

// checkUsername refuses a name in lower case that nobody can have.
func checkUsername(name string) error {
	refuse := func(code, want string) error {
		return paramError(code, "username", "is invalid", "a username has "+want)
	}
	switch {
	case phonePattern.MatchString(name):
		return refuse("form_username_cannot_be_phone_number", "another form than a phone number")
	case len(name) < 4 || len(name) > 64:
		return refuse("form_username_invalid_length", "4 to 64 characters")
	case !usernamePattern.MatchString(name):
		return refuse("form_username_invalid_character", "letters, digits, dashes and underscores only")
	case strings.Trim(name, "0123456789") == "":
		return refuse("form_username_needs_non_number_char", "at least one character that is no digit")
	}
	return nil
}

// applyImage makes an image that was uploaded before the profile image.
func (in *userInput) applyImage(x *tx, u *user) error {
	if !in.ProfileImageID.given() {
		return nil
	}
	if tableImages.get(x, in.ProfileImageID.Value) == nil {
		return errNoImage()
	}
	if address := x.inst.imageURL(in.ProfileImageID.Value); address != u.ImageURL {
		x.dropImage(u.ImageURL)
		u.ImageURL, u.HasImage = address, true
	}
	return nil
}

// applyPrimaries changes which identifiers are the primary ones.
func (in *userInput) applyPrimaries(u *user) error {
	for _, p := range []struct {
		param  string
		f      *field[string]
		list   []identifier
		column **string
	}{
		{"primary_email_address_id", &in.PrimaryEmail, u.Emails, &u.PrimaryEmailID},
		{"primary_phone_number_id", &in.PrimaryPhone, u.Phones, &u.PrimaryPhoneID},
		{"primary_web3_wallet_id", &in.PrimaryWallet, u.Wallets, &u.PrimaryWalletID},
	} {
		if !p.f.given() {
			continue
		}
		found := identifierByID(p.list, p.f.Value)
		if found == nil {
			return errNotFound("identification")
		}
		if !found.verified() {
			return errVerificationNeeded(p.param)
		}
		*p.column = &found.ID
	}
	return nil
}

// applyTime stores an RFC 3339 time in Clerk's milliseconds.
func applyTime(param string, f *field[string], store func(ms int64)) error {
	if !f.given() {
		return nil
	}
	t, err := time.Parse(time.RFC3339, f.Value)
	if err != nil {
		return paramError("form_param_invalid_time", param, "is invalid", param+" has to be a time in RFC 3339")
	}
	store(t.UnixMilli())
	return nil
}
