package clerktest

import (
	"strings"
	"time"
)

// signInAttempt is the stored form of a sign-in that a browser has begun.
type signInAttempt struct {
	ID          string              `json:"id"`
	ClientID    string              `json:"client_id"`
	Identifier  string              `json:"identifier"` // as it was typed
	UserID      string              `json:"user_id"`    // whom it means, empty when that is not known yet
	First       *factorVerification `json:"first"`
	Second      *factorVerification `json:"second"`
	External    *externalIdentity   `json:"external"`     // that a provider vouched for
	NewPassword bool                `json:"new_password"` // has to be chosen
	SessionID   *string             `json:"session_id"`   // once it is complete
	AbandonAt   int64               `json:"abandon_at"`
}

var tableSignIns = &table[*signInAttempt]{
	name: "sign_ins",
	id:   func(s *signInAttempt) string { return s.ID },
	indexes: map[string]func(*signInAttempt) []string{
		"client": func(s *signInAttempt) []string { return []string{s.ClientID} },
		"user":   func(s *signInAttempt) []string { return []string{s.UserID} },
		"token": func(s *signInAttempt) []string {
			if s.First == nil || s.First.Token == "" {
				return nil
			}
			return []string{s.First.Token}
		},
	},
}

// signInLife is how long a sign-in waits for the next step.
const signInLife = 24 * time.Hour

// signInsFamily is the part of the Frontend API that signs people in.
func signInsFamily() family {
	return family{
		tables: []anyTable{tableSignIns},
		frontend: map[string]frontendEndpoint{
			"createSignIn":           {write: createSignIn, anyone: true},
			"getSignIn":              {read: readSignIn, anyone: true},
			"prepareSignInFactorOne": {write: prepareFirstFactor, anyone: true},
			"attemptSignInFactorOne": {write: attemptFirstFactor, anyone: true},
			"prepareSignInFactorTwo": {write: prepareSecondFactor, anyone: true},
			"attemptSignInFactorTwo": {write: attemptSecondFactor, anyone: true},
			"resetPassword":          {write: resetPassword, anyone: true},
		},
		userGone: func(x *tx, userID string) { tableSignIns.deleteAll(x, "user", userID) },
	}
}

type signInInput struct {
	Identifier string `json:"identifier"`
	Transfer   bool   `json:"transfer"`
	factorInput
}

// createSignIn begins a sign-in, which takes the place of one that the browser has begun before. With a password or a
// ticket it may be complete at once.
func createSignIn(c *frontendCall) (any, error) {
	var in signInInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.checkSingleSession(); err != nil {
		return nil, err
	}
	d := c.device()
	s := &signInAttempt{ID: c.tx.newID("sia_"), ClientID: d.ID, Identifier: in.Identifier, AbandonAt: c.tx.time.Add(signInLife).UnixMilli()}
	if in.Identifier != "" {
		u, err := c.tx.identifiedUser(in.Identifier)
		switch {
		case err == nil:
			s.UserID = u.ID
		case !byConnection(in.Strategy) && len(c.tx.connectionsFor(ssoAddress(s, nil))) == 0:
			return nil, err
		}
	}
	if in.Strategy == "" && in.Password != "" {
		in.Strategy = "password"
	}
	if err := c.beginSignIn(s, &in); err != nil {
		return nil, err
	}
	tableSignIns.deleteAll(c.tx, "client", d.ID)
	tableSignIns.put(c.tx, s)
	tableDevices.update(c.tx, d.ID, func(d *device) { d.SignInID = &s.ID })
	return c.finishSignIn(s)
}

// beginSignIn takes the first step that came with the request, if any.
func (c *frontendCall) beginSignIn(s *signInAttempt, in *signInInput) (err error) {
	switch {
	case in.Transfer:
		return c.transferToSignIn(s)
	case in.Strategy == "password":
		return c.provePasswordFactor(s, &in.factorInput)
	case in.Strategy == "ticket":
		return c.signInWithTicket(s, in.Ticket)
	case in.Strategy == "passkey":
		s.First, err = c.askPasskey(tableUsers.get(c.tx, s.UserID))
	case byConnection(in.Strategy):
		err = c.prepareSSO(s, &in.factorInput)
	case strings.HasPrefix(in.Strategy, "oauth_"):
		s.First, err = c.visitProvider(&in.factorInput)
	case in.Strategy != "" && s.UserID != "":
		err = c.prepareFirst(s, &in.factorInput)
	case in.Strategy != "":
		err = paramError("strategy_for_user_invalid", "strategy", "is not possible", "This instance does not sign people in this way.")
	}
	return err
}

// checkSingleSession refuses a sign-in where somebody is signed in already and there is room for one only.
func (c *frontendCall) checkSingleSession() error {
	if c.session == nil || c.tx.settings().MultiSession {
		return nil
	}
	return errBadRequest("session_exists", "You are signed in already.")
}

// identifiedUser is the user whom an identifier means, if the instance lets people sign in by such a one.
func (x *tx) identifiedUser(identifier string) (*user, error) {
	settings := x.userSettings()
	plain := strings.ToLower(strings.TrimSpace(identifier))
	if phone, ok := parsePhone(plain); ok {
		plain = phone
	}
	for index, attribute := range map[string]string{"email": "email_address", "phone": "phone_number", "username": "username"} {
		if a := settings.Attributes[attribute]; !a.Enabled || !a.UsedForFirstFactor {
			continue
		}
		for _, u := range tableUsers.find(x, index, plain) {
			if u.holds(plain) {
				return u, nil
			}
		}
	}
	return nil, paramError("form_identifier_not_found", "identifier", "is unknown", "There is no account with this identifier.")
}

// ownSignIn is the sign-in of the path, if this browser has begun it, with its user.
func (c *frontendCall) ownSignIn() (*signInAttempt, *user, error) {
	s := tableSignIns.get(c.tx, c.param("sign_in_id"))
	if s == nil || c.browser == nil || s.ClientID != c.browser.ClientID {
		return nil, nil, errNotFound("sign-in")
	}
	return s, tableUsers.get(c.tx, s.UserID), nil
}

func readSignIn(c *frontendCall) (any, error) {
	s, _, err := c.ownSignIn()
	if err != nil {
		return nil, err
	}
	return c.tx.wireSignIn(s), nil
}

// changeSignIn is a step of a sign-in that is at the status. Also a refused step is kept, if it was counted.
func changeSignIn(status string, step func(*frontendCall, *signInAttempt, *user, *factorInput) error) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		var in factorInput
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		s, u, err := c.ownSignIn()
		switch {
		case err != nil:
			return nil, err
		case u == nil:
			return nil, errUserGone()
		case c.tx.signInStatus(s) != status:
			return nil, errSignInStep(c.tx.signInStatus(s))
		}
		next := *s
		err = step(c, &next, u, &in)
		tableSignIns.put(c.tx, &next)
		if err != nil {
			return nil, err
		}
		return c.finishSignIn(&next)
	}
}

var (
	prepareKnownUser    = changeSignIn("needs_first_factor", func(c *frontendCall, s *signInAttempt, _ *user, in *factorInput) error { return c.prepareFirst(s, in) })
	attemptKnownUser    = changeSignIn("needs_first_factor", proveFirstFactor)
	prepareSecondFactor = changeSignIn("needs_second_factor", func(c *frontendCall, s *signInAttempt, u *user, in *factorInput) (err error) {
		s.Second, err = c.prepareFactor(u, c.tx.secondFactors(u), in)
		return err
	})
	attemptSecondFactor = changeSignIn("needs_second_factor", func(c *frontendCall, s *signInAttempt, u *user, in *factorInput) (err error) {
		s.Second, err = c.tx.proveSecondFactor(u, s.Second, in)
		return err
	})
	resetPassword = changeSignIn("needs_new_password", chooseNewPassword)
)

func errSignInStep(status string) *apiError {
	return errBadRequest("sign_in_step_invalid", "This sign-in is at another step: "+status+".")
}

// attemptFirstFactor checks the first factor. A passkey tells by itself who signs in.
func attemptFirstFactor(c *frontendCall) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Strategy != "passkey" {
		return attemptKnownUser(c)
	}
	s, u, err := c.ownSignIn()
	if err != nil {
		return nil, err
	}
	switch status := c.tx.signInStatus(s); {
	case status != "needs_first_factor" && status != "needs_identifier":
		return nil, errSignInStep(status)
	case s.First == nil || s.First.Strategy != "passkey":
		return nil, errNotPrepared()
	}
	next, first := *s, *s.First
	next.First = &first
	owner, err := c.provePasskey(&first, in.Credential, u)
	if owner != nil {
		next.UserID = owner.ID
	}
	tableSignIns.put(c.tx, &next)
	if err != nil {
		return nil, err
	}
	return c.finishSignIn(&next)
}

func (c *frontendCall) prepareFirst(s *signInAttempt, in *factorInput) (err error) {
	u, err := c.tx.findUser(s.UserID)
	if err != nil {
		return err
	}
	if in.Strategy == "passkey" {
		s.First, err = c.askPasskey(u)
		return err
	}
	s.First, err = c.prepareFactor(u, c.tx.signInFactors(s, u), in)
	return err
}

// proveFirstFactor checks what the person gave as first factor.
func proveFirstFactor(c *frontendCall, s *signInAttempt, _ *user, in *factorInput) error {
	if in.Strategy == "password" {
		return c.provePasswordFactor(s, in)
	}
	if s.First == nil || s.First.Strategy != in.Strategy || s.First.Code == "" {
		return errNotPrepared()
	}
	first := *s.First
	s.First = &first
	err := c.tx.guessCode(s.First, in.Code)
	s.NewPassword = err == nil && strings.HasPrefix(in.Strategy, "reset_password_")
	return err
}

func (c *frontendCall) provePasswordFactor(s *signInAttempt, in *factorInput) error {
	u := tableUsers.get(c.tx, s.UserID)
	if u == nil {
		return errParamMissing("identifier")
	}
	if _, err := chooseFactor(c.tx.signInFactors(s, u), in); err != nil {
		return err
	}
	if err := c.tx.provePassword(u, in.Password); err != nil {
		return err
	}
	s.First = &factorVerification{Strategy: "password", oneTimeCode: oneTimeCode{Status: "verified"}}
	return nil
}

// chooseNewPassword ends a password reset.
func chooseNewPassword(c *frontendCall, s *signInAttempt, u *user, in *factorInput) error {
	var more struct {
		SignOut bool `json:"sign_out_of_other_sessions"`
	}
	if err := c.decode(&more); err != nil {
		return err
	}
	next := *u
	input := &userInput{Password: field[string]{Set: true, Value: in.Password}}
	if err := input.applyCredentials(c.tx, &next); err != nil {
		return err
	}
	if more.SignOut {
		c.tx.endSessions(u.ID, "revoked")
	}
	c.tx.changeUser(u.ID, func(u *user) { *u = next })
	s.NewPassword = false
	return nil
}

// signInWithTicket accepts a ticket on this browser. An invitation of somebody without an account leads to the sign-up.
func (c *frontendCall) signInWithTicket(s *signInAttempt, ticket string) error {
	if err := c.tx.checkTicket(ticket); err != nil {
		return err
	}
	if email, ok := c.tx.invitedEmail(ticket); ok && c.tx.userByEmail(email) == nil {
		return paramError("invitation_account_not_exists", "identifier", "is unknown", "There is no account yet for this invitation. Sign up first.")
	}
	who, err := c.tx.redeem(ticket, s.ClientID)
	if err != nil {
		return err
	}
	s.UserID, s.SessionID = who.UserID, &who.SessionID
	s.First = &factorVerification{Strategy: "ticket", oneTimeCode: oneTimeCode{Status: "verified"}}
	c.tx.chooseSession(s.ClientID, who.SessionID, "ticket")
	return nil
}
