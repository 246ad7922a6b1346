package clerktest_test

import (
	"fmt"
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
	created, active  [3]time.Time // in this order; anna was never active
	org              string       // of anna and bert
}

func newDirectory(t *testing.T) *directory {
	t.Helper()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	d := &directory{in: in, client: newClient(in), org: in.CreateOrganization(clerktest.Organization{}).ID}
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
		d.created[i] = in.Clock().Now()
	}
	d.anna, d.bert, d.carl = ids[0], ids[1], ids[2]
	in.Clock().Advance(24 * time.Hour)
	for i := 1; i < len(ids); i++ {
		in.Clock().Advance(time.Minute)
		in.CreateSession(ids[i], "")
		d.active[i] = in.Clock().Now()
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
	s := clerk.String
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
		"active before":          {filters{LastActiveAtBefore: clerk.Set(d.active[2])}, "bert"},
		"active after":           {filters{LastActiveAtAfter: clerk.Set(d.active[1])}, "carl"},
		"active since":           {filters{LastActiveAtSince: clerk.Set(d.active[1])}, "carl bert"},
		"active in a range":      {filters{LastActiveAtAfter: clerk.Set(d.active[1].Add(-time.Millisecond)), LastActiveAtBefore: clerk.Set(d.active[1].Add(time.Millisecond))}, "bert"},
		"created before":         {filters{CreatedAtBefore: clerk.Set(d.created[1])}, "anna"},
		"created after":          {filters{CreatedAtAfter: clerk.Set(d.created[1])}, "carl"},
		"signed in before":       {filters{LastSignInAtBefore: clerk.Set(d.active[2])}, "bert"},
		"signed in after":        {filters{LastSignInAtAfter: clerk.Set(d.active[1])}, "carl"},
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
	for what, c := range map[string]struct {
		params clerk.UserListParams
		want   string
	}{
		"the first":             {clerk.UserListParams{Limit: clerk.Int64(1)}, "carl"},
		"the second":            {clerk.UserListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}, "bert"},
		"after carl":            {clerk.UserListParams{Limit: clerk.Int64(1), StartingAfter: clerk.String(d.carl)}, "bert"},
		"after anna, upwards":   {clerk.UserListParams{StartingAfter: clerk.String(d.anna), OrderBy: clerk.String("created_at")}, "bert carl"},
		"after the last":        {clerk.UserListParams{StartingAfter: clerk.String(d.anna)}, ""},
		"a filter and a cursor": {clerk.UserListParams{StartingAfter: clerk.String(d.bert), Banned: clerk.Bool(false)}, "anna"},
	} {
		same(t, what, d.names(t, &c.params), strings.Fields(c.want)...)
	}
	for what, params := range map[string]clerk.UserListParams{
		"a cursor and an offset":         {StartingAfter: clerk.String(d.carl), Offset: clerk.Int64(1)},
		"a cursor and another order":     {StartingAfter: clerk.String(d.carl), OrderBy: clerk.String("username")},
		"a cursor that the filter hides": {StartingAfter: clerk.String(d.carl), Banned: clerk.Bool(false)},
		"a page of none":                 {Limit: clerk.Int64(0)},
		"a page of 501":                  {Limit: clerk.Int64(501)},
		"an unknown order":               {OrderBy: clerk.String("shoe_size")},
	} {
		t.Run(what, func(t *testing.T) {
			from(d.client.Users.List(t.Context(), &params)).refused(t, 422, "form_param_value_invalid")
		})
	}
}

func TestUsers_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	var ids []string
	for i := range 25 {
		in.Clock().Advance(1e9)
		ids = append(ids, createUser(t, in, fmt.Sprintf(`{"email_address":["u%02d@example.com"],"first_name":"N%02d"}`, i, 24-i)))
	}
	listed := func(query string) []string {
		var out []string
		for _, v := range must(t, in, "GET", "/users"+query, "").list {
			out = append(out, v.(map[string]any)["id"].(string))
		}
		return out
	}
	for name, c := range map[string]struct {
		query string
		want  []string
	}{
		"newest first":     {"?limit=2", []string{ids[24], ids[23]}},
		"offset":           {"?limit=2&offset=2", []string{ids[22], ids[21]}},
		"ascending":        {"?limit=1&order_by=%2Bcreated_at", ids[:1]},
		"no prefix":        {"?limit=1&order_by=created_at", ids[:1]},
		"by name":          {"?limit=1&order_by=first_name", ids[24:]},
		"cursor":           {"?limit=2&starting_after=" + ids[20], []string{ids[19], ids[18]}},
		"e-mail":           {"?email_address=U03@example.com&email_address=u01@example.com", []string{ids[3], ids[1]}},
		"brackets":         {"?email_address[]=u03@example.com", []string{ids[3]}},
		"id":               {"?user_id=" + ids[7], []string{ids[7]}},
		"not the id":       {"?limit=1&user_id=-" + ids[24], []string{ids[23]}},
		"query":            {"?query=u05@", []string{ids[5]}},
		"e-mail part":      {"?email_address_query=u06", []string{ids[6]}},
		"past the end":     {"?offset=90", nil},
		"nobody is banned": {"?banned=true", nil},
	} {
		if got := listed(c.query); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if got := len(listed("")); got != 10 {
		t.Errorf("got %d users without a limit, want 10", got)
	}
	for query, code := range map[string]string{
		"?limit=abc": "form_param_type_invalid", "?limit=0": "form_param_value_invalid", "?limit=501": "form_param_value_invalid",
		"?offset=-1": "form_param_value_invalid", "?order_by=shoe_size": "form_param_value_invalid", "?nope=1": "form_param_unknown",
		"?starting_after=user_x": "form_param_value_invalid", "?banned=maybe": "form_param_type_invalid",
	} {
		refused(t, send(t, in, "GET", "/users"+query, ""), 422, code)
	}
}
