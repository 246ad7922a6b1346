package clerktest

import (
	"encoding/json"
	"net/http"
	"slices"
)

// typeAccessToken is the token type that can be exchanged, RFC 8693 §3.
const typeAccessToken = "urn:ietf:params:oauth:token-type:access_token"

// exchangeToken gives the client that owns a resource, and received a token there, one for another resource: the user
// stays the subject, and the client becomes the actor.
func (c *oauthCall) exchangeToken() (*oauthTokens, error) {
	p := c.params
	switch requested := p.get("requested_token_type"); {
	case c.client.Public:
		return nil, errUnauthorizedClient("only a client with a secret may exchange tokens")
	case p.get("subject_token") == "" || p.get("subject_token_type") != typeAccessToken:
		return nil, errInvalidRequest("subject_token has to be an access token, and subject_token_type has to say so")
	case requested != "" && requested != typeAccessToken:
		return nil, errInvalidRequest("requested_token_type has to be that of an access token")
	case p.get("actor_token") != "" || p.get("audience") != "":
		return nil, errInvalidRequest("actor_token and audience are not supported")
	case p.get("resource") == "":
		return nil, errInvalidRequest("resource is missing")
	}
	subject := tableOAuthAccessTokens.first(c.tx, "secret", p.get("subject_token"))
	if subject == nil || !subject.validAt(c.tx.now) || subject.GrantID == "" || c.tx.liveGrant(subject.GrantID) == nil {
		return nil, errInvalidGrant("the subject token is unknown, revoked or expired")
	}
	g := c.tx.liveGrant(subject.GrantID)
	if err := c.checkExchange(g); err != nil {
		return nil, err
	}
	scopes, err := c.exchangedScopes(subject.Scopes)
	if err != nil {
		return nil, err
	}
	actor, err := c.newActor(subject.Actor)
	if err != nil {
		return nil, err
	}
	next := c.tx.newGrant(oauthGrant{
		ClientID: c.client.ClientID, UserID: g.UserID, SessionID: g.SessionID, OrganizationID: subject.OrganizationID, Scopes: scopes,
		Resource: p.get("resource"), Actor: actor, AuthTime: g.AuthTime, ParentID: g.ID,
	})
	t, err := c.tx.newAccessToken(next, scopes, c.base(), *subject.Expiration)
	if err != nil {
		return nil, err
	}
	c.noteGrant(next, scopes)
	return &oauthTokens{
		AccessToken: t.Secret, IssuedTokenType: typeAccessToken, TokenType: "Bearer", ExpiresIn: (*t.Expiration - c.tx.now) / 1000, Scope: joinScopes(scopes),
	}, nil
}

// checkExchange demands that both resources are registered, that the client owns the first one, and that it leads to
// the second one.
func (c *oauthCall) checkExchange(g *oauthGrant) error {
	s := c.tx.oauthSettings()
	from, to := s.resource(g.Resource), s.resource(c.params.get("resource"))
	if from == nil || to == nil || from.ClientID != c.client.ClientID || !slices.Contains(from.ExchangeTo, to.URL) {
		return errInvalidTarget("the client may not exchange this token for one of this resource")
	}
	return nil
}

// exchangedScopes are the scopes that the request names, or all of the subject token; never more than those.
func (c *oauthCall) exchangedScopes(granted []string) ([]string, error) {
	scopes, err := parseScopes(c.params.get("scope"))
	if err != nil {
		return nil, err
	}
	if len(scopes) == 0 {
		scopes = keepScopes(granted, func(scope string) bool { return scope != "offline_access" && scope != "openid" })
	}
	for _, scope := range scopes {
		if !slices.Contains(granted, scope) {
			return nil, errInvalidScope("the subject token does not have every one of these scopes")
		}
	}
	return scopes, nil
}

// maxActors bounds a chain of actors.
const maxActors = 8

// newActor puts the client in front of the actors of the subject token, RFC 8693 §4.1.
func (c *oauthCall) newActor(before json.RawMessage) (json.RawMessage, error) {
	depth := 1
	for link := before; len(link) > 0; depth++ {
		var inner struct {
			Act json.RawMessage `json:"act"`
		}
		if depth >= maxActors || json.Unmarshal(link, &inner) != nil {
			return nil, newOAuthError(http.StatusBadRequest, "invalid_grant", "the subject token has too many actors")
		}
		link = inner.Act
	}
	actor := map[string]any{"sub": c.client.ClientID}
	if len(before) > 0 {
		actor["act"] = before
	}
	return json.Marshal(actor)
}
