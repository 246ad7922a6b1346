package clerktest

import (
	"net/http"
	"strings"
)

// serveTokenInfo tells a client about one of its tokens, RFC 7662. Nothing is told about the tokens of other clients.
func serveTokenInfo(c *oauthCall) (oauthAnswer, error) {
	if err := c.readClientForm(); err != nil {
		return oauthAnswer{}, err
	}
	if c.client.Public {
		return oauthAnswer{}, c.unauthenticated(false)
	}
	g, scopes, issued := c.tokenFacts(c.params.get("token"))
	if scopes == nil {
		return oauthAnswer{body: map[string]bool{"active": false}}, nil
	}
	facts := map[string]any{
		"active": true, "client_id": g.ClientID, "iat": issued / 1000, "scope": joinScopes(scopes), "sub": g.UserID,
	}
	if g.OrganizationID != "" {
		facts["org_id"] = g.OrganizationID
	}
	return oauthAnswer{body: facts}, nil
}

// readClientForm reads a form about a token and authenticates its client.
func (c *oauthCall) readClientForm() error {
	if err := c.readForm(); err != nil {
		return err
	}
	if err := c.authenticateClient(); err != nil {
		return err
	}
	if c.params.get("token") == "" {
		return errInvalidRequest("token is missing")
	}
	return nil
}

// tokenFacts returns the grant, the scopes and the birth of a live token of the client; the scopes are nil when there
// is no such token.
func (c *oauthCall) tokenFacts(token string) (g oauthGrant, scopes []string, issued int64) {
	if t := tableOAuthAccessTokens.first(c.tx, "secret", token); t != nil && t.ClientID == c.client.ClientID && t.validAt(c.tx.now) {
		return oauthGrant{ClientID: t.ClientID, UserID: t.Subject, OrganizationID: t.OrganizationID}, orNone(t.Scopes), t.CreatedAt
	}
	t := tableOAuthRefreshTokens.get(c.tx, token)
	if t == nil || t.ClientID != c.client.ClientID || t.Successor != "" {
		return g, nil, 0
	}
	if live := c.tx.liveGrant(t.GrantID); live != nil {
		return *live, orNone(live.Scopes), t.CreatedAt
	}
	return g, nil, 0
}

// revokeAnyToken is the revocation endpoint of RFC 7009. A refresh token takes its grant along. What is unknown, or
// another client's, is answered as if it had been revoked.
func revokeAnyToken(c *oauthCall) (oauthAnswer, error) {
	if err := c.readClientForm(); err != nil {
		return oauthAnswer{}, err
	}
	token := c.params.get("token")
	if t := tableOAuthRefreshTokens.get(c.tx, token); t != nil && t.ClientID == c.client.ClientID {
		c.note.GrantID = t.GrantID
		c.tx.revokeGrant(t.GrantID)
		return oauthAnswer{}, nil
	}
	t := tableOAuthAccessTokens.first(c.tx, "secret", token)
	if t != nil && t.ClientID == c.client.ClientID && !t.JWT {
		c.note.GrantID = t.GrantID
		tableOAuthAccessTokens.update(c.tx, t.ID, func(t *oauthAccessToken) { t.revoke(nil, c.tx.now) })
		return oauthAnswer{}, nil
	}
	if strings.Count(token, ".") == 2 {
		return oauthAnswer{}, newOAuthError(http.StatusBadRequest, "unsupported_token_type", "access tokens that are JWTs cannot be revoked")
	}
	return oauthAnswer{}, nil
}
