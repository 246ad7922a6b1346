package clerktest

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
)

// idTokenLife is how long an ID token is good, in seconds.
const idTokenLife = 24 * 3600

// signIDToken makes the ID token that comes with an access token.
func (x *tx) signIDToken(g *oauthGrant, t *oauthAccessToken, issuer string) (string, error) {
	kid, key, err := x.signer()
	if err != nil {
		return "", err
	}
	now := x.tokenTime().Unix()
	sum := sha256.Sum256([]byte(t.Secret))
	claims := map[string]any{
		"iss": issuer, "aud": g.ClientID, "azp": g.ClientID, "iat": now, "exp": now + idTokenLife, "auth_time": now - (x.now-g.AuthTime)/1000,
		"at_hash": base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]),
	}
	maps.Copy(claims, x.userInfo(tableUsers.get(x, g.UserID), t.Scopes, t.OrganizationID))
	if g.Nonce != "" {
		claims["nonce"] = g.Nonce
	}
	if g.SessionID != "" {
		claims["sid"] = g.SessionID
	}
	return signJWT(key, map[string]string{"alg": "RS256", "typ": "JWT", "kid": kid}, claims)
}

// userInfo is what a client may know about a user, by its scopes.
func (x *tx) userInfo(u *user, scopes []string, organizationID string) map[string]any {
	info := map[string]any{"sub": u.ID}
	has := func(scope string) bool { return slices.Contains(scopes, scope) }
	if email := u.primaryEmail(); has("email") && email != nil {
		info["email"], info["email_verified"] = email.Value, email.verified()
	}
	if has("profile") {
		info["given_name"], info["family_name"] = text(u.FirstName), text(u.LastName)
		info["name"], info["picture"] = fullName(u), u.ImageURL
		info["username"], info["preferred_username"] = text(u.Username), text(u.Username)
	}
	if has("public_metadata") {
		info["public_metadata"] = orEmpty(u.PublicMetadata)
		info["unsafe_metadata"] = orEmpty(u.UnsafeMetadata)
	}
	if has("private_metadata") {
		info["private_metadata"] = orEmpty(u.PrivateMetadata)
	}
	if o := tableOrganizations.get(x, organizationID); o != nil && has("user:org:read") {
		info["org_id"], info["org_name"], info["org_slug"] = o.ID, o.Name, o.Slug
	}
	return info
}

// primaryEmail returns the e-mail address that the user is written to at, nil when there is none.
func (u *user) primaryEmail() *identifier {
	for i := range u.Emails {
		if u.Emails[i].ID == text(u.PrimaryEmailID) {
			return &u.Emails[i]
		}
	}
	return nil
}
