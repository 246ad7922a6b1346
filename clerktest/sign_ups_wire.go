package clerktest

import (
	"slices"
)

type signUpVerifications struct {
	EmailAddress    *signUpVerification     `json:"email_address"`
	PhoneNumber     *signUpVerification     `json:"phone_number"`
	Web3Wallet      *signUpVerification     `json:"web3_wallet"`
	ExternalAccount *factorVerificationWire `json:"external_account"`
}

// signUpVerification is how far the proof of an identifier is. Before anything was sent it has neither status nor
// strategy, so that the components ask for a code.
type signUpVerification struct {
	Object           *string  `json:"object,omitzero"`
	Status           *string  `json:"status"`
	Strategy         *string  `json:"strategy"`
	Attempts         *int64   `json:"attempts"`
	ExpireAt         *int64   `json:"expire_at"`
	VerifiedAtClient *string  `json:"verified_at_client,omitzero"`
	NextAction       string   `json:"next_action"`
	Strategies       []string `json:"supported_strategies"`
}

// signUpFields are the fields of a sign-up in the order of the page.
var signUpFields = []string{"email_address", "phone_number", "username", "first_name", "last_name", "password"}

func (x *tx) wireSignUp(s *signUp) signUpWire {
	out := signUpWire{
		Object: "sign_up_attempt", ID: s.ID, Status: s.statusAt(x.now), RequiredFields: []string{}, OptionalFields: []string{},
		MissingFields: x.missingFields(s), UnverifiedFields: x.unverifiedFields(s),
		Username: s.Username, EmailAddress: s.Email, PhoneNumber: s.Phone, FirstName: s.FirstName, LastName: s.LastName,
		PasswordEnabled: s.PasswordDigest != "", UnsafeMetadata: orEmpty(s.UnsafeMetadata), PublicMetadata: emptyMetadata, CustomAction: s.CustomAction,
		ExternalID: s.ExternalID, CreatedSessionID: s.SessionID, CreatedUserID: s.UserID, AbandonAt: s.AbandonAt, LegalAcceptedAt: s.LegalAcceptedAt,
	}
	settings := x.userSettings()
	for _, name := range signUpFields {
		switch a := settings.Attributes[name]; {
		case a.Enabled && a.Required:
			out.RequiredFields = append(out.RequiredFields, name)
		case a.Enabled:
			out.OptionalFields = append(out.OptionalFields, name)
		}
	}
	if settings.SignUp.LegalConsentEnabled {
		out.RequiredFields = append(out.RequiredFields, "legal_accepted")
	}
	email, phone := settings.Attributes["email_address"], settings.Attributes["phone_number"]
	if s.Email != nil {
		out.Verifications.EmailAddress = s.EmailVerification.signUpWire(out.Status == "complete", email.Verifications)
	}
	if s.Phone != nil {
		out.Verifications.PhoneNumber = s.PhoneVerification.signUpWire(out.Status == "complete", phone.Verifications)
	}
	out.Verifications.ExternalAccount = s.ExternalVerification.wire()
	return out
}

// missingFields are the required fields that nobody has filled in.
func (x *tx) missingFields(s *signUp) []string {
	out := []string{}
	if s.UserID != nil {
		return out
	}
	if x.needsSSO(s) {
		return append(out, strategySSO)
	}
	settings := x.userSettings()
	given := map[string]bool{
		"email_address": s.Email != nil, "phone_number": s.Phone != nil, "username": s.Username != nil, "first_name": s.FirstName != nil,
		"last_name": s.LastName != nil, "password": s.PasswordDigest != "" || s.External != nil || s.ClientID == "",
	}
	for _, name := range signUpFields {
		if a := settings.Attributes[name]; a.Enabled && a.Required && !given[name] {
			out = append(out, name)
		}
	}
	if settings.SignUp.LegalConsentEnabled && s.LegalAcceptedAt == nil {
		out = append(out, "legal_accepted")
	}
	return out
}

// unverifiedFields are the identifiers that have to be proved yet.
func (x *tx) unverifiedFields(s *signUp) []string {
	out := []string{}
	if s.UserID != nil {
		return out
	}
	settings := x.userSettings()
	for _, f := range []struct {
		name  string
		value *string
		v     *factorVerification
	}{{"email_address", s.Email, s.EmailVerification}, {"phone_number", s.Phone, s.PhoneVerification}} {
		proved := f.v != nil && f.v.Status == "verified"
		if f.value != nil && !proved && settings.Attributes[f.name].VerifyAtSignUp {
			out = append(out, f.name)
		}
	}
	return out
}

func (v *factorVerification) signUpWire(complete bool, strategies []string) *signUpVerification {
	w := &signUpVerification{NextAction: "needs_prepare", Strategies: orNone(strategies)}
	switch {
	case v != nil:
		plain := v.wire()
		w.Object, w.Status, w.Strategy, w.Attempts, w.ExpireAt = &plain.Object, &plain.Status, &plain.Strategy, plain.Attempts, plain.ExpireAt
		w.VerifiedAtClient = plain.VerifiedAtClient
		w.NextAction = "needs_attempt"
		if v.Status == "verified" {
			w.NextAction = ""
		}
		if !slices.Contains(w.Strategies, v.Strategy) {
			w.Strategies = append(slices.Clip(w.Strategies), v.Strategy)
		}
	case complete:
		w.Status, w.NextAction = pointer("verified"), ""
	default:
		w.Object = nil
	}
	return w
}
