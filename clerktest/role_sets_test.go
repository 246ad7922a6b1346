package clerktest_test

import (
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func setKey(s clerk.RoleSet) string { return s.Key }

func itemKeys(s *clerk.RoleSet) []string {
	out := []string{}
	for _, r := range s.Roles {
		out = append(out, r.Key)
	}
	return out
}

func createSet(t *testing.T, client *clerk.Client, name, key string, roles ...string) *clerk.RoleSet {
	t.Helper()
	params := &clerk.RoleSetCreateParams{Name: name, Roles: roles, DefaultRoleKey: roles[len(roles)-1], CreatorRoleKey: roles[0]}
	if key != "" {
		params.Key = clerk.String(key)
	}
	return from(client.RoleSets.Create(t.Context(), params)).must(t)
}

func TestRoleSets_CreateAndUpdate(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	sets := client.RoleSets
	in.DefineRole("billing")
	in.DefineRole("audit")

	s := createSet(t, client, "Paying Customers!", "", "org:admin", "org:member")
	if s.Key != "role_set:paying_customers" || s.Type != "custom" || s.CreatorRole.Key != "org:admin" || s.DefaultRole.Key != "org:member" {
		t.Errorf("got %+v, want a key made from the name", s)
	}
	if again := createSet(t, client, "Paying customers", "", "org:admin"); again.Key == s.Key || !strings.HasPrefix(again.Key, s.Key+"_") {
		t.Errorf("got key %s for the second set of that name", again.Key)
	}
	s = from(sets.AddRoles(ctx, s.ID, &clerk.RoleSetAddRolesParams{RoleKeys: []string{"org:billing", "org:member"}, DefaultRoleKey: clerk.String("org:billing")})).must(t)
	same(t, "roles after AddRoles", itemKeys(s), "org:admin", "org:member", "org:billing")
	if s.DefaultRole.Key != "org:billing" {
		t.Errorf("got default role %s", s.DefaultRole.Key)
	}
	first := from(sets.Update(ctx, s.Key, &clerk.RoleSetUpdateParams{Type: clerk.Set(clerk.RoleSetType("initial")), Description: clerk.String("d")})).must(t)
	second := from(sets.Create(ctx, &clerk.RoleSetCreateParams{
		Name: "Other", Type: clerk.Set(clerk.RoleSetType("initial")), Roles: []string{"org:audit"}, DefaultRoleKey: "org:audit", CreatorRoleKey: "org:audit",
	})).must(t)
	if got := from(sets.Get(ctx, first.ID)).must(t).Type; first.Type != "initial" || second.Type != "initial" || got != "custom" {
		t.Errorf("got types %s, then %s and %s: want one initial set at a time", first.Type, second.Type, got)
	}
	from(client.OrganizationRoles.Create(ctx, &clerk.OrganizationRoleCreateParams{Name: "Help", Key: "org:help", IncludeInInitialRoleSet: clerk.Bool(true)})).must(t)
	same(t, "initial set", itemKeys(from(sets.Get(ctx, second.Key)).must(t)), "org:audit", "org:help")
	cleared := from(sets.Update(ctx, s.ID, &clerk.RoleSetUpdateParams{Description: clerk.Null[string]()})).must(t)
	if cleared.Description != nil || cleared.Name != s.Name {
		t.Errorf("got %+v, want null to clear and absence to leave alone", cleared)
	}
}

func TestRoleSets_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	createSet(t, client, "Taken", "role_set:taken", "org:admin")
	for name, c := range map[string]struct {
		key, creator, standard string
		roles                  []string
		status                 int
		code                   string
	}{
		"no prefix":               {"other", "org:admin", "org:admin", []string{"org:admin"}, 422, "form_param_format_invalid"},
		"upper case":              {"role_set:Other", "org:admin", "org:admin", []string{"org:admin"}, 422, "form_param_format_invalid"},
		"taken key":               {"role_set:taken", "org:admin", "org:admin", []string{"org:admin"}, 422, "form_identifier_exists"},
		"no roles":                {"role_set:x", "org:admin", "org:admin", []string{}, 422, "form_param_value_invalid"},
		"too many roles":          {"role_set:x", "org:admin", "org:admin", strings.Fields(strings.Repeat("org:admin ", 11)), 422, "form_param_value_invalid"},
		"unknown role":            {"role_set:x", "org:admin", "org:admin", []string{"org:admin", "org:ghost"}, 404, "resource_not_found"},
		"creator is not a member": {"role_set:x", "org:member", "org:admin", []string{"org:admin"}, 422, "form_param_value_invalid"},
		"default is not a member": {"role_set:x", "org:admin", "org:member", []string{"org:admin"}, 422, "form_param_value_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			from(client.RoleSets.Create(ctx, &clerk.RoleSetCreateParams{
				Name: "X", Key: clerk.String(c.key), Roles: c.roles, CreatorRoleKey: c.creator, DefaultRoleKey: c.standard,
			})).refused(t, c.status, c.code)
		})
	}
	if n := from(client.RoleSets.List(ctx, nil)).must(t).TotalCount; n != 1 {
		t.Errorf("got %d role sets after the refusals, want 1", n)
	}
	from(client.RoleSets.AddRoles(ctx, "role_set:taken", &clerk.RoleSetAddRolesParams{RoleKeys: []string{}})).refused(t, 422, "form_param_value_invalid")
	from(client.RoleSets.Get(ctx, "role_set:ghost")).refused(t, 404, "resource_not_found")
}

// TestRoleSets_BindOrganizations checks what an organization's role set means for its members.
func TestRoleSets_BindOrganizations(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.DefineRole("owner", "sys_memberships:manage")
	in.DefineRole("reader")
	set := createSet(t, client, "Initial", "role_set:initial", "org:owner", "org:reader")
	from(client.RoleSets.Update(ctx, set.ID, &clerk.RoleSetUpdateParams{Type: clerk.Set(clerk.RoleSetType("initial"))})).must(t)
	creator, other := in.CreateUser(clerktest.User{}), in.CreateUser(clerktest.User{})

	org := from(client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "Acme", CreatedBy: clerk.String(creator.ID)})).must(t)
	members := from(client.OrganizationMemberships.List(ctx, org.ID, nil)).must(t).Data
	if clerk.Value(org.RoleSetKey) != "role_set:initial" || len(members) != 1 || members[0].Role != "org:owner" {
		t.Errorf("got role set %v and members %+v, want the initial set and its creator role", clerk.Value(org.RoleSetKey), members)
	}
	add := func(role string) reply[*clerk.OrganizationMembership] {
		return from(client.OrganizationMemberships.Create(ctx, org.ID, &clerk.OrganizationMembershipCreateParams{UserID: other.ID, Role: role}))
	}
	add("org:member").refused(t, 422, "form_param_value_invalid")
	add("org:reader").must(t)
	from(client.OrganizationMemberships.Update(ctx, org.ID, other.ID, &clerk.OrganizationMembershipUpdateParams{Role: "org:member"})).refused(t, 422, "form_param_value_invalid")
	from(client.OrganizationInvitations.Create(ctx, org.ID, &clerk.OrganizationInvitationCreateParams{EmailAddress: "x@example.com", Role: "org:member"})).refused(t, 422, "form_param_value_invalid")

	standard := createSet(t, client, "Standard", "role_set:standard", "org:admin", "org:member")
	from(client.Organizations.Update(ctx, org.ID, &clerk.OrganizationUpdateParams{RoleSetKey: clerk.String(standard.Key)})).refused(t, 422, "form_param_value_invalid")
	from(client.Organizations.Update(ctx, org.ID, &clerk.OrganizationUpdateParams{RoleSetKey: clerk.String("role_set:ghost")})).refused(t, 404, "resource_not_found")

	from(client.RoleSets.Update(ctx, set.ID, &clerk.RoleSetUpdateParams{Key: clerk.String("role_set:renamed")})).must(t)
	if got := from(client.Organizations.Get(ctx, org.ID, nil)).must(t).RoleSetKey; clerk.Value(got) != "role_set:renamed" {
		t.Errorf("got role set %v after its key changed", clerk.Value(got))
	}
	session := in.CreateSession(other.ID, org.ID)
	set = from(client.RoleSets.ReplaceRole(ctx, set.ID, &clerk.RoleSetReplaceRoleParams{RoleKey: "org:reader", ToRoleKey: "org:member"})).must(t)
	same(t, "roles after ReplaceRole", itemKeys(set), "org:owner", "org:member")
	if set.DefaultRole.Key != "org:member" || clerk.Value(set.DefaultRole.MembersCount) != 1 || !clerk.Value(set.DefaultRole.HasMembers) {
		t.Errorf("got default role %+v", set.DefaultRole)
	}
	if o := claimsOf(t, in.SessionToken(session), 1)["o"].(map[string]any); o["rol"] != "member" {
		t.Errorf("got token claim %v after the role was replaced", o)
	}
	from(client.RoleSets.ReplaceRole(ctx, set.ID, &clerk.RoleSetReplaceRoleParams{RoleKey: "org:reader", ToRoleKey: "org:member"})).refused(t, 422, "form_param_value_invalid")
	from(client.RoleSets.ReplaceRole(ctx, set.ID, &clerk.RoleSetReplaceRoleParams{RoleKey: "org:member", ToRoleKey: "org:ghost"})).refused(t, 404, "resource_not_found")

	from(client.RoleSets.Replace(ctx, set.ID, &clerk.RoleSetReplaceParams{DestRoleSetKey: standard.Key})).refused(t, 422, "form_param_value_invalid")
	from(client.RoleSets.Replace(ctx, set.ID, &clerk.RoleSetReplaceParams{DestRoleSetKey: "role_set:renamed"})).refused(t, 422, "form_param_value_invalid")
	from(client.RoleSets.Replace(ctx, set.ID, &clerk.RoleSetReplaceParams{
		DestRoleSetKey: standard.Key, ReassignmentMappings: clerk.Set(map[string]string{"org:owner": "org:admin"}),
	})).must(t)
	from(client.RoleSets.Get(ctx, set.ID)).refused(t, 404, "resource_not_found")
	if got := from(client.Organizations.Get(ctx, org.ID, nil)).must(t).RoleSetKey; clerk.Value(got) != standard.Key {
		t.Errorf("got role set %v after the replacement", clerk.Value(got))
	}
	same(t, "roles of the members", page(t, from(client.OrganizationMemberships.List(ctx, org.ID, &clerk.OrganizationMembershipListParams{OrderBy: clerk.String("created_at")})),
		func(m clerk.OrganizationMembership) string { return m.Role }), "org:admin", "org:member")
}

func TestRoleSets_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	for _, s := range [][2]string{{"C", "role_set:x"}, {"B", "role_set:z"}, {"A", "role_set:y"}} {
		in.Clock().Advance(1e9)
		createSet(t, client, s[0], s[1], "org:admin")
	}
	for _, c := range []struct {
		query, order string
		want         []string
	}{
		{"", "", []string{"role_set:y", "role_set:z", "role_set:x"}},
		{"", "created_at", []string{"role_set:x", "role_set:z", "role_set:y"}},
		{"", "name", []string{"role_set:y", "role_set:z", "role_set:x"}},
		{"", "-key", []string{"role_set:z", "role_set:y", "role_set:x"}},
		{"SET:Z", "", []string{"role_set:z"}},
	} {
		params := &clerk.RoleSetListParams{Query: clerk.String(c.query)}
		if c.order != "" {
			params.OrderBy = clerk.String(c.order)
		}
		same(t, c.query+" by "+c.order, page(t, from(client.RoleSets.List(ctx, params)), setKey), c.want...)
	}
	got := from(client.RoleSets.List(ctx, &clerk.RoleSetListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(2)})).must(t)
	if len(got.Data) != 1 || got.Data[0].Key != "role_set:x" || got.TotalCount != 3 {
		t.Errorf("got %d sets of %d, want the last of 3", len(got.Data), got.TotalCount)
	}
}
