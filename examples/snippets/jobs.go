package snippets

import (
	"context"
	"errors"
	"fmt"
	"slices"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

//docs:begin jobs

// Job is what a queue keeps of the person who asked for the work: ids, never a token.
type Job struct {
	UserID, OrgID string
}

// createReports is what somebody needs who asks for the work.
const createReports = "org:reports:create"

// NewJob notes who asked, if they may.
func NewJob(ctx context.Context) (Job, error) {
	state := clerkauth.FromContext(ctx)
	if err := state.Require(clerkauth.HasPermission(createReports)); err != nil {
		return Job{}, err
	}
	return Job{UserID: state.UserID(), OrgID: state.OrgID()}, nil
}

// ErrMayNot means that the user who asked may no longer do so.
var ErrMayNot = errors.New("the user was banned or deleted, has left, or lost the permission")

// Check asks Clerk again, because hours may have passed since the job was queued.
func (j Job) Check(ctx context.Context, client *clerk.Client) error {
	user, err := client.Users.Get(ctx, j.UserID)
	if errors.Is(err, clerk.ErrNotFound) {
		return ErrMayNot
	}
	if err != nil {
		return fmt.Errorf("ask about the user: %w", err) // trouble: the queue tries again
	}
	members, err := client.OrganizationMemberships.List(ctx, j.OrgID, &clerk.OrganizationMembershipListParams{UserIDs: []string{j.UserID}})
	if err != nil {
		return fmt.Errorf("ask about the membership: %w", err)
	}
	if user.Banned || len(members.Data) != 1 || !slices.Contains(members.Data[0].Permissions, createReports) {
		return ErrMayNot
	}
	return nil
}

//docs:end jobs

// Message authenticates the sender of a message that carries a token of a machine.
func Message(ctx context.Context, authn *clerkauth.Authenticator, token string, work func(machine string)) error {
	//docs:begin message
	state := authn.AuthenticateToken(ctx, token, clerkauth.AcceptTokens(clerkauth.TokenM2M))
	if err := state.Require(); err != nil {
		return err // errors.Is(err, clerkauth.ErrUnavailable): try again later
	}
	work(state.Machine().Subject)
	//docs:end message
	return nil
}
