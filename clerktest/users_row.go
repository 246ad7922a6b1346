package clerktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// user is the stored form of a user.
type user struct {
	ID                  string            `json:"id"`
	ExternalID          *string           `json:"external_id,omitzero"`
	FirstName           *string           `json:"first_name,omitzero"`
	LastName            *string           `json:"last_name,omitzero"`
	Username            *string           `json:"username,omitzero"`
	Locale              *string           `json:"locale,omitzero"`
	Timezone            *string           `json:"timezone,omitzero"`
	ImageURL            string            `json:"image_url,omitzero"`
	HasImage            bool              `json:"has_image,omitzero"`
	PrimaryEmailID      *string           `json:"primary_email_id,omitzero"`
	PrimaryPhoneID      *string           `json:"primary_phone_id,omitzero"`
	PrimaryWalletID     *string           `json:"primary_wallet_id,omitzero"`
	Emails              []identifier      `json:"emails,omitzero"`
	Phones              []identifier      `json:"phones,omitzero"`
	Wallets             []identifier      `json:"wallets,omitzero"`
	Passkeys            []passkey         `json:"passkeys,omitzero"`
	ExternalAccounts    []json.RawMessage `json:"external_accounts,omitzero"`   // wire form
	SAMLAccounts        []json.RawMessage `json:"saml_accounts,omitzero"`       // wire form
	EnterpriseAccounts  []json.RawMessage `json:"enterprise_accounts,omitzero"` // wire form
	PublicMetadata      metadata          `json:"public_metadata,omitzero"`
	PrivateMetadata     metadata          `json:"private_metadata,omitzero"`
	UnsafeMetadata      metadata          `json:"unsafe_metadata,omitzero"`
	PasswordDigest      string            `json:"password_digest,omitzero"` // empty without a password
	PasswordHasher      string            `json:"password_hasher,omitzero"`
	PasswordUpdatedAt   *int64            `json:"password_updated_at,omitzero"`
	PasswordCompromised bool              `json:"password_compromised,omitzero"`
	TOTPSecret          string            `json:"totp_secret,omitzero"`
	BackupCodes         []string          `json:"backup_codes,omitzero"`
	MFAEnabledAt        *int64            `json:"mfa_enabled_at,omitzero"`
	MFADisabledAt       *int64            `json:"mfa_disabled_at,omitzero"`
	Banned              bool              `json:"banned,omitzero"`
	Locked              bool              `json:"locked,omitzero"`
	LockoutExpiresAt    *int64            `json:"lockout_expires_at,omitzero"`
	FailedAttempts      int64             `json:"failed_attempts,omitzero"`
	DeleteSelf          bool              `json:"delete_self,omitzero"`
	CreateOrganization  bool              `json:"create_organization,omitzero"`
	OrganizationsLimit  *int64            `json:"organizations_limit,omitzero"`
	BypassClientTrust   bool              `json:"bypass_client_trust,omitzero"`
	LegalAcceptedAt     *int64            `json:"legal_accepted_at,omitzero"`
	LastSignInAt        *int64            `json:"last_sign_in_at,omitzero"`
	LastActiveAt        *int64            `json:"last_active_at,omitzero"`
	Features            []string          `json:"features,omitzero"` // slugs for the fea claim
	Plan                string            `json:"plan,omitzero"`     // slug for the pla claim
	CreatedAt           int64             `json:"created_at,omitzero"`
	UpdatedAt           int64             `json:"updated_at,omitzero"`

	folded string // see fold
}

// identifier is an e-mail address, a phone number or a web3 wallet.
type identifier struct {
	ID                  string           `json:"id"`
	Value               string           `json:"value,omitzero"`
	Reserved            bool             `json:"reserved,omitzero"`
	Verification        *verification    `json:"verification,omitzero"` // nil while unverified
	LinkedTo            []identifierLink `json:"linked_to,omitzero"`
	MatchesSSO          bool             `json:"matches_sso,omitzero"`
	SecondFactor        bool             `json:"second_factor,omitzero"`         // phones
	DefaultSecondFactor bool             `json:"default_second_factor,omitzero"` // phones
	CreatedAt           int64            `json:"created_at,omitzero"`
	UpdatedAt           int64            `json:"updated_at,omitzero"`
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
	Object           string  `json:"object,omitzero"` // verification_admin, verification_otp, …
	Status           string  `json:"status,omitzero"`
	Strategy         string  `json:"strategy,omitzero"`
	Attempts         *int64  `json:"attempts,omitzero"`
	ExpireAt         *int64  `json:"expire_at,omitzero"`
	VerifiedAtClient *string `json:"verified_at_client,omitzero"`
}

type passkey struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	LastUsedAt   int64         `json:"last_used_at"`
	CredentialID string        `json:"credential_id,omitzero"` // base64url; empty for one that no browser has made
	Key          []byte        `json:"key,omitzero"`           // public, COSE
	SignCount    uint32        `json:"sign_count,omitzero"`
	Verification *verification `json:"verification"`
	CreatedAt    int64         `json:"created_at"`
	UpdatedAt    int64         `json:"updated_at"`
}

var tableUsers = &table[*user]{
	name:    "users",
	id:      func(u *user) string { return u.ID },
	orders:  userOrders(),
	prepare: (*user).fold,
	text:    func(u *user) string { return u.folded },
	indexes: map[string]func(*user) []string{
		"email":       func(u *user) []string { return identifierValues(u.Emails) },
		"phone":       func(u *user) []string { return identifierValues(u.Phones) },
		"wallet":      func(u *user) []string { return identifierValues(u.Wallets) },
		"username":    func(u *user) []string { return optionalKey(u.Username) },
		"external_id": func(u *user) []string { return optionalKey(u.ExternalID) },
		"image":       func(u *user) []string { return keysOf(u.ImageURL) },
		"passkey": func(u *user) []string {
			var ids []string
			for i := range u.Passkeys {
				ids = append(ids, keysOf(u.Passkeys[i].CredentialID)...)
			}
			return ids
		},
		"has": func(u *user) []string {
			if len(u.Passkeys) == 0 {
				return nil
			}
			return []string{"passkey"}
		},
		"account": func(u *user) []string {
			var keys []string
			for _, a := range accountsOf(u) {
				keys = append(keys, accountKey(a.Provider, a.ProviderUserID))
			}
			return keys
		},
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
