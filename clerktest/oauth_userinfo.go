package clerktest

import "net/http"

// serveUserInfo tells a client what the scopes of its access token let it know about the user.
func serveUserInfo(c *oauthCall) (oauthAnswer, error) {
	token, ok := bearer(c.r)
	if !ok {
		c.w.Header().Set("WWW-Authenticate", "Bearer")
		return oauthAnswer{}, errUserInfo(http.StatusUnauthorized, "authentication_invalid", "an access token has to be in the Authorization header")
	}
	t := tableOAuthAccessTokens.first(c.tx, "secret", token)
	if t == nil || !t.validAt(c.tx.now) {
		c.w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		return oauthAnswer{}, errUserInfo(http.StatusUnauthorized, "authentication_invalid", "the access token is unknown, revoked or expired")
	}
	u, err := c.tx.findUser(t.Subject)
	if err != nil || c.tx.checkSignIn(u) != nil {
		return oauthAnswer{}, errUserInfo(http.StatusForbidden, "user_not_allowed", "the user may not sign in")
	}
	c.note.ClientID, c.note.GrantID, c.note.UserID = t.ClientID, t.GrantID, t.Subject
	info := c.tx.userInfo(u, t.Scopes, t.OrganizationID)
	info["object"], info["instance_id"], info["user_id"] = "oauth_user_info", c.inst.id, u.ID
	return oauthAnswer{body: info}, nil
}

// errUserInfo is a refusal in Clerk's own form, which this endpoint has at Clerk.
func errUserInfo(status int, code, long string) error {
	return newError(status, code, "not allowed", long)
}
