package clerktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// user is the stored form of a user.
type user struct {
	ID                  string            `json:"id"`
	ExternalID          *string           `json:"external_id"`
	FirstName           *string           `json:"first_name"`
	LastName            *string           `json:"last_name"`
	Username            *string           `json:"username"`
	Locale              *string           `json:"locale"`
	ImageURL            string            `json:"image_url"`
	HasImage            bool              `json:"has_image"`
	PrimaryEmailID      *string           `json:"primary_email_id"`
	PrimaryPhoneID      *string           `json:"primary_phone_id"`
	PrimaryWalletID     *string           `json:"primary_wallet_id"`
	Emails              []identifier      `json:"emails"`
	Phones              []identifier      `json:"phones"`
	Wallets             []identifier      `json:"wallets"`
	Passkeys            []passkey         `json:"passkeys"`
	ExternalAccounts    []json.RawMessage `json:"external_accounts"`   // wire form
	SAMLAccounts        []json.RawMessage `json:"saml_accounts"`       // wire form
	EnterpriseAccounts  []json.RawMessage `json:"enterprise_accounts"` // wire form
	PublicMetadata      metadata          `json:"public_metadata"`
	PrivateMetadata     metadata          `json:"private_metadata"`
	UnsafeMetadata      metadata          `json:"unsafe_metadata"`
	PasswordDigest      string            `json:"password_digest"` // empty without a password
	PasswordHasher      string            `json:"password_hasher"`
	PasswordUpdatedAt   *int64            `json:"password_updated_at"`
	PasswordCompromised bool              `json:"password_compromised"`
	TOTPSecret          string            `json:"totp_secret"`
	BackupCodes         []string          `json:"backup_codes"`
	MFAEnabledAt        *int64            `json:"mfa_enabled_at"`
	MFADisabledAt       *int64            `json:"mfa_disabled_at"`
	Banned              bool              `json:"banned"`
	Locked              bool              `json:"locked"`
	LockoutExpiresAt    *int64            `json:"lockout_expires_at"`
	FailedAttempts      int64             `json:"failed_attempts"`
	DeleteSelf          bool              `json:"delete_self"`
	CreateOrganization  bool              `json:"create_organization"`
	OrganizationsLimit  *int64            `json:"organizations_limit"`
	BypassClientTrust   bool              `json:"bypass_client_trust"`
	LegalAcceptedAt     *int64            `json:"legal_accepted_at"`
	LastSignInAt        *int64            `json:"last_sign_in_at"`
	LastActiveAt        *int64            `json:"last_active_at"`
	Features            []string          `json:"features"` // slugs for the fea claim
	Plan                string            `json:"plan"`     // slug for the pla claim
	CreatedAt           int64             `json:"created_at"`
	UpdatedAt           int64             `json:"updated_at"`

	folded string // see fold
}

// identifier is an e-mail address, a phone number or a web3 wallet.
type identifier struct {
	ID                  string           `json:"id"`
	Value               string           `json:"value"`
	Reserved            bool             `json:"reserved"`
	Verification        *verification    `json:"verification"` // nil while unverified
	LinkedTo            []identifierLink `json:"linked_to"`
	MatchesSSO          bool             `json:"matches_sso"`
	SecondFactor        bool             `json:"second_factor"`         // phones
	DefaultSecondFactor bool             `json:"default_second_factor"` // phones
	CreatedAt           int64            `json:"created_at"`
	UpdatedAt           int64            `json:"updated_at"`
}

// verified reports whether the user has shown to own the identifier.
func (i *identifier) verified() bool {
	return i.Verification != nil && i.Verification.Status == "verified"
}

// usable reports whether the identifier may sign in, and nobody else may have it.
func (i *identifier) usable() bool { return i.verified() || i.Reserved }

type identifierLink struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// verification is what an identifier was verified by.
type verification struct {
	Object           string  `json:"object"` // verification_admin, verification_otp, …
	Status           string  `json:"status"`
	Strategy         string  `json:"strategy"`
	Attempts         *int64  `json:"attempts"`
	ExpireAt         *int64  `json:"expire_at"`
	VerifiedAtClient *string `json:"verified_at_client"`
}

type passkey struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	LastUsedAt   int64         `json:"last_used_at"`
	Verification *verification `json:"verification"`
	CreatedAt    int64         `json:"created_at"`
	UpdatedAt    int64         `json:"updated_at"`
}

var tableUsers = &table[user]{
	name:    "users",
	id:      func(u *user) string { return u.ID },
	orders:  userOrders(),
	prepare: (*user).fold,
	indexes: map[string]func(*user) []string{
		"email":       func(u *user) []string { return identifierValues(u.Emails) },
		"phone":       func(u *user) []string { return identifierValues(u.Phones) },
		"wallet":      func(u *user) []string { return identifierValues(u.Wallets) },
		"username":    func(u *user) []string { return optionalKey(u.Username) },
		"external_id": func(u *user) []string { return optionalKey(u.ExternalID) },
		"image":       func(u *user) []string { return optionalKey(nilIfEmpty(u.ImageURL)) },
		"identification": func(u *user) []string {
			ids := make([]string, 0, len(u.Emails)+len(u.Phones)+len(u.Wallets))
			for _, list := range [][]identifier{u.Emails, u.Phones, u.Wallets} {
				for i := range list {
					ids = append(ids, list[i].ID)
				}
			}
			return ids
		},
	},
}

func identifierValues(list []identifier) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Value
	}
	return out
}

// identifierByID returns a copy of the identifier in list, nil when it is not there.
func identifierByID(list []identifier, id string) *identifier {
	for i := range list {
		if list[i].ID == id {
			found := list[i]
			return &found
		}
	}
	return nil
}

// withIdentifier returns a new list in which item replaces the one with its id, or is added at the end.
func withIdentifier(list []identifier, item identifier) []identifier {
	out := make([]identifier, 0, len(list)+1)
	found := false
	for _, old := range list {
		if old.ID == item.ID {
			old, found = item, true
		}
		out = append(out, old)
	}
	if !found {
		out = append(out, item)
	}
	return out
}

// withoutIdentifier returns a new list that lacks the identifier.
func withoutIdentifier(list []identifier, id string) []identifier {
	out := make([]identifier, 0, len(list))
	for _, old := range list {
		if old.ID != id {
			out = append(out, old)
		}
	}
	return out
}

// primaryValue returns the value of the primary identifier, empty when there is none.
func primaryValue(list []identifier, id *string) string {
	if id == nil {
		return ""
	}
	if found := identifierByID(list, *id); found != nil {
		return found.Value
	}
	return ""
}

// holds reports whether nobody else may have a value of this user.
func (u *user) holds(value string) bool {
	for _, list := range [][]identifier{u.Emails, u.Phones, u.Wallets} {
		for i := range list {
			if list[i].Value == value {
				return list[i].usable()
			}
		}
	}
	return true
}

// identifications counts what the user can be told by.
func (u *user) identifications() int {
	return len(u.Emails) + len(u.Phones) + len(u.Wallets) + len(optionalKey(u.Username))
}

// settleFactors keeps one second factor among the phones the default one, and notes when the user got or lost the
// second factors.
func (u *user) settleFactors(had bool, now int64) {
	at := slices.IndexFunc(u.Phones, func(i identifier) bool { return i.SecondFactor && i.DefaultSecondFactor })
	if at < 0 {
		at = slices.IndexFunc(u.Phones, func(i identifier) bool { return i.SecondFactor })
	}
	u.Phones = slices.Clone(u.Phones)
	for i := range u.Phones {
		u.Phones[i].DefaultSecondFactor = i == at
	}
	switch has := u.mfaEnabled(); {
	case has && !had:
		u.MFAEnabledAt = &now
	case had && !has:
		u.MFADisabledAt = &now
	}
}

// mfaEnabled reports whether a second factor is set up.
func (u *user) mfaEnabled() bool {
	if u.TOTPSecret != "" {
		return true
	}
	for i := range u.Phones {
		if u.Phones[i].SecondFactor {
			return true
		}
	}
	return false
}

// userByEmail returns the user who holds an e-mail address, nil when nobody does.
func (x *tx) userByEmail(email string) *user {
	return tableUsers.first(x, "email", strings.ToLower(email))
}
