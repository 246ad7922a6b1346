package clerktest

import "maps"

// userPage is the account: who is signed in in this browser, as whom else, and in which organizations.
func userPage() *webPage {
	acts := map[string]func(*pageCall) (redirectAnswer, error){
		"sign_out":     actSignOutHere,
		"switch":       actSwitch,
		"organization": actOrganization,
		"names":        actNames,
		"add_passkey":  actAddPasskey,
		"save_passkey": actSavePasskey,
		"drop_passkey": actDropPasskey,
		"stay":         (*pageCall).leave,
	}
	maps.Copy(acts, accountActs())
	return &webPage{path: "/user", title: "Account", show: showUser, acts: acts}
}

// organizationPage lists the organizations of the person who is signed in, and makes new ones.
func organizationPage() *webPage {
	return &webPage{
		path: "/organization", title: "Organizations", show: showOrganizations,
		acts: map[string]func(*pageCall) (redirectAnswer, error){
			"create":       actCreateOrganization,
			"organization": actOrganization,
			"stay":         (*pageCall).leave,
		},
	}
}

// waitlistPage takes e-mail addresses of people who wait for an invitation.
func waitlistPage() *webPage {
	return &webPage{
		path: "/waitlist", title: "Waitlist", show: func(c *pageCall) (any, error) { return c.query.Has("joined"), nil },
		acts: map[string]func(*pageCall) (redirectAnswer, error){"join": actJoinWaitlist},
	}
}

// userView is what the account page shows.
type userView struct {
	Name, Identifier, FirstName, LastName string
	Sessions                              []sessionView
	Organizations                         organizationsView
	Account                               accountView
	Plans                                 plansView
	Passkeys                              []passkey
	CanAddPasskey                         bool
	Passkey                               *passkeyView // that the browser is asked to make
	Back                                  string
	Verified                              bool // comes back from giving a factor again
}

// sessionView is somebody who is signed in in this browser.
type sessionView struct {
	ID, Name, Identifier string
	Active               bool
}

// organizationsView are the memberships of a person.
type organizationsView struct {
	List   []membershipView
	Plans  plansView // of the active one, for those who may change it
	Active string    // name of the active one, empty for the personal account
	Create bool
	Back   string
}

type membershipView struct {
	ID, Name, Role string
	Active         bool
	Members        int
}

func showUser(c *pageCall) (any, error) {
	back, err := c.backAddress()
	if err != nil || c.session == nil {
		return c.signInFirst(), err
	}
	v := &userView{
		Name: displayName(c.user), Identifier: c.user.identifier(), FirstName: text(c.user.FirstName), LastName: text(c.user.LastName), Back: hostOf(back),
		Verified: c.query.Has("verified"),
	}
	for _, s := range tableSessions.find(c.tx, "client", c.browser.ClientID) {
		if u := tableUsers.get(c.tx, s.UserID); u != nil && s.liveAt(c.tx.now) {
			v.Sessions = append(v.Sessions, sessionView{s.ID, displayName(u), u.identifier(), s.ID == c.session.ID})
		}
	}
	v.Organizations, v.Passkeys, v.Account, v.Plans = c.organizations(), c.user.Passkeys, c.account(), c.plans(userPayer(c.user))
	settings := c.tx.userSettings()
	v.CanAddPasskey = settings.enabled("passkey")
	if made := c.newPasskeyOf(); made != nil {
		v.Passkey = &passkeyView{"create", made.Request.Nonce}
	}
	return v, nil
}

func showOrganizations(c *pageCall) (any, error) {
	back, err := c.backAddress()
	if err != nil || c.session == nil {
		return c.signInFirst(), err
	}
	v := c.organizations()
	v.Back = hostOf(back)
	if o, err := c.memberOf(text(c.session.OrganizationID), manageBilling); err == nil {
		v.Plans = c.plans(organizationPayer(o))
	}
	return v, nil
}

// signInFirst leads to the sign-in page, which leads back to this one.
func (c *pageCall) signInFirst() redirectAnswer {
	target := withQuery("sign-in", "redirect_url", c.inst.pageURL(c.page.path+queryOf(c.r.URL)))
	if token := c.query.Get("__clerk_db_jwt"); token != "" {
		target = withQuery(target, "__clerk_db_jwt", token)
	}
	return redirectAnswer{location: target}
}

func (c *pageCall) organizations() organizationsView {
	v := organizationsView{Create: c.mayCreateOrganization()}
	for _, m := range tableMemberships.find(c.tx, "user", c.user.ID) {
		o := tableOrganizations.get(c.tx, m.OrganizationID)
		if o == nil {
			continue
		}
		row := membershipView{
			ID: o.ID, Name: o.Name, Role: m.Role, Active: text(c.session.OrganizationID) == o.ID,
			Members: len(tableMemberships.find(c.tx, "organization", o.ID)),
		}
		if row.Active {
			v.Active = o.Name
		}
		v.List = append(v.List, row)
	}
	return v
}

func (c *pageCall) mayCreateOrganization() bool {
	return c.tx.settings().OrganizationsEnabled && c.user.CreateOrganization && c.tx.userSettings().Actions.CreateOrganization
}

// actSwitch makes another session of the browser the active one.
func actSwitch(c *pageCall) (redirectAnswer, error) {
	s := tableSessions.get(c.tx, c.values.Get("session_id"))
	if c.browser == nil || s == nil || s.ClientID != c.browser.ClientID || !s.liveAt(c.tx.now) {
		return redirectAnswer{}, errNotFound("session")
	}
	tableDevices.update(c.tx, s.ClientID, func(d *device) { d.ActiveSessionID, d.UpdatedAt = &s.ID, c.tx.now })
	return c.again(), nil
}

// actOrganization makes an organization the active one of the session; an empty id is the personal account.
func actOrganization(c *pageCall) (redirectAnswer, error) {
	if c.session == nil {
		return c.signInFirst(), nil
	}
	f := given(c.values.Get("organization_id"))
	return c.again(), c.activate(f.pointer())
}

// actNames changes the names of the person who is signed in.
func actNames(c *pageCall) (redirectAnswer, error) {
	if c.session == nil {
		return c.signInFirst(), nil
	}
	first, last := given(c.values.Get("first_name")), given(c.values.Get("last_name"))
	c.tx.changeUser(c.user.ID, func(u *user) { u.FirstName, u.LastName, u.UpdatedAt = first.pointer(), last.pointer(), c.tx.now })
	return c.again(), nil
}

// actCreateOrganization makes an organization of the person who is signed in, and the active one.
func actCreateOrganization(c *pageCall) (redirectAnswer, error) {
	if c.session == nil {
		return c.signInFirst(), nil
	}
	if !c.mayCreateOrganization() {
		return redirectAnswer{}, errForbidden("organization_creation_not_allowed", "You may not create organizations.")
	}
	o, err := c.tx.newOrganization(&organizationInput{Name: given(c.values.Get("name")), CreatedBy: given(c.user.ID)})
	if err != nil {
		return redirectAnswer{}, err
	}
	return c.again(), c.activate(&o.ID)
}

func actJoinWaitlist(c *pageCall) (redirectAnswer, error) {
	if _, err := addToWaitlist(c.call, waitlistInput{EmailAddress: c.values.Get("email_address")}); err != nil {
		return redirectAnswer{}, err
	}
	return redirectAnswer{location: withQuery(c.again().location, "joined", "1")}, nil
}

// again is this page once more.
func (c *pageCall) again() redirectAnswer {
	return redirectAnswer{location: c.page.path[1:] + queryOf(c.r.URL)}
}
