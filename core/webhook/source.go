package clerkwebhook

import (
	"context"
	"fmt"
	"iter"

	clerk "github.com/clerkgo/clerk-go/core"
)

// ClientSource returns a [Source] that reads all users, organizations and memberships of an instance through client.
// The instance must have organizations turned on for all of it; set the fields of the kinds that are not wanted to nil.
func ClientSource(client *clerk.Client) Source {
	return Source{
		Users: func(ctx context.Context) iter.Seq2[*clerk.User, error] {
			return client.Users.ListAll(ctx, nil)
		},
		User: func(ctx context.Context, userID string) (*clerk.User, error) {
			return client.Users.Get(ctx, userID)
		},
		Organizations: func(ctx context.Context) iter.Seq2[*clerk.Organization, error] {
			return client.Organizations.ListAll(ctx, nil)
		},
		Organization: func(ctx context.Context, organizationID string) (*clerk.Organization, error) {
			return client.Organizations.Get(ctx, organizationID, nil)
		},
		Memberships: func(ctx context.Context) iter.Seq2[*clerk.OrganizationMembership, error] {
			return client.OrganizationMemberships.ListAllForInstance(ctx, nil)
		},
		Membership: func(ctx context.Context, organizationID, userID string) (*clerk.OrganizationMembership, error) {
			return findMembership(ctx, client, organizationID, userID)
		},
	}
}

// findMembership looks a membership up by its user, because there is no call that gets one.
func findMembership(
	ctx context.Context, client *clerk.Client, organizationID, userID string,
) (*clerk.OrganizationMembership, error) {
	params := &clerk.OrganizationMembershipListParams{UserIDs: []string{userID}}
	for membership, err := range client.OrganizationMemberships.ListAll(ctx, organizationID, params) {
		if err != nil {
			return nil, err
		}
		if membership.PublicUserData != nil && membership.PublicUserData.UserID == userID {
			return membership, nil
		}
	}
	return nil, fmt.Errorf("clerkwebhook: membership: %w", clerk.ErrNotFound)
}
