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
	ExternalAccount []json.RawMessage    `json:"external_accounts"`
	PublicMetadata  metadata             `json:"public_metadata"`
	PrivateMetadata metadata             `json:"private_metadata"`
	UnsafeMetadata  metadata             `json:"unsafe_metadata"`
	Banned          bool                 `json:"banned"`
	DeleteSelf      bool                 `json:"delete_self_enabled"`
	CreateOrg       bool                 `json:"create_organization_enabled"`
	LastSignInAt    *int64               `json:"last_sign_in_at"`
	LastActiveAt    *int64               `json:"last_active_at"`
	CreatedAt       int64                `json:"created_at"`
	UpdatedAt       int64                `json:"updated_at"`
}

type importedIdentifier struct {
	ID           string `json:"id"`
	EmailAddress string `json:"email_address"`
	PhoneNumber  string `json:"phone_number"`
	Verification *struct {
		Status   string `json:"status"`
		Strategy string `json:"strategy"`
	} `json:"verification"`
	CreatedAt int64 `json:"created_at"`
	UpdatedAt int64 `json:"updated_at"`
}

// ImportUsers adds users that were exported from a real instance: the JSON array that the Backend API answers for a list of
// users. Ids, identifiers, metadata and times are kept; passwords are not part of such an export. All are added or, when
// one cannot be, none. It returns how many there were, and emits no events.
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
	}
	var err error
	if row.Emails, err = importIdentifiers(x, emailKind, u.Emails); err != nil {
		return err
	}
	if row.Phones, err = importIdentifiers(x, phoneKind, u.Phones); err != nil {
		return err
	}
	for param, value := range map[string]*string{"username": u.Username, "external_id": u.ExternalID} {
		if value == nil {
			continue
		}
		if err := checkFree(x, param, *value, u.ID); err != nil {
			return err
		}
	}
	tableUsers.put(x, row)
	return nil
}

func importIdentifiers(x *tx, kind *identifierKind, list []importedIdentifier) ([]identifier, error) {
	out := make([]identifier, 0, len(list))
	for _, i := range list {
		value, ok := kind.parse(i.EmailAddress + i.PhoneNumber)
		if !ok {
			return nil, errParamFormat(kind.param, "valid")
		}
		if err := checkFree(x, kind.param, value, ""); err != nil {
			return nil, err
		}
		item := identifier{ID: i.ID, Value: value, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt}
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
