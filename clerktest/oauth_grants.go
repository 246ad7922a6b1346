package clerktest

import (
	"encoding/json"
	"slices"
)

// oauthGrant is what a user let a client do. Codes and tokens belong to one, and end with it.
type oauthGrant struct {
	ID             string          `json:"id"`
	ClientID       string          `json:"client_id"`
	UserID         string          `json:"user_id"`
	SessionID      string          `json:"session_id"` // where the user agreed, empty without a browser
	OrganizationID string          `json:"organization_id"`
	Scopes         []string        `json:"scopes"`
	Resource       string          `json:"resource"`
	Nonce          string          `json:"nonce"`
	ParentID       string          `json:"parent_id"` // of the grant whose token was exchanged
	Actor          json.RawMessage `json:"actor,omitzero"`
	AuthTime       int64           `json:"auth_time"` // milliseconds
	Revoked        bool            `json:"revoked"`
	CreatedAt      int64           `json:"created_at"`
}

// oauthCode is an authorization code. It stays for as long as it would be good, to notice that it is used twice.
type oauthCode struct {
	Code        string `json:"code"`
	GrantID     string `json:"grant_id"`
	ClientID    string `json:"client_id"`
	RedirectURI string `json:"redirect_uri"` // as the request named it, empty when it did not
	Challenge   string `json:"challenge"`
	Used        bool   `json:"used"`
	ExpiresAt   int64  `json:"expires_at"`
}

// oauthRefreshToken is a refresh token. A rotated one stays, to notice that it is used again.
type oauthRefreshToken struct {
	Token     string `json:"token"`
	GrantID   string `json:"grant_id"`
	ClientID  string `json:"client_id"`
	Successor string `json:"successor"` // once it is rotated
	RotatedAt int64  `json:"rotated_at"`
	Repeated  bool   `json:"repeated"` // within the grace
	CreatedAt int64  `json:"created_at"`
}

// oauthConsent is what a user agreed to once, so that the page need not ask again.
type oauthConsent struct {
	ID             string   `json:"id"` // user and client
	UserID         string   `json:"user_id"`
	ClientID       string   `json:"client_id"`
	Scopes         []string `json:"scopes"`
	OrganizationID string   `json:"organization_id"`
}

// Lives of what the server hands out, in milliseconds.
const (
	oauthCodeLife    = 10 * 60 * 1000
	oauthRequestLife = 10 * 60 * 1000
)

// Bounds of what clients make: the grants of one client, and the access tokens and the refresh tokens of one grant. The
// oldest makes room.
const (
	maxClientGrants = 10_000
	maxGrantTokens  = 1000
)

var (
	tableOAuthGrants = &table[*oauthGrant]{
		name: "oauth_grants",
		id:   func(g *oauthGrant) string { return g.ID },
		indexes: map[string]func(*oauthGrant) []string{
			"client":       func(g *oauthGrant) []string { return []string{g.ClientID} },
			"user":         func(g *oauthGrant) []string { return []string{g.UserID} },
			"organization": func(g *oauthGrant) []string { return keysOf(g.OrganizationID) },
			"parent":       func(g *oauthGrant) []string { return keysOf(g.ParentID) },
		},
	}
	tableOAuthCodes = &table[*oauthCode]{
		name:    "oauth_codes",
		id:      func(c *oauthCode) string { return c.Code },
		indexes: map[string]func(*oauthCode) []string{"grant": func(c *oauthCode) []string { return []string{c.GrantID} }},
	}
	tableOAuthRefreshTokens = &table[*oauthRefreshToken]{
		name:    "oauth_refresh_tokens",
		id:      func(t *oauthRefreshToken) string { return t.Token },
		indexes: map[string]func(*oauthRefreshToken) []string{"grant": func(t *oauthRefreshToken) []string { return []string{t.GrantID} }},
	}
	tableOAuthConsents = &table[*oauthConsent]{
		name: "oauth_consents",
		id:   func(c *oauthConsent) string { return c.ID },
		indexes: map[string]func(*oauthConsent) []string{
			"client":       func(c *oauthConsent) []string { return []string{c.ClientID} },
			"user":         func(c *oauthConsent) []string { return []string{c.UserID} },
			"organization": func(c *oauthConsent) []string { return keysOf(c.OrganizationID) },
		},
	}
)

// newGrant stores a grant.
func (x *tx) newGrant(g oauthGrant) *oauthGrant {
	if rows := tableOAuthGrants.count(x, "client", g.ClientID); rows >= maxClientGrants {
		x.dropGrant(tableOAuthGrants.first(x, "client", g.ClientID))
	}
	g.ID, g.CreatedAt = x.newID("oauthgrant_"), x.now
	tableOAuthGrants.put(x, &g)
	return &g
}

// revokeGrant ends a grant with its code, all of its tokens, and the grants of tokens that they were exchanged for.
// JWTs that are out stay good until they expire.
func (x *tx) revokeGrant(id string) {
	tableOAuthGrants.update(x, id, func(g *oauthGrant) { g.Revoked = true })
	for _, t := range tableOAuthAccessTokens.find(x, "grant", id) {
		tableOAuthAccessTokens.update(x, t.ID, func(t *oauthAccessToken) { t.revoke(nil, x.now) })
	}
	tableOAuthRefreshTokens.deleteAll(x, "grant", id)
	for _, child := range tableOAuthGrants.find(x, "parent", id) {
		x.revokeGrant(child.ID)
	}
}

// dropGrant removes a grant and everything that belongs to it.
func (x *tx) dropGrant(g *oauthGrant) {
	tableOAuthAccessTokens.deleteAll(x, "grant", g.ID)
	tableOAuthRefreshTokens.deleteAll(x, "grant", g.ID)
	tableOAuthCodes.deleteAll(x, "grant", g.ID)
	tableOAuthGrants.delete(x, g.ID)
}

// dropGrantsOf removes the grants and consents of a user, an organization or a client.
func (x *tx) dropGrantsOf(index, id string) {
	for _, g := range tableOAuthGrants.find(x, index, id) {
		x.dropGrant(g)
	}
	tableOAuthConsents.deleteAll(x, index, id)
}

// liveGrant returns a grant that still holds: not revoked, and of a user who may sign in.
func (x *tx) liveGrant(id string) *oauthGrant {
	g := tableOAuthGrants.get(x, id)
	if g == nil || g.Revoked {
		return nil
	}
	u := tableUsers.get(x, g.UserID)
	if u == nil || x.checkSignIn(u) != nil {
		return nil
	}
	if g.OrganizationID != "" && x.findMembership(g.OrganizationID, g.UserID) == nil {
		return nil
	}
	return g
}

// newCode stores an authorization code, and forgets those whose time is over.
func (x *tx) newCode(code oauthCode) string {
	tableOAuthCodes.dropOldest(x, func(old *oauthCode) bool { return old.ExpiresAt <= x.now })
	code.Code, code.ExpiresAt = newHexID("clk_code_"), x.now+oauthCodeLife
	tableOAuthCodes.put(x, &code)
	return code.Code
}

func (x *tx) newRefreshToken(g *oauthGrant) string {
	if tableOAuthRefreshTokens.count(x, "grant", g.ID) >= maxGrantTokens {
		tableOAuthRefreshTokens.delete(x, tableOAuthRefreshTokens.first(x, "grant", g.ID).Token)
	}
	t := &oauthRefreshToken{Token: newHexID("clk_refresh_"), GrantID: g.ID, ClientID: g.ClientID, CreatedAt: x.now}
	tableOAuthRefreshTokens.put(x, t)
	return t.Token
}

// newAccessToken issues an access token of a grant for some of its scopes. The issuer is that of a JWT. The
// token expires at latest at a time in milliseconds, unless that is 0.
func (x *tx) newAccessToken(g *oauthGrant, scopes []string, issuer string, latest int64) (*oauthAccessToken, error) {
	if tableOAuthAccessTokens.count(x, "grant", g.ID) >= maxGrantTokens {
		tableOAuthAccessTokens.delete(x, tableOAuthAccessTokens.first(x, "grant", g.ID).ID)
	}
	s := x.oauthSettings()
	expiration := x.now + s.accessTokenLife().Milliseconds()
	if latest > 0 {
		expiration = min(expiration, latest)
	}
	t := &oauthAccessToken{
		ID: newHexID("oat_"), ClientID: g.ClientID, Subject: g.UserID, Scopes: slices.Clone(scopes), GrantID: g.ID,
		Resource: g.Resource, Actor: g.Actor, credential: x.newCredential("oat_", &expiration),
	}
	if slices.Contains(scopes, "user:org:read") {
		t.OrganizationID = g.OrganizationID
	}
	if s.OmitAudience {
		t.Resource = ""
	}
	if t.JWT = s.JWTAccessTokens; t.JWT {
		signed, err := x.signOAuthAccessToken(t, issuer)
		if err != nil {
			return nil, err
		}
		t.Secret = signed
	}
	tableOAuthAccessTokens.put(x, t)
	return t, nil
}
