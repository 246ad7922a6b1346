package clerktest

import (
	"time"
)

// provePassword checks the password that somebody signs in with. Wrong ones are counted; too many lock the user.
func (x *tx) provePassword(u *user, password string) error {
	if err := x.checkReturn(u); err != nil {
		return err
	}
	right, err := x.checkUserPassword(u, password)
	switch {
	case err != nil:
		return err
	case !right:
		x.countFailure(u)
		return counted(paramError("form_password_incorrect", "password", "is incorrect", "The password is incorrect. Try again, or use another method."))
	case x.userSettings().Password.EnforceHIBPOnSignIn && knownToOthers(password):
		return paramError("form_password_pwned", "password", "is known to others", "This password was found in a data breach. Sign in in another way, then choose a new one.")
	case u.PasswordCompromised:
		return paramError("form_password_compromised", "password", "is compromised", "This password is known to others. Sign in another way, then choose a new one.")
	}
	if u.FailedAttempts > 0 {
		tableUsers.update(x, u.ID, func(u *user) { u.FailedAttempts = 0 })
	}
	return nil
}

// countFailure counts a wrong answer and locks the user when there were too many.
func (x *tx) countFailure(u *user) {
	lockout := x.userSettings().AttackProtection.UserLockout
	failed := u.FailedAttempts + 1
	if u.Locked { // and that is over
		failed = 1
	}
	if !lockout.Enabled || failed < int64(lockout.MaxAttempts) {
		tableUsers.update(x, u.ID, func(u *user) { u.FailedAttempts, u.Locked, u.LockoutExpiresAt = failed, false, nil })
		return
	}
	x.lock(u.ID, time.Duration(lockout.DurationInMinutes)*time.Minute)
}

// finishSignIn starts the session when nothing is missing, and answers the sign-in.
func (c *frontendCall) finishSignIn(s *signInAttempt) (any, error) {
	s, err := c.tx.completeSignIn(s)
	if err != nil {
		return nil, err
	}
	return c.tx.wireSignIn(s), nil
}

// completeSignIn starts the session of a sign-in for which nothing is missing.
func (x *tx) completeSignIn(s *signInAttempt) (*signInAttempt, error) {
	if s.SessionID != nil || x.signInStatus(s) != "complete" {
		return s, nil
	}
	u, err := x.findUser(s.UserID)
	if err != nil {
		return nil, err
	}
	if err := x.checkReturn(u); err != nil {
		return nil, err
	}
	if x.settings().MultiSession {
		for _, other := range tableSessions.find(x, "client", s.ClientID) {
			if other.UserID == u.ID && other.liveAt(x.now) {
				refusal := errBadRequest("identifier_already_signed_in", "You are signed in with this account already.")
				refusal.items[0].Meta = map[string]any{"session_id": other.ID}
				return nil, refusal
			}
		}
	}
	started := x.startSession(u, s.ClientID, nil, func(session *session) {
		if s.Second != nil {
			session.SecondFactorAt = &x.now
		}
	})
	x.chooseSession(s.ClientID, started.ID, s.First.way())
	return tableSignIns.update(x, s.ID, func(s *signInAttempt) { s.SessionID = &started.ID }), nil
}

// chooseSession makes a session that has just begun the active one of its browser.
func (x *tx) chooseSession(clientID, sessionID, strategy string) {
	tableDevices.update(x, clientID, func(d *device) {
		d.ActiveSessionID, d.Strategy, d.UpdatedAt = &sessionID, nilIfEmpty(strategy), x.now
	})
}

// signInStatus is the step at which a sign-in is.
func (x *tx) signInStatus(s *signInAttempt) string {
	u := tableUsers.get(x, s.UserID)
	switch {
	case s.SessionID != nil:
		return "complete"
	case x.now >= s.AbandonAt:
		return "abandoned"
	case u == nil:
		return "needs_identifier"
	case !s.First.verified():
		return "needs_first_factor"
	case s.NewPassword:
		return "needs_new_password"
	case u.mfaEnabled() && !s.Second.verified() && !x.passkeySuffices(s.First):
		return "needs_second_factor"
	default:
		return "complete"
	}
}

// passkeySuffices reports whether a passkey stands for both factors: where the instance says so, and the device has
// made sure who uses it.
func (x *tx) passkeySuffices(first *factorVerification) bool {
	settings := x.userSettings()
	return first.Strategy == "passkey" && first.Strong && settings.Passkey.SatisfiesSecondFactor
}

type signInWire struct {
	Object                   string                  `json:"object"`
	ID                       string                  `json:"id"`
	Status                   string                  `json:"status"`
	SupportedIdentifiers     []string                `json:"supported_identifiers"`
	SupportedFirstFactors    []factorWire            `json:"supported_first_factors"`
	SupportedSecondFactors   []factorWire            `json:"supported_second_factors"`
	FirstFactorVerification  *factorVerificationWire `json:"first_factor_verification"`
	SecondFactorVerification *factorVerificationWire `json:"second_factor_verification"`
	Identifier               *string                 `json:"identifier"`
	UserData                 *signInUserWire         `json:"user_data"`
	CreatedSessionID         *string                 `json:"created_session_id"`
	AbandonAt                int64                   `json:"abandon_at"`
}

// signInUserWire is what the page shows of the person who signs in.
type signInUserWire struct {
	FirstName *string `json:"first_name"`
	LastName  *string `json:"last_name"`
	ImageURL  string  `json:"image_url"`
	HasImage  bool    `json:"has_image"`
}

func (x *tx) wireSignIn(s *signInAttempt) *signInWire {
	w := &signInWire{
		Object: "sign_in_attempt", ID: s.ID, Status: x.signInStatus(s), SupportedIdentifiers: x.supportedIdentifiers(),
		Identifier: nilIfEmpty(s.Identifier), CreatedSessionID: s.SessionID, AbandonAt: s.AbandonAt,
		FirstFactorVerification: s.First.wire(), SecondFactorVerification: s.Second.wire(),
	}
	u := tableUsers.get(x, s.UserID)
	if factors := x.signInFactors(s, u); len(factors) > 0 {
		w.SupportedFirstFactors = factors
	}
	if u != nil {
		w.UserData = &signInUserWire{u.FirstName, u.LastName, u.ImageURL, u.HasImage}
		w.SupportedSecondFactors = x.secondFactors(u)
	}
	return w
}

// supportedIdentifiers are the kinds of identifiers by which people sign in.
func (x *tx) supportedIdentifiers() []string {
	settings, out := x.userSettings(), []string{}
	for _, name := range []string{"email_address", "phone_number", "username", "web3_wallet", "passkey"} {
		if a := settings.Attributes[name]; a.Enabled && a.UsedForFirstFactor {
			out = append(out, name)
		}
	}
	return out
}
