package clerktest

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// Redeem does what somebody does who follows the link of an invitation, an organization invitation, a sign-in token or an
// actor token: it signs up where there is no user yet, joins the organization, and signs in. It takes the link or its
// ticket. A ticket that is unknown, used, revoked or expired is an error.
func (in *Instance) Redeem(link string) (SignedIn, error) {
	ticket := link
	if u, err := url.Parse(link); err == nil && u.Query().Has("ticket") {
		ticket = u.Query().Get("ticket")
	}
	var out SignedIn
	err := in.write(func(x *tx) (err error) { out, err = x.redeem(ticket); return err })
	if err != nil {
		return SignedIn{}, err
	}
	out.Token = in.SessionToken(out.SessionID)
	return out, nil
}

func (x *tx) redeem(ticket string) (SignedIn, error) {
	if i := tableInvitations.first(x, "ticket", ticket); i != nil && i.statusAt(x.now) == "pending" {
		u, err := x.userFor(i.EmailAddress, i.PublicMetadata)
		if err != nil {
			return SignedIn{}, err
		}
		tableInvitations.update(x, i.ID, func(i *invitation) { i.settle("accepted", x.now) })
		return x.signIn(u, nil, nil), nil
	}
	if i := tableOrganizationInvitations.first(x, "ticket", ticket); i != nil && i.statusAt(x.now) == "pending" {
		return x.acceptOrganizationInvitation(i)
	}
	if t := tableTickets.first(x, "ticket", ticket); t != nil && t.statusAt(x.now) == "pending" {
		u, err := findUser(x, t.UserID)
		if err != nil {
			return SignedIn{}, err
		}
		tableTickets.update(x, t.ID, func(t *ticketToken) { t.settle("accepted", x.now) })
		return x.signIn(u, nil, t.Actor), nil
	}
	return SignedIn{}, newError(http.StatusBadRequest, "ticket_invalid", "ticket is invalid", "the ticket is unknown, used, revoked or expired")
}

// acceptOrganizationInvitation makes the invited person a member and signs in to the organization.
func (x *tx) acceptOrganizationInvitation(i *organizationInvitation) (SignedIn, error) {
	o := tableOrganizations.get(x, i.OrganizationID)
	if o == nil {
		return SignedIn{}, errNotFound("organization")
	}
	u, err := x.userFor(i.EmailAddress, nil)
	if err != nil {
		return SignedIn{}, err
	}
	i = tableOrganizationInvitations.update(x, i.ID, func(i *organizationInvitation) { i.settle("accepted", x.now) })
	x.emit("organizationInvitation.accepted", acceptedInvitationWire{x.organizationInvitationWire(i), u.ID})
	meta := &metadataInput{
		Public:  field[metadata]{Set: true, Value: i.PublicMetadata},
		Private: field[metadata]{Set: true, Value: i.PrivateMetadata},
	}
	if _, err := newMembership(x, o, u, i.Role, meta); err != nil {
		return SignedIn{}, err
	}
	return x.signIn(u, &o.ID, nil), nil
}

// acceptedInvitationWire is the data of the event organizationInvitation.accepted.
type acceptedInvitationWire struct {
	organizationInvitationWire
	UserID string `json:"user_id"`
}

// userFor returns the user of an e-mail address, a new one if there is none.
func (x *tx) userFor(email string, public metadata) (*user, error) {
	if u := x.userByEmail(email); u != nil {
		return u, nil
	}
	in := &userInput{Emails: field[[]string]{Set: true, Value: []string{email}}}
	seedMetadata(&in.Public, public)
	return newUser(x, in)
}

// signIn starts a session and, with an actor, marks it as an impersonation.
func (x *tx) signIn(u *user, orgID *string, actor json.RawMessage) SignedIn {
	s := startSession(x, u, "", orgID)
	if len(actor) > 0 {
		s = tableSessions.update(x, s.ID, func(s *session) { s.Actor = actor })
	}
	return SignedIn{UserID: u.ID, SessionID: s.ID, OrganizationID: text(orgID)}
}
