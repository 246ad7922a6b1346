package clerktest_test

import (
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func permissionKeys(r *clerk.OrganizationRole) string {
	keys := make([]string, len(r.Permissions))
	for i, p := range r.Permissions {
		keys[i] = p.Key
	}
	return strings.Join(keys, " ")
}

func TestOrganizationRoles_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	roles, permissions := client.OrganizationRoles, client.OrganizationPermissions
	since := len(in.Events())

	read := from(permissions.Create(ctx, &clerk.OrganizationPermissionCreateParams{Name: "Read", Key: "org:invoices:read"})).must(t)
	write := from(permissions.Create(ctx, &clerk.OrganizationPermissionCreateParams{Name: "Write", Key: "org:invoices:write"})).must(t)
	r := from(roles.Create(ctx, &clerk.OrganizationRoleCreateParams{
		Name: "Billing", Key: "org:billing", Description: clerk.String("Money"), Permissions: clerk.Set([]string{read.ID, read.Key}),
	})).must(t)
	if permissionKeys(r) != "org:invoices:read" || clerk.Value(r.Description) != "Money" || r.IsCreatorEligible {
		t.Errorf("got %+v, want one permission and a role that creates no organizations", r)
	}
	r = from(roles.AssignPermission(ctx, r.ID, write.ID)).must(t)
	if got := permissionKeys(r); got != "org:invoices:read org:invoices:write" {
		t.Errorf("got %s after the assignment", got)
	}
	from(roles.AssignPermission(ctx, r.ID, write.ID)).refused(t, 409, "organization_role_permission_association_exists")
	r = from(roles.RemovePermission(ctx, r.ID, read.ID)).must(t)
	if got := permissionKeys(r); got != "org:invoices:write" {
		t.Errorf("got %s after the removal", got)
	}
	from(roles.RemovePermission(ctx, r.ID, read.ID)).refused(t, 404, "resource_not_found")
	r = from(roles.Update(ctx, r.ID, &clerk.OrganizationRoleUpdateParams{Name: clerk.String("Accounts"), Description: clerk.Null[string]()})).must(t)
	if r.Name != "Accounts" || r.Description != nil || permissionKeys(r) != "org:invoices:write" {
		t.Errorf("got %+v, want null to clear and absence to leave alone", r)
	}
	if got := from(roles.Delete(ctx, r.ID)).must(t); !got.Deleted || got.Object != "role" {
		t.Errorf("got %+v", got)
	}
	from(roles.Get(ctx, r.ID)).refused(t, 404, "resource_not_found")
	same(t, "events", kinds(in, since), "permission.created", "permission.created", "role.created", "role.updated", "role.updated", "role.updated", "role.deleted")
}

// TestOrganizationRoles_RenameReachesEverything follows the keys of a role and of its permission to members,
// invitations, settings, role sets and tokens.
func TestOrganizationRoles_RenameReachesEverything(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.DefineRole("billing", "invoices:read")
	role := from(client.OrganizationRoles.List(ctx, &clerk.OrganizationRoleListParams{Query: clerk.String("billing")})).must(t).Data[0]
	member := from(client.OrganizationRoles.List(ctx, &clerk.OrganizationRoleListParams{Query: clerk.String("org:member")})).must(t).Data[0]
	u, org := in.CreateUser(clerktest.User{}), in.CreateOrganization(clerktest.Organization{})
	in.AddMember(org.ID, u.ID, "billing")
	invitation := from(client.OrganizationInvitations.Create(ctx, org.ID, &clerk.OrganizationInvitationCreateParams{EmailAddress: "new@example.com", Role: "org:billing"})).must(t)
	set := from(client.RoleSets.Create(ctx, &clerk.RoleSetCreateParams{
		Name: "Set", Roles: []string{"org:admin", "org:billing"}, DefaultRoleKey: "org:billing", CreatorRoleKey: "org:admin",
	})).must(t)
	session := in.CreateSession(u.ID, org.ID)

	from(client.OrganizationRoles.Update(ctx, role.ID, &clerk.OrganizationRoleUpdateParams{Key: clerk.String("org:accounts")})).must(t)
	from(client.OrganizationPermissions.Update(ctx, role.Permissions[0].ID, &clerk.OrganizationPermissionUpdateParams{Key: clerk.String("org:bills:see")})).must(t)
	from(client.OrganizationRoles.Update(ctx, member.ID, &clerk.OrganizationRoleUpdateParams{Key: clerk.String("org:guest")})).must(t)

	if got := from(client.Users.ListOrganizationMemberships(ctx, u.ID, nil)).must(t).Data[0]; got.Role != "org:accounts" || got.Permissions[0] != "org:bills:see" {
		t.Errorf("got membership %s %v", got.Role, got.Permissions)
	}
	if got := from(client.OrganizationInvitations.Get(ctx, org.ID, invitation.ID)).must(t).Role; got != "org:accounts" {
		t.Errorf("got role %s of the invitation", got)
	}
	if got := from(client.RoleSets.Get(ctx, set.Key)).must(t); got.DefaultRole.Key != "org:accounts" || len(got.Roles) != 2 {
		t.Errorf("got role set %+v", got)
	}
	if got := must(t, in, "GET", "/instance/organization_settings", "").text("domains_default_role"); got != "org:guest" {
		t.Errorf("got default role %s of domains", got)
	}
	if o := claimsOf(t, in.SessionToken(session), 1)["o"].(map[string]any); o["rol"] != "accounts" || o["per"] != "see" {
		t.Errorf("got token claim %v", o)
	}
	from(client.OrganizationPermissions.Delete(ctx, role.Permissions[0].ID)).must(t)
	if o := claimsOf(t, in.SessionToken(session), 1)["o"].(map[string]any); o["per"] != nil {
		t.Errorf("got token claim %v after the permission went", o)
	}
}

func TestOrganizationRoles_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	roles := client.OrganizationRoles
	byKey := func(key string) clerk.OrganizationRole {
		t.Helper()
		return from(roles.List(ctx, &clerk.OrganizationRoleListParams{Query: clerk.String(key)})).must(t).Data[0]
	}
	create := func(key string, permissions ...string) reply[*clerk.OrganizationRole] {
		return from(roles.Create(ctx, &clerk.OrganizationRoleCreateParams{Name: "R", Key: key, Permissions: clerk.Set(permissions)}))
	}
	for _, key := range []string{"billing", "org:", "org:Billing", "org:a:b", "org:a b", "org:a-b"} {
		create(key).refused(t, 422, "form_param_format_invalid")
	}
	create("org:admin").refused(t, 422, "form_identifier_exists")
	create("org:new", "perm_unknown").refused(t, 404, "resource_not_found")

	org := in.CreateOrganization(clerktest.Organization{})
	for _, name := range []string{"held", "promised", "chosen"} {
		create("org:" + name).must(t)
	}
	in.AddMember(org.ID, in.CreateUser(clerktest.User{}).ID, "held")
	invitation := from(client.OrganizationInvitations.Create(ctx, org.ID, &clerk.OrganizationInvitationCreateParams{EmailAddress: "a@example.com", Role: "org:promised"})).must(t)
	from(client.RoleSets.Create(ctx, &clerk.RoleSetCreateParams{
		Name: "Set", Roles: []string{"org:chosen"}, DefaultRoleKey: "org:chosen", CreatorRoleKey: "org:chosen",
	})).must(t)
	for key, code := range map[string]string{
		"org:admin": "organization_role_default_creator_role", "org:member": "organization_role_domain_default_role", "org:held": "organization_role_assigned_members",
		"org:promised": "organization_role_exists_in_invitations", "org:chosen": "role_is_default_in_role_set",
	} {
		from(roles.Delete(ctx, byKey(key).ID)).refused(t, 422, code)
	}
	from(client.OrganizationInvitations.Revoke(ctx, org.ID, invitation.ID, nil)).must(t)
	from(roles.Delete(ctx, byKey("org:promised").ID)).must(t)
	for name := range strings.FieldsSeq("five six seven eight nine ten eleven") {
		if got := create("org:" + name); name != "eleven" {
			got.must(t)
		} else {
			got.refused(t, 403, "organization_instance_roles_quota_exceeded")
		}
	}

	admin := byKey("org:admin")
	if !admin.IsCreatorEligible {
		t.Error("the admin role may not create organizations")
	}
	from(roles.RemovePermission(ctx, admin.ID, "org:sys_memberships:manage")).refused(t, 422, "organization_missing_creator_role_permissions")
	from(roles.Update(ctx, admin.ID, &clerk.OrganizationRoleUpdateParams{Permissions: clerk.Set([]string{})})).refused(t, 422, "organization_missing_creator_role_permissions")
}

func TestOrganizationRoles_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	for _, r := range [][2]string{{"Zoo", "org:aa"}, {"Yak", "org:bb"}, {"Xylo", "org:zoo"}} {
		in.Clock().Advance(1e9)
		from(client.OrganizationRoles.Create(ctx, &clerk.OrganizationRoleCreateParams{Name: r[0], Key: r[1]})).must(t)
	}
	id := from(client.OrganizationRoles.List(ctx, &clerk.OrganizationRoleListParams{Query: clerk.String("org:bb")})).must(t).Data[0].ID
	for _, c := range []struct {
		query, order string
		want         []string
	}{
		{"", "", []string{"org:zoo", "org:bb", "org:aa", "org:member", "org:admin"}},
		{"", "+created_at", []string{"org:admin", "org:member", "org:aa", "org:bb", "org:zoo"}},
		{"", "name", []string{"org:admin", "org:member", "org:zoo", "org:bb", "org:aa"}},
		{"", "-name", []string{"org:aa", "org:bb", "org:zoo", "org:member", "org:admin"}},
		{"", "key", []string{"org:aa", "org:admin", "org:bb", "org:member", "org:zoo"}},
		{"zoo", "key", []string{"org:aa", "org:zoo"}},
		{id, "", []string{"org:bb"}},
		{id[:len(id)-1], "", []string{}},
	} {
		params := &clerk.OrganizationRoleListParams{Query: clerk.String(c.query)}
		if c.order != "" {
			params.OrderBy = clerk.String(c.order)
		}
		got := page(t, from(client.OrganizationRoles.List(ctx, params)), func(r clerk.OrganizationRole) string { return r.Key })
		same(t, c.query+" by "+c.order, got, c.want...)
	}
	second := from(client.OrganizationRoles.List(ctx, &clerk.OrganizationRoleListParams{Limit: clerk.Int64(2), Offset: clerk.Int64(1)})).must(t)
	if len(second.Data) != 2 || second.Data[0].Key != "org:bb" || second.TotalCount != 5 {
		t.Errorf("got %d roles of %d, want the second and third of 5", len(second.Data), second.TotalCount)
	}
	from(client.OrganizationRoles.List(ctx, &clerk.OrganizationRoleListParams{OrderBy: clerk.String("shoe_size")})).refused(t, 422, "form_param_value_invalid")
}

func TestOrganizationPermissions(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	permissions := client.OrganizationPermissions
	create := func(key string) reply[*clerk.OrganizationPermission] {
		return from(permissions.Create(ctx, &clerk.OrganizationPermissionCreateParams{Name: strings.ToUpper(key), Key: key}))
	}
	for _, key := range []string{"invoices:read", "org:invoices", "org:a:b:c", "org:A:b", "org:sys_profile:read"} {
		create(key).refused(t, 422, "form_param_format_invalid")
	}
	p := create("org:invoices:read").must(t)
	create("org:invoices:read").refused(t, 422, "form_identifier_exists")
	in.Clock().Advance(1e9)
	create("org:audit:read").must(t)
	from(permissions.Update(ctx, p.ID, &clerk.OrganizationPermissionUpdateParams{Key: clerk.String("org:audit:read")})).refused(t, 422, "form_identifier_exists")
	system := from(permissions.List(ctx, &clerk.OrganizationPermissionListParams{Query: clerk.String("org:sys_profile:manage")})).must(t).Data[0]
	if system.Type != "system" || p.Type != "user" {
		t.Errorf("got types %s and %s", system.Type, p.Type)
	}
	from(permissions.Update(ctx, system.ID, &clerk.OrganizationPermissionUpdateParams{Name: clerk.String("x")})).refused(t, 403, "organization_system_permission_not_modifiable")
	from(permissions.Delete(ctx, system.ID)).refused(t, 403, "organization_system_permission_not_modifiable")
	for order, want := range map[string][]string{
		"": {"org:audit:read", "org:invoices:read"}, "created_at": {"org:invoices:read", "org:audit:read"},
		"-key": {"org:invoices:read", "org:audit:read"}, "name": {"org:audit:read", "org:invoices:read"},
	} {
		params := &clerk.OrganizationPermissionListParams{Query: clerk.String(":READ")}
		if order != "" {
			params.OrderBy = clerk.String(order)
		}
		got := page(t, from(permissions.List(ctx, params)), func(p clerk.OrganizationPermission) string { return p.Key })
		custom := got[:0]
		for _, key := range got {
			if !strings.HasPrefix(key, "org:sys_") {
				custom = append(custom, key)
			}
		}
		same(t, "by "+order, custom, want...)
	}
	if got := from(permissions.Delete(ctx, p.ID)).must(t); !got.Deleted || got.Object != "permission" {
		t.Errorf("got %+v", got)
	}
	from(permissions.Get(ctx, p.ID)).refused(t, 404, "resource_not_found")
}
