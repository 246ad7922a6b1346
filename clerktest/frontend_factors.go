package clerktest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// factorVerification is how far the proof of one factor, or of one field of a sign-up, is.
type factorVerification struct {
	Strategy     string          `json:"strategy"`
	IdentifierID string          `json:"identifier_id"` // that a code or link went to
	Value        string          `json:"value"`         // the address or number itself
	Token        string          `json:"token"`         // of a link, or the state of a visit to a provider
	RedirectURL  string          `json:"redirect_url"`  // where link or provider lead back to
	CompleteURL  string          `json:"complete_url"`  // where a provider leads when nothing is missing
	ProviderURL  string          `json:"provider_url"`
	VerifiedAt   string          `json:"verified_at_client"`
	Error        *errorItem      `json:"error"`
	Passkey      *passkeyRequest `json:"passkey,omitzero"`
	Nonce        string          `json:"nonce,omitzero"`         // what a browser is asked to do with a passkey
	Strong       bool            `json:"strong,omitzero"`        // the passkey's device has made sure who uses it
	ConnectionID string          `json:"connection_id,omitzero"` // of the enterprise connection that a visit is for
	oneTimeCode
}

// factorInput is what a person gives to prepare or to prove a factor.
type factorInput struct {
	Strategy       string `json:"strategy"`
	Password       string `json:"password"`
	Code           string `json:"code"`
	Ticket         string `json:"ticket"`
	EmailAddressID string `json:"email_address_id"`
	PhoneNumberID  string `json:"phone_number_id"`
	RedirectURL    string `json:"redirect_url"`
	CompleteURL    string `json:"action_complete_redirect_url"`
	Credential     string `json:"public_key_credential"`
	ConnectionID   string `json:"enterprise_connection_id"`
}

// factorWire is one way to go on.
type factorWire struct {
	Strategy       string `json:"strategy"`
	EmailAddressID string `json:"email_address_id,omitzero"`
	PhoneNumberID  string `json:"phone_number_id,omitzero"`
	SafeIdentifier string `json:"safe_identifier,omitzero"`
	ConnectionID   string `json:"enterprise_connection_id,omitzero"`
	ConnectionName string `json:"enterprise_connection_name,omitzero"`
	Primary        *bool  `json:"primary,omitzero"`
	Default        *bool  `json:"default,omitzero"`
}

// firstFactors are the ways in which a user can prove the first factor.
func (x *tx) firstFactors(u *user) []factorWire {
	settings, out := x.userSettings(), []factorWire{}
	if u.PasswordDigest != "" && settings.enabled("password") {
		out = append(out, factorWire{Strategy: "password"})
	}
	if settings.firstFactor("passkey", "passkey") && len(credentialNames(u.Passkeys)) > 0 {
		out = append(out, factorWire{Strategy: "passkey"})
	}
	for i := range u.Emails {
		e := &u.Emails[i]
		factor := factorWire{EmailAddressID: e.ID, SafeIdentifier: e.Value, Primary: pointer(text(u.PrimaryEmailID) == e.ID)}
		if !e.usable() {
			continue
		}
		for _, strategy := range []string{"email_code", "email_link"} {
			if factor.Strategy = strategy; settings.firstFactor("email_address", strategy) {
				out = append(out, factor)
			}
		}
		if factor.Strategy = "reset_password_email_code"; u.PasswordDigest != "" {
			out = append(out, factor)
		}
	}
	for i := range u.Phones {
		p := &u.Phones[i]
		factor := factorWire{PhoneNumberID: p.ID, SafeIdentifier: p.Value, Primary: pointer(text(u.PrimaryPhoneID) == p.ID)}
		if !p.usable() {
			continue
		}
		if factor.Strategy = "phone_code"; settings.firstFactor("phone_number", "phone_code") && !p.SecondFactor {
			out = append(out, factor)
		}
		if factor.Strategy = "reset_password_phone_code"; u.PasswordDigest != "" {
			out = append(out, factor)
		}
	}
	return out
}

// secondFactors are the ways in which a user can prove the second factor, none when the user has not set one up.
func (x *tx) secondFactors(u *user) []factorWire {
	out := []factorWire{}
	if !u.mfaEnabled() {
		return out
	}
	if u.TOTPSecret != "" {
		out = append(out, factorWire{Strategy: "totp"})
	}
	for i := range u.Phones {
		if p := &u.Phones[i]; p.SecondFactor {
			out = append(out, factorWire{Strategy: "phone_code", PhoneNumberID: p.ID, SafeIdentifier: p.Value, Default: &p.DefaultSecondFactor})
		}
	}
	if len(u.BackupCodes) > 0 {
		out = append(out, factorWire{Strategy: "backup_code"})
	}
	return out
}

// chooseFactor finds the factor that the person means among those that are possible.
func chooseFactor(possible []factorWire, in *factorInput) (factorWire, error) {
	at := slices.IndexFunc(possible, func(f factorWire) bool {
		return f.Strategy == in.Strategy && (in.EmailAddressID == "" || f.EmailAddressID == in.EmailAddressID) &&
			(in.PhoneNumberID == "" || f.PhoneNumberID == in.PhoneNumberID)
	})
	if at < 0 {
		return factorWire{}, paramError("strategy_for_user_invalid", "strategy", "is not possible", "This account cannot be signed in to this way.")
	}
	return possible[at], nil
}

// prepareFactor sends the code or the link of a factor.
func (c *frontendCall) prepareFactor(u *user, possible []factorWire, in *factorInput) (*factorVerification, error) {
	if err := c.tx.checkReturn(u); err != nil {
		return nil, err
	}
	factor, err := chooseFactor(possible, in)
	if err != nil {
		return nil, err
	}
	v := &factorVerification{Strategy: factor.Strategy, IdentifierID: factor.EmailAddressID + factor.PhoneNumberID, Value: factor.SafeIdentifier}
	return v, c.send(v, u.ID, in)
}

// send sends what a verification needs to the address or number of it: a code, or a link.
func (c *frontendCall) send(v *factorVerification, userID string, in *factorInput) error {
	code, err := c.tx.newOneTimeCode()
	if err != nil {
		return err
	}
	v.oneTimeCode = code
	owner, to := &user{ID: userID}, &identifier{ID: v.IdentifierID, Value: v.Value}
	switch {
	case v.Strategy == "email_link":
		if err := c.checkRedirect(in.RedirectURL); err != nil {
			return err
		}
		v.Code, v.Token, v.RedirectURL = "", randomHex(24), in.RedirectURL
		c.tx.sendEmail(outboxEmail{
			To: v.Value, IdentificationID: v.IdentifierID, UserID: userID, Slug: "magic_link_sign_in", Subject: "Your sign-in link",
			Body: "Open this link to go on: " + c.inst.pageURL("/v1/verify?token=") + v.Token,
		})
	case strings.Contains(v.Strategy, "email_code"):
		emailKind.send(c.tx, owner, to, code.Code)
	case strings.Contains(v.Strategy, "phone_code"):
		phoneKind.send(c.tx, owner, to, code.Code)
	default:
		return paramError("strategy_for_user_invalid", "strategy", "is not possible", "Nothing has to be prepared for this strategy.")
	}
	return nil
}

// guessCode checks the code that somebody typed for a verification. A wrong one is counted.
func (x *tx) guessCode(v *factorVerification, code string) error {
	switch v.Status {
	case "verified":
		return errBadRequest("verification_already_verified", "This code was accepted already.")
	case "failed":
		return paramError("verification_failed", "code", "too many attempts", "Too many wrong codes. Ask for a new one.")
	}
	v.guess(x, code, v.Value)
	switch v.Status {
	case "verified":
		return nil
	case "expired":
		return counted(paramError("verification_expired", "code", "has expired", "This code has expired. Ask for a new one."))
	default:
		return counted(paramError("form_code_incorrect", "code", "is incorrect", "The code is incorrect. Try again, or ask for a new one."))
	}
}

// proveSecondFactor checks what somebody gave as second factor; v is what was prepared, nil when nothing was.
func (x *tx) proveSecondFactor(u *user, v *factorVerification, in *factorInput) (*factorVerification, error) {
	if err := x.checkReturn(u); err != nil {
		return nil, err
	}
	if _, err := chooseFactor(x.secondFactors(u), in); err != nil {
		return nil, err
	}
	right := false
	switch in.Strategy {
	case "totp":
		right = matchesTOTP(u.TOTPSecret, in.Code, x.time)
	case "backup_code":
		right = x.useBackupCode(u, in.Code)
	default:
		if v == nil || v.Strategy != in.Strategy {
			return nil, errNotPrepared()
		}
		next := *v
		return &next, x.guessCode(&next, in.Code)
	}
	if !right {
		x.countFailure(u)
		return v, counted(paramError("form_code_incorrect", "code", "is incorrect", "The code is incorrect. Try again."))
	}
	return &factorVerification{Strategy: in.Strategy, oneTimeCode: oneTimeCode{Status: "verified"}}, nil
}

func errNotPrepared() *apiError {
	return paramError("verification_missing", "code", "is not prepared", "Ask for a code first.")
}

// checkRedirect refuses to lead a browser to anything but the application.
func (c *frontendCall) checkRedirect(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return errParamFormat("redirect_url", "an absolute http or https URL")
	}
	if !c.tx.leadsHome(u) {
		return errForeignRedirect()
	}
	return nil
}

func (v *factorVerification) wire() *factorVerificationWire {
	if v == nil {
		return nil
	}
	w := &factorVerificationWire{Object: v.object(), Status: v.Status, Strategy: v.Strategy, Error: v.Error, URL: nilIfEmpty(v.ProviderURL)}
	if v.Attempts > 0 || v.Code != "" {
		w.Attempts = &v.Attempts
	}
	if v.ExpireAt > 0 {
		w.ExpireAt = &v.ExpireAt
	}
	if v.Strategy == "email_link" {
		w.VerifiedAtClient = &v.VerifiedAt
	}
	w.Nonce = nilIfEmpty(v.Nonce)
	return w
}

// open reports whether a visit to a provider has begun that the person has not come back from.
func (v *factorVerification) open() bool {
	return v != nil && v.ProviderURL != "" && v.Status == "unverified"
}

// way is the strategy that was asked for, which verifications over an enterprise connection do not have as their name.
func (v *factorVerification) way() string {
	if v.ConnectionID != "" {
		return strategySSO
	}
	return v.Strategy
}

// object is the type of the verification on the wire.
func (v *factorVerification) object() string {
	switch s := v.Strategy; {
	case strings.HasSuffix(s, "_code") && s != "backup_code":
		return "verification_otp"
	case strings.HasPrefix(s, "oauth_"):
		return "verification_oauth"
	case strings.HasPrefix(s, "from_oauth_"):
		return "verification_from_oauth"
	default:
		return "verification_" + s
	}
}

// factorVerificationWire is the answer form of a verification.
type factorVerificationWire struct {
	Object           string     `json:"object"`
	Status           string     `json:"status"`
	Strategy         string     `json:"strategy"`
	Attempts         *int64     `json:"attempts"`
	ExpireAt         *int64     `json:"expire_at"`
	Error            *errorItem `json:"error,omitzero"`
	URL              *string    `json:"external_verification_redirect_url,omitzero"`
	VerifiedAtClient *string    `json:"verified_at_client,omitzero"`
	Nonce            *string    `json:"nonce,omitzero"`
}

// errUserGone refuses to go on for somebody who was deleted meanwhile.
func errUserGone() *apiError {
	return newError(http.StatusNotFound, "resource_not_found", "not found", "This account does not exist any more.")
}
