package clerktest

import (
	"net/url"
	"time"
)

// ticket is what makes a link work once: invitations, sign-in tokens, actor tokens and agent tasks hold one.
type ticket struct {
	Status    string `json:"status"` // pending, accepted or revoked; see statusAt
	Ticket    string `json:"ticket"`
	ExpiresAt int64  `json:"expires_at"`
	CreatedAt int64  `json:"created_at"`
	UpdatedAt int64  `json:"updated_at"`
}

// newTicket returns a pending ticket that expires after a while.
func (x *tx) newTicket(lifetime time.Duration) ticket {
	return ticket{
		Status: "pending", Ticket: randomHex(24), ExpiresAt: x.time.Add(lifetime).UnixMilli(), CreatedAt: x.now, UpdatedAt: x.now,
	}
}

// statusAt is the status at a time in Unix milliseconds: what is stored, or expired.
func (t *ticket) statusAt(now int64) string {
	if t.Status == "pending" && t.ExpiresAt <= now {
		return "expired"
	}
	return t.Status
}

// settle gives the ticket its last status.
func (t *ticket) settle(status string, now int64) { t.Status, t.UpdatedAt = status, now }

// ticketURL is the link of a ticket.
func (in *Instance) ticketURL(ticket string) string {
	return in.pageURL("/v1/tickets/accept?ticket=") + url.QueryEscape(ticket)
}

// checkRedirectURL refuses an address that a link could not lead on to.
func checkRedirectURL(text string) error { return checkAbsoluteURL("redirect_url", text) }

// checkAbsoluteURL refuses what is not a whole address, of any scheme.
func checkAbsoluteURL(param, text string) error {
	if u, err := url.Parse(text); err != nil || !u.IsAbs() {
		return errParamFormat(param, "an absolute URL")
	}
	return nil
}
