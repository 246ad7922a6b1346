package clerktest

import (
	"crypto/sha1" //nolint:gosec // the published form of cookie suffixes, no secret depends on it
	"encoding/base64"
	"net/http"
	"slices"
)

// browser is what the Frontend API knows a browser by: the dev browser token in development, the __client cookie in
// production.
type browser struct {
	Token     string `json:"token"`
	ClientID  string `json:"client_id"`
	SignedIn  bool   `json:"signed_in"` // somebody signed in on it once
	CreatedAt int64  `json:"created_at"`
}

// refreshToken lets a server renew the session token of a browser.
type refreshToken struct {
	Token     string `json:"token"`
	SessionID string `json:"session_id"`
}

var (
	tableBrowsers = &table[*browser]{
		name: "browsers",
		id:   func(b *browser) string { return b.Token },
		indexes: map[string]func(*browser) []string{
			"client": func(b *browser) []string { return []string{b.ClientID} },
			"anonymous": func(b *browser) []string {
				if b.SignedIn {
					return nil
				}
				return []string{"yes"}
			},
		},
	}
	tableRefreshTokens = &table[*refreshToken]{
		name:    "refresh_tokens",
		id:      func(t *refreshToken) string { return t.Token },
		indexes: map[string]func(*refreshToken) []string{"session": func(t *refreshToken) []string { return []string{t.SessionID} }},
	}
)

// SetProduction makes the instance behave like a production instance towards browsers, or like a development instance
// again: a publishable key that begins with pk_live_, the __client cookie instead of dev browsers, and handshakes that
// come back in a cookie instead of the address. The secret key stays an sk_test_ key, and the emulator stays local.
func (in *Instance) SetProduction(on bool) {
	in.production.Store(on)
	in.keepSettings(func(s *keptSettings) { s.Production = on })
}

// Production reports whether the instance behaves like a production instance towards browsers.
func (in *Instance) Production() bool { return in.production.Load() }

// CookieSuffix returns the suffix of the names of the instance's cookies, without the underscore in front of it.
func (in *Instance) CookieSuffix() string {
	sum := sha1.Sum([]byte(in.PublishableKey())) //nolint:gosec // see the import
	return base64.RawURLEncoding.EncodeToString(sum[:])[:8]
}

// NewBrowser returns the token of a browser that the Frontend API has not seen before: a dev browser token, or the
// value of the __client cookie of a production instance.
func (in *Instance) NewBrowser() string {
	var token string
	err := in.write(func(x *tx) error { token = x.newBrowser("").Token; return nil })
	if err != nil {
		in.fail("NewBrowser", err)
	}
	return token
}

// newBrowser makes a browser known, under a new token unless it has one.
func (x *tx) newBrowser(token string) *browser {
	d := &device{ID: x.newID("client_"), CreatedAt: x.now, UpdatedAt: x.now}
	tableDevices.put(x, d)
	if token == "" {
		token = "dvb_" + randomHex(20)
	}
	b := &browser{Token: token, ClientID: d.ID, CreatedAt: x.now}
	tableBrowsers.put(x, b)
	if tableBrowsers.count(x, "anonymous", "yes") > maxAnonymous {
		gone := tableBrowsers.first(x, "anonymous", "yes")
		tableBrowsers.delete(x, gone.Token)
		tableDevices.delete(x, gone.ClientID)
	}
	return b
}

// maxAnonymous bounds the browsers on which nobody ever signed in, as any page makes one by a handshake. The oldest
// makes room.
const maxAnonymous = 10_000

// SignInBrowser signs a user in on a browser, as the sign-in page would, and returns the session. The application
// learns of it through the next handshake.
func (in *Instance) SignInBrowser(token, userID string) SignedIn {
	out := SignedIn{UserID: userID}
	err := in.write(func(x *tx) error {
		b := tableBrowsers.get(x, token)
		if b == nil {
			return errNotFound("browser")
		}
		u, err := x.findUser(userID)
		if err != nil {
			return err
		}
		tableDevices.update(x, b.ClientID, func(d *device) { d.UpdatedAt = x.now })
		out.SessionID = x.startSession(u, b.ClientID, nil).ID
		return nil
	})
	if err != nil {
		in.fail("SignInBrowser", err)
		return out
	}
	out.Token = in.SessionToken(out.SessionID)
	return out
}

// SignOutBrowser ends every session of a browser.
func (in *Instance) SignOutBrowser(token string) {
	err := in.write(func(x *tx) error {
		b := tableBrowsers.get(x, token)
		if b == nil {
			return errNotFound("browser")
		}
		x.signOut(b)
		return nil
	})
	if err != nil {
		in.fail("SignOutBrowser", err)
	}
}

// browserSession is the active session of a browser: the one that was chosen, else the one that began last; nil when
// nobody is signed in.
func (x *tx) browserSession(clientID string) *session {
	rows := tableSessions.find(x, "client", clientID)
	if d := tableDevices.get(x, clientID); d != nil && d.ActiveSessionID != nil {
		if s := tableSessions.get(x, *d.ActiveSessionID); s != nil && s.liveAt(x.now) {
			return s
		}
	}
	for _, s := range slices.Backward(rows) {
		if s.liveAt(x.now) {
			return s
		}
	}
	return nil
}

// browserCookies are the Set-Cookie lines that bring the cookies of an application up to date. A browser that is on its
// way from page to page sends no Origin, so the session token has no azp claim, unless WithAuthorizedParty wants one:
// then it is the origin of the page.
func (x *tx) browserCookies(b *browser, origin string) ([]string, error) {
	jar := cookieLines{suffix: "_" + x.inst.CookieSuffix()}
	if !x.inst.Production() {
		jar.both("__clerk_db_jwt", b.Token)
	}
	s := x.browserSession(b.ClientID)
	if s == nil {
		jar.both("__client_uat", "0")
		jar.both("__session", "")
		jar.add("__refresh"+jar.suffix, "", true)
		return jar.lines, nil
	}
	azp := ""
	if x.inst.emulator.azp != "" {
		azp = origin
	}
	token, err := x.mintSession(s, x.inst.newTokenSpec([]TokenOption{TokenAuthorizedParty(azp)}))
	if err != nil {
		return nil, err
	}
	changed := s.CreatedAt
	if d := tableDevices.get(x, b.ClientID); d != nil {
		changed = d.UpdatedAt
	}
	jar.both("__client_uat", unixText(changed))
	jar.both("__session", token)
	jar.add("__refresh"+jar.suffix, x.refreshTokenOf(s.ID), true)
	return jar.lines, nil
}

func (x *tx) refreshTokenOf(sessionID string) string {
	if t := tableRefreshTokens.first(x, "session", sessionID); t != nil {
		return t.Token
	}
	t := &refreshToken{Token: "rt_" + randomHex(24), SessionID: sessionID}
	tableRefreshTokens.put(x, t)
	return t.Token
}

// cookieLines collects Set-Cookie lines.
type cookieLines struct {
	suffix string
	lines  []string
}

// both adds a cookie that scripts read, with its plain and with its suffixed name.
func (j *cookieLines) both(name, value string) {
	j.add(name, value, false)
	j.add(name+j.suffix, value, false)
}

// add adds a cookie that lasts a year; an empty value removes it.
func (j *cookieLines) add(name, value string, httpOnly bool) {
	//nolint:gosec // the emulator speaks plain http on this machine, where Secure cookies would be lost
	c := http.Cookie{Name: name, Value: value, Path: "/", SameSite: http.SameSiteLaxMode, HttpOnly: httpOnly, MaxAge: 365 * 24 * 3600}
	if value == "" {
		c.MaxAge = -1
	}
	j.lines = append(j.lines, c.String())
}

// publishablePrefix begins the publishable key.
func (in *Instance) publishablePrefix() string {
	if in.Production() {
		return "pk_live_"
	}
	return "pk_test_"
}
