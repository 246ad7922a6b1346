package clerktest_test

import (
	"fmt"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// directoryWorld is an instance with a connection, and the ids of its roles.
func directoryWorld(t *testing.T) (client *clerk.Client, connection, admin, member string) {
	t.Helper()
	client = newClient(clerktest.NewServer(t).Instance)
	made := from(client.EnterpriseConnections.Create(t.Context(), &clerk.EnterpriseConnectionCreateParams{Name: "X", Provider: "oidc_custom", Domains: []string{"a.example"}})).must(t)
	for _, r := range from(client.OrganizationRoles.List(t.Context(), nil)).must(t).Data {
		switch r.Key {
		case "org:admin":
			admin = r.ID
		case "org:member":
			member = r.ID
		}
	}
	return client, made.ID, admin, member
}

func mappingText(m clerk.DirectoryGroupRoleMapping) string {
	return fmt.Sprint(m.Precedence, " ", m.DirectoryGroupID, " ", m.Role.Key)
}

func TestDirectories_Lifecycle(t *testing.T) {
	t.Parallel()
	client, connection, _, _ := directoryWorld(t)
	ctx, directories := t.Context(), client.Directories
	first := from(directories.Create(ctx, &clerk.DirectoryCreateParams{EnterpriseConnectionID: connection, Provider: "okta"})).must(t)
	if first.Name != "okta" || !first.Enabled || first.GroupRoleMappingEnabled || clerk.Value(first.APIKey) == "" {
		t.Error("got a new directory without its provider's name or its key, or with a mapping")
	}
	second := from(directories.Create(ctx, &clerk.DirectoryCreateParams{EnterpriseConnectionID: connection, Provider: "entra", Name: clerk.String("HR")})).must(t)
	id := func(d clerk.Directory) string { return d.ID }
	same(t, "newest first", page(t, from(directories.List(ctx, nil)), id), second.ID, first.ID)
	same(t, "under the older name", page(t, from(client.SCIMDirectories.List(ctx, &clerk.SCIMDirectoryListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)})), id), first.ID)

	update := func(attributes map[string]*string) *clerk.Directory {
		return from(directories.Update(ctx, first.ID, &clerk.DirectoryUpdateParams{Enabled: clerk.Bool(false), AttributeMapping: clerk.Set(attributes)})).must(t)
	}
	one, two := "emails.0", "name.given"
	update(map[string]*string{"email": &one, "first_name": &one})
	changed := update(map[string]*string{"email": nil, "first_name": &two})
	if got := fmt.Sprint(changed.AttributeMapping); got != "map[first_name:name.given]" || changed.Enabled || changed.Name != "okta" {
		t.Errorf("got attributes %s, want them merged and null to remove", got)
	}
	if got := from(directories.Get(ctx, first.ID)).must(t); got.APIKey != nil {
		t.Error("the key is shown twice")
	}
	rotated := from(directories.RotateAPIKey(ctx, first.ID)).must(t)
	if clerk.Value(rotated.APIKey) == "" || *rotated.APIKey == *first.APIKey {
		t.Error("the rotation made no new key")
	}
	if got := from(client.SCIMDirectories.Delete(ctx, first.ID)).must(t); got.Object != "scim_directory" || !got.Deleted {
		t.Errorf("got %+v", got)
	}
	from(directories.Get(ctx, first.ID)).refused(t, 404, "resource_not_found")
	from(directories.RotateAPIKey(ctx, first.ID)).refused(t, 404, "resource_not_found")
	from(directories.Create(ctx, &clerk.DirectoryCreateParams{EnterpriseConnectionID: "entconn_none", Provider: "okta"})).refused(t, 404, "resource_not_found")
}

func TestDirectories_GroupRoleMappings(t *testing.T) {
	t.Parallel()
	client, connection, admin, member := directoryWorld(t)
	ctx, directories := t.Context(), client.Directories
	d := from(directories.Create(ctx, &clerk.DirectoryCreateParams{EnterpriseConnectionID: connection, Provider: "okta"})).must(t)
	create := func(group, role string, precedence clerk.Opt[int64]) reply[*clerk.DirectoryGroupRoleMapping] {
		return from(directories.CreateGroupRoleMapping(ctx, d.ID, &clerk.DirectoryCreateGroupRoleMappingParams{
			DirectoryGroupID: clerk.String(group), RoleID: role, Precedence: precedence,
		}))
	}
	var none clerk.Opt[int64]
	create("staff", member, none).refused(t, 400, "group_role_mapping_disabled")
	from(directories.Update(ctx, d.ID, &clerk.DirectoryUpdateParams{GroupRoleMappingEnabled: clerk.Bool(true)})).must(t)
	create("staff", member, none).must(t)
	create("bosses", admin, clerk.Int64(1)).must(t)
	last := create("guests", member, clerk.Int64(9)).must(t)
	list := func() []string { return page(t, from(directories.ListGroupRoleMappings(ctx, d.ID)), mappingText) }
	same(t, "by precedence", list(), "1 bosses org:admin", "2 staff org:member", "3 guests org:member")
	create("staff", admin, none).refused(t, 422, "form_identifier_exists")
	create("others", "role_none", none).refused(t, 404, "resource_not_found")
	create("", admin, none).refused(t, 422, "form_param_missing")
	create("others", admin, clerk.Int64(0)).refused(t, 422, "form_param_value_invalid")
	from(directories.CreateGroupRoleMapping(ctx, d.ID, &clerk.DirectoryCreateGroupRoleMappingParams{
		DirectoryGroupID: clerk.String("a"), SCIMGroupID: clerk.String("b"), RoleID: admin,
	})).refused(t, 422, "form_param_value_invalid")

	from(directories.DeleteGroupRoleMapping(ctx, d.ID, last.ID)).must(t)
	from(directories.DeleteGroupRoleMapping(ctx, d.ID, last.ID)).refused(t, 404, "resource_not_found")
	from(directories.ReplaceGroupRoleMappings(ctx, d.ID, &clerk.DirectoryReplaceGroupRoleMappingsParams{Mappings: []clerk.DirectoryGroupRole{
		{SCIMGroupID: clerk.String("staff"), RoleID: admin}, {DirectoryGroupID: clerk.String("x"), SCIMGroupID: clerk.String("x"), RoleID: member},
	}})).must(t)
	same(t, "replaced", list(), "1 staff org:admin", "2 x org:member")
	from(directories.ReplaceGroupRoleMappings(ctx, d.ID, &clerk.DirectoryReplaceGroupRoleMappingsParams{Mappings: []clerk.DirectoryGroupRole{}})).must(t)
	same(t, "cleared", list())
	from(directories.ListGroupRoleMappings(ctx, "scim_none")).refused(t, 404, "resource_not_found")
}

func TestDirectories_BornWithMappings(t *testing.T) {
	t.Parallel()
	client, connection, admin, member := directoryWorld(t)
	ctx := t.Context()
	create := func(mappings ...clerk.DirectoryGroupRoleMappingParams) reply[*clerk.Directory] {
		return from(client.Directories.Create(ctx, &clerk.DirectoryCreateParams{EnterpriseConnectionID: connection, Provider: "okta", GroupRoleMappings: clerk.Set(mappings)}))
	}
	group := func(id, role string, precedence clerk.Opt[int64]) clerk.DirectoryGroupRoleMappingParams {
		return clerk.DirectoryGroupRoleMappingParams{DirectoryGroupID: clerk.String(id), RoleID: role, Precedence: precedence}
	}
	var none clerk.Opt[int64]
	d := create(group("late", member, none), group("second", member, clerk.Int64(2)), group("first", admin, clerk.Int64(1))).must(t)
	if !d.GroupRoleMappingEnabled {
		t.Error("a directory that is born with mappings does not map")
	}
	same(t, "by precedence", page(t, from(client.SCIMDirectories.ListGroupRoleMappings(ctx, d.ID)), mappingText),
		"1 first org:admin", "2 second org:member", "3 late org:member")
	create(group("a", member, none), group("a", admin, none)).refused(t, 422, "form_identifier_exists")
	create(group("a", member, clerk.Int64(0))).refused(t, 422, "form_param_value_invalid")
	create(group("a", "role_none", none)).refused(t, 404, "resource_not_found")
	if got := from(client.Directories.List(ctx, nil)).must(t).TotalCount; got != 1 {
		t.Errorf("got %d directories after the refusals, want 1", got)
	}
}
