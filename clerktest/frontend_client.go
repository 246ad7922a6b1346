package clerktest

import (
	"net/http"
	"regexp"
	"strings"
)

// clientFamily is the part of the Frontend API about the browser itself.
func clientFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"createDevBrowser":     {write: createDevBrowser, anyone: true},
		"getClient":            {read: readClient, anyone: true},
		"putClient":            {write: makeClient, anyone: true},
		"postClient":           {write: makeClient, anyone: true},
		"deleteClientSessions": {write: signOutClient, anyone: true},

		"removeClientSessionsAndRetainCookie": {write: signOutClient, anyone: true},
	}}
}

// browserToken is the form of the tokens that newBrowser makes.
var browserToken = regexp.MustCompile(`^dvb_[0-9a-f]{40}$`)

// claimedBrowser is the token by which a request names its browser: the dev browser of a development instance, else the
// __client cookie, or what a native application sends for one.
func (in *Instance) claimedBrowser(r *http.Request) (token string, dev bool) {
	if token := r.URL.Query().Get("__clerk_db_jwt"); token != "" && !in.Production() {
		return token, true
	}
	if c, err := r.Cookie("__client"); err == nil {
		return c.Value, false
	}
	if r.URL.Query().Get("_is_native") != "" {
		return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), false
	}
	return "", false
}

// identify finds out which browser asks and who is signed in there. Without anyone, somebody has to be.
func (c *frontendCall) identify(anyone bool) error {
	token, dev := c.inst.claimedBrowser(c.r)
	if dev && !browserToken.MatchString(token) {
		return newError(http.StatusUnauthorized, "dev_browser_unauthenticated", "dev browser unauthenticated",
			"this dev browser was not made by this emulator")
	}
	if c.browser = tableBrowsers.get(c.tx, token); c.browser != nil {
		c.session = c.requestSession()
	} else {
		c.session = c.bearerSession()
	}
	if c.session != nil {
		c.user = tableUsers.get(c.tx, c.session.UserID)
	}
	if c.user == nil && !anyone {
		return errSignedOut()
	}
	return nil
}

func errSignedOut() *apiError {
	return newError(http.StatusUnauthorized, "authentication_invalid", "signed out", "nobody is signed in here, or the session is over")
}

// requestSession is the live session that the path or the query names, or the active one of the browser.
func (c *frontendCall) requestSession() *session {
	id := c.query.Get("_clerk_session_id")
	if strings.HasPrefix(c.endpoint.op.path, "/v1/client/sessions/") {
		id = c.param("session_id")
	}
	if id == "" {
		return c.tx.browserSession(c.browser.ClientID)
	}
	s := tableSessions.get(c.tx, id)
	if s == nil || s.ClientID != c.browser.ClientID || !s.liveAt(c.tx.now) {
		return nil
	}
	return s
}

// bearerSession is the live session whose token an Authorization header carries. ClerkJS asks for API keys that way.
func (c *frontendCall) bearerSession() *session {
	token, ok := bearer(c.r)
	if !ok {
		return nil
	}
	claims, refusal := c.tx.verifyOwn(token)
	if refusal != "" {
		return nil
	}
	s := tableSessions.get(c.tx, claims.SessionID)
	if s == nil || !s.liveAt(c.tx.now) {
		return nil
	}
	return s
}

// device is the client of the browser. A browser that is not known becomes known: under the dev browser token that it
// has, which an emulator without a data folder forgets at a restart, or by a cookie.
func (c *frontendCall) device() *device {
	if c.browser == nil {
		token, dev := c.inst.claimedBrowser(c.r)
		if !dev {
			token = ""
		}
		c.browser = c.tx.newBrowser(token)
		if !dev {
			http.SetCookie(c.w, clientCookie(c.browser.Token))
		}
	}
	return tableDevices.get(c.tx, c.browser.ClientID)
}

// clientCookie is the cookie by which the Frontend API knows a browser again.
func clientCookie(token string) *http.Cookie {
	//nolint:gosec // the emulator speaks plain http on this machine, where Secure cookies would be lost
	return &http.Cookie{Name: "__client", Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 365 * 24 * 3600}
}

func createDevBrowser(c *frontendCall) (any, error) {
	token := c.tx.newBrowser("").Token
	return map[string]string{"id": token, "token": token}, nil
}

func readClient(c *frontendCall) (any, error) {
	if c.browser == nil {
		return nil, nil
	}
	return c.tx.wireFrontendClient(c.browser.ClientID, c.r)
}

func makeClient(c *frontendCall) (any, error) {
	return c.tx.wireFrontendClient(c.device().ID, c.r)
}

// signOutClient ends every session of the browser; the browser stays known.
func signOutClient(c *frontendCall) (any, error) {
	if c.browser == nil {
		return frontendEnvelope{}, nil
	}
	c.tx.signOut(c.browser)
	client, err := c.tx.wireFrontendClient(c.browser.ClientID, c.r)
	return frontendEnvelope{Response: client}, err
}

// signOut ends the sessions of a browser, and what was begun there.
func (x *tx) signOut(b *browser) {
	for _, s := range tableSessions.find(x, "client", b.ClientID) {
		x.endSession(s, "removed")
	}
	tableDevices.update(x, b.ClientID, func(d *device) {
		d.ActiveSessionID, d.SignInID, d.SignUpID, d.UpdatedAt = nil, nil, nil, x.now
	})
}
