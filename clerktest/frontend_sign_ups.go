package clerktest

import (
	"cmp"
	"strings"
	"time"

	"github.com/clerkgo/clerk-go/clerktest/internal/digest"
)

// browserSignUpsFamily is the part of the Frontend API that signs people up.
func browserSignUpsFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"createSignUps":              {write: beginSignUp, anyone: true},
		"getSignUps":                 {read: readSignUp, anyone: true},
		"updateSignUps":              {write: changeSignUp, anyone: true},
		"prepareSignUpsVerification": {write: prepareSignUp, anyone: true},
		"attemptSignUpsVerification": {write: attemptSignUp, anyone: true},
	}}
}

// signUpInput is what somebody enters on a sign-up page. What is empty was not entered.
type signUpInput struct {
	Email         string          `json:"email_address"`
	Phone         string          `json:"phone_number"`
	Username      string          `json:"username"`
	FirstName     string          `json:"first_name"`
	LastName      string          `json:"last_name"`
	Password      string          `json:"password"`
	LegalAccepted bool            `json:"legal_accepted"`
	Unsafe        field[metadata] `json:"unsafe_metadata"`
	Strategy      string          `json:"strategy"`
	Ticket        string          `json:"ticket"`
	Transfer      bool            `json:"transfer"`
	RedirectURL   string          `json:"redirect_url"`
	CompleteURL   string          `json:"action_complete_redirect_url"`
	ConnectionID  string          `json:"enterprise_connection_id"`
}

// beginSignUp begins a sign-up, which takes the place of one that the browser has begun before.
func beginSignUp(c *frontendCall) (any, error) {
	var in signUpInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := cmp.Or(c.checkSingleSession(), c.checkHuman()); err != nil {
		return nil, err
	}
	d := c.device()
	s := &signUp{
		ID: c.tx.newID("sua_"), ClientID: d.ID, UnsafeMetadata: emptyMetadata, AbandonAt: c.tx.time.Add(signUpLife).UnixMilli(),
	}
	if err := c.startSignUp(s, &in); err != nil {
		return nil, err
	}
	if err := c.advance(s, &in); err != nil {
		return nil, err
	}
	tableSignUps.deleteAll(c.tx, "client", d.ID)
	tableSignUps.put(c.tx, s)
	tableDevices.update(c.tx, d.ID, func(d *device) { d.SignUpID = &s.ID })
	return c.answerSignUp(s)
}

// startSignUp takes what a sign-up begins with besides fields: a ticket, a provider, or an identity that a sign-in
// found without an account. Without a ticket it is refused where only the invited may come.
func (c *frontendCall) startSignUp(s *signUp, in *signUpInput) (err error) {
	if in.Strategy != "ticket" && in.Ticket == "" && !c.comesBySSO(s, in) {
		switch c.tx.userSettings().SignUp.Mode {
		case "restricted":
			return errForbidden("sign_up_mode_restricted", "Sign-ups are closed: only who is invited can sign up.")
		case "waitlist":
			return errForbidden("sign_up_restricted_waitlist", "Sign-ups are closed for now: join the waitlist.")
		}
	}
	switch {
	case in.Transfer:
		return c.transferToSignUp(s)
	case in.Ticket != "":
		if err := c.tx.checkTicket(in.Ticket); err != nil {
			return err
		}
		email, ok := c.tx.invitedEmail(in.Ticket)
		if !ok {
			return errBadRequest("ticket_invalid_code", "This ticket is no invitation.")
		}
		s.Ticket, in.Email = in.Ticket, email
		s.EmailVerification = &factorVerification{Strategy: "ticket", oneTimeCode: oneTimeCode{Status: "verified"}}
	case strings.HasPrefix(in.Strategy, "oauth_"):
		s.ExternalVerification, err = c.visitProvider(in.visit())
	}
	return err
}

// visit is the part of the form that is about a visit to a provider.
func (in *signUpInput) visit() *factorInput {
	return &factorInput{Strategy: in.Strategy, RedirectURL: in.RedirectURL, CompleteURL: in.CompleteURL, ConnectionID: in.ConnectionID}
}

// comesBySSO reports whether an identity provider vouches for who signs up, which opens sign-ups that are closed to
// others.
func (c *frontendCall) comesBySSO(s *signUp, in *signUpInput) bool {
	if in.Transfer {
		from := tableSignIns.get(c.tx, text(tableDevices.get(c.tx, s.ClientID).SignInID))
		return from != nil && from.External != nil && from.External.ConnectionID != ""
	}
	return byConnection(in.Strategy) && len(c.tx.connectionsFor(in.Email)) > 0
}

// fillSignUp checks and stores the fields that were entered.
func (c *frontendCall) fillSignUp(s *signUp, in *signUpInput) error {
	if err := c.fillAddresses(s, in); err != nil {
		return err
	}
	if err := c.fillCredentials(s, in); err != nil {
		return err
	}
	for _, f := range []struct {
		value  string
		column **string
	}{{in.FirstName, &s.FirstName}, {in.LastName, &s.LastName}} {
		if f.value != "" {
			*f.column = &f.value
		}
	}
	if in.LegalAccepted && s.LegalAcceptedAt == nil {
		s.LegalAcceptedAt = &c.tx.now
	}
	if in.Unsafe.given() {
		if err := checkMetadata("unsafe_metadata", in.Unsafe.Value); err != nil {
			return err
		}
		s.UnsafeMetadata = compactJSON(in.Unsafe.Value)
	}
	return nil
}

// fillAddresses takes an e-mail address and a phone number. One that has changed has to be proved again.
func (c *frontendCall) fillAddresses(s *signUp, in *signUpInput) error {
	if in.Email != "" {
		plain, err := emailKind.parseFree(c.tx, in.Email, "")
		if err != nil {
			return err
		}
		if s.Email != nil && *s.Email != plain {
			s.EmailVerification = nil
		}
		s.Email = &plain
	}
	if in.Phone != "" {
		plain, err := phoneKind.parseFree(c.tx, in.Phone, "")
		if err != nil {
			return err
		}
		if text(s.Phone) != plain {
			s.PhoneVerification = nil
		}
		s.Phone = &plain
	}
	if s.Ticket != "" || s.Email == nil && s.Phone == nil {
		return nil
	}
	return c.tx.checkIdentifiers(keepGiven(text(s.Email), text(s.Phone))...)
}

// fillCredentials takes a username and a password.
func (c *frontendCall) fillCredentials(s *signUp, in *signUpInput) error {
	if in.Username != "" {
		name := strings.ToLower(in.Username)
		if err := checkUsername(name); err != nil {
			return err
		}
		if err := c.tx.checkFree("username", name, ""); err != nil {
			return err
		}
		s.Username = &name
	}
	if in.Password == "" {
		return nil
	}
	if err := c.tx.checkPassword("password", in.Password, false); err != nil {
		return err
	}
	hashed, err := digest.New(in.Password)
	s.PasswordDigest = hashed
	return err
}

// advance takes the fields that were entered, and begins the visit to an identity provider that the form may ask for.
func (c *frontendCall) advance(s *signUp, in *signUpInput) (err error) {
	if err := c.fillSignUp(s, in); err != nil || !byConnection(in.Strategy) {
		return err
	}
	s.ExternalVerification, err = c.visitConnection(text(s.Email), in.visit())
	return err
}

// keepGiven are the values that are not empty.
func keepGiven(values ...string) []string {
	out := []string{}
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// ownSignUp is the sign-up of the path, if this browser has begun it.
func (c *frontendCall) ownSignUp() (*signUp, error) {
	s := tableSignUps.get(c.tx, c.param("sign_up_id"))
	if s == nil || c.browser == nil || s.ClientID != c.browser.ClientID {
		return nil, errNotFound("sign-up")
	}
	return s, nil
}

// openSignUp is ownSignUp for a step: the sign-up waits for more.
func (c *frontendCall) openSignUp() (*signUp, error) {
	s, err := c.ownSignUp()
	if err == nil && s.statusAt(c.tx.now) != "missing_requirements" {
		err = errForbidden("sign_up_cannot_be_updated", "The sign-up is complete or abandoned.")
	}
	return s, err
}

func readSignUp(c *frontendCall) (any, error) {
	s, err := c.ownSignUp()
	if err != nil {
		return nil, err
	}
	return c.tx.wireSignUp(s), nil
}

func changeSignUp(c *frontendCall) (any, error) {
	var in signUpInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, err := c.openSignUp()
	if err != nil {
		return nil, err
	}
	next := *s
	if err := c.advance(&next, &in); err != nil {
		return nil, err
	}
	tableSignUps.put(c.tx, &next)
	return c.answerSignUp(&next)
}

// prepareSignUp sends a code or a link to the address or number of a sign-up.
func prepareSignUp(c *frontendCall) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, err := c.openSignUp()
	if err != nil {
		return nil, err
	}
	next := *s
	v := &factorVerification{Strategy: in.Strategy}
	switch {
	case (in.Strategy == "email_code" || in.Strategy == "email_link") && s.Email != nil:
		v.Value, next.EmailVerification = *s.Email, v
	case in.Strategy == "phone_code" && s.Phone != nil:
		v.Value, next.PhoneVerification = *s.Phone, v
	default:
		return nil, paramError("strategy_for_user_invalid", "strategy", "is not possible", "This sign-up has nothing that could be proved this way.")
	}
	if err := c.send(v, "", &in); err != nil {
		return nil, err
	}
	tableSignUps.put(c.tx, &next)
	return c.tx.wireSignUp(&next), nil
}

// attemptSignUp checks the code that somebody typed.
func attemptSignUp(c *frontendCall) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, err := c.openSignUp()
	if err != nil {
		return nil, err
	}
	next := *s
	column := &next.EmailVerification
	if in.Strategy == "phone_code" {
		column = &next.PhoneVerification
	}
	if *column == nil || (*column).Code == "" {
		return nil, errNotPrepared()
	}
	v := **column
	*column = &v
	err = c.tx.guessCode(&v, in.Code)
	tableSignUps.put(c.tx, &next)
	if err != nil {
		return nil, err
	}
	return c.answerSignUp(&next)
}

// answerSignUp completes the sign-up when nothing is missing, and answers it.
func (c *frontendCall) answerSignUp(s *signUp) (any, error) {
	s, err := c.tx.advanceSignUp(s)
	if err != nil {
		return nil, err
	}
	return c.tx.wireSignUp(s), nil
}

// advanceSignUp creates the user and the session of a sign-up for which nothing is missing.
func (x *tx) advanceSignUp(s *signUp) (*signUp, error) {
	if s.UserID != nil || len(x.missingFields(s))+len(x.unverifiedFields(s)) > 0 {
		return s, nil
	}
	if s.ExternalVerification != nil && s.ExternalVerification.Status != "verified" {
		return s, nil
	}
	if s.Email == nil && s.Phone == nil && s.Username == nil {
		return s, nil
	}
	in := &userInput{
		Username: given(text(s.Username)), FirstName: given(text(s.FirstName)), LastName: given(text(s.LastName)), ExternalID: given(text(s.ExternalID)),
		PasswordDigest: given(s.PasswordDigest), emailProof: s.EmailVerification.proof(), phoneProof: s.PhoneVerification.proof(),
	}
	for value, list := range map[*string]*field[[]string]{s.Email: &in.Emails, s.Phone: &in.Phones} {
		if value != nil {
			*list = field[[]string]{Set: true, Value: []string{*value}}
		}
	}
	if s.PasswordDigest != "" {
		in.PasswordHasher = given(digest.Own)
	}
	if s.LegalAcceptedAt != nil {
		in.LegalAcceptedAt = given(time.UnixMilli(*s.LegalAcceptedAt).UTC().Format(time.RFC3339))
	}
	seedMetadata(&in.Unsafe, s.UnsafeMetadata)
	if i := tableInvitations.first(x, "ticket", s.Ticket); i != nil && s.Ticket != "" {
		seedMetadata(&in.Public, i.PublicMetadata)
	}
	u, err := x.newUser(in)
	if err != nil {
		return nil, err
	}
	if s.External != nil {
		if err := x.linkIdentity(u, s.External); err != nil {
			return nil, err
		}
	}
	who, err := x.firstSession(s, u)
	if err != nil {
		return nil, err
	}
	x.chooseSession(s.ClientID, who.SessionID, s.strategy())
	return tableSignUps.update(x, s.ID, func(s *signUp) { s.UserID, s.SessionID = &who.UserID, &who.SessionID }), nil
}

// firstSession signs a new user in; one who was invited accepts the invitation by that.
func (x *tx) firstSession(s *signUp, u *user) (SignedIn, error) {
	if s.Ticket != "" {
		return x.redeem(s.Ticket, s.ClientID)
	}
	return x.signIn(u, s.ClientID, nil, nil), nil
}

// strategy is by what a sign-up was proved.
func (s *signUp) strategy() string {
	for _, v := range []*factorVerification{s.ExternalVerification, s.EmailVerification, s.PhoneVerification} {
		if v != nil {
			return v.way()
		}
	}
	return "password"
}

// proof is what an identifier of the user keeps of its verification.
func (v *factorVerification) proof() *verification {
	if v == nil || v.Status != "verified" {
		return nil
	}
	w := v.wire()
	return &verification{Object: w.Object, Status: v.Status, Strategy: v.Strategy, Attempts: w.Attempts, ExpireAt: w.ExpireAt}
}

// currentSignUp is the sign-up that a browser has begun, nil when there is none.
func (x *tx) currentSignUp(clientID string) *signUp {
	d := tableDevices.get(x, clientID)
	if d == nil {
		return nil
	}
	return tableSignUps.get(x, text(d.SignUpID))
}
