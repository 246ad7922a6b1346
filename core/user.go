package clerk

import "strings"

// PrimaryEmailAddress returns the primary e-mail address of the user, one of EmailAddresses. It returns nil if the user
// has none.
func (u *User) PrimaryEmailAddress() *EmailAddress {
	if u == nil || u.PrimaryEmailAddressID == nil {
		return nil
	}
	for i := range u.EmailAddresses {
		if u.EmailAddresses[i].ID == *u.PrimaryEmailAddressID {
			return &u.EmailAddresses[i]
		}
	}
	return nil
}

// PrimaryPhoneNumber returns the primary phone number of the user, one of PhoneNumbers. It returns nil if the user has
// none.
func (u *User) PrimaryPhoneNumber() *PhoneNumber {
	if u == nil || u.PrimaryPhoneNumberID == nil {
		return nil
	}
	for i := range u.PhoneNumbers {
		if u.PhoneNumbers[i].ID == *u.PrimaryPhoneNumberID {
			return &u.PhoneNumbers[i]
		}
	}
	return nil
}

// FullName returns the first and the last name with a space between them, or the one that is set. It returns "" if
// neither is.
func (u *User) FullName() string {
	if u == nil {
		return ""
	}
	return strings.TrimSpace(Value(u.FirstName) + " " + Value(u.LastName))
}
