package clerktest

import (
	"cmp"
	"strings"
)

// waitlistEntry is an application to be let in.
type waitlistEntry struct {
	ID           string `json:"id"`
	EmailAddress string `json:"email_address"`
	Status       string `json:"status"`
	InvitationID string `json:"invitation_id"`
	InvitedAt    int64  `json:"invited_at"`
	CreatedAt    int64  `json:"created_at"`
	UpdatedAt    int64  `json:"updated_at"`
}

type waitlistEntryWire struct {
	Object       string          `json:"object"`
	ID           string          `json:"id"`
	EmailAddress string          `json:"email_address"`
	Status       string          `json:"status"`
	IsLocked     bool            `json:"is_locked"`
	Invitation   *invitationWire `json:"invitation"`
	CreatedAt    int64           `json:"created_at"`
	UpdatedAt    int64           `json:"updated_at"`
}

// maxWaitlistBulk is how many entries one request may make.
const maxWaitlistBulk = 50

type waitlistInput struct {
	EmailAddress string      `json:"email_address"`
	Notify       field[bool] `json:"notify"`
}

var tableWaitlist = &table[*waitlistEntry]{
	name: "waitlist_entries",
	id:   func(w *waitlistEntry) string { return w.ID },
	indexes: map[string]func(*waitlistEntry) []string{
		"email": func(w *waitlistEntry) []string { return []string{w.EmailAddress} },
	},
}

func waitlistFamily() family {
	return family{
		tables: []anyTable{tableWaitlist},
		endpoints: map[string]endpoint{
			"ListWaitlistEntries":       {read: listWaitlistEntries},
			"CreateWaitlistEntry":       {write: createWaitlistEntry},
			"CreateBulkWaitlistEntries": {write: createBulkWaitlistEntries},
			"DeleteWaitlistEntry":       deleter((*call).waitlistEntry, tableWaitlist, "waitlist_entry", (*tx).keepInvited),
			"InviteWaitlistEntry":       {write: inviteWaitlistEntry},
			"RejectWaitlistEntry":       {write: rejectWaitlistEntry},
		},
	}
}

func (x *tx) wireWaitlistEntry(w *waitlistEntry) waitlistEntryWire {
	out := waitlistEntryWire{
		Object: "waitlist_entry", ID: w.ID, EmailAddress: w.EmailAddress, Status: w.Status,
		CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
	}
	if i := tableInvitations.get(x, w.InvitationID); i != nil {
		wire := x.wireInvitation(i)
		out.Invitation = &wire
	}
	return out
}

func listWaitlistEntries(c *call) (any, error) {
	status, text := c.query.Get("status"), c.query.Get("query")
	rows := keep(tableWaitlist.all(c.tx), func(w *waitlistEntry) bool {
		return (status == "" || w.Status == status) && (text == "" || w.ID == text || containsFold(w.EmailAddress, text))
	})
	if err := orderRows(c, rows, "-created_at", map[string]func(a, b *waitlistEntry) int{
		"created_at":    func(a, b *waitlistEntry) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"email_address": func(a, b *waitlistEntry) int { return cmp.Compare(a.EmailAddress, b.EmailAddress) },
		"invited_at":    func(a, b *waitlistEntry) int { return cmp.Compare(a.InvitedAt, b.InvitedAt) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, c.tx.wireWaitlistEntry)
}

func createWaitlistEntry(c *call) (any, error) {
	var in waitlistInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return addToWaitlist(c, in)
}

func createBulkWaitlistEntries(c *call) (any, error) {
	var list []waitlistInput
	if err := c.decode(&list); err != nil {
		return nil, err
	}
	if err := checkBulk(len(list), maxWaitlistBulk); err != nil {
		return nil, err
	}
	out, seen := make([]waitlistEntryWire, 0, len(list)), map[string]bool{}
	for _, in := range list {
		email := strings.ToLower(in.EmailAddress)
		if seen[email] {
			return nil, errBadRequest("duplicate_record", "an e-mail address is in the request twice")
		}
		seen[email] = true
		wire, err := addToWaitlist(c, in)
		if err != nil {
			return nil, err
		}
		out = append(out, wire)
	}
	return out, nil
}

// addToWaitlist stores an entry; an address that waits already keeps its entry.
func addToWaitlist(c *call, in waitlistInput) (waitlistEntryWire, error) {
	email, ok := parseEmail(in.EmailAddress)
	if !ok {
		return waitlistEntryWire{}, errParamFormat("email_address", "an e-mail address")
	}
	if earlier := tableWaitlist.first(c.tx, "email", email); earlier != nil {
		return c.tx.wireWaitlistEntry(earlier), nil
	}
	row := &waitlistEntry{
		ID: c.tx.newID("wle_"), EmailAddress: email, Status: "pending", CreatedAt: c.tx.now, UpdatedAt: c.tx.now,
	}
	tableWaitlist.put(c.tx, row)
	wire := c.tx.wireWaitlistEntry(row)
	c.tx.emit("waitlistEntry.created", wire)
	if !in.Notify.Set || in.Notify.Value {
		c.tx.sendEmail(outboxEmail{To: email, Slug: "waitlist_confirmation", Subject: "You are on the waitlist", Body: "We will write to you."})
	}
	return wire, nil
}

// keepInvited refuses to delete an entry whose person was invited.
func (x *tx) keepInvited(row *waitlistEntry) error {
	if row.Status != "pending" && row.Status != "rejected" {
		return errBadRequest("waitlist_entry_invited", "an invited entry cannot be deleted")
	}
	return nil
}

func inviteWaitlistEntry(c *call) (any, error) {
	row, err := c.waitlistEntry()
	if err != nil {
		return nil, err
	}
	var in struct {
		IgnoreExisting field[bool] `json:"ignore_existing"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	invited, err := createInvitationRow(c, invitationInput{
		EmailAddress: row.EmailAddress, IgnoreExisting: in.IgnoreExisting, TemplateSlug: "waitlist_invitation",
	})
	if err != nil {
		return nil, err
	}
	return c.tx.changeWaitlistEntry(row, func(w *waitlistEntry) {
		w.Status, w.InvitationID, w.InvitedAt = "invited", invited.ID, c.tx.now
	}), nil
}

func rejectWaitlistEntry(c *call) (any, error) {
	row, err := c.waitlistEntry()
	if err != nil {
		return nil, err
	}
	if row.Status != "pending" {
		return nil, errBadRequest("waitlist_entry_not_pending", "only a pending entry can be rejected")
	}
	return c.tx.changeWaitlistEntry(row, func(w *waitlistEntry) { w.Status = "rejected" }), nil
}

func (c *call) waitlistEntry() (*waitlistEntry, error) {
	return rowOf(c, tableWaitlist, "waitlist_entry_id", "waitlist entry")
}

func (x *tx) changeWaitlistEntry(row *waitlistEntry, edit func(*waitlistEntry)) waitlistEntryWire {
	row = tableWaitlist.update(x, row.ID, func(w *waitlistEntry) {
		edit(w)
		w.UpdatedAt = x.now
	})
	wire := x.wireWaitlistEntry(row)
	x.emit("waitlistEntry.updated", wire)
	return wire
}
