package clerktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func createUser(t *testing.T, in *clerktest.Instance, body string) string {
	t.Helper()
	return must(t, in, "POST", "/users", body).text("id")
}

func TestUsers_Create(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	got := must(t, in, "POST", "/users", `{"email_address":["Ada@Example.com"],"first_name":"Ada","username":"ada_l","password":"difference engine",
		"public_metadata":{"plan":"pro"},"external_id":"ext-1","created_at":"2020-01-02T03:04:05Z"}`)
	if id := got.text("id"); !strings.HasPrefix(id, "user_") || len(id) != len("user_")+27 {
		t.Errorf("got id %q, want user_ and 27 characters", id)
	}
	emails, _ := got.object["email_addresses"].([]any)
	email, _ := emails[0].(map[string]any)
	if email["email_address"] != "ada@example.com" || email["id"] != got.text("primary_email_address_id") {
		t.Errorf("got %v, want the address in lower case as the primary one", email)
	}
	if got.object["password_enabled"] != true || got.object["created_at"] != float64(1577934245000) {
		t.Errorf("got %s", got.raw)
	}
	for name, c := range map[string]struct {
		body, code string
		status     int
	}{
		"taken e-mail":      {`{"email_address":["ADA@example.com"]}`, "form_identifier_exists", 422},
		"taken username":    {`{"username":"ADA_L"}`, "form_identifier_exists", 422},
		"taken external id": {`{"username":"other","external_id":"ext-1"}`, "form_identifier_exists", 422},
		"unknown field":     {`{"email_address":["x@example.com"],"emial":1}`, "form_param_unknown", 422},
		"wrong type":        {`{"email_address":"x@example.com"}`, "form_param_type_invalid", 422},
		"bad address":       {`{"email_address":["nope"]}`, "form_param_format_invalid", 422},
		"short password":    {`{"username":"shorty","password":"abc"}`, "form_password_length_too_short", 422},
		"nothing":           {`{}`, "form_data_missing", 422},
		"malformed JSON":    {`{"email_address":`, "request_body_invalid", 400},
		"array":             {`[]`, "request_body_invalid", 400},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, send(t, in, "POST", "/users", c.body), c.status, c.code)
		})
	}
	if n := must(t, in, "GET", "/users/count", "").object["total_count"]; n != float64(1) {
		t.Errorf("got %v users after the refusals, want 1", n)
	}
}

func TestUsers_MetadataSize(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	id := createUser(t, in, `{"username":"meta"}`)
	for _, key := range []string{"k", "l"} {
		got := send(t, in, "PATCH", "/users/"+id+"/metadata", `{"unsafe_metadata":{"`+key+`":"`+strings.Repeat("y", 5000)+`"}}`)
		if want := map[string]int{"k": 200, "l": 422}[key]; got.status != want {
			t.Errorf("5 KB under %s: got %d, want %d", key, got.status, want)
		}
	}
	large := `{"public_metadata":{"x":"` + strings.Repeat("y", 9000) + `"}}`
	refused(t, send(t, in, "PATCH", "/users/"+id+"/metadata", large), 422, "form_param_exceeds_allowed_size")
}

func TestUsers_CreateAndUpdate(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	long := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	u := from(client.Users.Create(ctx, &clerk.UserCreateParams{
		EmailAddress: clerk.Set([]string{"r@example.com", "v@example.com"}), Username: clerk.String("Ada_L"), FirstName: clerk.String("Ada"), LastName: clerk.String("L"),
		EmailAddressIdentificationStatus: clerk.Set([]clerk.IdentificationStatus{"reserved", "verified"}), ExternalID: clerk.String("x"), CreatedAt: clerk.Set(long),
		PublicMetadata: clerk.JSON(map[string]any{"a": 1}), CreateOrganizationsLimit: clerk.Int64(3), Locked: clerk.Bool(true),
	})).must(t)
	if clerk.Value(u.Username) != "ada_l" || u.CreatedAt != clerk.NewTimestamp(long) || clerk.Value(u.PrimaryEmailAddressID) != u.EmailAddresses[0].ID || !u.EmailAddresses[0].Reserved ||
		string(u.PublicMetadata) != `{"a":1}` || clerk.Value(u.CreateOrganizationsLimit) != 3 || !u.Locked || u.LockoutExpiresInSeconds != nil {
		t.Errorf("got %+v", u)
	}
	since := len(in.Events())
	update := func(params clerk.UserUpdateParams) reply[*clerk.User] {
		return from(client.Users.Update(ctx, u.ID, &params))
	}
	got := update(clerk.UserUpdateParams{FirstName: clerk.Null[string](), Username: clerk.String(""), ExternalID: clerk.Null[string]()}).must(t)
	if got.FirstName != nil || clerk.Value(got.LastName) != "L" || got.Username != nil || got.ExternalID != nil {
		t.Errorf("got %+v, want null and the blank username to clear, and absence to leave alone", got)
	}
	extra := from(client.EmailAddresses.Create(ctx, &clerk.EmailAddressCreateParams{UserID: u.ID, EmailAddress: "new@example.com", Verified: clerk.Bool(true)})).must(t)
	got = update(clerk.UserUpdateParams{PrimaryEmailAddressID: clerk.String(extra.ID), NotifyPrimaryEmailAddressChanged: clerk.Bool(true)}).must(t)
	if sent := in.Emails(); clerk.Value(got.PrimaryEmailAddressID) != extra.ID || len(sent) != 1 || sent[0].To != "r@example.com" {
		t.Errorf("got primary %v and e-mails %+v", clerk.Value(got.PrimaryEmailAddressID), sent)
	}
	same(t, "events", kinds(in, since), "user.updated", "user.updated", "user.updated", "email.created")

	update(clerk.UserUpdateParams{PrimaryEmailAddressID: clerk.String(u.EmailAddresses[0].ID)}).refused(t, 422, "form_verification_needed")
	update(clerk.UserUpdateParams{PrimaryEmailAddressID: clerk.String("idn_none")}).refused(t, 404, "resource_not_found")
	from(client.Users.Update(ctx, "user_none", &clerk.UserUpdateParams{})).refused(t, 404, "resource_not_found")
}

func TestUsers_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	other := from(client.Users.Create(ctx, &clerk.UserCreateParams{
		EmailAddress: clerk.Set([]string{"t@example.com"}), PhoneNumber: clerk.Set([]string{"+15550000001"}), Username: clerk.String("taken"), ExternalID: clerk.String("x"),
		Web3Wallet: clerk.Set([]string{"0x00000000000000000000000000000000000000aa"}),
	})).must(t)
	s, list := clerk.String, func(values ...string) clerk.Opt[[]string] { return clerk.Set(values) }
	for what, c := range map[string]struct {
		params clerk.UserCreateParams
		code   string
	}{
		"nothing":                  {clerk.UserCreateParams{FirstName: s("Nobody")}, "form_data_missing"},
		"a taken address":          {clerk.UserCreateParams{EmailAddress: list("T@example.com")}, "form_identifier_exists"},
		"an address twice":         {clerk.UserCreateParams{EmailAddress: list("a@example.com", "A@example.com")}, "form_identifier_exists"},
		"a taken number":           {clerk.UserCreateParams{PhoneNumber: list("+1 555 000 0001")}, "form_identifier_exists"},
		"a taken wallet":           {clerk.UserCreateParams{Web3Wallet: list("0x00000000000000000000000000000000000000AA")}, "form_identifier_exists"},
		"a taken username":         {clerk.UserCreateParams{Username: s("TAKEN")}, "form_identifier_exists"},
		"a taken external id":      {clerk.UserCreateParams{Username: s("other"), ExternalID: s("x")}, "form_identifier_exists"},
		"no address":               {clerk.UserCreateParams{EmailAddress: list("nobody")}, "form_param_format_invalid"},
		"no number":                {clerk.UserCreateParams{PhoneNumber: list("12")}, "form_param_format_invalid"},
		"fewer states":             {clerk.UserCreateParams{EmailAddress: list("a@example.com", "b@example.com"), EmailAddressIdentificationStatus: clerk.Set([]clerk.IdentificationStatus{"verified"})}, "form_param_value_invalid"},
		"a short username":         {clerk.UserCreateParams{Username: s("abc")}, "form_username_invalid_length"},
		"a long username":          {clerk.UserCreateParams{Username: s(strings.Repeat("a", 65))}, "form_username_invalid_length"},
		"a username with spaces":   {clerk.UserCreateParams{Username: s("ada lovelace")}, "form_username_invalid_character"},
		"a username of digits":     {clerk.UserCreateParams{Username: s("12345")}, "form_username_needs_non_number_char"},
		"a number as username":     {clerk.UserCreateParams{Username: s("+15550000009")}, "form_username_cannot_be_phone_number"},
		"a long name":              {clerk.UserCreateParams{Username: s("other"), FirstName: s(strings.Repeat("é", 257))}, "form_param_max_length_exceeded"},
		"a short password":         {clerk.UserCreateParams{Username: s("other"), Password: s("seven77")}, "form_password_length_too_short"},
		"a long password":          {clerk.UserCreateParams{Username: s("other"), Password: s(strings.Repeat("x", 73))}, "form_password_length_too_long"},
		"a password of many bytes": {clerk.UserCreateParams{Username: s("other"), Password: s(strings.Repeat("é", 40))}, "form_password_size_in_bytes_exceeded"},
		"large metadata":           {clerk.UserCreateParams{Username: s("other"), UnsafeMetadata: clerk.JSON(map[string]any{"x": strings.Repeat("y", 9000)})}, "form_param_exceeds_allowed_size"},
		"no TOTP secret":           {clerk.UserCreateParams{Username: s("other"), TOTPSecret: s("not base32!")}, "invalid_totp_secret_code"},
	} {
		t.Run(what, func(t *testing.T) {
			from(client.Users.Create(ctx, &c.params)).refused(t, 422, c.code)
		})
	}
	if n := from(client.Users.Count(ctx, nil)).must(t); n != 1 {
		t.Errorf("got %d users after the refusals, want 1", n)
	}
	refused(t, send(t, in, "POST", "/users", `{"username":"other","created_at":"yesterday"}`), 422, "form_param_invalid_time")
	from(client.Users.Update(ctx, other.ID, &clerk.UserUpdateParams{Username: s("taken"), ExternalID: s("x")})).must(t)
	from(client.Users.Create(ctx, &clerk.UserCreateParams{Username: s("other"), Password: s("seven77"), SkipPasswordChecks: clerk.Bool(true)})).must(t)
}

func TestUsers_MetadataMerges(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	id := in.CreateUser(clerktest.User{PublicMetadata: map[string]any{"a": map[string]any{"b": 1, "c": []any{1, 2}}, "d": "x"}, PrivateMetadata: map[string]any{"p": 1}}).ID
	for _, c := range []struct{ patch, want string }{
		{`{}`, `{"a":{"b":1,"c":[1,2]},"d":"x"}`},
		{`{"a":{"b":2}}`, `{"a":{"b":2,"c":[1,2]},"d":"x"}`},
		{`{"a":{"c":[3]}}`, `{"a":{"b":2,"c":[3]},"d":"x"}`},
		{`{"a":{"b":null,"n":{"deep":{"gone":null,"kept":true}}}}`, `{"a":{"c":[3],"n":{"deep":{"kept":true}}},"d":"x"}`},
		{`{"d":{"now":"an object"}}`, `{"a":{"c":[3],"n":{"deep":{"kept":true}}},"d":{"now":"an object"}}`},
		{`{"a":null,"never":null}`, `{"d":{"now":"an object"}}`},
	} {
		got := from(client.Users.UpdateMetadata(ctx, id, &clerk.UserUpdateMetadataParams{PublicMetadata: clerk.JSON(clerk.Metadata(c.patch))})).must(t)
		if string(got.PublicMetadata) != c.want || string(got.PrivateMetadata) != `{"p":1}` {
			t.Errorf("%s: got %s and %s, want %s and the private one untouched", c.patch, got.PublicMetadata, got.PrivateMetadata, c.want)
		}
	}
	got := from(client.Users.ReplaceMetadata(ctx, id, &clerk.UserReplaceMetadataParams{PublicMetadata: clerk.JSON(map[string]any{"only": nil})})).must(t)
	if string(got.PublicMetadata) != `{"only":null}` || string(got.PrivateMetadata) != `{"p":1}` {
		t.Errorf("got %s and %s after a replacement", got.PublicMetadata, got.PrivateMetadata)
	}
	from(client.Users.UpdateMetadata(ctx, "user_none", &clerk.UserUpdateMetadataParams{})).refused(t, 404, "resource_not_found")
}

func TestUsers_BansAndLocks(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	a, b := in.SignedInUser(), in.SignedInUser()
	status := func(session string) string {
		t.Helper()
		return string(from(client.Sessions.Get(ctx, session)).must(t).Status)
	}
	signIn := func(user string) reply[*clerk.Session] {
		return from(client.Sessions.Create(ctx, &clerk.SessionCreateParams{UserID: user}))
	}
	from(client.Users.BulkBan(ctx, &clerk.UserBulkBanParams{UserIDs: []string{a.UserID, "user_none"}})).refused(t, 404, "resource_not_found")
	if got := status(a.SessionID); got != "active" {
		t.Errorf("got session %s after a bulk ban that failed", got)
	}
	banned := from(client.Users.BulkBan(ctx, &clerk.UserBulkBanParams{UserIDs: []string{a.UserID, b.UserID}})).must(t)
	if len(banned.Data) != 2 || !banned.Data[1].Banned || status(a.SessionID) != "revoked" || status(b.SessionID) != "revoked" {
		t.Errorf("got %+v with sessions %s and %s", banned, status(a.SessionID), status(b.SessionID))
	}
	signIn(a.UserID).refused(t, 403, "user_banned")
	from(client.Users.Unban(ctx, a.UserID)).must(t)
	from(client.Users.BulkUnban(ctx, &clerk.UserBulkUnbanParams{UserIDs: []string{b.UserID}})).must(t)
	signIn(b.UserID).must(t)

	locked := from(client.Users.Lock(ctx, a.UserID)).must(t)
	if !locked.Locked || clerk.Value(locked.LockoutExpiresInSeconds) != 3600 {
		t.Errorf("got locked %v for %v s", locked.Locked, clerk.Value(locked.LockoutExpiresInSeconds))
	}
	signIn(a.UserID).refused(t, 403, "user_locked")
	in.Clock().Advance(time.Hour - time.Millisecond)
	if got := from(client.Users.Get(ctx, a.UserID)).must(t); !got.Locked || clerk.Value(got.LockoutExpiresInSeconds) != 1 {
		t.Errorf("got locked %v for %v s a moment before the end", got.Locked, clerk.Value(got.LockoutExpiresInSeconds))
	}
	in.Clock().Advance(time.Millisecond)
	signIn(a.UserID).must(t)
	from(client.Users.Lock(ctx, a.UserID)).must(t)
	if got := from(client.Users.Unlock(ctx, a.UserID)).must(t); got.Locked || got.LockoutExpiresInSeconds != nil {
		t.Errorf("got %+v after unlocking", got)
	}
	signIn(a.UserID).must(t)
}

// TestUsers_DeleteTakesEverythingAlong checks what a deleted user leaves behind: nothing.
func TestUsers_DeleteTakesEverythingAlong(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := from(client.Users.Create(ctx, &clerk.UserCreateParams{EmailAddress: clerk.Set([]string{"ada@example.com"}), ExternalID: clerk.String("ext-1")})).must(t)
	org := in.CreateOrganization(clerktest.Organization{CreatedBy: u.ID}).ID
	session := in.CreateSession(u.ID, org)
	in.AddTrustedDevice(u.ID, clerktest.TrustedDevice{})
	code := from(client.EmailAddresses.PrepareVerification(ctx, u.EmailAddresses[0].ID)).must(t)
	signIn := from(client.SignInTokens.Create(ctx, &clerk.SignInTokenCreateParams{UserID: u.ID})).must(t)
	since := len(in.Events())

	gone := from(client.Users.Delete(ctx, u.ID)).must(t)
	if !gone.Deleted || gone.ID != u.ID || gone.ExternalID != "ext-1" {
		t.Errorf("got %+v", gone)
	}
	same(t, "events", kinds(in, since), "session.removed", "organizationMembership.deleted", "user.deleted")
	from(client.Sessions.Get(ctx, session)).refused(t, 404, "resource_not_found")
	from(client.Sessions.CreateToken(ctx, session, nil)).refused(t, 404, "resource_not_found")
	if got := from(client.OrganizationMemberships.List(ctx, org, nil)).must(t).TotalCount; got != 0 {
		t.Errorf("got %d members of the organization, want 0", got)
	}
	from(client.EmailAddresses.AttemptVerification(ctx, u.EmailAddresses[0].ID, &clerk.EmailAddressAttemptVerificationParams{VerificationID: code.ID, Code: "000000"})).refused(t, 404, "resource_not_found")
	if _, err := in.Redeem(clerk.Value(signIn.URL)); err == nil {
		t.Error("a sign-in token of a deleted user works")
	}
	from(client.Users.Delete(ctx, u.ID)).refused(t, 404, "resource_not_found")
	from(client.Users.Create(ctx, &clerk.UserCreateParams{EmailAddress: clerk.Set([]string{"ada@example.com"}), ExternalID: clerk.String("ext-1")})).must(t)
}
