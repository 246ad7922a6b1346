package clerktest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// signInPage signs people in: by picking somebody, or as ClerkJS does it, step by step.
func signInPage() *webPage {
	return &webPage{
		path: "/sign-in", title: "Sign in", show: showSignIn,
		acts: map[string]func(*pageCall) (redirectAnswer, error){
			"identify":     actIdentify,
			"pick":         actPick,
			"provider":     actProvider,
			"ticket":       actTicket,
			"transfer":     actTransferToSignIn,
			"stay":         (*pageCall).leave,
			"sign_out":     actSignOutHere,
			"restart":      actRestart,
			"password":     signInStep("password", attemptFirstFactor),
			"send":         signInStep("", prepareFirstFactor),
			"code":         signInStep("", attemptFirstFactor),
			"send_second":  signInStep("", prepareSecondFactor),
			"code_second":  signInStep("", attemptSecondFactor),
			"new_password": signInStep("", resetPassword),
			"passkey":      actPasskey,

			"task_organization": taskStep(taskOrganization),
			"task_create":       taskStep(taskNewOrganization),
			"task_password":     taskStep(taskPassword),
			"task_totp":         taskStep(setUpTOTP),
		},
	}
}

// signInView is what the page shows: which step is next, and the choices at it.
type signInView struct {
	Step        string // identifier, first, second, new_password, unknown, ticket, there, codes or one of taskSteps
	Identifiers string // kinds of identifiers, for people
	Users       []pickView
	Providers   []providerView
	Name        string // of whom the sign-in is for, or of who is signed in already
	Back        string // host that the browser goes back to
	Factors     []factorView
	Password    bool        // can be entered
	Sent        *factorView // what was sent and can be entered now
	Ticket      string
	SignUp      bool         // is open to everybody
	Passkeys    bool         // can be used instead of an identifier
	Passkey     *passkeyView // that the browser is asked for
	Trouble     string       // why the way by which the person came back did not work

	Organizations organizationsView // to choose from
	Secret        string            // of a new authenticator app
	Codes         []string          // new backup codes
}

// pickView is a user to pick.
type pickView struct{ ID, Name, Identifier, Image string }

// providerView is a provider to go on with.
type providerView struct{ Strategy, Name string }

// factorView is a way to prove who one is.
type factorView struct {
	Strategy, EmailAddressID, PhoneNumberID string
	ConnectionID                            string
	Label, To                               string
	Link, Entered                           bool // proved by a link in a message; by a code without sending anything
}

// maxPicks is how many users the page offers; everybody else enters an identifier.
const maxPicks = 8

func showSignIn(c *pageCall) (any, error) {
	back, err := c.backAddress()
	if err != nil {
		return nil, err
	}
	settings := c.tx.userSettings()
	v := &signInView{Back: hostOf(back), SignUp: settings.SignUp.Mode == "public", Ticket: c.query.Get("__clerk_ticket")}
	s := c.currentSignIn()
	switch {
	case c.codes != nil:
		v.Step, v.Codes = "codes", c.codes
	case c.session != nil && len(c.session.Tasks) > 0 && !c.query.Has("add"):
		return c.showTask(v)
	case s != nil && c.query.Has("continue"):
		return c.showSignInStep(v, s)
	case v.Ticket != "":
		v.Step = "ticket"
	case c.session != nil && !c.query.Has("add"):
		v.Step, v.Name = "there", displayName(c.user)
	default:
		c.showIdentifier(v)
	}
	return v, nil
}

// showIdentifier offers every way to begin.
func (c *pageCall) showIdentifier(v *signInView) {
	v.Step = "identifier"
	v.Identifiers = identifierNames(c.tx.supportedIdentifiers())
	for u := range tableUsers.each(c.tx) {
		if len(v.Users) == maxPicks {
			break
		}
		if c.tx.checkReturn(u) == nil {
			v.Users = append(v.Users, pickView{u.ID, displayName(u), u.identifier(), u.ImageURL})
		}
	}
	v.Providers, v.Passkeys = c.tx.providerViews(), c.tx.passkeyOffered()
}

// providerViews are the providers that people may sign in with.
func (x *tx) providerViews() []providerView {
	out := []providerView{}
	for strategy, social := range x.userSettings().Social {
		if social.Enabled && social.Authenticatable && !social.NotSelectable {
			out = append(out, providerView{strategy, cmp.Or(social.Name, providerOf(strategy))})
		}
	}
	slices.SortFunc(out, func(a, b providerView) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// showSignInStep shows the next step of a sign-in that the browser has begun.
func (c *pageCall) showSignInStep(v *signInView, s *signInAttempt) (any, error) {
	u := tableUsers.get(c.tx, s.UserID)
	if u != nil {
		v.Name = displayName(u)
	}
	sent := s.First
	switch status := c.tx.signInStatus(s); {
	case status == "complete":
		if c.session == nil {
			c.showIdentifier(v)
			return v, nil
		}
		return c.leave()
	case s.First != nil && s.First.Status == "transferable" && s.External != nil:
		v.Step, v.Name = "unknown", s.External.Email
		return v, nil
	case status == "needs_first_factor", status == "needs_identifier" && len(c.tx.signInFactors(s, u)) > 0:
		v.Step, v.Factors, v.Trouble = "first", factorViews(c.tx.signInFactors(s, u)), s.First.trouble()
		v.Name = cmp.Or(v.Name, s.Identifier)
	case status == "needs_second_factor":
		v.Step, v.Factors = "second", factorViews(c.tx.secondFactors(u))
		sent = s.Second
	case status == "needs_new_password":
		v.Step = "new_password"
		return v, nil
	default:
		c.showIdentifier(v)
		v.Trouble = s.First.trouble()
		v.Passkey = passkeySent(s.First)
		return v, nil
	}
	v.waitFor(sent)
	return v, nil
}

// waitFor shows what was prepared of a factor and can be entered now, if anything.
func (v *signInView) waitFor(sent *factorVerification) {
	v.Password = v.Step == "first" && slices.ContainsFunc(v.Factors, func(f factorView) bool { return f.Strategy == "password" })
	v.Passkey = passkeySent(sent)
	if sent == nil || sent.Status != "unverified" || (sent.Code == "" && sent.Strategy != "email_link") {
		return
	}
	v.Sent = &factorView{Strategy: sent.Strategy, Label: sent.Value, Link: sent.Strategy == "email_link"}
	for i, f := range v.Factors {
		if f.Strategy == sent.Strategy && f.To == sent.Value {
			v.Factors[i].Label = "Send it again"
		}
	}
}

// currentSignIn is the sign-in that the browser has begun, nil when there is none.
func (c *pageCall) currentSignIn() *signInAttempt {
	if c.browser == nil {
		return nil
	}
	return c.tx.currentSignIn(c.browser.ClientID)
}

// factorViews are the factors with words for people.
func factorViews(factors []factorWire) []factorView {
	out := []factorView{}
	for _, f := range factors {
		label, known := map[string]string{
			"password": "Password", "email_code": "Send a code to " + f.SafeIdentifier, "email_link": "Send a link to " + f.SafeIdentifier,
			"phone_code": "Text a code to " + f.SafeIdentifier, "reset_password_email_code": "Forgot the password? Send a code to " + f.SafeIdentifier,
			"reset_password_phone_code": "Forgot the password? Text a code to " + f.SafeIdentifier,
			"totp":                      "Code of the authenticator app", "backup_code": "Backup code", "passkey": "Use a passkey",
			strategySSO: "Continue with " + f.ConnectionName,
		}[f.Strategy]
		if known {
			out = append(out, factorView{
				Strategy: f.Strategy, EmailAddressID: f.EmailAddressID, PhoneNumberID: f.PhoneNumberID, ConnectionID: f.ConnectionID, Label: label, To: f.SafeIdentifier,
				Link: f.Strategy == "email_link", Entered: f.Strategy == "totp" || f.Strategy == "backup_code",
			})
		}
	}
	return out
}

// identifierNames are the kinds of identifiers, in words.
func identifierNames(kinds []string) string {
	words := map[string]string{"email_address": "e-mail address", "phone_number": "phone number", "username": "username"}
	names := []string{}
	for _, kind := range kinds {
		if word := words[kind]; word != "" {
			names = append(names, word)
		}
	}
	text := strings.Join(names, ", ")
	if text == "" {
		return "Identifier"
	}
	if at := strings.LastIndex(text, ", "); at >= 0 {
		text = text[:at] + " or " + text[at+2:]
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// displayName is the name of a user, or else an identifier.
func displayName(u *user) string { return cmp.Or(fullName(u), u.identifier(), u.ID) }

// actIdentify begins a sign-in with an identifier, and with a password if one was entered.
func actIdentify(c *pageCall) (redirectAnswer, error) {
	identifier := c.values.Get("identifier")
	if identifier == "" {
		return redirectAnswer{}, paramError("form_param_missing", "identifier", "is missing", "Enter an identifier.")
	}
	fields := map[string]any{"identifier": identifier, "password": c.values.Get("password")}
	if connections := c.tx.connectionsFor(identifier); len(connections) > 0 {
		delete(fields, "password")
		if len(connections) == 1 {
			fields = c.visitFields(strategySSO)
			fields["identifier"] = identifier
		}
	}
	return c.afterSignInStep(c.step(createSignIn, fields))
}

// visitFields are those of a visit to a provider that comes back to this page.
func (c *pageCall) visitFields(strategy string) map[string]any {
	here := c.inst.pageURL("/" + c.onward().location)
	return map[string]any{"strategy": strategy, "redirect_url": here, "action_complete_redirect_url": here}
}

// actPick signs somebody in without any proof, as this is a local Clerk.
func actPick(c *pageCall) (redirectAnswer, error) {
	u, err := c.tx.findUser(c.values.Get("user_id"))
	if err != nil {
		return redirectAnswer{}, err
	}
	if err := c.checkSingleSession(); err != nil {
		return redirectAnswer{}, err
	}
	if err := c.tx.checkReturn(u); err != nil {
		return redirectAnswer{}, err
	}
	d := c.device()
	c.tx.chooseSession(d.ID, c.tx.startSession(u, d.ID, nil).ID, "")
	return c.leave()
}

// actProvider begins a visit to a provider, which comes back to this page.
func actProvider(c *pageCall) (redirectAnswer, error) {
	return c.afterSignInStep(c.step(createSignIn, c.visitFields(c.values.Get("strategy"))))
}

func actTicket(c *pageCall) (redirectAnswer, error) {
	return c.afterSignInStep(c.step(createSignIn, map[string]any{"strategy": "ticket", "ticket": c.query.Get("__clerk_ticket")}))
}

// actTransferToSignIn goes on with an identity for which a sign-up found an account.
func actTransferToSignIn(c *pageCall) (redirectAnswer, error) {
	return c.afterSignInStep(c.step(createSignIn, map[string]any{"transfer": true}))
}

// actSignOutHere ends the sessions of the browser and begins anew.
func actSignOutHere(c *pageCall) (redirectAnswer, error) {
	if c.browser != nil {
		c.tx.signOut(c.browser)
	}
	return actRestart(c)
}

// actRestart forgets the steps that were taken.
func actRestart(c *pageCall) (redirectAnswer, error) {
	here := *c.r.URL
	query := here.Query()
	query.Del("continue")
	here.RawQuery = query.Encode()
	return redirectAnswer{location: c.page.path[1:] + queryOf(&here)}, nil
}

// signInStep is a step of the sign-in that the browser has begun. Without a strategy the form names it.
func signInStep(strategy string, handler func(*frontendCall) (any, error)) func(*pageCall) (redirectAnswer, error) {
	return func(c *pageCall) (redirectAnswer, error) {
		s := c.currentSignIn()
		if s == nil {
			return actRestart(c)
		}
		fields := c.visitFields("")
		c.addFactor(fields, strategy)
		if c.values.Has("sign_out_of_other_sessions") {
			fields["sign_out_of_other_sessions"] = true
		}
		return c.afterSignInStep(c.step(handler, fields, "sign_in_id", s.ID))
	}
}

// addFactor adds the factor that a form names, and the proof of it, to the fields of a step.
func (c *pageCall) addFactor(fields map[string]any, strategy string) {
	fields["strategy"] = cmp.Or(strategy, c.values.Get("strategy"))
	for _, name := range []string{"password", "code", "email_address_id", "phone_number_id", "enterprise_connection_id", "public_key_credential"} {
		if value := c.values.Get(name); value != "" {
			fields[name] = value
		}
	}
}

// afterSignInStep leads to the next step, to a provider, or back to the application.
func (c *pageCall) afterSignInStep(err error) (redirectAnswer, error) {
	if err != nil {
		return redirectAnswer{}, err
	}
	s := c.currentSignIn()
	switch {
	case s != nil && s.SessionID != nil:
		return c.leave()
	case s != nil && s.First.open():
		return redirectAnswer{location: s.First.ProviderURL}, nil
	}
	return redirectAnswer{location: c.onward().location, status: http.StatusSeeOther}, nil
}

// currentSignIn is the sign-in that a browser has begun, nil when there is none.
func (x *tx) currentSignIn(clientID string) *signInAttempt {
	d := tableDevices.get(x, clientID)
	if d == nil {
		return nil
	}
	return tableSignIns.get(x, text(d.SignInID))
}
