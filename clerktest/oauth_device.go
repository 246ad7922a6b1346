package clerktest

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
)

// oauthDevice is a program without a browser that waits for its user to agree on another device, RFC 8628.
type oauthDevice struct {
	DeviceCode string   `json:"device_code"`
	UserCode   string   `json:"user_code"`
	ClientID   string   `json:"client_id"`
	Scopes     []string `json:"scopes"`
	Resource   string   `json:"resource"`
	Nonce      string   `json:"nonce"`
	Status     string   `json:"status"` // pending, approved, denied or consumed
	GrantID    string   `json:"grant_id"`
	Interval   int64    `json:"interval"` // seconds between two questions
	AskedAt    int64    `json:"asked_at"` // milliseconds, 0 before the first question
	ExpiresAt  int64    `json:"expires_at"`
}

var tableOAuthDevices = &table[*oauthDevice]{
	name: "oauth_devices",
	id:   func(d *oauthDevice) string { return d.DeviceCode },
	indexes: map[string]func(*oauthDevice) []string{
		"user_code": func(d *oauthDevice) []string { return []string{d.UserCode} },
		"client":    func(d *oauthDevice) []string { return []string{d.ClientID} },
	},
}

// The life of a device code in seconds, the pause between two questions, and how many devices may wait.
const (
	deviceLife      = 600
	deviceInterval  = 5
	maxOAuthDevices = 10_000
)

type deviceWire struct {
	DeviceCode      string `json:"device_code"`
	UserCode        string `json:"user_code"`
	VerificationURI string `json:"verification_uri"`
	CompleteURI     string `json:"verification_uri_complete"`
	ExpiresIn       int64  `json:"expires_in"`
	Interval        int64  `json:"interval"`
}

// beginDevice is the device authorization endpoint.
func beginDevice(c *oauthCall) (oauthAnswer, error) {
	if err := c.readForm(); err != nil {
		return oauthAnswer{}, err
	}
	if err := c.authenticateClient(); err != nil {
		return oauthAnswer{}, err
	}
	if !c.client.DeviceGrant {
		return oauthAnswer{}, errUnauthorizedClient("the application does not have the device grant")
	}
	scopes, err := c.tx.grantableScopes(c.client, c.params.get("scope"))
	if err != nil {
		return oauthAnswer{}, err
	}
	s := c.tx.oauthSettings()
	if err := s.checkTarget(c.params.get("resource")); err != nil {
		return oauthAnswer{}, err
	}
	if nonce := c.params.get("nonce"); nonce != "" && len(nonce) < minState {
		return oauthAnswer{}, errInvalidRequest("nonce needs at least 8 characters")
	}
	d := c.tx.newDevice(&oauthDevice{ClientID: c.client.ClientID, Scopes: scopes, Resource: c.params.get("resource"), Nonce: c.params.get("nonce")})
	c.note.Scope, c.note.Resource = joinScopes(scopes), d.Resource
	if err := c.answerDeviceAtOnce(d); err != nil {
		return oauthAnswer{}, err
	}
	page := c.base() + "/oauth/device"
	return oauthAnswer{body: deviceWire{
		DeviceCode: d.DeviceCode, UserCode: d.UserCode, VerificationURI: page, CompleteURI: withQuery(page, "user_code", d.UserCode),
		ExpiresIn: deviceLife, Interval: d.Interval,
	}}, nil
}

// newDevice stores a device, and forgets those whose time is over.
func (x *tx) newDevice(d *oauthDevice) *oauthDevice {
	tableOAuthDevices.dropOldest(x, func(old *oauthDevice) bool {
		return old.ExpiresAt <= x.now || tableOAuthDevices.size(x) >= maxOAuthDevices
	})
	s := x.oauthSettings()
	d.DeviceCode, d.Status, d.Interval, d.ExpiresAt = newHexID("clk_device_"), "pending", s.deviceInterval(), x.now+deviceLife*1000
	for d.UserCode == "" || tableOAuthDevices.first(x, "user_code", d.UserCode) != nil {
		d.UserCode = newUserCode()
	}
	tableOAuthDevices.put(x, d)
	return d
}

// userCodeLetters are consonants that are not easily mistaken for one another, RFC 8628 §6.1.
const userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// newUserCode makes a code of the form BCDF-GHJK.
func newUserCode() string {
	code := make([]byte, 0, 9)
	for len(code) < 9 {
		if len(code) == 4 {
			code = append(code, '-')
		}
		var b [1]byte
		_, _ = rand.Read(b[:])
		if b[0] < 240 { // a multiple of 20, so that every letter is equally likely
			code = append(code, userCodeLetters[b[0]%20])
		}
	}
	return string(code)
}

// foldUserCode gives what a person typed the form of a code.
func foldUserCode(text string) string {
	letters := strings.Map(func(r rune) rune {
		if strings.ContainsRune(userCodeLetters, r) {
			return r
		}
		return -1
	}, strings.ToUpper(shortened(text, 64)))
	if len(letters) != 8 {
		return ""
	}
	return letters[:4] + "-" + letters[4:]
}

// answerDeviceAtOnce answers for the user when the settings say so.
func (c *oauthCall) answerDeviceAtOnce(d *oauthDevice) error {
	consent := c.tx.oauthSettings().Consent
	switch consent.Answer {
	case ConsentAuto:
		u, err := c.tx.findUser(consent.UserID)
		if err != nil {
			return err
		}
		return c.tx.approveDevice(d, u, nil, consent.OrganizationID)
	case ConsentDeny:
		c.tx.denyDevice(d)
	}
	return nil
}

// approveDevice lets the program in.
func (x *tx) approveDevice(d *oauthDevice, u *user, s *session, orgID string) error {
	orgID, err := x.consentOrganization(d.Scopes, u, orgID)
	if err != nil {
		return err
	}
	g := oauthGrant{
		ClientID: d.ClientID, UserID: u.ID, OrganizationID: orgID, Scopes: slices.Clone(d.Scopes), Resource: d.Resource, Nonce: d.Nonce, AuthTime: x.now,
	}
	if s != nil {
		g.SessionID, g.AuthTime, g.Actor = s.ID, s.CreatedAt, s.actorClaim()
	}
	grant := x.newGrant(g)
	tableOAuthDevices.update(x, d.DeviceCode, func(d *oauthDevice) { d.Status, d.GrantID = "approved", grant.ID })
	return nil
}

func (x *tx) denyDevice(d *oauthDevice) {
	tableOAuthDevices.update(x, d.DeviceCode, func(d *oauthDevice) { d.Status = "denied" })
}

// statusAt is the status of the device at a time in milliseconds.
func (d *oauthDevice) statusAt(now int64) string {
	if d.ExpiresAt <= now && d.Status != "consumed" {
		return "expired"
	}
	return d.Status
}

// pollDevice is what the program asks until its user has answered. Who asks too often has to wait longer.
func (c *oauthCall) pollDevice() (*oauthTokens, error) {
	if c.params.get("device_code") == "" {
		return nil, errInvalidRequest("device_code is missing")
	}
	d := tableOAuthDevices.get(c.tx, c.params.get("device_code"))
	if d == nil || d.ClientID != c.client.ClientID {
		return nil, errInvalidGrant("the device code is unknown, or another client's")
	}
	hurried := d.AskedAt > 0 && c.tx.now-d.AskedAt < d.Interval*1000
	d = tableOAuthDevices.update(c.tx, d.DeviceCode, func(d *oauthDevice) {
		d.AskedAt = c.tx.now
		if hurried {
			d.Interval += deviceInterval
		}
	})
	switch status := d.statusAt(c.tx.now); {
	case status == "expired":
		return nil, newOAuthError(http.StatusBadRequest, "expired_token", "the device code has expired")
	case status == "consumed":
		return nil, errInvalidGrant("the device code was used before")
	case status == "denied":
		return nil, errAccessDenied()
	case hurried:
		return nil, keeping(newOAuthError(http.StatusBadRequest, "slow_down", "wait longer between two questions"))
	case status == "pending":
		return nil, keeping(newOAuthError(http.StatusBadRequest, "authorization_pending", "the user has not answered yet"))
	}
	g := c.tx.liveGrant(d.GrantID)
	if g == nil {
		return nil, errInvalidGrant("the grant was revoked, or its user is gone")
	}
	tableOAuthDevices.update(c.tx, d.DeviceCode, func(d *oauthDevice) { d.Status = "consumed" })
	return c.firstTokens(g)
}

// serveDevicePage asks for the user code, and then for the user's consent.
func serveDevicePage(c *oauthCall) (oauthAnswer, error) {
	typed := c.r.URL.Query().Get("user_code")
	s, u := c.signedIn()
	if u == nil {
		back := c.base() + "/oauth/device"
		if code := foldUserCode(typed); code != "" {
			back = withQuery(back, "user_code", code)
		}
		return oauthAnswer{location: withQuery(c.base()+"/sign-in", "redirect_url", back), status: http.StatusSeeOther}, nil
	}
	d := tableOAuthDevices.first(c.tx, "user_code", foldUserCode(typed))
	if d == nil || d.statusAt(c.tx.now) != "pending" {
		return c.deviceCodePage(typed != ""), nil
	}
	if c.client = c.tx.oauthClientByID(d.ClientID); c.client == nil {
		return oauthAnswer{}, errInvalidClient()
	}
	c.note.ClientID = d.ClientID
	r := &oauthRequest{
		ID: c.tx.newID("oauthreq_"), ClientID: d.ClientID, DeviceCode: d.DeviceCode, UserCode: d.UserCode, Scopes: d.Scopes, Resource: d.Resource,
		CreatedAt: c.tx.now,
	}
	return c.askFor(r, s, consentPage)
}

// answerDevice takes the user's answer about a device.
func (c *oauthCall) answerDevice(r *oauthRequest, u *user, s *session) (oauthAnswer, error) {
	d := tableOAuthDevices.get(c.tx, r.DeviceCode)
	tableOAuthRequests.delete(c.tx, r.ID)
	switch {
	case d == nil || d.statusAt(c.tx.now) != "pending":
		return oauthAnswer{}, errInvalidRequest("the code has expired, or was answered before")
	case c.params.get("answer") != "allow":
		c.tx.denyDevice(d)
		c.note.Error = "access_denied"
		return noticeAnswer("Access denied", "You can close this page."), nil
	}
	if err := c.tx.approveDevice(d, u, s, c.params.get("organization_id")); err != nil {
		return oauthAnswer{}, err
	}
	return noticeAnswer("You are signed in", "Go back to the program. You can close this page."), nil
}
