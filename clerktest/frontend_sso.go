package clerktest

import "strings"

// strategySSO is the first factor of people whose company's identity provider says who they are.
const strategySSO = "enterprise_sso"

// byConnection reports whether a strategy goes through an enterprise connection; saml is the older name.
func byConnection(strategy string) bool { return strategy == strategySSO || strategy == "saml" }

// ssoAddress is the e-mail address whose domain says by which connection a sign-in goes: the one that was typed, else
// the user's primary one.
func ssoAddress(s *signInAttempt, u *user) string {
	if email, ok := parseEmail(strings.TrimSpace(s.Identifier)); ok {
		return email
	}
	if u == nil {
		return ""
	}
	return primaryValue(u.Emails, u.PrimaryEmailID)
}

// signInFactors are the first factors of a sign-in. Where a connection serves the domain there is no other way.
func (x *tx) signInFactors(s *signInAttempt, u *user) []factorWire {
	out := []factorWire{}
	for _, e := range x.connectionsFor(ssoAddress(s, u)) {
		out = append(out, factorWire{Strategy: strategySSO, ConnectionID: e.ID, ConnectionName: e.Name})
	}
	if len(out) == 0 && u != nil {
		return x.firstFactors(u)
	}
	return out
}

// chooseConnection is the connection that serves an e-mail address; where several do, the id says which one is meant.
func (x *tx) chooseConnection(email, id string) (*enterpriseConnection, error) {
	possible := keep(x.connectionsFor(email), func(e *enterpriseConnection) bool { return id == "" || e.ID == id })
	switch {
	case len(possible) == 0:
		return nil, errNoConnection("identifier")
	case len(possible) > 1:
		return nil, paramError("enterprise_connection_id_is_required_with_multiple_connections", "enterprise_connection_id", "is missing",
			"Several identity providers serve this e-mail address. Choose one.")
	}
	return possible[0], nil
}

func errNoConnection(param string) *apiError {
	return paramError("saml_connection_not_found", param, "has no enterprise connection", "No identity provider signs in people with this e-mail address.")
}

// visitConnection begins a visit to the identity provider of the connection that serves an e-mail address.
func (c *frontendCall) visitConnection(email string, in *factorInput) (*factorVerification, error) {
	e, err := c.tx.chooseConnection(email, in.ConnectionID)
	if err != nil {
		return nil, err
	}
	v, err := c.newVisit(e.strategy(), in)
	if err != nil {
		return nil, err
	}
	v.ConnectionID, v.Value = e.ID, email
	return v, nil
}

// prepareSSO begins the visit of a sign-in.
func (c *frontendCall) prepareSSO(s *signInAttempt, in *factorInput) (err error) {
	u := tableUsers.get(c.tx, s.UserID)
	if u != nil {
		if err := c.tx.checkReturn(u); err != nil {
			return err
		}
	}
	s.First, err = c.visitConnection(ssoAddress(s, u), in)
	return err
}

// prepareFirstFactor sends the code of a first factor, or begins a visit to an identity provider, which may be of
// somebody who has no account yet.
func prepareFirstFactor(c *frontendCall) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if !byConnection(in.Strategy) {
		return prepareKnownUser(c)
	}
	s, _, err := c.ownSignIn()
	if err != nil {
		return nil, err
	}
	if status := c.tx.signInStatus(s); status != "needs_first_factor" && status != "needs_identifier" {
		return nil, errSignInStep(status)
	}
	next := *s
	if err := c.prepareSSO(&next, &in); err != nil {
		return nil, err
	}
	tableSignIns.put(c.tx, &next)
	return c.finishSignIn(&next)
}

// needsSSO reports whether a sign-up has to go through an enterprise connection: one serves the domain of its address.
func (x *tx) needsSSO(s *signUp) bool {
	return s.UserID == nil && s.External == nil && s.Ticket == "" && len(x.connectionsFor(text(s.Email))) > 0
}

// checkIdentity refuses an identity that a visit must not bring: over a connection, one that is not of its domains or
// not the person who was to come; from a social provider, one whose domain belongs to a connection.
func (x *tx) checkIdentity(v *factorVerification, identity *externalIdentity) error {
	if v.ConnectionID == "" {
		if len(x.connectionsFor(identity.Email)) > 0 {
			return errRule("oauth_email_domain_reserved_by_saml", "People with an e-mail address of this domain sign in with their company's identity provider.")
		}
		return nil
	}
	e := x.activeConnection(v.ConnectionID)
	switch {
	case e == nil:
		return errNoConnection("identifier")
	case !e.serves(identity.Email):
		_, domain, _ := strings.Cut(identity.Email, "@")
		refusal := errBadRequest(e.refusal("email_address_domain_mismatch"), "The identity provider named somebody whose e-mail address is not of its domain.")
		refusal.items[0].Meta = map[string]any{"expected_domain": strings.Join(e.Domains, ", "), "received_domain": domain}
		return refusal
	case identity.Email != v.Value:
		return errBadRequest(e.refusal("email_address_domain_mismatch"), "The identity provider named somebody with another e-mail address than "+v.Value+".")
	}
	return nil
}

// linkIdentity adds to a user the account by which they came.
func (x *tx) linkIdentity(u *user, identity *externalIdentity) error {
	if identity.ConnectionID == "" {
		x.linkExternal(u, identity)
		return nil
	}
	e := x.activeConnection(identity.ConnectionID)
	if e == nil {
		return errNoConnection("identifier")
	}
	return x.linkConnection(u, e, identity)
}
