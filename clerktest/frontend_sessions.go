package clerktest

import (
	"cmp"
	"slices"
	"time"
)

// browserSessionsFamily is the part of the Frontend API about sessions.
func browserSessionsFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"getSession":                     {read: readOwnSession},
		"touchSession":                   {write: touchSession},
		"endSession":                     {write: finishSession("ended")},
		"removeSession":                  {write: finishSession("removed")},
		"createSessionToken":             {write: frontendToken},
		"createSessionTokenWithTemplate": {read: frontendTemplateToken},
		"getSessions":                    {read: listActiveSessions},
		"revokeSession":                  {write: sensitive(revokeOwnSession)},
	}}
}

// The tasks that a session may wait for.
const (
	taskChooseOrganization = "choose-organization"
	taskResetPassword      = "reset-password"
	taskSetupMFA           = "setup-mfa"
)

// settleTask ends a task of a user, in all sessions that wait for it.
func (x *tx) settleTask(userID, key string) {
	for _, s := range tableSessions.find(x, "user", userID) {
		if slices.Contains(s.Tasks, key) {
			x.settleSessionTask(s.ID, key)
		}
	}
}

func (x *tx) settleSessionTask(sessionID, key string) *session {
	return tableSessions.update(x, sessionID, func(s *session) {
		s.Tasks, s.UpdatedAt = slices.DeleteFunc(slices.Clone(s.Tasks), func(task string) bool { return task == key }), x.now
	})
}

func readOwnSession(c *frontendCall) (any, error) { return c.tx.wireFrontendSession(c.session, c.r) }

// touchSession makes a session the active one of the browser, and an organization the active one of the session. A page
// that only comes into focus changes neither.
func touchSession(c *frontendCall) (any, error) {
	var in struct {
		OrganizationID field[string] `json:"active_organization_id"`
		Intent         string        `json:"intent"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.tx.checkSignIn(c.user); err != nil {
		return nil, err
	}
	if in.Intent == "focus" {
		in.OrganizationID.Set = false
	}
	if in.OrganizationID.Set {
		if err := c.activate(in.OrganizationID.pointer()); err != nil {
			return nil, err
		}
	}
	if in.Intent != "focus" {
		tableDevices.update(c.tx, c.session.ClientID, func(d *device) { d.ActiveSessionID = &c.session.ID })
	}
	c.session = tableSessions.update(c.tx, c.session.ID, func(s *session) { s.LastActiveAt = c.tx.now })
	return c.tx.wireFrontendSession(c.session, c.r)
}

// activate makes an organization, by id or slug, the active one of the session; nil is the personal account.
func (c *frontendCall) activate(idOrSlug *string) error {
	var id *string
	if idOrSlug != nil {
		o, err := c.tx.findOrganization(*idOrSlug)
		if err != nil || c.tx.findMembership(o.ID, c.user.ID) == nil {
			return errNoMember()
		}
		id = &o.ID
	}
	if text(id) != text(c.session.OrganizationID) {
		c.session = tableSessions.update(c.tx, c.session.ID, func(s *session) { s.OrganizationID, s.UpdatedAt = id, c.tx.now })
	}
	if id != nil && slices.Contains(c.session.Tasks, taskChooseOrganization) {
		c.session = c.tx.settleSessionTask(c.session.ID, taskChooseOrganization)
	}
	return nil
}

// finishSession ends the session of the path.
func finishSession(status string) func(*frontendCall) (any, error) {
	return func(c *frontendCall) (any, error) {
		s := c.tx.endSession(c.session, status)
		c.tx.forgetActive(s)
		return c.tx.wireFrontendSession(s, c.r)
	}
}

// frontendToken mints a session token. A tab without focus chooses its organization here.
func frontendToken(c *frontendCall) (any, error) {
	var in struct {
		OrganizationID field[string] `json:"organization_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.OrganizationID.Set {
		if err := c.activate(in.OrganizationID.pointer()); err != nil {
			return nil, err
		}
	}
	jwt, err := c.tx.sessionJWT(c.session, c.inst.newTokenSpec([]TokenOption{TokenAuthorizedParty(cmp.Or(c.r.Header.Get("Origin"), c.inst.emulator.azp))}))
	return tokenWire{Object: "token", JWT: jwt}, err
}

func frontendTemplateToken(c *frontendCall) (any, error) {
	t := tableJWTTemplates.first(c.tx, "name", c.param("template_name"))
	if t == nil {
		return nil, errNotFound("JWT template")
	}
	jwt, err := c.tx.templateJWT(c.session, t, time.Duration(t.Lifetime)*time.Second, cmp.Or(c.r.Header.Get("Origin"), c.inst.emulator.azp))
	return tokenWire{Object: "token", JWT: jwt}, err
}

// listActiveSessions answers the live sessions of the user, on every browser.
func listActiveSessions(c *frontendCall) (any, error) {
	out := []sessionActivityWire{}
	for _, s := range tableSessions.find(c.tx, "user", c.user.ID) {
		if s.liveAt(c.tx.now) {
			out = append(out, c.tx.wireSessionActivity(s))
		}
	}
	return out, nil
}

// sessionActivityWire is a session as the list of devices shows it.
type sessionActivityWire struct {
	*sessionWire
	LatestActivity sessionActivity `json:"latest_activity"`
}

type sessionActivity struct {
	Object         string  `json:"object"`
	ID             string  `json:"id"`
	DeviceType     *string `json:"device_type,omitzero"`
	IsMobile       bool    `json:"is_mobile"`
	BrowserName    *string `json:"browser_name,omitzero"`
	BrowserVersion *string `json:"browser_version,omitzero"`
	IPAddress      *string `json:"ip_address,omitzero"`
	City           *string `json:"city,omitzero"`
	Country        *string `json:"country,omitzero"`
}

func (x *tx) wireSessionActivity(s *session) sessionActivityWire {
	return sessionActivityWire{x.wireSession(s), sessionActivity{Object: "session_activity", ID: "sess_activity_" + s.ID}}
}

// revokeOwnSession signs the user out on another browser.
func revokeOwnSession(c *frontendCall) (any, error) {
	s := tableSessions.get(c.tx, c.param("session_id"))
	if s == nil || s.UserID != c.user.ID {
		return nil, errNotFound("session")
	}
	return c.tx.wireFrontendSession(c.tx.endSession(s, "revoked"), c.r)
}
