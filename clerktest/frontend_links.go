package clerktest

import (
	"net/http"
	"net/url"
)

// linksFamily is where the links of messages lead.
func linksFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"verify":        {write: followLink, anyone: true},
		"acceptTicket":  {write: followTicket, anyone: true},
		"redirectToUrl": {read: redirectTo, anyone: true},
	}}
}

// followLink proves an e-mail address by the link that was sent there, goes on with the sign-in or the sign-up in the
// browser that began it, and leads to the application.
func followLink(c *frontendCall) (any, error) {
	token := c.query.Get("token")
	if token == "" {
		return nil, errParamMissing("token")
	}
	if s := tableSignIns.first(c.tx, "token", token); s != nil && s.First.Strategy == "email_link" {
		next, first := *s, *s.First
		next.First = &first
		c.openLink(&first, s.ClientID)
		tableSignIns.put(c.tx, &next)
		done, err := c.tx.completeSignIn(&next)
		if err != nil {
			return nil, err
		}
		return linkTarget(&first, done.SessionID), nil
	}
	if s := tableSignUps.first(c.tx, "token", token); s != nil && s.EmailVerification != nil && s.EmailVerification.Token == token {
		next, v := *s, *s.EmailVerification
		next.EmailVerification = &v
		c.openLink(&v, s.ClientID)
		tableSignUps.put(c.tx, &next)
		done, err := c.tx.advanceSignUp(&next)
		if err != nil {
			return nil, err
		}
		return linkTarget(&v, done.SessionID), nil
	}
	if v := tableCodeVerifications.first(c.tx, "token", token); v != nil {
		return c.openIdentifierLink(v)
	}
	c.status = http.StatusBadRequest
	return c.messagePage("This link is not valid", "It was used already, a newer one was sent, or it is not a link of this local Clerk.")
}

// openLink verifies what a link proves, unless its time is over or it has to be opened in the browser that asked for
// it.
func (c *frontendCall) openLink(v *factorVerification, clientID string) {
	v.Token = ""
	sameClient := c.browser != nil && c.browser.ClientID == clientID
	switch {
	case v.ExpireAt <= c.tx.now:
		v.Status = "expired"
	case c.tx.userSettings().AttackProtection.EmailLink.RequireSameClient && !sameClient:
		v.Status = "failed"
		v.Error = &errorItem{Code: "client_mismatch", Message: "another browser", LongMessage: "Open the link in the browser that asked for it."}
	default:
		v.Status = "verified"
	}
}

// linkTarget is the page of the application that opens a link, told how it went.
func linkTarget(v *factorVerification, sessionID *string) redirectAnswer {
	status := v.Status
	if v.Error != nil {
		status = v.Error.Code
	}
	target := withQuery(v.RedirectURL, "__clerk_status", status)
	if sessionID != nil {
		target = withQuery(target, "__clerk_created_session", *sessionID)
	}
	return redirectAnswer{location: target}
}

// withQuery adds a parameter to the query of an address, in place of those of its name.
func withQuery(address, name, value string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.RawQuery = setQuery(u.RawQuery, name, value)
	return u.String()
}

// followTicket leads from the link of an invitation, or of a sign-in token, to the application's page that accepts it,
// or to the emulator's own page.
func followTicket(c *frontendCall) (any, error) {
	ticket := c.query.Get("ticket")
	if c.tx.checkTicket(ticket) != nil {
		c.status = http.StatusBadRequest
		return c.messagePage("This link is not valid", "It was used already, revoked, or its time is over.")
	}
	status, target := "sign_in", c.inst.pageURL("/sign-in")
	if email, ok := c.tx.invitedEmail(ticket); ok && c.tx.userByEmail(email) == nil {
		status, target = "sign_up", c.inst.pageURL("/sign-up")
	}
	if address := c.tx.ticketRedirect(ticket); address != "" && c.checkRedirect(address) == nil {
		target = address
	}
	target = withQuery(withQuery(target, "__clerk_ticket", ticket), "__clerk_status", status)
	return redirectAnswer{location: target}, nil
}

// redirectTo leads to an address of the application.
func redirectTo(c *frontendCall) (any, error) {
	target := c.query.Get("redirect_url")
	if err := c.checkRedirect(target); err != nil {
		return nil, err
	}
	return redirectAnswer{target, http.StatusTemporaryRedirect}, nil
}

// checkTicket refuses a ticket that cannot be accepted.
func (x *tx) checkTicket(text string) error {
	var t *ticket
	switch {
	case tableInvitations.first(x, "ticket", text) != nil:
		t = &tableInvitations.first(x, "ticket", text).ticket
	case tableOrganizationInvitations.first(x, "ticket", text) != nil:
		t = &tableOrganizationInvitations.first(x, "ticket", text).ticket
	case tableTickets.first(x, "ticket", text) != nil:
		t = &tableTickets.first(x, "ticket", text).ticket
	}
	switch {
	case text == "" || t == nil || (t.Status != "pending"):
		return errBadRequest("ticket_invalid_code", "This ticket is not valid: it is unknown, used or revoked.")
	case t.statusAt(x.now) == "expired":
		return errBadRequest("ticket_expired_code", "This ticket has expired.")
	}
	return nil
}

// invitedEmail is the e-mail address that an invitation went to; other tickets have none.
func (x *tx) invitedEmail(ticket string) (email string, ok bool) {
	if i := tableInvitations.first(x, "ticket", ticket); i != nil {
		return i.EmailAddress, true
	}
	if i := tableOrganizationInvitations.first(x, "ticket", ticket); i != nil {
		return i.EmailAddress, true
	}
	return "", false
}

// ticketRedirect is where an invitation leads, as it was made; empty when that was not said.
func (x *tx) ticketRedirect(ticket string) string {
	if i := tableInvitations.first(x, "ticket", ticket); i != nil {
		return i.RedirectURL
	}
	if i := tableOrganizationInvitations.first(x, "ticket", ticket); i != nil {
		return i.RedirectURL
	}
	return ""
}
