package clerkmirror

import (
	"context"
	"iter"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

func membershipKind() *kind {
	return describe(kind{
		name: clerkwebhook.KindMembership, table: "memberships", owners: []string{"organization_id", "user_id"},
		columns: []column{
			{"id", ""}, {"organization_id", ""}, {"user_id", ""}, {"role", ""}, {"created_at", timestamp}, {"updated_at", timestamp},
		},
		stored: []clerkwebhook.EventType{
			clerkwebhook.EventOrganizationMembershipCreated, clerkwebhook.EventOrganizationMembershipUpdated,
		},
		deleted: []clerkwebhook.EventType{clerkwebhook.EventOrganizationMembershipDeleted},
		newest:  newestCreated,
	}, membershipRow, listMemberships, getMembership)
}

func membershipRow(m *clerk.OrganizationMembership) *row {
	key := clerkwebhook.Key{ID: m.ID, OrganizationID: m.Organization.ID}
	if m.PublicUserData != nil {
		key.UserID = m.PublicUserData.UserID
	}
	return &row{key: key, version: millis(m.UpdatedAt), values: []any{
		key.ID, key.OrganizationID, key.UserID, text(&m.Role), moment(m.CreatedAt), moment(m.UpdatedAt),
	}}
}

func listMemberships(
	ctx context.Context, client *clerk.Client, p part, opt clerk.RequestOption,
) (*clerk.List[clerk.OrganizationMembership], error) {
	return client.OrganizationMemberships.ListForInstance(ctx, &clerk.OrganizationMembershipListForInstanceParams{
		Limit: clerk.Int64(p.limit), Offset: clerk.Int64(p.offset), OrderBy: clerk.String(p.order),
	}, opt)
}

// getMembership looks for the membership of a user in an organization, as no call gets one.
func getMembership(
	ctx context.Context, client *clerk.Client, key clerkwebhook.Key, opt clerk.RequestOption,
) (*clerk.OrganizationMembership, error) {
	params := &clerk.OrganizationMembershipListParams{UserIDs: []string{key.UserID}}
	list, err := client.OrganizationMemberships.List(ctx, key.OrganizationID, params, opt)
	return firstOf(list, err, func(m *clerk.OrganizationMembership) bool {
		return m.PublicUserData != nil && m.PublicUserData.UserID == key.UserID
	})
}

// Members yields the memberships of an organization, by id.
func (m *Mirror) Members(ctx context.Context, organizationID string) iter.Seq2[*clerk.OrganizationMembership, error] {
	return all[clerk.OrganizationMembership](ctx, m, "Members", clerkwebhook.KindMembership, "organization_id = ? AND ", organizationID)
}
