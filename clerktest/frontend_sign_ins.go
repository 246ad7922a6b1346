package clerktest

import (
	"slices"
	"strings"
	"time"
)

// signInAttempt is the stored form of a sign-in that a browser has begun.
type signInAttempt struct {
	ID         string              `json:"id"`
	ClientID   string              `json:"client_id"`
	Identifier string              `json:"identifier"` // as it was typed
	UserID     string              `json:"user_id"`    // whom it means, empty when that is not known yet
	First      *factorVerification `json:"first"`
	Second     *factorVerification `json:"second"`
	SessionID  *string             `json:"session_id"` // once it is complete
	AbandonAt  int64               `json:"abandon_at"`
}

// factorVerification is how far the proof of one factor is.
type factorVerification struct {
	Strategy string `json:"strategy"`
	Status   string `json:"status"` // unverified, verified, failed, expired or transferable
	Attempts int64  `json:"attempts"`
	ExpireAt int64  `json:"expire_at"`
}

var tableSignIns = &table[signInAttempt]{
	name: "sign_ins",
	id:   func(s *signInAttempt) string { return s.ID },
	indexes: map[string]func(*signInAttempt) []string{
		"client": func(s *signInAttempt) []string { return []string{s.ClientID} },
		"user":   func(s *signInAttempt) []string { return []string{s.UserID} },
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
			"attemptSignInFactorOne": {write: attemptFirstFactor, anyone: true},
		},
		userGone: func(x *tx, userID string) { tableSignIns.deleteAll(x, "user", userID) },
	}
}

type signInInput struct {
	Strategy   string `json:"strategy"`
	Identifier string `json:"identifier"`
	Password   string `json:"password"`
}

// createSignIn begins a sign-in, which takes the place of one that the browser has begun before. With a password it may be
// complete at once.
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
		if err != nil {
			return nil, err
		}
		s.UserID = u.ID
	}
	if in.Strategy == "" && in.Password != "" {
		in.Strategy = "password"
	}
	if in.Strategy == "password" {
		if err := c.proveFirstFactor(s, &in); err != nil {
			return nil, err
		}
	}
	tableSignIns.deleteAll(c.tx, "client", d.ID)
	tableSignIns.put(c.tx, s)
	tableDevices.update(c.tx, d.ID, func(d *device) { d.SignInID = &s.ID })
	return c.finishSignIn(s)
}

// checkSingleSession refuses a sign-in where somebody is signed in already and there is room for one only.
func (c *frontendCall) checkSingleSession() error {
	if c.session == nil || c.tx.settings().MultiSession {
		return nil
	}
	return errBadRequest("session_exists", "you are signed in already")
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

// ownSignIn is the sign-in of the path, if this browser has begun it and it goes on.
func (c *frontendCall) ownSignIn() (*signInAttempt, error) {
	s := tableSignIns.get(c.tx, c.param("sign_in_id"))
	if s == nil || c.browser == nil || s.ClientID != c.browser.ClientID {
		return nil, errNotFound("sign-in")
	}
	return s, nil
}

func readSignIn(c *frontendCall) (any, error) {
	s, err := c.ownSignIn()
	if err != nil {
		return nil, err
	}
	return c.tx.wireSignIn(s), nil
}

func attemptFirstFactor(c *frontendCall) (any, error) {
	var in signInInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, err := c.ownSignIn()
	if err != nil {
		return nil, err
	}
	next := *s
	if err := c.proveFirstFactor(&next, &in); err != nil {
		return nil, err
	}
	tableSignIns.put(c.tx, &next)
	return c.finishSignIn(&next)
}

// proveFirstFactor checks what the person gave as first factor.
func (c *frontendCall) proveFirstFactor(s *signInAttempt, in *signInInput) error {
	u := tableUsers.get(c.tx, s.UserID)
	if u == nil {
		return errParamMissing("identifier")
	}
	if !slices.ContainsFunc(c.tx.firstFactors(u), func(f factorWire) bool { return f.Strategy == in.Strategy }) {
		return paramError("strategy_for_user_invalid", "strategy", "is not possible", "This account cannot be signed in to this way.")
	}
	if err := c.tx.provePassword(u, in.Password); err != nil {
		return err
	}
	s.First = &factorVerification{Strategy: in.Strategy, Status: "verified"}
	return nil
}

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
	if s.First == nil || s.First.Status != "verified" {
		return c.tx.wireSignIn(s), nil
	}
	u, err := c.tx.findUser(s.UserID)
	if err != nil {
		return nil, err
	}
	started := c.tx.startBrowserSession(u, s.ClientID, s.First.Strategy)
	s = tableSignIns.update(c.tx, s.ID, func(s *signInAttempt) { s.SessionID = &started.ID })
	return c.tx.wireSignIn(s), nil
}

// startBrowserSession signs a user in on a browser and makes that the active session.
func (x *tx) startBrowserSession(u *user, clientID, strategy string, edits ...func(*session)) *session {
	s := x.startSession(u, clientID, nil, edits...)
	tableDevices.update(x, clientID, func(d *device) {
		d.ActiveSessionID, d.Strategy, d.UpdatedAt = &s.ID, nilIfEmpty(strategy), x.now
	})
	return s
}

// factorWire is one way to go on.
type factorWire struct {
	Strategy       string `json:"strategy"`
	EmailAddressID string `json:"email_address_id,omitzero"`
	PhoneNumberID  string `json:"phone_number_id,omitzero"`
	SafeIdentifier string `json:"safe_identifier,omitzero"`
	Primary        *bool  `json:"primary,omitzero"`
	Default        *bool  `json:"default,omitzero"`
}

type signInWire struct {
	Object                   string            `json:"object"`
	ID                       string            `json:"id"`
	Status                   string            `json:"status"`
	SupportedIdentifiers     []string          `json:"supported_identifiers"`
	SupportedFirstFactors    []factorWire      `json:"supported_first_factors"`
	SupportedSecondFactors   []factorWire      `json:"supported_second_factors"`
	FirstFactorVerification  *verificationWire `json:"first_factor_verification"`
	SecondFactorVerification *verificationWire `json:"second_factor_verification"`
	Identifier               *string           `json:"identifier"`
	UserData                 *signInUserWire   `json:"user_data"`
	CreatedSessionID         *string           `json:"created_session_id"`
	AbandonAt                int64             `json:"abandon_at"`
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
		Object: "sign_in_attempt", ID: s.ID, Status: s.statusAt(x.now), SupportedIdentifiers: x.supportedIdentifiers(),
		Identifier: nilIfEmpty(s.Identifier), CreatedSessionID: s.SessionID, AbandonAt: s.AbandonAt,
		FirstFactorVerification: s.First.wire(), SecondFactorVerification: s.Second.wire(),
	}
	if u := tableUsers.get(x, s.UserID); u != nil {
		w.UserData = &signInUserWire{u.FirstName, u.LastName, u.ImageURL, u.HasImage}
		w.SupportedFirstFactors = x.firstFactors(u)
	}
	return w
}

func (s *signInAttempt) statusAt(now int64) string {
	switch {
	case s.SessionID != nil:
		return "complete"
	case now >= s.AbandonAt:
		return "abandoned"
	case s.UserID == "":
		return "needs_identifier"
	default:
		return "needs_first_factor"
	}
}

func (v *factorVerification) wire() *verificationWire {
	if v == nil {
		return nil
	}
	return &verificationWire{Object: "verification_" + v.Strategy, Status: v.Status, Strategy: v.Strategy, Attempts: &v.Attempts, ExpireAt: &v.ExpireAt}
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

// firstFactors are the ways in which a user can prove the first factor.
func (x *tx) firstFactors(u *user) []factorWire {
	var out []factorWire
	if u.PasswordDigest != "" {
		out = append(out, factorWire{Strategy: "password"})
	}
	return out
}
