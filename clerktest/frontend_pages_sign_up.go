package clerktest

import "slices"

// signUpPage signs people up: fields, a code, or a provider, as the instance's settings want it.
func signUpPage() *webPage {
	return &webPage{
		path: "/sign-up", title: "Sign up", show: showSignUp,
		acts: map[string]func(*pageCall) (redirectAnswer, error){
			"fields":   actSignUpFields,
			"transfer": actTransfer,
			"provider": actSignUpProvider,
			"send":     actSendSignUpCode,
			"code":     actSignUpCode,
			"stay":     (*pageCall).leave,
			"sign_out": actSignOutHere,
			"restart":  actRestart,
		},
	}
}

// signUpView is what the page shows: fields to fill in, a code to enter, or why nobody can sign up.
type signUpView struct {
	Step      string // fields, code, closed, waitlist, transfer or there
	Fields    []fieldView
	Providers []providerView
	Legal     bool
	Strategy  string // by which the address is proved
	To        string // where the code went
	Sent      bool
	Name      string
	Back      string
	Trouble   string // why the way by which the person came back did not work
}

// fieldView is a field of a form.
type fieldView struct {
	Name, Label, Type, Complete string
	Required                    bool
}

// signUpForm are the fields in the order in which people fill them in.
var signUpForm = []fieldView{
	{"first_name", "First name", "text", "given-name", false},
	{"last_name", "Last name", "text", "family-name", false},
	{"username", "Username", "text", "username", false},
	{"email_address", "E-mail address", "email", "email", false},
	{"phone_number", "Phone number", "tel", "tel", false},
	{"password", "Password", "password", "new-password", false},
}

func showSignUp(c *pageCall) (any, error) {
	back, err := c.backAddress()
	if err != nil {
		return nil, err
	}
	settings := c.tx.userSettings()
	v := &signUpView{Back: hostOf(back), Providers: c.tx.providerViews(), Legal: settings.SignUp.LegalConsentEnabled}
	s := c.openedSignUp()
	switch {
	case s != nil && s.SessionID != nil && c.session != nil:
		return c.leave()
	case s != nil && s.ExternalVerification.trouble() != "":
		c.showAllFields(v)
		v.Trouble = s.ExternalVerification.trouble()
	case s != nil && s.ExternalVerification != nil && s.ExternalVerification.Status == "transferable":
		v.Step, v.Name = "transfer", s.External.Email
	case s != nil:
		c.showMissing(v, s)
	case c.session != nil:
		v.Step, v.Name = "there", displayName(c.user)
	case c.query.Get("__clerk_ticket") == "" && settings.SignUp.Mode != "public":
		v.Step = map[string]string{"restricted": "closed", "waitlist": "waitlist"}[settings.SignUp.Mode]
	default:
		c.showAllFields(v)
	}
	return v, nil
}

// showAllFields shows the whole form.
func (c *pageCall) showAllFields(v *signUpView) {
	v.Step = "fields"
	v.Fields = c.signUpFields(func(_ string, a Attribute) bool { return a.Enabled })
}

// showMissing shows what a sign-up that the browser has begun still needs: fields first, then a code.
func (c *pageCall) showMissing(v *signUpView, s *signUp) {
	v.Providers = nil
	missing := c.tx.missingFields(s)
	if len(missing) > 0 {
		v.Step, v.Legal = "fields", slices.Contains(missing, "legal_accepted")
		v.Fields = c.signUpFields(func(name string, _ Attribute) bool { return slices.Contains(missing, name) })
		return
	}
	v.Step, v.Strategy, v.To = "code", "email_code", text(s.Email)
	proof := s.EmailVerification
	if unverified := c.tx.unverifiedFields(s); !slices.Contains(unverified, "email_address") {
		v.Strategy, v.To, proof = "phone_code", text(s.Phone), s.PhoneVerification
	}
	v.Sent = proof != nil && proof.Code != ""
}

// signUpFields are the fields of the form that are wanted; an address that a ticket names is not asked for.
func (c *pageCall) signUpFields(wanted func(string, Attribute) bool) []fieldView {
	settings, out := c.tx.userSettings(), []fieldView{}
	for _, f := range signUpForm {
		a := settings.Attributes[f.Name]
		if wanted(f.Name, a) && (f.Name != "email_address" || c.query.Get("__clerk_ticket") == "") {
			f.Required = a.Required
			out = append(out, f)
		}
	}
	return out
}

// openedSignUp is the sign-up that this page goes on with, nil when it begins one.
func (c *pageCall) openedSignUp() *signUp {
	if c.browser == nil || !c.query.Has("continue") {
		return nil
	}
	s := c.tx.currentSignUp(c.browser.ClientID)
	if s == nil || s.SessionID == nil && s.statusAt(c.tx.now) != "missing_requirements" {
		return nil
	}
	return s
}

// actSignUpFields begins a sign-up with what was entered, or adds it to the one that was begun, and sends the code.
func actSignUpFields(c *pageCall) (redirectAnswer, error) {
	fields := map[string]any{"legal_accepted": c.values.Has("legal_accepted")}
	for _, f := range signUpForm {
		if value := c.values.Get(f.Name); value != "" {
			fields[f.Name] = value
		}
	}
	if s := c.openedSignUp(); s != nil {
		return c.afterSignUpStep(c.step(changeSignUp, fields, "sign_up_id", s.ID))
	}
	if ticket := c.query.Get("__clerk_ticket"); ticket != "" {
		fields["strategy"], fields["ticket"] = "ticket", ticket
	}
	return c.afterSignUpStep(c.step(beginSignUp, fields))
}

// actTransfer goes on with an identity for which a sign-in found no account.
func actTransfer(c *pageCall) (redirectAnswer, error) {
	return c.afterSignUpStep(c.step(beginSignUp, map[string]any{"transfer": true}))
}

func actSignUpProvider(c *pageCall) (redirectAnswer, error) {
	return c.afterSignUpStep(c.step(beginSignUp, c.visitFields(c.values.Get("strategy"))))
}

func actSendSignUpCode(c *pageCall) (redirectAnswer, error) {
	s := c.openedSignUp()
	if s == nil {
		return actRestart(c)
	}
	return c.onward(), c.step(prepareSignUp, map[string]any{"strategy": c.values.Get("strategy")}, "sign_up_id", s.ID)
}

func actSignUpCode(c *pageCall) (redirectAnswer, error) {
	s := c.openedSignUp()
	if s == nil {
		return actRestart(c)
	}
	fields := map[string]any{"strategy": c.values.Get("strategy"), "code": c.values.Get("code")}
	return c.afterSignUpStep(c.step(attemptSignUp, fields, "sign_up_id", s.ID))
}

// visitForSignUp leads to the identity provider of the connection that serves the address of a sign-up.
func (c *pageCall) visitForSignUp(s *signUp) (redirectAnswer, error) {
	fields := c.visitFields(strategySSO)
	fields["enterprise_connection_id"] = c.tx.connectionsFor(text(s.Email))[0].ID
	if err := c.step(changeSignUp, fields, "sign_up_id", s.ID); err != nil {
		return redirectAnswer{}, err
	}
	return redirectAnswer{location: c.tx.currentSignUp(s.ClientID).ExternalVerification.ProviderURL}, nil
}

// afterSignUpStep leads back to the application when nothing is missing; else it sends the code that is missing, and
// leads to the next step.
func (c *pageCall) afterSignUpStep(err error) (redirectAnswer, error) {
	if err != nil {
		return redirectAnswer{}, err
	}
	s := c.tx.currentSignUp(c.browser.ClientID)
	switch {
	case s.SessionID != nil:
		return c.leave()
	case c.tx.needsSSO(s):
		return c.visitForSignUp(s)
	case s.ExternalVerification.open():
		return redirectAnswer{location: s.ExternalVerification.ProviderURL}, nil
	}
	unverified := c.tx.unverifiedFields(s)
	if len(c.tx.missingFields(s)) == 0 && len(unverified) > 0 {
		strategy := map[string]string{"email_address": "email_code", "phone_number": "phone_code"}[unverified[0]]
		return c.onward(), c.step(prepareSignUp, map[string]any{"strategy": strategy}, "sign_up_id", s.ID)
	}
	return c.onward(), nil
}
