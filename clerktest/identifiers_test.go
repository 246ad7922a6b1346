package clerktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// identifiers lists a user's addresses and numbers, an asterisk at the primary ones, a question mark at unverified ones.
func identifiers(t *testing.T, client *clerk.Client, userID string) string {
	t.Helper()
	u := from(client.Users.Get(t.Context(), userID)).must(t)
	var out []string
	add := func(value, id string, primary *string, verified bool) {
		if id == clerk.Value(primary) {
			value += "*"
		}
		if !verified {
			value += "?"
		}
		out = append(out, value)
	}
	for _, e := range u.EmailAddresses {
		add(e.EmailAddress, e.ID, u.PrimaryEmailAddressID, e.Verification != nil && e.Verification.Status == "verified")
	}
	for _, p := range u.PhoneNumbers {
		add(p.PhoneNumber, p.ID, u.PrimaryPhoneNumberID, p.Verification != nil && p.Verification.Status == "verified")
	}
	return strings.Join(out, " ")
}

func TestEmailAddresses_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	emails := client.EmailAddresses
	u := in.CreateUser(clerktest.User{Email: "first@example.com"}).ID
	since := len(in.Events())
	want := func(step, list string) {
		t.Helper()
		if got := identifiers(t, client, u); got != list {
			t.Errorf("%s: got %s, want %s", step, got, list)
		}
	}
	second := from(emails.Create(ctx, &clerk.EmailAddressCreateParams{UserID: u, EmailAddress: "Second@Example.com"})).must(t)
	want("an unverified one", "first@example.com* second@example.com?")
	from(emails.Update(ctx, second.ID, &clerk.EmailAddressUpdateParams{Primary: clerk.Bool(true)})).refused(t, 422, "form_verification_needed")
	from(emails.Update(ctx, second.ID, &clerk.EmailAddressUpdateParams{Verified: clerk.Bool(true), Primary: clerk.Bool(true), NotifyPrimaryEmailAddressChanged: clerk.Bool(true)})).must(t)
	want("the new primary one", "first@example.com second@example.com*")
	if sent := in.Emails(); len(sent) != 1 || sent[0].To != "first@example.com" || sent[0].Slug != "primary_email_address_changed" {
		t.Errorf("got e-mails %+v, want one to the former primary address", sent)
	}
	from(emails.Update(ctx, second.ID, &clerk.EmailAddressUpdateParams{Verified: clerk.Bool(false)})).refused(t, 422, "form_param_value_invalid")
	from(emails.Create(ctx, &clerk.EmailAddressCreateParams{UserID: u, EmailAddress: "third@example.com", Verified: clerk.Bool(true), Primary: clerk.Bool(true)})).must(t)
	want("a third, primary", "first@example.com second@example.com third@example.com*")
	third := clerk.Value(from(client.Users.Get(ctx, u)).must(t).PrimaryEmailAddressID)
	if gone := from(emails.Delete(ctx, third)).must(t); !gone.Deleted || gone.Object != "email_address" {
		t.Errorf("got %+v", gone)
	}
	want("after the primary one went", "first@example.com* second@example.com")
	from(emails.Get(ctx, third)).refused(t, 404, "resource_not_found")
	from(emails.ReplaceForUser(ctx, u, &clerk.EmailAddressReplaceForUserParams{EmailAddress: "only@example.com"})).must(t)
	want("replaced", "only@example.com*")
	reserved := from(emails.ReplaceForUser(ctx, u, &clerk.EmailAddressReplaceForUserParams{EmailAddress: "kept@example.com", IdentificationStatus: clerk.Set(clerk.IdentificationStatus("reserved"))})).must(t)
	want("reserved", "kept@example.com*?")
	if !reserved.Reserved {
		t.Error("the reserved address does not say so")
	}
	same(t, "events", kinds(in, since), "user.updated", "user.updated", "email.created", "user.updated", "user.updated", "user.updated", "user.updated")
}

func TestEmailAddresses_Uniqueness(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	emails := client.EmailAddresses
	ada, bob := in.CreateUser(clerktest.User{Email: "ada@example.com"}).ID, in.CreateUser(clerktest.User{Email: "bob@example.com"}).ID
	create := func(user, address string, verified bool) reply[*clerk.EmailAddress] {
		return from(emails.Create(ctx, &clerk.EmailAddressCreateParams{UserID: user, EmailAddress: address, Verified: clerk.Bool(verified)}))
	}
	create(ada, "nobody", true).refused(t, 422, "form_param_format_invalid")
	create("user_none", "x@example.com", true).refused(t, 404, "resource_not_found")
	create(ada, "BOB@example.com", true).refused(t, 422, "form_identifier_exists")
	create(ada, "ada@example.com", false).refused(t, 422, "form_identifier_exists")
	from(emails.ReplaceForUser(ctx, ada, &clerk.EmailAddressReplaceForUserParams{EmailAddress: "bob@example.com"})).refused(t, 422, "form_identifier_exists")

	// What nobody verified or reserved is free, until somebody does.
	hers := create(ada, "shared@example.com", false).must(t)
	his := create(bob, "shared@example.com", false).must(t)
	from(emails.Update(ctx, hers.ID, &clerk.EmailAddressUpdateParams{Verified: clerk.Bool(true)})).must(t)
	from(emails.Update(ctx, his.ID, &clerk.EmailAddressUpdateParams{Verified: clerk.Bool(true)})).refused(t, 422, "form_identifier_exists")
	sent := from(emails.PrepareVerification(ctx, his.ID)).must(t)
	code := in.Emails()[len(in.Emails())-1].Code
	from(emails.AttemptVerification(ctx, his.ID, &clerk.EmailAddressAttemptVerificationParams{VerificationID: sent.ID, Code: code})).refused(t, 422, "form_identifier_exists")
	from(emails.ReplaceForUser(ctx, ada, &clerk.EmailAddressReplaceForUserParams{EmailAddress: "held@example.com", IdentificationStatus: clerk.Set(clerk.IdentificationStatus("reserved"))})).must(t)
	create(bob, "held@example.com", false).refused(t, 422, "form_identifier_exists")

	account := in.AddExternalAccount(bob, clerktest.ExternalAccount{Provider: "google", Email: "Bob@example.com"})
	linked := from(client.Users.Get(ctx, bob)).must(t)
	if links := linked.EmailAddresses[0].LinkedTo; len(links) != 1 || links[0].Type != "oauth_google" {
		t.Errorf("got links %+v, want the one of the connected account", links)
	}
	from(emails.Delete(ctx, linked.EmailAddresses[0].ID)).refused(t, 400, "delete_linked_identification_disallowed")
	from(emails.ReplaceForUser(ctx, bob, &clerk.EmailAddressReplaceForUserParams{EmailAddress: "new@example.com"})).refused(t, 400, "delete_linked_identification_disallowed")
	from(client.Users.DeleteExternalAccount(ctx, bob, account)).must(t)
	from(emails.Delete(ctx, linked.EmailAddresses[0].ID)).must(t)
}

func TestEmailAddresses_Verification(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	emails := client.EmailAddresses
	u := in.CreateUser(clerktest.User{Username: "verified_later"}).ID
	e := from(emails.Create(ctx, &clerk.EmailAddressCreateParams{UserID: u, EmailAddress: "a@example.com"})).must(t)
	prepare := func() (id, code string) {
		t.Helper()
		v := from(emails.PrepareVerification(ctx, e.ID)).must(t)
		if v.Status != "unverified" || v.Strategy != "email_code" || clerk.Value(v.Attempts) != 0 || clerk.Value(v.ExpireAt) != clerk.NewTimestamp(in.Clock().Now().Add(10*time.Minute)) || v.Channel != nil {
			t.Errorf("got %+v", v)
		}
		return v.ID, in.Emails()[len(in.Emails())-1].Code
	}
	attempt := func(id, code string) reply[*clerk.IdentifierVerification] {
		return from(emails.AttemptVerification(ctx, e.ID, &clerk.EmailAddressAttemptVerificationParams{VerificationID: id, Code: code}))
	}
	wrong := func(code string) string { return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code) }

	id, code := prepare()
	for i, status := range []string{"unverified", "unverified", "failed", "failed"} {
		v := attempt(id, wrong(code)).must(t)
		if v.Status != status || clerk.Value(v.Attempts) != min(int64(i)+1, 3) {
			t.Errorf("guess %d: got %s after %d attempts, want %s", i+1, v.Status, clerk.Value(v.Attempts), status)
		}
	}
	id, code = prepare()
	in.Clock().Advance(10 * time.Minute)
	if v := attempt(id, code).must(t); v.Status != "expired" {
		t.Errorf("got %s ten minutes later, want expired", v.Status)
	}
	id, code = prepare()
	attempt("ver_none", code).refused(t, 404, "resource_not_found")
	attempt(id, "424242").must(t)
	if v := attempt(id, code).must(t); v.Status != "verified" || clerk.Value(v.Attempts) != 2 {
		t.Errorf("got %s after %d attempts, want verified: test codes are for test addresses", v.Status, clerk.Value(v.Attempts))
	}
	attempt(id, code).refused(t, 400, "verification_already_verified")
	if got := identifiers(t, client, u); got != "a@example.com*" {
		t.Errorf("got %s, want the address verified and primary", got)
	}
	since := len(in.Events())
	id, code = prepare()
	if v := attempt(id, code).must(t); v.Status != "verified" {
		t.Errorf("got %s for a verified address, want the code checked all the same", v.Status)
	}
	same(t, "events of a code for a verified address", kinds(in, since), "email.created")

	e = from(emails.Create(ctx, &clerk.EmailAddressCreateParams{UserID: u, EmailAddress: "a+clerk_test@example.com"})).must(t)
	id, _ = prepare()
	if v := attempt(id, "424242").must(t); v.Status != "verified" {
		t.Errorf("got %s for the test code of a test address", v.Status)
	}
}

func TestPhoneNumbers(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	phones := client.PhoneNumbers
	u := in.CreateUser(clerktest.User{Email: "a@example.com"}).ID
	user := func() *clerk.User { t.Helper(); return from(client.Users.Get(ctx, u)).must(t) }
	create := func(number string, verified, second bool) reply[*clerk.PhoneNumber] {
		return from(phones.Create(ctx, &clerk.PhoneNumberCreateParams{UserID: u, PhoneNumber: number, Verified: clerk.Bool(verified), ReservedForSecondFactor: clerk.Bool(second)}))
	}
	create("555", true, false).refused(t, 422, "form_param_format_invalid")
	create("+15550000001", false, true).refused(t, 400, "identification_create_second_factor_unverified")
	one := create("+1 (555) 000-0001", true, true).must(t)
	if one.PhoneNumber != "+15550000001" || !one.ReservedForSecondFactor || !one.DefaultSecondFactor {
		t.Errorf("got %+v, want the first second factor to be the default one", one)
	}
	enabled := clerk.NewTimestamp(in.Clock().Now())
	if got := user(); !got.TwoFactorEnabled || clerk.Value(got.MFAEnabledAt) != enabled || got.MFADisabledAt != nil {
		t.Errorf("got two factors %v since %v", got.TwoFactorEnabled, got.MFAEnabledAt)
	}
	two := create("+15550000002", false, false).must(t)
	from(phones.Update(ctx, two.ID, &clerk.PhoneNumberUpdateParams{ReservedForSecondFactor: clerk.Bool(true)})).refused(t, 400, "identification_update_second_factor_unverified")
	sent := from(phones.PrepareVerification(ctx, two.ID)).must(t)
	if clerk.Value(sent.Channel) != "sms" || sent.Strategy != "phone_code" {
		t.Errorf("got %+v", sent)
	}
	from(phones.AttemptVerification(ctx, two.ID, &clerk.PhoneNumberAttemptVerificationParams{VerificationID: sent.ID, Code: in.TextMessages()[0].Code})).must(t)
	if got := from(phones.Update(ctx, two.ID, &clerk.PhoneNumberUpdateParams{ReservedForSecondFactor: clerk.Bool(true)})).must(t); got.DefaultSecondFactor {
		t.Error("the second of two second factors is the default one")
	}
	from(phones.Delete(ctx, one.ID)).must(t)
	if got := from(phones.Get(ctx, two.ID)).must(t); !got.DefaultSecondFactor {
		t.Error("the remaining second factor is not the default one")
	}
	in.Clock().Advance(time.Second)
	from(phones.ReplaceForUser(ctx, u, &clerk.PhoneNumberReplaceForUserParams{PhoneNumber: "+15550000002"})).must(t)
	got := user()
	if got.TwoFactorEnabled || clerk.Value(got.MFAEnabledAt) != enabled || clerk.Value(got.MFADisabledAt) != clerk.NewTimestamp(in.Clock().Now()) {
		t.Errorf("got two factors %v, enabled at %v, disabled at %v: a replaced number is no second factor", got.TwoFactorEnabled, got.MFAEnabledAt, got.MFADisabledAt)
	}
	alone := in.CreateUser(clerktest.User{Phone: "+15550000009"}).ID
	only := from(client.Users.Get(ctx, alone)).must(t).PhoneNumbers[0].ID
	from(phones.Update(ctx, only, &clerk.PhoneNumberUpdateParams{ReservedForSecondFactor: clerk.Bool(true)})).refused(t, 400, "identification_update_failed")
	create("+15550000009", true, false).refused(t, 422, "form_identifier_exists")
	from(phones.Delete(ctx, only)).must(t)
	from(phones.Get(ctx, only)).refused(t, 404, "resource_not_found")
	create("+15550000009", true, false).must(t)
}
