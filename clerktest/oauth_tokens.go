package clerktest

import (
	"slices"
	"strings"
)

// oauthTokenLife is how long an OAuth access token is good, in milliseconds.
const oauthTokenLife = 24 * 3600 * 1000

// IssueOAuthAccessToken makes the token that an OAuth application would hold after a user granted it the scopes. The
// token lives for a day. It is opaque, or a JWT when the instance's setting oauth_jwt_access_tokens says so.
// applicationID may be empty for an application that is not registered.
func (in *Instance) IssueOAuthAccessToken(applicationID, userID string, scopes ...string) string {
	if err := in.ensureKey(); err != nil {
		in.fail("IssueOAuthAccessToken", err)
	}
	var token string
	in.edit("IssueOAuthAccessToken", func(x *tx) error {
		if _, err := x.findUser(userID); err != nil {
			return err
		}
		clientID := "client_" + strings.TrimPrefix(applicationID, "oauthapp_")
		if a := tableOAuthApplications.get(x, applicationID); a != nil {
			clientID = a.ClientID
		}
		expiration := x.now + oauthTokenLife
		t := &oauthAccessToken{
			ID: newHexID("oat_"), ClientID: clientID, Subject: userID, Scopes: slices.Clone(scopes), credential: x.newCredential("oat_", &expiration),
		}
		if t.JWT = x.settings().JWTAccessTokens; t.JWT {
			signed, err := x.signOAuthAccessToken(t, in.Issuer())
			if err != nil {
				return err
			}
			t.Secret = signed
		}
		tableOAuthAccessTokens.put(x, t)
		token = t.Secret
		return nil
	})
	return token
}

// signOAuthAccessToken makes the JWT form of RFC 9068.
func (x *tx) signOAuthAccessToken(t *oauthAccessToken, issuer string) (string, error) {
	kid, key, err := x.signer()
	if err != nil {
		return "", err
	}
	now := x.tokenTime()
	claims := map[string]any{
		"iss": issuer, "sub": t.Subject, "client_id": t.ClientID, "jti": t.ID, "scope": joinScopes(t.Scopes),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Unix() + (*t.Expiration-x.now)/1000,
	}
	if t.Resource != "" {
		claims["aud"] = t.Resource
	}
	if t.OrganizationID != "" {
		claims["org_id"] = t.OrganizationID
	}
	if len(t.Actor) > 0 {
		claims["act"] = t.Actor
	}
	return signJWT(key, map[string]string{"alg": "RS256", "typ": "at+jwt", "kid": kid}, claims)
}
