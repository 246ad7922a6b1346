package clerkmirror

import (
	"context"
	"iter"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

func organizationKind() *kind {
	return describe(kind{
		name: clerkwebhook.KindOrganization, table: "organizations",
		columns: []column{
			{"id", ""}, {"name", ""}, {"slug", ""}, {"image_url", ""}, {"created_by", ""}, {"created_at", timestamp},
			{"updated_at", timestamp},
		},
		stored:  []clerkwebhook.EventType{clerkwebhook.EventOrganizationCreated, clerkwebhook.EventOrganizationUpdated},
		deleted: []clerkwebhook.EventType{clerkwebhook.EventOrganizationDeleted},
		byID:    true, newest: newestCreated,
	}, organizationRow, listOrganizations, getOrganization)
}

func organizationRow(o *clerk.Organization) *row {
	var createdBy any
	if isID(o.CreatedBy) {
		createdBy = o.CreatedBy
	}
	return &row{key: clerkwebhook.Key{ID: o.ID}, version: millis(o.UpdatedAt), values: []any{
		o.ID, text(&o.Name), text(&o.Slug), text(&o.ImageURL), createdBy, moment(o.CreatedAt), moment(o.UpdatedAt),
	}}
}

func listOrganizations(
	ctx context.Context, client *clerk.Client, p part, opt clerk.RequestOption,
) (*clerk.List[clerk.Organization], error) {
	return client.Organizations.List(ctx, &clerk.OrganizationListParams{
		Limit: clerk.Int64(p.limit), Offset: clerk.Int64(p.offset), OrderBy: clerk.String(p.order), OrganizationIDs: p.ids,
	}, opt)
}

func getOrganization(
	ctx context.Context, client *clerk.Client, key clerkwebhook.Key, opt clerk.RequestOption,
) (*clerk.Organization, error) {
	return client.Organizations.Get(ctx, key.ID, nil, opt)
}

// Organization returns an organization from the table. The error matches [clerk.ErrNotFound] if there is none.
func (m *Mirror) Organization(ctx context.Context, id string) (*clerk.Organization, error) {
	return one[clerk.Organization](ctx, m, "Organization", clerkwebhook.KindOrganization, "id = ?", id)
}

// Organizations yields the organizations that a user is a member of, by id; with an empty userID, all organizations.
func (m *Mirror) Organizations(ctx context.Context, userID string) iter.Seq2[*clerk.Organization, error] {
	if userID == "" {
		return all[clerk.Organization](ctx, m, "Organizations", clerkwebhook.KindOrganization, "")
	}
	return all[clerk.Organization](ctx, m, "Organizations", clerkwebhook.KindOrganization,
		"id IN (SELECT organization_id FROM {memberships} WHERE user_id = ? AND deleted_at IS NULL) AND ", userID)
}
