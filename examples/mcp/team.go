package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

// team does the work of the tools, in whatever library. The caller is in the context.
type team struct {
	clerk *clerk.Client

	mu    sync.Mutex
	notes map[string][]string // by user
}

// whoami needs nothing but a caller.
func (t *team) whoami(ctx context.Context) string {
	caller := clerkauth.FromContext(ctx)
	text := "user " + caller.UserID()
	if org := caller.OrgID(); org != "" {
		text += " in organization " + org
	}
	return text + ", scopes " + strings.Join(caller.Scopes(), " ")
}

// addNote needs the scope notes:write, which the guard demands before the call gets here.
func (t *team) addNote(ctx context.Context, text string) (string, error) {
	if text == "" {
		return "", errors.New("the note is empty")
	}
	user := clerkauth.FromContext(ctx).UserID()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.notes == nil {
		t.notes = map[string][]string{}
	}
	t.notes[user] = append(t.notes[user], text)
	return fmt.Sprintf("That is note %d.", len(t.notes[user])), nil
}

var errNotAllowed = errors.New("your role in the organization does not allow that")

// invite needs a permission. A token of an OAuth client names the organization, but has no permissions of it, so Clerk is
// asked about the membership.
func (t *team) invite(ctx context.Context, email string) (string, error) {
	caller := clerkauth.FromContext(ctx)
	if err := t.permitted(ctx, caller, "org:sys_memberships:manage"); err != nil {
		return "", err
	}
	_, err := t.clerk.OrganizationInvitations.Create(ctx, caller.OrgID(), &clerk.OrganizationInvitationCreateParams{
		EmailAddress: email, Role: "org:member", InviterUserID: clerk.Set(caller.UserID()),
	})
	if err != nil {
		return "", errors.New("the invitation could not be sent") // the reason is not for the model
	}
	return "The invitation is on its way.", nil
}

//docs:begin permission

// permitted asks Clerk whether the caller's role in the organization has a permission.
func (t *team) permitted(ctx context.Context, caller *clerkauth.RequestState, permission string) error {
	if caller.OrgID() == "" {
		return errNotAllowed
	}
	members, err := t.clerk.OrganizationMemberships.List(ctx, caller.OrgID(), &clerk.OrganizationMembershipListParams{UserIDs: []string{caller.UserID()}})
	if err != nil {
		return errors.New("the membership could not be looked up")
	}
	if len(members.Data) != 1 || !slices.Contains(members.Data[0].Permissions, permission) {
		return errNotAllowed
	}
	return nil
}

//docs:end permission
