package clerktest

import "strings"

// transferToSignUp goes on with an identity that a provider vouched for in a sign-in that found no account.
func (c *frontendCall) transferToSignUp(s *signUp) error {
	d := tableDevices.get(c.tx, s.ClientID)
	from := tableSignIns.get(c.tx, text(d.SignInID))
	if from == nil || from.External == nil || from.First == nil || from.First.Status != "transferable" {
		return errBadRequest("account_transfer_invalid", "There is nothing to transfer to a sign-up.")
	}
	s.ExternalVerification = from.External.proof(from.First)
	return c.tx.takeIdentity(s, from.External)
}

// takeIdentity fills a sign-up with what a provider said on its visit.
func (x *tx) takeIdentity(s *signUp, identity *externalIdentity) error {
	if err := x.checkIdentifiers(identity.Email); err != nil {
		return err
	}
	s.External, s.Email = identity, &identity.Email
	s.EmailVerification = identity.proof(s.ExternalVerification)
	if strings.HasPrefix(identity.Strategy, "oauth_") {
		s.EmailVerification.Strategy = "from_" + identity.Strategy
	}
	if identity.FirstName != "" {
		s.FirstName = &identity.FirstName
	}
	if identity.LastName != "" {
		s.LastName = &identity.LastName
	}
	return nil
}

// signUpFromProvider goes on with a sign-up whose person the provider named. Somebody with an account may sign in
// instead.
func (c *frontendCall) signUpFromProvider(s *signUp, identity *externalIdentity) (any, error) {
	if err := c.tx.checkVisit(s.ExternalVerification); err != nil {
		return nil, err
	}
	next, v := *s, *s.ExternalVerification
	next.ExternalVerification, v.Token = &v, ""
	if identity == nil {
		v.refuse("failed", "oauth_access_denied", "You did not allow access to your account.")
		tableSignUps.put(c.tx, &next)
		return redirectAnswer{location: v.RedirectURL}, nil
	}
	identity.Strategy, identity.ConnectionID = v.Strategy, v.ConnectionID
	v.Status = "verified"
	if err := c.tx.checkIdentity(&v, identity); err != nil {
		v.refuseWith(err)
	} else if c.tx.externalUser(identity) != nil {
		next.External = identity
		v.refuse("transferable", "external_account_exists", "There is an account for this external account already.")
	} else if err := c.tx.takeIdentity(&next, identity); err != nil {
		v.refuseWith(err)
	}
	tableSignUps.put(c.tx, &next)
	done, err := c.tx.advanceSignUp(&next)
	if err != nil {
		return nil, err
	}
	return redirectAnswer{location: v.back(done.SessionID != nil)}, nil
}
