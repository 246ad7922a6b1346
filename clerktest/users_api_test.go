package clerktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// directory is three users, created a minute apart and signed in a day later in the order bert, carl.
type directory struct {
	in               *clerktest.Instance
	client           *clerk.Client
	anna, bert, carl string
	created, active  [3]int64 // in this order; anna was never active
	org              string   // of anna and bert
}

func newDirectory(t *testing.T) *directory {
	t.Helper()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	d := &directory{in: in, client: newClient(t, in), org: in.CreateOrganization(clerktest.Organization{}).ID}
	var ids [3]string
	for i, u := range []*clerk.UserCreateParams{
		{
			EmailAddress: clerk.Set([]string{"zed@example.com", "anna@test.example"}), PhoneNumber: clerk.Set([]string{"+15550000003"}), Username: clerk.String("anna_b"),
			FirstName: clerk.String("Anna"), LastName: clerk.String("Cole"), ExternalID: clerk.String("ext-1"), Web3Wallet: clerk.Set([]string{"0x00000000000000000000000000000000000000bb"}),
		},
		{
			EmailAddress: clerk.Set([]string{"bert@example.com"}), PhoneNumber: clerk.Set([]string{"+15550000001"}), Username: clerk.String("xbert"),
			FirstName: clerk.String("Bert"), LastName: clerk.String("Adams"), ExternalID: clerk.String("ext-2"), Web3Wallet: clerk.Set([]string{"0x00000000000000000000000000000000000000aa"}),
		},
		{
			EmailAddress: clerk.Set([]string{"carl@example.com"}), PhoneNumber: clerk.Set([]string{"+15550000002"}), Username: clerk.String("carlo"),
			FirstName: clerk.String("carl"), LastName: clerk.String("Baker"), Banned: clerk.Bool(true), Web3Wallet: clerk.Set([]string{"0x00000000000000000000000000000000000000cc"}),
		},
	} {
		in.Clock().Advance(time.Minute)
		ids[i] = from(d.client.Users.Create(t.Context(), u)).must(t).ID
		d.created[i] = in.Clock().Now().UnixMilli()
	}
	d.anna, d.bert, d.carl = ids[0], ids[1], ids[2]
	in.Clock().Advance(24 * time.Hour)
	for i := 1; i < len(ids); i++ {
		in.Clock().Advance(time.Minute)
		in.CreateSession(ids[i], "")
		d.active[i] = in.Clock().Now().UnixMilli()
	}
	in.AddMember(d.org, d.anna, "member")
	in.AddMember(d.org, d.bert, "member")
	in.AddExternalAccount(d.anna, clerktest.ExternalAccount{Provider: "google", ProviderUserID: "g-1"})
	in.AddExternalAccount(d.bert, clerktest.ExternalAccount{Provider: "google", ProviderUserID: "g-2"})
	in.AddExternalAccount(d.bert, clerktest.ExternalAccount{Provider: "github", ProviderUserID: "g-1"})
	return d
}

// names are the first names of a page of users.
func (d *directory) names(t *testing.T, params *clerk.UserListParams) []string {
	t.Helper()
	return page(t, from(d.client.Users.List(t.Context(), params)), func(u clerk.User) string { return strings.ToLower(clerk.Value(u.FirstName)) })
}

// countParams are the filters of a list, for the count.
func countParams(p *clerk.UserListParams) *clerk.UserCountParams {
	return &clerk.UserCountParams{
		EmailAddresses: p.EmailAddresses, PhoneNumbers: p.PhoneNumbers, ExternalIDs: p.ExternalIDs, Usernames: p.Usernames, Web3Wallets: p.Web3Wallets,
		UserIDs: p.UserIDs, OrganizationIDs: p.OrganizationIDs, Query: p.Query, EmailAddressQuery: p.EmailAddressQuery, PhoneNumberQuery: p.PhoneNumberQuery,
		UsernameQuery: p.UsernameQuery, NameQuery: p.NameQuery, Banned: p.Banned, LastActiveAtBefore: p.LastActiveAtBefore, LastActiveAtAfter: p.LastActiveAtAfter,
		LastActiveAtSince: p.LastActiveAtSince, CreatedAtBefore: p.CreatedAtBefore, CreatedAtAfter: p.CreatedAtAfter, LastSignInAtBefore: p.LastSignInAtBefore,
		LastSignInAtAfter: p.LastSignInAtAfter, Provider: p.Provider, ProviderUserIDs: p.ProviderUserIDs,
	}
}

func TestUsers_Filters(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	type filters = clerk.UserListParams
	s, n := clerk.String, clerk.Int64
	for what, c := range map[string]struct {
		params filters
		want   string
	}{
		"all":                    {filters{}, "carl bert anna"},
		"addresses":              {filters{EmailAddresses: []string{"Anna@test.example", "bert@example.com", "x@example.com"}}, "bert anna"},
		"numbers":                {filters{PhoneNumbers: []string{"+1 (555) 000-0003"}}, "anna"},
		"external ids":           {filters{ExternalIDs: []string{"ext-1", "+ext-2", "ext-9"}}, "bert anna"},
		"not an external id":     {filters{ExternalIDs: []string{"-ext-1"}}, "carl bert"},
		"usernames":              {filters{Usernames: []string{"XBERT", "carlo"}}, "carl bert"},
		"wallets":                {filters{Web3Wallets: []string{"0x00000000000000000000000000000000000000BB"}}, "anna"},
		"ids":                    {filters{UserIDs: []string{d.anna, "+" + d.carl}}, "carl anna"},
		"not an id":              {filters{UserIDs: []string{"-" + d.anna}}, "carl bert"},
		"an id and not another":  {filters{UserIDs: []string{d.anna, d.bert, "-" + d.bert}}, "anna"},
		"an organization":        {filters{OrganizationIDs: []string{d.org}}, "bert anna"},
		"not the organization":   {filters{OrganizationIDs: []string{"-" + d.org}}, "carl"},
		"query, a full name":     {filters{Query: s("anna co")}, "anna"},
		"query, an address":      {filters{Query: s("@TEST")}, "anna"},
		"query, a number":        {filters{Query: s("0000001")}, "bert"},
		"query, a username":      {filters{Query: s("arlo")}, "carl"},
		"query, a wallet":        {filters{Query: s("0000cc")}, "carl"},
		"query, an id":           {filters{Query: s(d.bert)}, "bert"},
		"query, nothing":         {filters{Query: s("nobody at all")}, ""},
		"address part":           {filters{EmailAddressQuery: s("ZED@")}, "anna"},
		"number part":            {filters{PhoneNumberQuery: s("55000000")}, "carl bert anna"},
		"username part":          {filters{UsernameQuery: s("BERT")}, "bert"},
		"name part":              {filters{NameQuery: s("BAKER")}, "carl"},
		"banned":                 {filters{Banned: clerk.Bool(true)}, "carl"},
		"not banned":             {filters{Banned: clerk.Bool(false)}, "bert anna"},
		"active before":          {filters{LastActiveAtBefore: n(d.active[2])}, "bert"},
		"active after":           {filters{LastActiveAtAfter: n(d.active[1])}, "carl"},
		"active since":           {filters{LastActiveAtSince: n(d.active[1])}, "carl bert"},
		"active in a range":      {filters{LastActiveAtAfter: n(d.active[1] - 1), LastActiveAtBefore: n(d.active[1] + 1)}, "bert"},
		"created before":         {filters{CreatedAtBefore: n(d.created[1])}, "anna"},
		"created after":          {filters{CreatedAtAfter: n(d.created[1])}, "carl"},
		"signed in before":       {filters{LastSignInAtBefore: n(d.active[2])}, "bert"},
		"signed in after":        {filters{LastSignInAtAfter: n(d.active[1])}, "carl"},
		"account at a provider":  {filters{Provider: s("oauth_google"), ProviderUserIDs: []string{"g-1", "g-9"}}, "anna"},
		"accounts at a provider": {filters{Provider: s("google"), ProviderUserIDs: []string{"g-1", "g-2"}}, "bert anna"},
		"two filters":            {filters{Query: s("example.com"), Banned: clerk.Bool(false), UserIDs: []string{"-" + d.anna}}, "bert"},
	} {
		same(t, what, d.names(t, &c.params), strings.Fields(c.want)...)
		if got := from(d.client.Users.Count(t.Context(), countParams(&c.params))).must(t); got != int64(len(strings.Fields(c.want))) {
			t.Errorf("%s: got a count of %d, want that of %q", what, got, c.want)
		}
	}
	from(d.client.Users.List(t.Context(), &filters{Provider: s("google")})).refused(t, 422, "form_conditional_param_missing")
	from(d.client.Users.Count(t.Context(), &clerk.UserCountParams{ProviderUserIDs: []string{"g-1"}})).refused(t, 422, "form_conditional_param_missing")
	from(d.client.Users.List(t.Context(), &filters{UserIDs: strings.Fields(strings.Repeat("user_x ", 101))})).refused(t, 422, "form_param_array_size_exceeded")
}

func TestUsers_OrdersAndPages(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	d.in.Clock().Advance(time.Hour)
	from(d.client.Users.Update(t.Context(), d.anna, &clerk.UserUpdateParams{Locale: clerk.String("en-GB")})).must(t)
	for order, want := range map[string]string{
		"created_at": "anna bert carl", "-created_at": "carl bert anna", "+created_at": "anna bert carl",
		"-updated_at": "anna bert carl", "email_address": "bert carl anna", "web3wallet": "bert anna carl", "-web3wallet": "carl anna bert",
		"first_name": "anna bert carl", "-first_name": "carl bert anna", "last_name": "bert carl anna", "phone_number": "bert carl anna",
		"username": "anna carl bert", "-username": "bert carl anna", "last_active_at": "anna bert carl", "-last_active_at": "carl bert anna",
		"-last_sign_in_at": "carl bert anna",
	} {
		same(t, "by "+order, d.names(t, &clerk.UserListParams{OrderBy: clerk.String(order)}), strings.Fields(want)...)
	}
	limit := func(n int64) clerk.ListParams { return clerk.ListParams{Limit: clerk.Int64(n)} }
	for what, c := range map[string]struct {
		params clerk.UserListParams
		want   string
	}{
		"the first":             {clerk.UserListParams{ListParams: limit(1)}, "carl"},
		"the second":            {clerk.UserListParams{ListParams: clerk.ListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}}, "bert"},
		"after carl":            {clerk.UserListParams{ListParams: limit(1), StartingAfter: clerk.String(d.carl)}, "bert"},
		"after anna, upwards":   {clerk.UserListParams{StartingAfter: clerk.String(d.anna), OrderBy: clerk.String("created_at")}, "bert carl"},
		"after the last":        {clerk.UserListParams{StartingAfter: clerk.String(d.anna)}, ""},
		"a filter and a cursor": {clerk.UserListParams{StartingAfter: clerk.String(d.bert), Banned: clerk.Bool(false)}, "anna"},
	} {
		same(t, what, d.names(t, &c.params), strings.Fields(c.want)...)
	}
	for what, params := range map[string]clerk.UserListParams{
		"a cursor and an offset":         {StartingAfter: clerk.String(d.carl), ListParams: clerk.ListParams{Offset: clerk.Int64(1)}},
		"a cursor and another order":     {StartingAfter: clerk.String(d.carl), OrderBy: clerk.String("username")},
		"a cursor that the filter hides": {StartingAfter: clerk.String(d.carl), Banned: clerk.Bool(false)},
		"a page of none":                 {ListParams: limit(0)},
		"a page of 501":                  {ListParams: limit(501)},
		"an unknown order":               {OrderBy: clerk.String("shoe_size")},
	} {
		t.Log(what)
		from(d.client.Users.List(t.Context(), &params)).refused(t, 422, "form_param_value_invalid")
	}
}

func TestUsers_CreateAndUpdate(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(t, in), t.Context()
	long := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	u := from(client.Users.Create(ctx, &clerk.UserCreateParams{
		EmailAddress: clerk.Set([]string{"r@example.com", "v@example.com"}), Username: clerk.String("Ada_L"), FirstName: clerk.String("Ada"), LastName: clerk.String("L"),
		EmailAddressIdentificationStatus: clerk.Set([]clerk.IdentificationStatus{"reserved", "verified"}), ExternalID: clerk.String("x"), CreatedAt: clerk.Set(long),
		PublicMetadata: clerk.Set[any](map[string]any{"a": 1}), CreateOrganizationsLimit: clerk.Int64(3), Locked: clerk.Bool(true),
	})).must(t)
	if clerk.Value(u.Username) != "ada_l" || u.CreatedAt != long.UnixMilli() || clerk.Value(u.PrimaryEmailAddressID) != u.EmailAddresses[0].ID || !u.EmailAddresses[0].Reserved ||
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
	client, ctx := newClient(t, in), t.Context()
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
		"large metadata":           {clerk.UserCreateParams{Username: s("other"), UnsafeMetadata: clerk.Set[any](map[string]any{"x": strings.Repeat("y", 9000)})}, "form_param_exceeds_allowed_size"},
		"no TOTP secret":           {clerk.UserCreateParams{Username: s("other"), TOTPSecret: s("not base32!")}, "invalid_totp_secret_code"},
	} {
		t.Log(what)
		from(client.Users.Create(ctx, &c.params)).refused(t, 422, c.code)
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
	client, ctx := newClient(t, in), t.Context()
	id := in.CreateUser(clerktest.User{PublicMetadata: map[string]any{"a": map[string]any{"b": 1, "c": []any{1, 2}}, "d": "x"}, PrivateMetadata: map[string]any{"p": 1}}).ID
	for _, c := range []struct{ patch, want string }{
		{`{}`, `{"a":{"b":1,"c":[1,2]},"d":"x"}`},
		{`{"a":{"b":2}}`, `{"a":{"b":2,"c":[1,2]},"d":"x"}`},
		{`{"a":{"c":[3]}}`, `{"a":{"b":2,"c":[3]},"d":"x"}`},
		{`{"a":{"b":null,"n":{"deep":{"gone":null,"kept":true}}}}`, `{"a":{"c":[3],"n":{"deep":{"kept":true}}},"d":"x"}`},
		{`{"d":{"now":"an object"}}`, `{"a":{"c":[3],"n":{"deep":{"kept":true}}},"d":{"now":"an object"}}`},
		{`{"a":null,"never":null}`, `{"d":{"now":"an object"}}`},
	} {
		got := from(client.Users.UpdateMetadata(ctx, id, &clerk.UserUpdateMetadataParams{PublicMetadata: clerk.Set[any](clerk.Metadata(c.patch))})).must(t)
		if string(got.PublicMetadata) != c.want || string(got.PrivateMetadata) != `{"p":1}` {
			t.Errorf("%s: got %s and %s, want %s and the private one untouched", c.patch, got.PublicMetadata, got.PrivateMetadata, c.want)
		}
	}
	got := from(client.Users.ReplaceMetadata(ctx, id, &clerk.UserReplaceMetadataParams{PublicMetadata: clerk.Set[any](map[string]any{"only": nil})})).must(t)
	if string(got.PublicMetadata) != `{"only":null}` || string(got.PrivateMetadata) != `{"p":1}` {
		t.Errorf("got %s and %s after a replacement", got.PublicMetadata, got.PrivateMetadata)
	}
	from(client.Users.UpdateMetadata(ctx, "user_none", &clerk.UserUpdateMetadataParams{})).refused(t, 404, "resource_not_found")
}

func TestUsers_BansAndLocks(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(t, in), t.Context()
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
	client, ctx := newClient(t, in), t.Context()
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
