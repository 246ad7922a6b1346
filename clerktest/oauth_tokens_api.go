package clerktest

import (
	"slices"
	"strings"
)

// OAuthGrant is the access that a user granted to a client.
type OAuthGrant struct {
	ID             string   `json:"id"`
	ClientID       string   `json:"client_id"`
	UserID         string   `json:"user_id"`
	OrganizationID string   `json:"organization_id,omitzero"`
	Scopes         []string `json:"scopes"`
	Resource       string   `json:"resource,omitzero"`
	Revoked        bool     `json:"revoked"`
	CreatedAt      int64    `json:"created_at"` // Unix milliseconds
}

// OAuthTokens are the tokens of a grant.
type OAuthTokens struct {
	GrantID      string `json:"grant_id"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token,omitzero"` // with the scope openid
}

// OAuthGrantParams says what Grant issues. ClientID and UserID are required.
type OAuthGrantParams struct {
	ClientID       string   `json:"client_id"`
	UserID         string   `json:"user_id"`
	OrganizationID string   `json:"organization_id"` // for user:org:read
	Scopes         []string `json:"scopes"`          // all of the client's when empty
	Resource       string   `json:"resource"`        // that the tokens are for; empty for any
}

// Grant issues tokens without a browser, with a refresh token in any case. They are what the client would have got if
// the user had agreed.
func (o OAuth) Grant(params OAuthGrantParams) OAuthTokens {
	var out OAuthTokens
	if err := o.in.ensureKey(); err != nil {
		o.in.fail("OAuth.Grant", err)
		return out
	}
	o.in.edit("OAuth.Grant", func(x *tx) (err error) {
		out, err = x.grantTokens(&params, o.Issuer())
		return err
	})
	return out
}

func (x *tx) grantTokens(params *OAuthGrantParams, issuer string) (out OAuthTokens, err error) {
	a := x.oauthClientByID(params.ClientID)
	if a == nil {
		return out, errNotFound("OAuth client")
	}
	u, err := x.findUser(params.UserID)
	if err != nil {
		return out, err
	}
	scopes, err := x.grantableScopes(a, joinScopes(params.Scopes))
	if err != nil {
		return out, err
	}
	s := x.oauthSettings()
	if err := s.checkTarget(params.Resource); err != nil {
		return out, err
	}
	orgID, err := x.consentOrganization(scopes, u, params.OrganizationID)
	if err != nil {
		return out, err
	}
	g := x.newGrant(oauthGrant{ClientID: a.ClientID, UserID: u.ID, OrganizationID: orgID, Scopes: scopes, Resource: params.Resource, AuthTime: x.now})
	tokens, err := x.tokensOf(g, scopes, issuer)
	if err != nil {
		return out, err
	}
	return OAuthTokens{GrantID: g.ID, AccessToken: tokens.AccessToken, RefreshToken: x.newRefreshToken(g), IDToken: tokens.IDToken}, nil
}

// Grants returns every grant, revoked ones included, oldest first.
func (o OAuth) Grants() []OAuthGrant {
	var out []OAuthGrant
	_ = o.in.read(func(x *tx) error {
		out = mapped(tableOAuthGrants.all(x), describeOAuthGrant)
		return nil
	})
	return out
}

func describeOAuthGrant(g *oauthGrant) OAuthGrant {
	return OAuthGrant{
		ID: g.ID, ClientID: g.ClientID, UserID: g.UserID, OrganizationID: g.OrganizationID, Scopes: slices.Clone(g.Scopes), Resource: g.Resource,
		Revoked: g.Revoked, CreatedAt: g.CreatedAt,
	}
}

// Revoke ends the grant of a token: its access tokens and its refresh tokens. The token may be either, or the id of the
// grant. Access tokens that are JWTs stay good until they expire.
func (o OAuth) Revoke(tokenOrGrantID string) {
	o.in.edit("OAuth.Revoke", func(x *tx) error { return x.revokeNamed(tokenOrGrantID) })
}

func (x *tx) revokeNamed(tokenOrGrantID string) error {
	grantID := ""
	if t := tableOAuthAccessTokens.first(x, "secret", tokenOrGrantID); t != nil {
		if grantID = t.GrantID; grantID == "" {
			tableOAuthAccessTokens.update(x, t.ID, func(t *oauthAccessToken) { t.revoke(nil, x.now) })
			return nil
		}
	}
	if t := tableOAuthRefreshTokens.get(x, tokenOrGrantID); t != nil {
		grantID = t.GrantID
	}
	if strings.HasPrefix(tokenOrGrantID, "oauthgrant_") {
		grantID = tokenOrGrantID
	}
	if tableOAuthGrants.get(x, grantID) == nil {
		return errNotFound("token or grant")
	}
	x.revokeGrant(grantID)
	return nil
}

// ApproveDevice answers the device page for a user: the program that shows the user code is let in. The organization is
// needed for the scope user:org:read.
func (o OAuth) ApproveDevice(userCode, userID, organizationID string) {
	o.in.edit("OAuth.ApproveDevice", func(x *tx) error {
		d, err := x.pendingDevice(userCode)
		if err != nil {
			return err
		}
		u, err := x.findUser(userID)
		if err != nil {
			return err
		}
		return x.approveDevice(d, u, nil, organizationID)
	})
}

// DenyDevice answers the device page: the program that shows the user code is not let in.
func (o OAuth) DenyDevice(userCode string) {
	o.in.edit("OAuth.DenyDevice", func(x *tx) error {
		d, err := x.pendingDevice(userCode)
		if err == nil {
			x.denyDevice(d)
		}
		return err
	})
}

func (x *tx) pendingDevice(userCode string) (*oauthDevice, error) {
	d := tableOAuthDevices.first(x, "user_code", foldUserCode(userCode))
	if d == nil || d.statusAt(x.now) != "pending" {
		return nil, errNotFound("waiting device")
	}
	return d, nil
}
