package clerktest

import (
	"cmp"
	"fmt"
	"net/http"
	"time"
)

func sessionsFamily() family {
	return family{
		tables: []anyTable{tableSessions, tableDevices},
		endpoints: map[string]endpoint{
			"GetSessionList":     {read: listSessions},
			"createSession":      {write: createSession},
			"GetSession":         getter((*call).session, (*tx).wireSession),
			"RevokeSession":      {write: revokeSession},
			"CreateSessionToken": {read: createSessionToken, keys: true},

			"CreateSessionTokenFromTemplate": {read: createTemplateToken, keys: true},
		},
	}
}

func (c *call) session() (*session, error) {
	return rowOf(c, tableSessions, "session_id", "session")
}

func listSessions(c *call) (any, error) {
	userID, clientID, status := c.query.Get("user_id"), c.query.Get("client_id"), c.query.Get("status")
	if userID == "" && clientID == "" {
		return nil, errParamMissing("user_id")
	}
	l := listing[session]{
		table: tableSessions, order: "-created_at",
		match: []func(*session) bool{func(s *session) bool {
			return (clientID == "" || s.ClientID == clientID) && (status == "" || s.statusAt(c.tx.now) == status)
		}},
		narrow: func() []*session {
			if userID != "" {
				return tableSessions.find(c.tx, "user", userID)
			}
			return tableSessions.find(c.tx, "client", clientID)
		},
	}
	return answerList(c, l, c.tx.wireSession)
}

func createSession(c *call) (any, error) {
	var in struct {
		UserID string        `json:"user_id"`
		OrgID  field[string] `json:"active_organization_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, err := c.tx.findUser(in.UserID)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(c.tx.checkSignIn(u), c.tx.checkMember(in.OrgID.pointer(), u.ID)); err != nil {
		return nil, err
	}
	return c.tx.wireSession(c.tx.startSession(u, "", in.OrgID.pointer())), nil
}

// checkSignIn refuses banned and locked users.
func (x *tx) checkSignIn(u *user) error {
	switch {
	case u.Banned:
		return errForbidden("user_banned", "this user is banned")
	case u.lockedAt(x.now):
		return x.errLocked(u)
	}
	return nil
}

// errLocked refuses somebody who is locked out, and tells for how long.
func (x *tx) errLocked(u *user) *apiError {
	left := u.lockoutSeconds(x.now)
	if left == nil {
		return newError(http.StatusForbidden, "user_locked", "this account is locked", "Your account is locked. Ask the support to unlock it.")
	}
	refusal := newError(http.StatusForbidden, "user_locked", "this account is locked",
		fmt.Sprintf("Your account is locked. You can try again in %d minutes.", (*left+59)/60))
	refusal.items[0].Meta = map[string]any{"lockout_expires_in_seconds": *left}
	return refusal
}

func revokeSession(c *call) (any, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	if !s.liveAt(c.tx.now) {
		return nil, errBadRequest("session_not_active", "this session is over already")
	}
	return c.tx.wireSession(c.tx.endSession(s, "revoked")), nil
}

type tokenWire struct {
	Object string     `json:"object"`
	JWT    pendingJWT `json:"jwt"`
}

// tokenLife reads the optional expires_in_seconds of the token operations.
func (c *call) tokenLife(standard time.Duration) (time.Duration, error) {
	var in struct {
		Seconds field[float64] `json:"expires_in_seconds"`
	}
	if err := c.decode(&in); err != nil {
		return 0, err
	}
	if !in.Seconds.given() {
		return standard, nil
	}
	if in.Seconds.Value < 30 || in.Seconds.Value > 315_360_000 {
		return 0, errParamValue("expires_in_seconds", "between 30 and 315360000")
	}
	return time.Duration(in.Seconds.Value) * time.Second, nil
}

// liveSession returns the session of the path when it still gets tokens.
func (c *call) liveSession() (*session, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	if !s.liveAt(c.tx.now) {
		return nil, newError(http.StatusNotFound, "resource_not_found", "not found", "this session is over")
	}
	return s, nil
}

func createSessionToken(c *call) (any, error) {
	s, err := c.liveSession()
	if err != nil {
		return nil, err
	}
	life, err := c.tokenLife(sessionTokenLife)
	if err != nil {
		return nil, err
	}
	spec := c.inst.newTokenSpec([]TokenOption{TokenTTL(life), TokenAuthorizedParty(c.emulator.azp)})
	jwt, err := c.tx.sessionJWT(s, spec)
	return tokenWire{Object: "token", JWT: jwt}, err
}

func createTemplateToken(c *call) (any, error) {
	s, err := c.liveSession()
	if err != nil {
		return nil, err
	}
	t := tableJWTTemplates.first(c.tx, "name", c.param("template_name"))
	if t == nil {
		return nil, errNotFound("JWT template")
	}
	life, err := c.tokenLife(time.Duration(t.Lifetime) * time.Second)
	if err != nil {
		return nil, err
	}
	jwt, err := c.tx.templateJWT(s, t, life, c.emulator.azp)
	return tokenWire{Object: "token", JWT: jwt}, err
}
