package clerktest

import (
	"encoding/json"
	"fmt"
)

// importedUser is a user as Clerk's own API lists it. What the API does not tell, passwords above all, is not there.
type importedUser struct {
	ID              string               `json:"id"`
	ExternalID      *string              `json:"external_id"`
	Username        *string              `json:"username"`
	FirstName       *string              `json:"first_name"`
	LastName        *string              `json:"last_name"`
	Locale          *string              `json:"locale"`
	ImageURL        string               `json:"image_url"`
	HasImage        bool                 `json:"has_image"`
	PrimaryEmailID  *string              `json:"primary_email_address_id"`
	PrimaryPhoneID  *string              `json:"primary_phone_number_id"`
	Emails          []importedIdentifier `json:"email_addresses"`
	Phones          []importedIdentifier `json:"phone_numbers"`
	PrimaryWalletID *string              `json:"primary_web3_wallet_id"`
	Wallets         []importedIdentifier `json:"web3_wallets"`
	Passkeys        []passkey            `json:"passkeys"`
	ExternalAccount []json.RawMessage    `json:"external_accounts"`
	SAMLAccounts    []json.RawMessage    `json:"saml_accounts"`
	Enterprise      []json.RawMessage    `json:"enterprise_accounts"`
	PublicMetadata  metadata             `json:"public_metadata"`
	PrivateMetadata metadata             `json:"private_metadata"`
	UnsafeMetadata  metadata             `json:"unsafe_metadata"`
	Banned          bool                 `json:"banned"`
	DeleteSelf      bool                 `json:"delete_self_enabled"`
	CreateOrg       bool                 `json:"create_organization_enabled"`
	CreateOrgLimit  *int64               `json:"create_organizations_limit"`
	MFAEnabledAt    *int64               `json:"mfa_enabled_at"`
	MFADisabledAt   *int64               `json:"mfa_disabled_at"`
	LegalAcceptedAt *int64               `json:"legal_accepted_at"`
	LastSignInAt    *int64               `json:"last_sign_in_at"`
	LastActiveAt    *int64               `json:"last_active_at"`
	CreatedAt       int64                `json:"created_at"`
	UpdatedAt       int64                `json:"updated_at"`
}

type importedIdentifier struct {
	ID           string `json:"id"`
	EmailAddress string `json:"email_address"`
	PhoneNumber  string `json:"phone_number"`
	Web3Wallet   string `json:"web3_wallet"`
	Reserved     bool   `json:"reserved"`
	SecondFactor bool   `json:"reserved_for_second_factor"`
	DefaultOne   bool   `json:"default_second_factor"`
	Verification *struct {
		Status   string `json:"status"`
		Strategy string `json:"strategy"`
	} `json:"verification"`
	LinkedTo  []identifierLink `json:"linked_to"`
	CreatedAt int64            `json:"created_at"`
	UpdatedAt int64            `json:"updated_at"`
}

// ImportUsers adds users that were exported from a real instance: the JSON array that the Backend API answers for a
// list of users. Ids, identifiers, metadata and times are kept; passwords are not part of such an export. All are added
// or, if one cannot be, none. It returns how many were added, and emits no events.
func (in *Instance) ImportUsers(export []byte) (int, error) {
	var users []importedUser
	if err := json.Unmarshal(export, &users); err != nil {
		return 0, fmt.Errorf("clerktest: ImportUsers: %w", err)
	}
	err := in.write(func(x *tx) error {
		for i := range users {
			if err := users[i].store(x); err != nil {
				return fmt.Errorf("user %d: %w", i, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("clerktest: ImportUsers: %w", err)
	}
	return len(users), nil
}

func (u *importedUser) store(x *tx) error {
	if u.ID == "" {
		return errParamMissing("id")
	}
	if tableUsers.get(x, u.ID) != nil {
		return errTaken("id")
	}
	row := &user{
		ID: u.ID, ExternalID: u.ExternalID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName, Locale: u.Locale,
		ImageURL: u.ImageURL, HasImage: u.HasImage, PrimaryEmailID: u.PrimaryEmailID, PrimaryPhoneID: u.PrimaryPhoneID,
		ExternalAccounts: u.ExternalAccount, PublicMetadata: orEmpty(u.PublicMetadata), PrivateMetadata: orEmpty(u.PrivateMetadata),
		UnsafeMetadata: orEmpty(u.UnsafeMetadata), Banned: u.Banned, DeleteSelf: u.DeleteSelf, CreateOrganization: u.CreateOrg,
		LastSignInAt: u.LastSignInAt, LastActiveAt: u.LastActiveAt, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
		PrimaryWalletID: u.PrimaryWalletID, Passkeys: u.Passkeys, SAMLAccounts: u.SAMLAccounts, EnterpriseAccounts: u.Enterprise,
		OrganizationsLimit: u.CreateOrgLimit, MFAEnabledAt: u.MFAEnabledAt, MFADisabledAt: u.MFADisabledAt, LegalAcceptedAt: u.LegalAcceptedAt,
	}
	var err error
	if row.Emails, err = x.importIdentifiers("email_address", parseEmail, u.Emails); err != nil {
		return err
	}
	if row.Phones, err = x.importIdentifiers("phone_number", parsePhone, u.Phones); err != nil {
		return err
	}
	if row.Wallets, err = x.importIdentifiers("web3_wallet", parseWallet, u.Wallets); err != nil {
		return err
	}
	for param, value := range map[string]*string{"username": u.Username, "external_id": u.ExternalID} {
		if value == nil {
			continue
		}
		if err := x.checkFree(param, *value, u.ID); err != nil {
			return err
		}
	}
	tableUsers.put(x, row)
	return nil
}

func (x *tx) importIdentifiers(param string, parse func(string) (string, bool), list []importedIdentifier) ([]identifier, error) {
	out := make([]identifier, 0, len(list))
	for _, i := range list {
		value, ok := parse(i.EmailAddress + i.PhoneNumber + i.Web3Wallet)
		if !ok {
			return nil, errParamFormat(param, "valid")
		}
		if err := x.checkFree(param, value, ""); err != nil {
			return nil, err
		}
		item := identifier{
			ID: i.ID, Value: value, Reserved: i.Reserved, LinkedTo: i.LinkedTo, SecondFactor: i.SecondFactor, DefaultSecondFactor: i.DefaultOne,
			CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
		}
		if item.ID == "" {
			item.ID = x.newID("idn_")
		}
		if i.Verification != nil && i.Verification.Status == "verified" {
			item.Verification = adminVerification()
		}
		out = append(out, item)
	}
	return out, nil
}
