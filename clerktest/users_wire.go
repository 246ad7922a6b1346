package clerktest

import "encoding/json"

type userWire struct {
	ID                            string            `json:"id"`
	Object                        string            `json:"object"`
	Username                      *string           `json:"username"`
	FirstName                     *string           `json:"first_name"`
	LastName                      *string           `json:"last_name"`
	Locale                        *string           `json:"locale"`
	Timezone                      *string           `json:"timezone"`
	ImageURL                      string            `json:"image_url"`
	HasImage                      bool              `json:"has_image"`
	PrimaryEmailAddressID         *string           `json:"primary_email_address_id"`
	PrimaryPhoneNumberID          *string           `json:"primary_phone_number_id"`
	PrimaryWeb3WalletID           *string           `json:"primary_web3_wallet_id"`
	PasswordEnabled               bool              `json:"password_enabled"`
	TwoFactorEnabled              bool              `json:"two_factor_enabled"`
	TOTPEnabled                   bool              `json:"totp_enabled"`
	BackupCodeEnabled             bool              `json:"backup_code_enabled"`
	EmailAddresses                []emailWire       `json:"email_addresses"`
	PhoneNumbers                  []phoneWire       `json:"phone_numbers"`
	Web3Wallets                   []walletWire      `json:"web3_wallets"`
	Passkeys                      []passkeyWire     `json:"passkeys"`
	ExternalAccounts              []json.RawMessage `json:"external_accounts"`
	SAMLAccounts                  []json.RawMessage `json:"saml_accounts"`
	EnterpriseAccounts            []json.RawMessage `json:"enterprise_accounts"`
	PasswordLastUpdatedAt         *int64            `json:"password_last_updated_at"`
	PublicMetadata                metadata          `json:"public_metadata"`
	PrivateMetadata               metadata          `json:"private_metadata"`
	UnsafeMetadata                metadata          `json:"unsafe_metadata"`
	ExternalID                    *string           `json:"external_id"`
	LastSignInAt                  *int64            `json:"last_sign_in_at"`
	Banned                        bool              `json:"banned"`
	Locked                        bool              `json:"locked"`
	LockoutExpiresInSeconds       *int64            `json:"lockout_expires_in_seconds"`
	VerificationAttemptsRemaining *int64            `json:"verification_attempts_remaining"`
	CreatedAt                     int64             `json:"created_at"`
	UpdatedAt                     int64             `json:"updated_at"`
	DeleteSelfEnabled             bool              `json:"delete_self_enabled"`
	BypassClientTrust             bool              `json:"bypass_client_trust"`
	CreateOrganizationEnabled     bool              `json:"create_organization_enabled"`
	CreateOrganizationsLimit      *int64            `json:"create_organizations_limit"`
	LastActiveAt                  *int64            `json:"last_active_at"`
	MFAEnabledAt                  *int64            `json:"mfa_enabled_at"`
	MFADisabledAt                 *int64            `json:"mfa_disabled_at"`
	LegalAcceptedAt               *int64            `json:"legal_accepted_at"`
	ProfileImageURL               string            `json:"profile_image_url"`
}

type emailWire struct {
	ID                   string            `json:"id"`
	Object               string            `json:"object"`
	EmailAddress         string            `json:"email_address"`
	Reserved             bool              `json:"reserved"`
	Verification         *verificationWire `json:"verification"`
	LinkedTo             []identifierLink  `json:"linked_to"`
	MatchesSSOConnection bool              `json:"matches_sso_connection"`
	CreatedAt            int64             `json:"created_at"`
	UpdatedAt            int64             `json:"updated_at"`
}

type phoneWire struct {
	ID                      string            `json:"id"`
	Object                  string            `json:"object"`
	PhoneNumber             string            `json:"phone_number"`
	ReservedForSecondFactor bool              `json:"reserved_for_second_factor"`
	DefaultSecondFactor     bool              `json:"default_second_factor"`
	Reserved                bool              `json:"reserved"`
	Verification            *verificationWire `json:"verification"`
	LinkedTo                []identifierLink  `json:"linked_to"`
	BackupCodes             []string          `json:"backup_codes"`
	CreatedAt               int64             `json:"created_at"`
	UpdatedAt               int64             `json:"updated_at"`
}

type walletWire struct {
	ID           string            `json:"id"`
	Object       string            `json:"object"`
	Web3Wallet   string            `json:"web3_wallet"`
	Verification *verificationWire `json:"verification"`
	CreatedAt    int64             `json:"created_at"`
	UpdatedAt    int64             `json:"updated_at"`
}

type passkeyWire struct {
	ID           string            `json:"id"`
	Object       string            `json:"object"`
	Name         string            `json:"name"`
	LastUsedAt   int64             `json:"last_used_at"`
	Verification *verificationWire `json:"verification"`
}

type verificationWire struct {
	Object           string  `json:"object"`
	Status           string  `json:"status"`
	Strategy         string  `json:"strategy"`
	Attempts         *int64  `json:"attempts"`
	ExpireAt         *int64  `json:"expire_at"`
	VerifiedAtClient *string `json:"verified_at_client,omitzero"`
}

// wireUser returns the answer form of a user.
func (x *tx) wireUser(u *user) *userWire {
	w := &userWire{
		ID: u.ID, Object: "user", Username: u.Username, FirstName: u.FirstName, LastName: u.LastName, Locale: u.Locale, Timezone: u.Timezone,
		ImageURL: u.ImageURL, HasImage: u.HasImage, ProfileImageURL: u.ImageURL,
		PrimaryEmailAddressID: u.PrimaryEmailID, PrimaryPhoneNumberID: u.PrimaryPhoneID, PrimaryWeb3WalletID: u.PrimaryWalletID,
		PasswordEnabled: u.PasswordDigest != "", TwoFactorEnabled: u.mfaEnabled(), TOTPEnabled: u.TOTPSecret != "",
		BackupCodeEnabled: len(u.BackupCodes) > 0, PasswordLastUpdatedAt: u.PasswordUpdatedAt,
		ExternalAccounts: orNone(u.ExternalAccounts), SAMLAccounts: orNone(u.SAMLAccounts), EnterpriseAccounts: orNone(u.EnterpriseAccounts),
		PublicMetadata: orEmpty(u.PublicMetadata), PrivateMetadata: orEmpty(u.PrivateMetadata), UnsafeMetadata: orEmpty(u.UnsafeMetadata),
		ExternalID: u.ExternalID, LastSignInAt: u.LastSignInAt, LastActiveAt: u.LastActiveAt, Banned: u.Banned,
		CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt, DeleteSelfEnabled: u.DeleteSelf, BypassClientTrust: u.BypassClientTrust,
		CreateOrganizationEnabled: u.CreateOrganization, CreateOrganizationsLimit: u.OrganizationsLimit,
		MFAEnabledAt: u.MFAEnabledAt, MFADisabledAt: u.MFADisabledAt, LegalAcceptedAt: u.LegalAcceptedAt,
	}
	w.Locked = u.lockedAt(x.now)
	w.LockoutExpiresInSeconds = u.lockoutSeconds(x.now)
	if lockout := x.userSettings().AttackProtection.UserLockout; lockout.Enabled {
		w.VerificationAttemptsRemaining = pointer(max(int64(lockout.MaxAttempts)-u.FailedAttempts, 0))
	}
	w.EmailAddresses = make([]emailWire, len(u.Emails))
	for i := range u.Emails {
		w.EmailAddresses[i] = wireEmail(&u.Emails[i])
		w.EmailAddresses[i].MatchesSSOConnection = u.Emails[i].MatchesSSO || len(x.connectionsFor(u.Emails[i].Value)) > 0
	}
	w.PhoneNumbers = make([]phoneWire, len(u.Phones))
	for i := range u.Phones {
		w.PhoneNumbers[i] = wirePhone(&u.Phones[i])
	}
	w.Web3Wallets = make([]walletWire, len(u.Wallets))
	for i := range u.Wallets {
		w.Web3Wallets[i] = wireWallet(&u.Wallets[i])
	}
	w.Passkeys = make([]passkeyWire, len(u.Passkeys))
	for i, p := range u.Passkeys {
		w.Passkeys[i] = passkeyWire{ID: p.ID, Object: "passkey", Name: p.Name, LastUsedAt: p.LastUsedAt, Verification: wireVerification(p.Verification)}
	}
	return w
}

// lockoutSeconds is for how long a user is locked out yet; nil for one who is not, and for one whom only the Backend API
// unlocks.
func (u *user) lockoutSeconds(now int64) *int64 {
	if !u.lockedAt(now) || u.LockoutExpiresAt == nil {
		return nil
	}
	return pointer((*u.LockoutExpiresAt - now + 999) / 1000)
}

// lockedAt reports whether the user is locked out at a time in milliseconds.
func (u *user) lockedAt(now int64) bool {
	return u.Locked && (u.LockoutExpiresAt == nil || *u.LockoutExpiresAt > now)
}

func wireEmail(i *identifier) emailWire {
	return emailWire{
		ID: i.ID, Object: "email_address", EmailAddress: i.Value, Reserved: i.Reserved, Verification: wireVerification(i.Verification),
		LinkedTo: orNone(i.LinkedTo), MatchesSSOConnection: i.MatchesSSO, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
}

func wirePhone(i *identifier) phoneWire {
	return phoneWire{
		ID: i.ID, Object: "phone_number", PhoneNumber: i.Value, Reserved: i.Reserved, Verification: wireVerification(i.Verification),
		ReservedForSecondFactor: i.SecondFactor, DefaultSecondFactor: i.DefaultSecondFactor,
		LinkedTo: orNone(i.LinkedTo), CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
}

func wireWallet(i *identifier) walletWire {
	return walletWire{
		ID: i.ID, Object: "web3_wallet", Web3Wallet: i.Value, Verification: wireVerification(i.Verification),
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
}

func wireVerification(v *verification) *verificationWire {
	if v == nil {
		return nil
	}
	return &verificationWire{
		Object: v.Object, Status: v.Status, Strategy: v.Strategy, Attempts: v.Attempts, ExpireAt: v.ExpireAt, VerifiedAtClient: v.VerifiedAtClient,
	}
}
