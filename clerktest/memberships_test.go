package clerktest_test

import (
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

type memberParams = clerk.OrganizationMembershipCreateParams

func memberID(m clerk.OrganizationMembership) string { return m.PublicUserData.UserID }

// TestOrganizationMemberships_RoleReachesTokens follows a member through a change of role to removal.
func TestOrganizationMemberships_RoleReachesTokens(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	memberships := client.OrganizationMemberships
	in.DefineRole("billing", "invoices:read")
	admin, u := in.CreateUser(clerktest.User{}).ID, in.CreateUser(clerktest.User{Username: "ada_l"}).ID
	org := in.CreateOrganization(clerktest.Organization{CreatedBy: admin}).ID
	since := len(in.Events())

	m := from(memberships.Create(ctx, org, &memberParams{UserID: u, Role: "org:member", PublicMetadata: clerk.JSON(map[string]any{"a": map[string]any{"b": 1, "c": 2}})})).must(t)
	if m.RoleName != "Member" || m.Organization.ID != org || clerk.Value(m.PublicUserData.Identifier) == "" || len(m.Permissions) != 2 {
		t.Errorf("got %+v", m)
	}
	session := in.CreateSession(u, org)
	claims := func() map[string]any {
		t.Helper()
		o, _ := claimsOf(t, in.SessionToken(session), 1)["o"].(map[string]any)
		return o
	}
	if o := claims(); o["rol"] != "member" || o["per"] != nil {
		t.Errorf("got claim %v, want a member without custom permissions", o)
	}
	m = from(memberships.Update(ctx, org, u, &clerk.OrganizationMembershipUpdateParams{Role: "org:billing"})).must(t)
	if o := claims(); m.Role != "org:billing" || o["rol"] != "billing" || o["per"] != "read" || o["fpm"] != "1" {
		t.Errorf("got role %s and claim %v", m.Role, o)
	}
	m = from(memberships.UpdateMetadata(ctx, org, u, &clerk.OrganizationMembershipUpdateMetadataParams{
		PublicMetadata: clerk.JSON(map[string]any{"a": map[string]any{"b": nil, "d": 3}}), PrivateMetadata: clerk.JSON(map[string]any{"x": 1}),
	})).must(t)
	if string(m.PublicMetadata) != `{"a":{"c":2,"d":3}}` || string(m.PrivateMetadata) != `{"x":1}` {
		t.Errorf("got metadata %s and %s", m.PublicMetadata, m.PrivateMetadata)
	}
	from(memberships.Delete(ctx, org, u)).must(t)
	if o := claims(); o != nil {
		t.Errorf("got claim %v of somebody who left", o)
	}
	if s := from(client.Sessions.Get(ctx, session)).must(t); s.LastActiveOrganizationID != nil || s.Status != "active" {
		t.Errorf("got session %s with organization %v, want it active without one", s.Status, s.LastActiveOrganizationID)
	}
	from(memberships.Delete(ctx, org, u)).refused(t, 404, "resource_not_found")
	same(t, "events", kinds(in, since), "organizationMembership.created", "session.created", "organizationMembership.updated", "organizationMembership.updated", "organizationMembership.deleted")
}

func TestOrganizationMemberships_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	memberships := client.OrganizationMemberships
	admin, u, third := in.CreateUser(clerktest.User{}).ID, in.CreateUser(clerktest.User{}).ID, in.CreateUser(clerktest.User{}).ID
	org := in.CreateOrganization(clerktest.Organization{CreatedBy: admin, MaxMemberships: 2}).ID
	update := func(user, role string) reply[*clerk.OrganizationMembership] {
		return from(memberships.Update(ctx, org, user, &clerk.OrganizationMembershipUpdateParams{Role: role}))
	}
	add := func(user, role string) reply[*clerk.OrganizationMembership] {
		return from(memberships.Create(ctx, org, &memberParams{UserID: user, Role: role}))
	}
	add("user_none", "org:member").refused(t, 404, "resource_not_found")
	add(u, "org:emperor").refused(t, 404, "resource_not_found")
	add(u, "org:member").must(t)
	add(u, "org:member").refused(t, 400, "already_a_member_in_organization")
	add(third, "org:member").refused(t, 403, "organization_membership_quota_exceeded")

	update(admin, "org:member").refused(t, 400, "organization_minimum_permissions_needed")
	from(memberships.Delete(ctx, org, admin)).refused(t, 400, "organization_minimum_permissions_needed")
	update(u, "org:emperor").refused(t, 404, "resource_not_found")
	update(third, "org:member").refused(t, 404, "resource_not_found")

	update(u, "org:admin").must(t)
	update(admin, "org:member").must(t)
	from(memberships.Delete(ctx, org, admin)).must(t)
	from(memberships.Delete(ctx, org, u)).must(t)
	if n := from(memberships.List(ctx, org, nil)).must(t).TotalCount; n != 0 {
		t.Errorf("got %d members, want the very last one to be free to go", n)
	}
	from(memberships.List(ctx, "org_none", nil)).refused(t, 404, "resource_not_found")
}

// threeMembers is an organization with an admin and two members, oldest first.
func threeMembers(t *testing.T, in *clerktest.Instance) (org string, users []string) {
	t.Helper()
	in.Clock().Freeze()
	org = in.CreateOrganization(clerktest.Organization{}).ID
	for _, u := range []struct {
		user clerktest.User
		role string
	}{
		{clerktest.User{Email: "c@example.com", Phone: "+15550000002", Username: "bert", FirstName: "Zoe", LastName: "Adams"}, "admin"},
		{clerktest.User{Email: "b@example.com", Phone: "+15550000003", Username: "anna", FirstName: "Yan", LastName: "Cole"}, "member"},
		{clerktest.User{Email: "a@example.com", Phone: "+15550000001", Username: "carl", FirstName: "Xia", LastName: "Baker"}, "member"},
	} {
		in.Clock().Advance(time.Second)
		id := in.CreateUser(u.user).ID
		in.AddMember(org, id, u.role)
		users = append(users, id)
	}
	return org, users
}

func TestOrganizationMemberships_Filters(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	org, users := threeMembers(t, in)
	zoe, yan, xia := users[0], users[1], users[2]
	now := in.Clock().Now()
	in.Clock().Advance(time.Minute)
	in.CreateSession(xia, org)
	type filters = clerk.OrganizationMembershipListParams
	for what, c := range map[string]struct {
		params filters
		want   []string
	}{
		"all":                 {filters{}, []string{xia, yan, zoe}},
		"user ids":            {filters{UserIDs: []string{zoe, "+" + yan, "user_none"}}, []string{yan, zoe}},
		"not a user":          {filters{UserIDs: []string{"-" + zoe}}, []string{xia, yan}},
		"addresses":           {filters{EmailAddresses: []string{"A@example.com", "c@example.com"}}, []string{xia, zoe}},
		"numbers":             {filters{PhoneNumbers: []string{"+15550000003"}}, []string{yan}},
		"usernames":           {filters{Usernames: []string{"bert", "nobody"}}, []string{zoe}},
		"wallets":             {filters{Web3Wallets: []string{"0x0000000000000000000000000000000000000000"}}, []string{}},
		"a role":              {filters{Roles: []string{"org:admin"}}, []string{zoe}},
		"two roles":           {filters{Roles: []string{"org:admin", "org:member"}}, []string{xia, yan, zoe}},
		"query, a name":       {filters{Query: clerk.String("yan co")}, []string{yan}},
		"query, an address":   {filters{Query: clerk.String("A@EX")}, []string{xia}},
		"address part":        {filters{EmailAddressQuery: clerk.String("C@")}, []string{zoe}},
		"number part":         {filters{PhoneNumberQuery: clerk.String("0001")}, []string{xia}},
		"username part":       {filters{UsernameQuery: clerk.String("AR")}, []string{xia}},
		"name part":           {filters{NameQuery: clerk.String("a")}, []string{xia, yan, zoe}},
		"created before":      {filters{CreatedAtBefore: clerk.Set(now)}, []string{yan, zoe}},
		"created after":       {filters{CreatedAtAfter: clerk.Set(now.Add(-time.Second))}, []string{xia}},
		"active after":        {filters{LastActiveAtAfter: clerk.Set(now)}, []string{xia}},
		"active before":       {filters{LastActiveAtBefore: clerk.Set(now)}, []string{}},
		"two filters":         {filters{Roles: []string{"org:member"}, Query: clerk.String("xia")}, []string{xia}},
		"filters that differ": {filters{Roles: []string{"org:admin"}, Query: clerk.String("xia")}, []string{}},
		"a page":              {filters{Limit: clerk.Int64(1), Offset: clerk.Int64(1)}, []string{yan}},
	} {
		same(t, what, page(t, from(client.OrganizationMemberships.List(ctx, org, &c.params)), memberID), c.want...)
	}
}

func TestOrganizationMemberships_Orders(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	org, users := threeMembers(t, in)
	zoe, yan, xia := users[0], users[1], users[2]
	other := in.CreateOrganization(clerktest.Organization{}).ID
	in.AddMember(other, zoe, "member")
	for order, want := range map[string][]string{
		"created_at": {zoe, yan, xia}, "-created_at": {xia, yan, zoe},
		"phone_number": {xia, zoe, yan}, "-phone_number": {yan, zoe, xia},
		"email_address": {xia, yan, zoe}, "+first_name": {xia, yan, zoe}, "-first_name": {zoe, yan, xia},
		"last_name": {zoe, xia, yan}, "username": {yan, zoe, xia}, "-username": {xia, zoe, yan},
	} {
		got := page(t, from(client.OrganizationMemberships.List(ctx, org, &clerk.OrganizationMembershipListParams{OrderBy: clerk.String(order)})), memberID)
		same(t, "by "+order, got, want...)
	}
	from(client.OrganizationMemberships.List(ctx, org, &clerk.OrganizationMembershipListParams{OrderBy: clerk.String("role")})).refused(t, 422, "form_param_value_invalid")
	whole := from(client.OrganizationMemberships.ListForInstance(ctx, &clerk.OrganizationMembershipListForInstanceParams{
		OrderBy: clerk.String("email_address"), Limit: clerk.Int64(3),
	})).must(t)
	if whole.TotalCount != 4 || memberID(whole.Data[0]) != xia || memberID(whole.Data[2]) != zoe {
		t.Errorf("got %d memberships of %d", len(whole.Data), whole.TotalCount)
	}
	mine := from(client.Users.ListOrganizationMemberships(ctx, zoe, nil)).must(t)
	if mine.TotalCount != 2 || mine.Data[0].Organization.ID != other {
		t.Errorf("got %+v, want the newest of two memberships first", mine.Data)
	}
	from(client.Users.ListOrganizationMemberships(ctx, "user_none", nil)).refused(t, 404, "resource_not_found")
}
