package clerkmirror

import (
	"context"
	"iter"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// KindRole is a role of organizations, with its permissions. A membership names its role by key.
const KindRole clerkwebhook.Kind = "role"

func roleKind() *kind {
	return describe(kind{
		name: KindRole, table: "roles", onRequest: true,
		columns: []column{
			{"id", ""}, {"role_key", ""}, {"name", ""}, {"description", ""}, {"is_creator_eligible", boolean},
			{"created_at", timestamp}, {"updated_at", timestamp},
		},
		stored:  []clerkwebhook.EventType{clerkwebhook.EventRoleCreated, clerkwebhook.EventRoleUpdated},
		deleted: []clerkwebhook.EventType{clerkwebhook.EventRoleDeleted},
		newest:  newestCreated,
	}, roleRow, listRoles, getRole)
}

func roleRow(r *clerk.OrganizationRole) *row {
	return &row{key: clerkwebhook.Key{ID: r.ID}, version: millis(r.UpdatedAt), values: []any{
		r.ID, text(&r.Key), text(&r.Name), text(r.Description), flag(r.IsCreatorEligible), moment(r.CreatedAt), moment(r.UpdatedAt),
	}}
}

func listRoles(
	ctx context.Context, client *clerk.Client, p part, opt clerk.RequestOption,
) (*clerk.List[clerk.OrganizationRole], error) {
	return client.OrganizationRoles.List(ctx, &clerk.OrganizationRoleListParams{
		Limit: clerk.Int64(p.limit), Offset: clerk.Int64(p.offset), OrderBy: clerk.String(p.order),
	}, opt)
}

func getRole(
	ctx context.Context, client *clerk.Client, key clerkwebhook.Key, opt clerk.RequestOption,
) (*clerk.OrganizationRole, error) {
	return client.OrganizationRoles.Get(ctx, key.ID, opt)
}

// RoleByKey returns the role that memberships and invitations name by a key, such as "org:member". The error matches
// [clerk.ErrNotFound] if there is none, and [ErrConfig] without [KindRole] in [Config].Also.
func (m *Mirror) RoleByKey(ctx context.Context, key string) (*clerk.OrganizationRole, error) {
	return one[clerk.OrganizationRole](ctx, m, "RoleByKey", KindRole, "role_key = ? ORDER BY created_at DESC, id DESC LIMIT 1", key)
}

// Roles yields all roles, by id. It needs [KindRole] in [Config].Also.
func (m *Mirror) Roles(ctx context.Context) iter.Seq2[*clerk.OrganizationRole, error] {
	return all[clerk.OrganizationRole](ctx, m, "Roles", KindRole, "")
}
