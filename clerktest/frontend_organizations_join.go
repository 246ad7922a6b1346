package clerktest

import (
	"slices"
	"strings"
)

// ownOrganizationsFamily is the part of the Frontend API about the organizations that a person is in or may join.
func ownOrganizationsFamily() family {
	return family{
		tables: []anyTable{tableJoinRequests},
		frontend: map[string]frontendEndpoint{
			"getOrganizationMemberships":      {read: listOwnMemberships},
			"deleteOrganizationMemberships":   {write: inOrganization("", leaveOrganization)},
			"getUsersOrganizationInvitations": {read: listOwnInvitations},
			"acceptOrganizationInvitation":    {write: acceptOwnInvitation},
			"getOrganizationSuggestions":      {read: listSuggestions},
			"acceptOrganizationSuggestion":    {write: acceptSuggestion},
			"getOrganizationCreationDefaults": {read: readCreationDefaults},

			"listOrganizationMembershipRequests":  {read: inOrganization(manageMembers, listJoinRequests)},
			"acceptOrganizationMembershipRequest": {write: inOrganization(manageMembers, acceptJoinRequest)},
			"rejectOrganizationMembershipRequest": {write: inOrganization(manageMembers, rejectJoinRequest)},
		},
		userGone:         func(x *tx, userID string) { tableJoinRequests.deleteAll(x, "user", userID) },
		organizationGone: func(x *tx, organizationID string) { tableJoinRequests.deleteAll(x, "organization", organizationID) },
	}
}

// joinRequest is what became of the suggestion to join an organization: the person asked to be let in.
type joinRequest struct {
	ID             string `json:"id"`
	OrganizationID string `json:"organization_id"`
	UserID         string `json:"user_id"`
	Status         string `json:"status"` // pending, accepted or rejected
	CreatedAt      int64  `json:"created_at"`
	UpdatedAt      int64  `json:"updated_at"`
}

var tableJoinRequests = &table[*joinRequest]{
	name: "organization_membership_requests",
	id:   func(r *joinRequest) string { return r.ID },
	indexes: map[string]func(*joinRequest) []string{
		"organization": func(r *joinRequest) []string { return []string{r.OrganizationID} },
		"user":         func(r *joinRequest) []string { return []string{r.UserID} },
	},
}

type joinRequestWire struct {
	Object         string          `json:"object"`
	ID             string          `json:"id"`
	OrganizationID string          `json:"organization_id"`
	Status         string          `json:"status"`
	PublicUserData *publicUserWire `json:"public_user_data"`
	CreatedAt      int64           `json:"created_at"`
	UpdatedAt      int64           `json:"updated_at"`
}

func (x *tx) wireJoinRequest(r *joinRequest) joinRequestWire {
	w := joinRequestWire{"organization_membership_request", r.ID, r.OrganizationID, r.Status, nil, r.CreatedAt, r.UpdatedAt}
	if u := tableUsers.get(x, r.UserID); u != nil {
		w.PublicUserData = wirePublicUser(u)
	}
	return w
}

// suggestion is an organization that a person may ask to join, because it has verified the domain of the person's
// e-mail address. It follows from domain and user, so that it is nowhere kept.
type suggestion struct {
	domain  *organizationDomain
	request *joinRequest // nil before the person has accepted the suggestion
	user    *user
}

type suggestionWire struct {
	Object       string                  `json:"object"`
	ID           string                  `json:"id"`
	Organization *publicOrganizationWire `json:"public_organization_data"`
	Status       string                  `json:"status"`
	CreatedAt    int64                   `json:"created_at"`
	UpdatedAt    int64                   `json:"updated_at"`
}

func (s *suggestion) id() string { return "orgsug_" + bareID(s.domain.ID) + bareID(s.user.ID) }

func (s *suggestion) status() string {
	if s.request == nil {
		return "pending"
	}
	return "accepted"
}

func (x *tx) wireSuggestion(s *suggestion) suggestionWire {
	w := suggestionWire{Object: "organization_suggestion", ID: s.id(), Status: s.status(), CreatedAt: s.domain.CreatedAt, UpdatedAt: s.domain.UpdatedAt}
	if s.request != nil {
		w.UpdatedAt = s.request.UpdatedAt
	}
	if o := tableOrganizations.get(x, s.domain.OrganizationID); o != nil {
		w.Organization = &publicOrganizationWire{o.ID, o.Name, o.Slug, o.ImageURL, o.HasImage}
	}
	return w
}

// domainsOf are the verified domains of organizations, with an enrollment mode, that a user has a verified address of
// and is no member of yet.
func (x *tx) domainsOf(u *user, mode string) []*organizationDomain {
	var out []*organizationDomain
	for i := range u.Emails {
		_, host, _ := strings.Cut(u.Emails[i].Value, "@")
		if !u.Emails[i].verified() {
			continue
		}
		for _, d := range tableOrganizationDomains.find(x, "name", host) {
			if d.Verified && d.EnrollmentMode == mode && x.findMembership(d.OrganizationID, u.ID) == nil && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

func (x *tx) suggestionsFor(u *user) []*suggestion {
	var out []*suggestion
	for _, d := range x.domainsOf(u, "automatic_suggestion") {
		s := &suggestion{domain: d, user: u}
		for _, r := range tableJoinRequests.find(x, "user", u.ID) {
			if r.OrganizationID == d.OrganizationID {
				s.request = r
			}
		}
		if s.request == nil || s.request.Status == "pending" {
			out = append(out, s)
		}
	}
	return out
}

func listSuggestions(c *frontendCall) (any, error) {
	wanted := c.query["status"]
	rows := keep(c.tx.suggestionsFor(c.user), func(s *suggestion) bool { return len(wanted) == 0 || slices.Contains(wanted, s.status()) })
	return pageOf(c.call, rows, c.tx.wireSuggestion)
}

// acceptSuggestion asks to be let in; somebody who manages the members decides.
func acceptSuggestion(c *frontendCall) (any, error) {
	for _, s := range c.tx.suggestionsFor(c.user) {
		if s.id() != c.param("suggestion_id") {
			continue
		}
		if s.request == nil {
			s.request = &joinRequest{
				ID: c.tx.newID("orgmreq_"), OrganizationID: s.domain.OrganizationID, UserID: c.user.ID, Status: "pending", CreatedAt: c.tx.now, UpdatedAt: c.tx.now,
			}
			tableJoinRequests.put(c.tx, s.request)
		}
		return c.tx.wireSuggestion(s), nil
	}
	return nil, errNotFound("suggestion")
}

func listJoinRequests(c *frontendCall, o *organization) (any, error) {
	wanted := c.query["status"]
	rows := keep(tableJoinRequests.find(c.tx, "organization", o.ID), func(r *joinRequest) bool {
		return len(wanted) == 0 || slices.Contains(wanted, r.Status)
	})
	return pageOf(c.call, rows, c.tx.wireJoinRequest)
}

// decideRequest ends a pending request of an organization.
func decideRequest(c *frontendCall, o *organization, status string) (*joinRequest, error) {
	r := tableJoinRequests.get(c.tx, c.param("request_id"))
	switch {
	case r == nil || r.OrganizationID != o.ID:
		return nil, errNotFound("membership request")
	case r.Status != "pending":
		return nil, errBadRequest("organization_membership_request_not_pending", "This request was decided already.")
	}
	return tableJoinRequests.update(c.tx, r.ID, func(r *joinRequest) { r.Status, r.UpdatedAt = status, c.tx.now }), nil
}

func acceptJoinRequest(c *frontendCall, o *organization) (any, error) {
	r, err := decideRequest(c, o, "accepted")
	if err != nil {
		return nil, err
	}
	u, err := c.tx.findUser(r.UserID)
	if err != nil {
		return nil, err
	}
	s := c.tx.settings()
	if _, err := c.tx.newMembership(o, u, s.DomainsDefaultRole, nil); err != nil {
		return nil, err
	}
	return c.tx.wireJoinRequest(r), nil
}

func rejectJoinRequest(c *frontendCall, o *organization) (any, error) {
	r, err := decideRequest(c, o, "rejected")
	if err != nil {
		return nil, err
	}
	return c.tx.wireJoinRequest(r), nil
}

func listOwnMemberships(c *frontendCall) (any, error) {
	return frontendMembershipList(c, tableMemberships.find(c.tx, "user", c.user.ID))
}

// leaveOrganization ends the own membership; the last who may manage members stays.
func leaveOrganization(c *frontendCall, o *organization) (any, error) {
	m := c.tx.findMembership(o.ID, c.user.ID)
	if _, err := byMe(deleteMembership)(c); err != nil {
		return nil, err
	}
	return deleted("organization_membership", m.ID), nil
}

// invitationsOf are the invitations to the verified addresses of a user.
func (x *tx) invitationsOf(u *user) []*organizationInvitation {
	var out []*organizationInvitation
	for i := range u.Emails {
		if u.Emails[i].verified() {
			out = append(out, tableOrganizationInvitations.find(x, "email", u.Emails[i].Value)...)
		}
	}
	return out
}

func listOwnInvitations(c *frontendCall) (any, error) {
	return c.invitationPage(c.tx.invitationsOf(c.user), c.tx.wireMemberInvitation)
}

// acceptOwnInvitation makes the person a member by the rules of every invitation.
func acceptOwnInvitation(c *frontendCall) (any, error) {
	for _, i := range c.tx.invitationsOf(c.user) {
		if i.ID != c.param("invitation_id") {
			continue
		}
		if i.statusAt(c.tx.now) != "pending" {
			return nil, errBadRequest("organization_invitation_not_pending", "This invitation was accepted, revoked, or has expired.")
		}
		if err := c.tx.joinByInvitation(i, c.user); err != nil {
			return nil, err
		}
		return c.tx.wireMemberInvitation(tableOrganizationInvitations.get(c.tx, i.ID)), nil
	}
	return nil, errNotFound("organization invitation")
}

// readCreationDefaults suggests nothing for a new organization: that needs a service that knows companies.
func readCreationDefaults(*frontendCall) (any, error) {
	return struct {
		Form     *struct{} `json:"form"`
		Advisory *struct{} `json:"advisory"`
	}{}, nil
}
