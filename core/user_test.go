package clerk_test

import (
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestUser_Primary(t *testing.T) {
	t.Parallel()
	id := func(s string) *string { return &s }
	user := &clerk.User{
		PrimaryEmailAddressID: id("idn_2"), PrimaryPhoneNumberID: id("idn_4"),
		EmailAddresses: []clerk.EmailAddress{{ID: "idn_1"}, {ID: "idn_2", EmailAddress: "ada@example.com"}},
		PhoneNumbers:   []clerk.PhoneNumber{{ID: "idn_3"}, {ID: "idn_4", PhoneNumber: "+15555550100"}},
	}
	if got := user.PrimaryEmailAddress(); got != &user.EmailAddresses[1] {
		t.Errorf("got %+v, want the address idn_2", got)
	}
	if got := user.PrimaryPhoneNumber(); got != &user.PhoneNumbers[1] {
		t.Errorf("got %+v, want the number idn_4", got)
	}
	for name, none := range map[string]*clerk.User{
		"nil":               nil,
		"no primary":        {EmailAddresses: user.EmailAddresses, PhoneNumbers: user.PhoneNumbers},
		"not among the own": {PrimaryEmailAddressID: id("idn_9"), PrimaryPhoneNumberID: id("idn_9")},
	} {
		if e, p := none.PrimaryEmailAddress(), none.PrimaryPhoneNumber(); e != nil || p != nil {
			t.Errorf("%s: got %+v and %+v, want none", name, e, p)
		}
	}
}

func TestUser_FullName(t *testing.T) {
	t.Parallel()
	ada, lovelace := "Ada", "Lovelace"
	for want, user := range map[string]*clerk.User{
		"Ada Lovelace": {FirstName: &ada, LastName: &lovelace},
		"Ada":          {FirstName: &ada},
		"Lovelace":     {LastName: &lovelace},
		"":             {},
	} {
		if got := user.FullName(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := (*clerk.User)(nil).FullName(); got != "" {
		t.Errorf("nil: got %q", got)
	}
}
