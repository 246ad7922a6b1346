package clerktest

import (
	"cmp"
	"strings"
	"time"
)

// defaultInvitationDays is how long an invitation waits when the request does not say.
const defaultInvitationDays = 30

// invitation is an invitation to sign up.
type invitation struct {
	ID             string   `json:"id"`
	EmailAddress   string   `json:"email_address"`
	PublicMetadata metadata `json:"public_metadata"`
	RedirectURL    string   `json:"redirect_url"`
	ticket
}

// invitationWire is an invitation as Clerk shows it.
type invitationWire struct {
	Object         string   `json:"object"`
	ID             string   `json:"id"`
	EmailAddress   string   `json:"email_address"`
	PublicMetadata metadata `json:"public_metadata"`
	Revoked        bool     `json:"revoked"`
	Status         string   `json:"status"`
	URL            string   `json:"url,omitzero"`
	ExpiresAt      *int64   `json:"expires_at"`
	CreatedAt      int64    `json:"created_at"`
	UpdatedAt      int64    `json:"updated_at"`
}

// invitationInput is one entry of the requests that invite.
type invitationInput struct {
	EmailAddress   string          `json:"email_address"`
	PublicMetadata field[metadata] `json:"public_metadata"`
	RedirectURL    field[string]   `json:"redirect_url"`
	Notify         field[bool]     `json:"notify"`
	IgnoreExisting field[bool]     `json:"ignore_existing"`
	ExpiresInDays  field[int64]    `json:"expires_in_days"`
	TemplateSlug   string          `json:"template_slug"` // of the e-mail
}

var tableInvitations = &table[*invitation]{
	name: "invitations",
	id:   func(i *invitation) string { return i.ID },
	indexes: map[string]func(*invitation) []string{
		"email":  func(i *invitation) []string { return []string{i.EmailAddress} },
		"ticket": func(i *invitation) []string { return []string{i.Ticket} },
	},
	orders: map[string]func(a, b *invitation) int{
		"created_at":    func(a, b *invitation) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"email_address": func(a, b *invitation) int { return cmp.Compare(a.EmailAddress, b.EmailAddress) },
		"expires_at":    func(a, b *invitation) int { return cmp.Compare(a.ExpiresAt, b.ExpiresAt) },
	},
}

func invitationsFamily() family {
	return family{
		tables: []anyTable{tableInvitations},
		endpoints: map[string]endpoint{
			"ListInvitations":       {read: listInvitations},
			"CreateInvitation":      {write: createInvitation},
			"CreateBulkInvitations": {write: createBulkInvitations},
			"RevokeInvitation":      {write: revokeInvitation},
			"DeleteInvitation":      deleter((*call).invitation, tableInvitations, "invitation", (*tx).forgetInvitation),
		},
	}
}

func (x *tx) wireInvitation(i *invitation) invitationWire {
	expires := i.ExpiresAt
	out := invitationWire{
		Object: "invitation", ID: i.ID, EmailAddress: i.EmailAddress, PublicMetadata: i.PublicMetadata,
		Revoked: i.Status == "revoked", Status: i.statusAt(x.now), ExpiresAt: &expires, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	if out.Status == "pending" {
		out.URL = x.inst.ticketURL(i.Ticket)
	}
	return out
}

func listInvitations(c *call) (any, error) {
	status, text := c.query.Get("status"), c.query.Get("query")
	l := listing[invitation]{table: tableInvitations, order: "-created_at", match: []func(*invitation) bool{func(i *invitation) bool {
		current := i.statusAt(c.tx.now)
		return (status == current || (status == "" && current != "revoked")) &&
			(text == "" || i.ID == text || containsFold(i.EmailAddress, text))
	}}}
	return answerList(c, l, c.tx.wireInvitation)
}

func createInvitation(c *call) (any, error) {
	var in invitationInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	row, err := createInvitationRow(c, in)
	if err != nil {
		return nil, err
	}
	return c.tx.wireInvitation(row), nil
}

func createBulkInvitations(c *call) (any, error) {
	var list []invitationInput
	if err := c.decode(&list); err != nil {
		return nil, err
	}
	if err := checkBulk(len(list), maxBulk); err != nil {
		return nil, err
	}
	out := make([]invitationWire, 0, len(list))
	for _, in := range list {
		row, err := createInvitationRow(c, in)
		if err != nil {
			return nil, err
		}
		out = append(out, c.tx.wireInvitation(row))
	}
	return out, nil
}

// checkBulk refuses a request that makes no record or too many.
func checkBulk(n, most int) error {
	switch {
	case n == 0:
		return errBodyInvalid("there has to be at least one record")
	case n > most:
		return errBulkSize(most)
	}
	return nil
}

// createInvitationRow checks and stores an invitation, and mails it unless the request says not to.
func createInvitationRow(c *call, in invitationInput) (*invitation, error) {
	email, ok := parseEmail(in.EmailAddress)
	if !ok {
		return nil, errParamFormat("email_address", "an e-mail address")
	}
	if err := checkMetadata("public_metadata", in.PublicMetadata.Value); err != nil {
		return nil, err
	}
	if in.RedirectURL.given() {
		if err := checkRedirectURL(in.RedirectURL.Value); err != nil {
			return nil, err
		}
	}
	if err := c.tx.checkIdentifiers(email); err != nil {
		return nil, err
	}
	if !in.IgnoreExisting.Value {
		if err := c.tx.checkNotInvited(email); err != nil {
			return nil, err
		}
	}
	days := int64(defaultInvitationDays)
	in.ExpiresInDays.applyValue(&days)
	row := &invitation{
		ID: c.tx.newID("inv_"), EmailAddress: email, PublicMetadata: orEmpty(in.PublicMetadata.Value),
		RedirectURL: in.RedirectURL.Value, ticket: c.tx.newTicket(time.Duration(days) * 24 * time.Hour),
	}
	tableInvitations.put(c.tx, row)
	if !in.Notify.Set || in.Notify.Value {
		c.tx.sendEmail(outboxEmail{
			To: email, Slug: cmp.Or(in.TemplateSlug, "invitation"), Subject: "You are invited", Body: "Accept the invitation: " + c.inst.ticketURL(row.Ticket),
		})
	}
	return row, nil
}

// checkNotInvited refuses an e-mail address that waits with an invitation or belongs to a user.
func (x *tx) checkNotInvited(email string) error {
	for _, earlier := range tableInvitations.find(x, "email", email) {
		if earlier.statusAt(x.now) == "pending" {
			return errBadRequest("duplicate_record", "there are pending invitations for this e-mail address")
		}
	}
	if x.userByEmail(email) != nil {
		return errTaken("email_address")
	}
	return nil
}

func (c *call) invitation() (*invitation, error) {
	return rowOf(c, tableInvitations, "invitation_id", "invitation")
}

// forgetInvitation deletes the e-mails of an invitation that is being deleted.
func (x *tx) forgetInvitation(i *invitation) error {
	link := x.inst.ticketURL(i.Ticket)
	for _, m := range keep(tableEmails.all(x), func(m *Email) bool { return m.To == i.EmailAddress && strings.Contains(m.Body, link) }) {
		tableEmails.delete(x, m.ID)
	}
	return nil
}

func revokeInvitation(c *call) (any, error) {
	row, err := c.invitation()
	if err != nil {
		return nil, err
	}
	switch row.statusAt(c.tx.now) {
	case "pending", "expired":
	case "revoked":
		return nil, errBadRequest("invitation_already_revoked", "this invitation is revoked already")
	default:
		return nil, errBadRequest("invitation_already_accepted", "this invitation is accepted already")
	}
	row = tableInvitations.update(c.tx, row.ID, func(i *invitation) { i.settle("revoked", c.tx.now) })
	return c.tx.wireInvitation(row), nil
}
