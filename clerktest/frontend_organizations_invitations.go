package clerktest

import (
	"errors"
	"slices"
)

// memberInvitationWire is an invitation as the members of its organization see it; the ticket is the invited person's.
type memberInvitationWire struct {
	organizationInvitationWire
	PrivateMetadata *struct{} `json:"private_metadata,omitzero"`
	URL             *string   `json:"url"`
}

func (x *tx) wireMemberInvitation(i *organizationInvitation) memberInvitationWire {
	return memberInvitationWire{organizationInvitationWire: x.organizationInvitationWithOrganization(i)}
}

// inviteMember invites an address in the name of the person who is signed in.
func inviteMember(c *frontendCall, o *organization) (any, error) {
	var in organizationInvitationInput
	if err := c.keepListedFields(); err != nil {
		return nil, err
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.invite(o, &in)
}

func (c *frontendCall) invite(o *organization, in *organizationInvitationInput) (any, error) {
	in.InviterUserID = given(c.user.ID)
	made, err := c.tx.inviteToOrganization(o, *in)
	if err != nil {
		return nil, aboutInvitation(err, in.EmailAddress)
	}
	return c.tx.wireMemberInvitation(tableOrganizationInvitations.get(c.tx, made.ID)), nil
}

// aboutInvitation tells the form which address an invitation was refused for. That of ClerkJS knows the refusal of a second
// invitation by a code of its own.
func aboutInvitation(err error, email string) error {
	var refused *apiError
	if !errors.As(err, &refused) || len(refused.items) == 0 {
		return err
	}
	if code := refused.items[0].Code; code == "organization_invitation_not_unique" || code == "already_a_member_in_organization" {
		refused.items[0].Meta = map[string]any{"email_addresses": []string{email}}
		refused.items[0].LongMessage = email + ": " + refused.items[0].LongMessage
		if code == "organization_invitation_not_unique" {
			refused.items[0].Code = "duplicate_record"
		}
	}
	return refused
}

// inviteMembers invites several addresses, all of them or none.
func inviteMembers(c *frontendCall, o *organization) (any, error) {
	var in struct {
		Emails []string    `json:"email_address"`
		Role   string      `json:"role"`
		Notify field[bool] `json:"notify"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := checkBulk(len(in.Emails), maxBulk); err != nil {
		return nil, err
	}
	out := make([]any, 0, len(in.Emails))
	for _, email := range in.Emails {
		wire, err := c.invite(o, &organizationInvitationInput{EmailAddress: email, Role: in.Role, Notify: in.Notify})
		if err != nil {
			return nil, err
		}
		out = append(out, wire)
	}
	return out, nil
}

func listMemberInvitations(c *frontendCall, o *organization) (any, error) {
	return c.invitationPage(tableOrganizationInvitations.find(c.tx, "organization", o.ID), c.tx.wireMemberInvitation)
}

func listPendingInvitations(c *frontendCall, o *organization) (any, error) {
	return mapped(c.tx.pendingInvitations(o.ID), c.tx.wireMemberInvitation), nil
}

// invitationPage filters invitations by the statuses that are asked for and answers a page, newest first.
func (c *frontendCall) invitationPage(rows []*organizationInvitation, wire func(*organizationInvitation) memberInvitationWire) (any, error) {
	wanted := c.query["status"]
	rows = keep(rows, func(i *organizationInvitation) bool {
		return len(wanted) == 0 || slices.Contains(wanted, i.statusAt(c.tx.now))
	})
	slices.Reverse(rows)
	return pageOf(c.call, rows, wire)
}

func revokeMemberInvitation(c *frontendCall, o *organization) (any, error) {
	if _, err := c.borrowIn(o, revokeOrganizationInvitation); err != nil {
		return nil, err
	}
	return c.tx.wireMemberInvitation(tableOrganizationInvitations.get(c.tx, c.param("invitation_id"))), nil
}
