package clerktest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
)

// The grant types of the token endpoint.
const (
	grantTypeCode     = "authorization_code"
	grantTypeRefresh  = "refresh_token"
	grantTypeDevice   = "urn:ietf:params:oauth:grant-type:device_code"
	grantTypeExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// oauthTokens is the answer of the token endpoint.
type oauthTokens struct {
	AccessToken     string `json:"access_token"`
	TokenType       string `json:"token_type"`
	ExpiresIn       int64  `json:"expires_in"`
	RefreshToken    string `json:"refresh_token,omitzero"`
	Scope           string `json:"scope"`
	IDToken         string `json:"id_token,omitzero"`
	IssuedTokenType string `json:"issued_token_type,omitzero"`
}

// issueToken is the token endpoint.
func issueToken(c *oauthCall) (oauthAnswer, error) {
	if err := c.readForm(); err != nil {
		return oauthAnswer{}, err
	}
	c.w.Header().Set("Pragma", "no-cache")
	c.note.GrantType = c.params.get("grant_type")
	if err := c.authenticateClient(); err != nil {
		return oauthAnswer{}, err
	}
	var tokens *oauthTokens
	var err error
	switch c.params.get("grant_type") {
	case grantTypeCode:
		tokens, err = c.exchangeCode()
	case grantTypeRefresh:
		tokens, err = c.refresh()
	case grantTypeDevice:
		tokens, err = c.pollDevice()
	case grantTypeExchange:
		tokens, err = c.exchangeToken()
	case "":
		err = errInvalidRequest("grant_type is missing")
	default:
		err = newOAuthError(http.StatusBadRequest, "unsupported_grant_type", "the server does not have this grant type")
	}
	if err != nil {
		return oauthAnswer{}, err
	}
	return oauthAnswer{body: tokens}, nil
}

// exchangeCode turns an authorization code into tokens. A code that comes twice ends what it was good for.
func (c *oauthCall) exchangeCode() (*oauthTokens, error) {
	code := tableOAuthCodes.get(c.tx, c.params.get("code"))
	switch {
	case c.params.get("code") == "":
		return nil, errInvalidRequest("code is missing")
	case code == nil || code.ClientID != c.client.ClientID:
		return nil, errInvalidGrant("the code is unknown, or another client's")
	case code.ExpiresAt <= c.tx.now:
		return nil, errInvalidGrant("the code has expired")
	case code.Used:
		c.tx.revokeGrant(code.GrantID)
		return nil, keeping(errInvalidGrant("the code was used before; what it was good for is revoked"))
	case code.RedirectURI != c.params.get("redirect_uri"):
		return nil, errInvalidGrant("redirect_uri is not the one of the authorization request")
	}
	if err := checkVerifier(code.Challenge, c.params.get("code_verifier")); err != nil {
		return nil, err
	}
	g := c.tx.liveGrant(code.GrantID)
	if g == nil {
		return nil, errInvalidGrant("the grant was revoked, or its user is gone")
	}
	if err := c.checkSameTarget(g); err != nil {
		return nil, err
	}
	tableOAuthCodes.update(c.tx, code.Code, func(code *oauthCode) { code.Used = true })
	return c.firstTokens(g)
}

// checkVerifier proves that whoever has the code made the request, RFC 7636 §4.6. A verifier without a challenge is
// refused, because the challenge may have been taken out of the request, RFC 9700 §2.1.1.
func checkVerifier(challenge, verifier string) error {
	if challenge == "" {
		if verifier != "" {
			return errInvalidGrant("the authorization request had no code_challenge")
		}
		return nil
	}
	sum := sha256.Sum256([]byte(verifier))
	digest := base64.RawURLEncoding.EncodeToString(sum[:])
	switch {
	case verifier == "":
		return errInvalidGrant("code_verifier is missing")
	case len(verifier) < 43 || len(verifier) > 128 || !isUnreserved(verifier):
		return errInvalidGrant("code_verifier needs 43 to 128 letters, digits, or - . _ ~")
	case subtle.ConstantTimeCompare([]byte(digest), []byte(challenge)) != 1:
		return errInvalidGrant("code_verifier does not belong to the code_challenge")
	}
	return nil
}

// checkSameTarget refuses a resource other than the one of the grant.
func (c *oauthCall) checkSameTarget(g *oauthGrant) error {
	if asked := c.params.get("resource"); asked != "" && asked != g.Resource {
		return errInvalidTarget("the grant is not for this resource")
	}
	return nil
}

// firstTokens issues the tokens of a new grant.
func (c *oauthCall) firstTokens(g *oauthGrant) (*oauthTokens, error) {
	tokens, err := c.tx.tokensOf(g, g.Scopes, c.base())
	if err != nil {
		return nil, err
	}
	if s := c.tx.oauthSettings(); s.RefreshAlways || slices.Contains(g.Scopes, "offline_access") {
		tokens.RefreshToken = c.tx.newRefreshToken(g)
	}
	c.noteGrant(g, g.Scopes)
	return tokens, nil
}

func (c *oauthCall) noteGrant(g *oauthGrant, scopes []string) {
	c.note.GrantID, c.note.UserID, c.note.Scope, c.note.Resource = g.ID, g.UserID, joinScopes(scopes), g.Resource
}

// tokensOf issues an access token of a grant and, with openid, an ID token.
func (x *tx) tokensOf(g *oauthGrant, scopes []string, issuer string) (*oauthTokens, error) {
	t, err := x.newAccessToken(g, scopes, issuer, 0)
	if err != nil {
		return nil, err
	}
	tokens := &oauthTokens{AccessToken: t.Secret, TokenType: "Bearer", ExpiresIn: (*t.Expiration - x.now) / 1000, Scope: joinScopes(scopes)}
	if slices.Contains(scopes, "openid") {
		tokens.IDToken, err = x.signIDToken(g, t, issuer)
	}
	return tokens, err
}

// refresh issues new tokens for a refresh token, for all scopes of the grant or for fewer.
func (c *oauthCall) refresh() (*oauthTokens, error) {
	if c.params.get("refresh_token") == "" {
		return nil, errInvalidRequest("refresh_token is missing")
	}
	t := tableOAuthRefreshTokens.get(c.tx, c.params.get("refresh_token"))
	if t == nil || t.ClientID != c.client.ClientID {
		return nil, errInvalidGrant("the refresh token is unknown, revoked, or another client's")
	}
	g := c.tx.liveGrant(t.GrantID)
	if g == nil {
		return nil, errInvalidGrant("the grant was revoked, or its user is gone")
	}
	if err := c.checkReuse(t); err != nil {
		return nil, err
	}
	if err := c.checkSameTarget(g); err != nil {
		return nil, err
	}
	scopes, err := c.narrowedScopes(g)
	if err != nil {
		return nil, err
	}
	tokens, err := c.tx.tokensOf(g, scopes, c.base())
	if err != nil {
		return nil, err
	}
	tokens.RefreshToken = c.rotate(t, g)
	c.noteGrant(g, scopes)
	return tokens, nil
}

// checkReuse ends the grant when a rotated refresh token comes again, except for one repetition within the grace.
func (c *oauthCall) checkReuse(t *oauthRefreshToken) error {
	if t.Successor == "" {
		return nil
	}
	grace := c.tx.oauthSettings().RotationGrace * 1000
	if !t.Repeated && c.tx.now-t.RotatedAt < grace && tableOAuthRefreshTokens.get(c.tx, t.Successor) != nil {
		return nil
	}
	c.tx.revokeGrant(t.GrantID)
	return keeping(errInvalidGrant("the refresh token was used before; the grant is revoked"))
}

// rotate returns the refresh token that the client has to use from now on.
func (c *oauthCall) rotate(t *oauthRefreshToken, g *oauthGrant) string {
	switch {
	case t.Successor != "":
		tableOAuthRefreshTokens.update(c.tx, t.Token, func(t *oauthRefreshToken) { t.Repeated = true })
		return t.Successor
	case c.tx.oauthSettings().Rotation == RotationOff:
		return t.Token
	}
	next := c.tx.newRefreshToken(g)
	tableOAuthRefreshTokens.update(c.tx, t.Token, func(t *oauthRefreshToken) { t.Successor, t.RotatedAt = next, c.tx.now })
	return next
}

// narrowedScopes are the scopes that a refresh asks for: those of the grant when it names none. A scope that the
// instance no longer has is refused.
func (c *oauthCall) narrowedScopes(g *oauthGrant) ([]string, error) {
	scopes, err := parseScopes(c.params.get("scope"))
	if err != nil {
		return nil, err
	}
	if len(scopes) == 0 {
		scopes = g.Scopes
	}
	s := c.tx.oauthSettings()
	for _, scope := range scopes {
		if !slices.Contains(g.Scopes, scope) || !s.hasScope(scope) {
			return nil, errInvalidScope("the user did not grant every one of these scopes, or one of them no longer exists")
		}
	}
	return scopes, nil
}
