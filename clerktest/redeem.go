package clerktest

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// Redeem follows the link of an invitation, an organization invitation, a sign-in token, an actor token or an agent
// task, as its recipient would: it signs up where there is no user yet, joins the organization, and signs in. It takes
// the link or its ticket. A ticket that is unknown, used, revoked or expired is an error, as is a user who may not come
// in.
func (in *Instance) Redeem(link string) (SignedIn, error) {
	ticket := link
	if u, err := url.Parse(link); err == nil && u.Query().Has("ticket") {
		ticket = u.Query().Get("ticket")
	}
	var out SignedIn
	err := in.write(func(x *tx) (err error) { out, err = x.redeem(ticket, ""); return err })
	if err != nil {
		return SignedIn{}, err
	}
	out.Token = in.SessionToken(out.SessionID)
	return out, nil
}

// redeem accepts a ticket and signs in on a client, a new one without an id.
func (x *tx) redeem(ticket, clientID string) (SignedIn, error) {
	if i := tableInvitations.first(x, "ticket", ticket); i != nil && i.statusAt(x.now) == "pending" {
		return x.acceptInvitation(i, clientID)
	}
	if i := tableOrganizationInvitations.first(x, "ticket", ticket); i != nil && i.statusAt(x.now) == "pending" {
		return x.acceptOrganizationInvitation(i, clientID)
	}
	if t := tableTickets.first(x, "ticket", ticket); t != nil && t.statusAt(x.now) == "pending" {
		return x.acceptTicketToken(t, clientID)
	}
	return SignedIn{}, newError(http.StatusBadRequest, "ticket_invalid", "ticket is invalid", "the ticket is unknown, used, revoked or expired")
}

// acceptInvitation signs the invited person up and completes the entry of the waitlist.
func (x *tx) acceptInvitation(i *invitation, clientID string) (SignedIn, error) {
	u, err := x.userFor(i.EmailAddress, i.PublicMetadata)
	if err != nil {
		return SignedIn{}, err
	}
	tableInvitations.update(x, i.ID, func(i *invitation) { i.settle("accepted", x.now) })
	if w := tableWaitlist.first(x, "email", i.EmailAddress); w != nil {
		x.changeWaitlistEntry(w, func(w *waitlistEntry) { w.Status = "completed" })
	}
	return x.signIn(u, clientID, nil, nil), nil
}

// acceptTicketToken signs in whom a sign-in token, an actor token or an agent task is for.
func (x *tx) acceptTicketToken(t *ticketToken, clientID string) (SignedIn, error) {
	u, err := x.findUser(t.UserID)
	if err != nil {
		return SignedIn{}, err
	}
	if err := x.checkReturn(u); err != nil {
		return SignedIn{}, err
	}
	tableTickets.update(x, t.ID, func(t *ticketToken) { t.settle("accepted", x.now) })
	return x.signIn(u, clientID, t.OrganizationID, t.Actor, func(s *session) {
		if t.SessionDuration > 0 {
			s.ExpireAt = x.now + t.SessionDuration*1000
		}
	}), nil
}

// acceptOrganizationInvitation makes the invited person a member and signs in to the organization.
func (x *tx) acceptOrganizationInvitation(i *organizationInvitation, clientID string) (SignedIn, error) {
	o := tableOrganizations.get(x, i.OrganizationID)
	if o == nil {
		return SignedIn{}, errNotFound("organization")
	}
	u, err := x.userFor(i.EmailAddress, nil)
	if err != nil {
		return SignedIn{}, err
	}
	if err := x.joinByInvitation(i, u); err != nil {
		return SignedIn{}, err
	}
	return x.signIn(u, clientID, &o.ID, nil), nil
}

// joinByInvitation makes a user a member, as a pending invitation says.
func (x *tx) joinByInvitation(i *organizationInvitation, u *user) error {
	o := tableOrganizations.get(x, i.OrganizationID)
	if o == nil {
		return errNotFound("organization")
	}
	i = tableOrganizationInvitations.update(x, i.ID, func(i *organizationInvitation) { i.settle("accepted", x.now) })
	x.emit("organizationInvitation.accepted", acceptedInvitationWire{
		x.wireOrganizationInvitation(i), u.ID, acceptedInvitationData{publicOrganizationWire{o.ID, o.Name, o.Slug, o.ImageURL, o.HasImage}},
	})
	meta := &metadataInput{
		Public:  field[metadata]{Set: true, Value: i.PublicMetadata},
		Private: field[metadata]{Set: true, Value: i.PrivateMetadata},
	}
	_, err := x.newMembership(o, u, i.Role, meta)
	return err
}

// acceptedInvitationWire is the data of the event organizationInvitation.accepted.
type acceptedInvitationWire struct {
	organizationInvitationWire
	UserID string                 `json:"user_id"`
	Data   acceptedInvitationData `json:"data"`
}

type acceptedInvitationData struct {
	Organization publicOrganizationWire `json:"public_organization_data"`
}

// userFor returns the user of an e-mail address, a new one if there is none, unless access is refused.
func (x *tx) userFor(email string, public metadata) (*user, error) {
	if u := x.userByEmail(email); u != nil {
		return u, x.checkReturn(u)
	}
	in := &userInput{Emails: field[[]string]{Set: true, Value: []string{email}}}
	seedMetadata(&in.Public, public)
	return x.newUser(in, x.checkAccess)
}

// checkReturn refuses a user who may not sign in again.
func (x *tx) checkReturn(u *user) error {
	if err := x.checkSignIn(u); err != nil || x.settings().ListsOffOnSignIn {
		return err
	}
	return x.checkAccess(u)
}

// signIn starts a session; with an actor it is an impersonation. The edits come before anybody sees the session.
func (x *tx) signIn(u *user, clientID string, orgID *string, actor json.RawMessage, edits ...func(*session)) SignedIn {
	s := x.startSession(u, clientID, orgID, append(edits, func(s *session) { s.Actor = actor })...)
	return SignedIn{UserID: u.ID, SessionID: s.ID, OrganizationID: text(orgID)}
}
