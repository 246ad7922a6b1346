package clerkauth

// isIDToken reports whether a token is one that an OAuth client got about the user who signed in there (OpenID Connect
// Core, section 2). The key of the instance signs those as well, but whoever holds one is the client and not the user.
// Session tokens name their session or their category; ID tokens name the client as their audience.
func isIDToken(h *tokenHeader, c *SessionClaims) bool {
	return !h.hasCategory && c.SessionID == "" && len(c.Audience) > 0
}
