package clerkmirror

import (
	"context"
	"iter"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	// KindInvitation is an invitation to the application. Clerk sends no events about those, so only Backfill and Reconcile
	// bring them, and its list leaves the revoked ones out, which therefore count as deleted.
	KindInvitation clerkwebhook.Kind = "invitation"
	// KindOrganizationInvitation is an invitation into an organization.
	KindOrganizationInvitation clerkwebhook.Kind = "organization_invitation"
)

// invitationSecret is the member of an invitation that lets in whoever has it; it stays out of the database.
const invitationSecret = "url"

func invitationKind() *kind {
	return describe(kind{
		name: KindInvitation, table: "invitations", onRequest: true, secret: invitationSecret,
		columns: []column{
			{"id", ""}, {"email_address", ""}, {"status", ""}, {"expires_at", timestamp}, {"created_at", timestamp},
			{"updated_at", timestamp},
		},
		newest: newestCreated,
	}, invitationRow, listInvitations, getInvitation)
}

func invitationRow(i *clerk.Invitation) *row {
	return &row{key: clerkwebhook.Key{ID: i.ID}, version: millis(i.UpdatedAt), values: []any{
		i.ID, text(&i.EmailAddress), text((*string)(&i.Status)), moment(clerk.Value(i.ExpiresAt)), moment(i.CreatedAt),
		moment(i.UpdatedAt),
	}}
}

func listInvitations(
	ctx context.Context, client *clerk.Client, p part, opt clerk.RequestOption,
) (*clerk.List[clerk.Invitation], error) {
	return client.Invitations.List(ctx, &clerk.InvitationListParams{
		Limit: clerk.Int64(p.limit), Offset: clerk.Int64(p.offset), OrderBy: clerk.String(p.order),
	}, opt)
}

// getInvitation looks for the invitation in the list, as no call gets one.
func getInvitation(
	ctx context.Context, client *clerk.Client, key clerkwebhook.Key, opt clerk.RequestOption,
) (*clerk.Invitation, error) {
	list, err := client.Invitations.List(ctx, &clerk.InvitationListParams{Query: clerk.String(key.ID)}, opt)
	return firstOf(list, err, func(i *clerk.Invitation) bool { return i.ID == key.ID })
}

func organizationInvitationKind() *kind {
	return describe(kind{
		name: KindOrganizationInvitation, table: "organization_invitations", onRequest: true, secret: invitationSecret,
		owners: []string{"organization_id"},
		columns: []column{
			{"id", ""}, {"organization_id", ""}, {"email_address", ""}, {"role", ""}, {"inviter_id", ""}, {"status", ""},
			{"expires_at", timestamp}, {"created_at", timestamp}, {"updated_at", timestamp},
		},
		stored: []clerkwebhook.EventType{
			clerkwebhook.EventOrganizationInvitationCreated, clerkwebhook.EventOrganizationInvitationAccepted,
			clerkwebhook.EventOrganizationInvitationRevoked,
		},
		newest: newestCreated,
	}, organizationInvitationRow, listOrganizationInvitations, getOrganizationInvitation)
}

func organizationInvitationRow(i *clerk.OrganizationInvitation) *row {
	var inviter any
	if i.InviterID != nil && isID(*i.InviterID) {
		inviter = *i.InviterID
	}
	key := clerkwebhook.Key{ID: i.ID, OrganizationID: i.OrganizationID}
	return &row{key: key, version: millis(i.UpdatedAt), values: []any{
		key.ID, key.OrganizationID, text(&i.EmailAddress), text(&i.Role), inviter, text((*string)(&i.Status)),
		moment(clerk.Value(i.ExpiresAt)), moment(i.CreatedAt), moment(i.UpdatedAt),
	}}
}

func listOrganizationInvitations(
	ctx context.Context, client *clerk.Client, p part, opt clerk.RequestOption,
) (*clerk.List[clerk.OrganizationInvitation], error) {
	return client.OrganizationInvitations.ListForInstance(ctx, &clerk.OrganizationInvitationListForInstanceParams{
		Limit: clerk.Int64(p.limit), Offset: clerk.Int64(p.offset), OrderBy: clerk.String(p.order),
	}, opt)
}

func getOrganizationInvitation(
	ctx context.Context, client *clerk.Client, key clerkwebhook.Key, opt clerk.RequestOption,
) (*clerk.OrganizationInvitation, error) {
	return client.OrganizationInvitations.Get(ctx, key.OrganizationID, key.ID, opt)
}

// Invitations yields the invitations to the application, by id, without their URLs, which are not stored. It needs
// [KindInvitation] in [Config].Also.
func (m *Mirror) Invitations(ctx context.Context) iter.Seq2[*clerk.Invitation, error] {
	return all[clerk.Invitation](ctx, m, "Invitations", KindInvitation, "")
}

// OrganizationInvitations yields the invitations into an organization, by id, without their URLs, which are not stored.
// It needs [KindOrganizationInvitation] in [Config].Also.
func (m *Mirror) OrganizationInvitations(
	ctx context.Context, organizationID string,
) iter.Seq2[*clerk.OrganizationInvitation, error] {
	return all[clerk.OrganizationInvitation](ctx, m, "OrganizationInvitations", KindOrganizationInvitation,
		"organization_id = ? AND ", organizationID)
}
