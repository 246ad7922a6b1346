package clerktest

import (
	"encoding/json"
	"io"
	"net/http"
)

// adminOAuthToken is what the admin API tells about a token. It has no secrets.
type adminOAuthToken struct {
	ID        string   `json:"id,omitzero"` // of an access token
	Kind      string   `json:"kind"`        // access_token or refresh_token
	Form      string   `json:"form"`        // opaque or jwt
	GrantID   string   `json:"grant_id"`
	ClientID  string   `json:"client_id"`
	UserID    string   `json:"user_id"`
	Scopes    []string `json:"scopes,omitzero"`
	Status    string   `json:"status"` // live, expired, revoked or rotated
	CreatedAt int64    `json:"created_at"`
	ExpiresAt *int64   `json:"expires_at"`
}

var adminOAuthRoutes = []adminRoute{
	{http.MethodGet, "/oauth/settings", func(in *Instance, _ *http.Request) (any, error) { return in.OAuth().Settings(), nil }},
	{http.MethodPatch, "/oauth/settings", patchOAuthSettings},
	{http.MethodGet, "/oauth/clients", func(in *Instance, _ *http.Request) (any, error) { return withoutSecrets(in.OAuth().Clients()), nil }},
	{http.MethodPost, "/oauth/clients", addOAuthClient},
	{http.MethodGet, "/oauth/grants", func(in *Instance, _ *http.Request) (any, error) { return orNone(in.OAuth().Grants()), nil }},
	{http.MethodPost, "/oauth/grants", addOAuthGrant},
	{http.MethodPost, "/oauth/revoke", revokeOAuth},
	{http.MethodGet, "/oauth/tokens", listOAuthTokens},
	{http.MethodGet, "/oauth/log", func(in *Instance, _ *http.Request) (any, error) { return orNone(in.OAuth().Log()), nil }},
	{http.MethodPost, "/oauth/device", answerOAuthDevice},
}

func withoutSecrets(clients []OAuthClient) []OAuthClient {
	for i := range clients {
		clients[i].ClientSecret = ""
	}
	return orNone(clients)
}

// patchOAuthSettings changes the settings that the body names.
func patchOAuthSettings(in *Instance, r *http.Request) (any, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	err = in.write(func(x *tx) error {
		return x.configureOAuth(func(s *OAuthSettings) error {
			if json.Unmarshal(raw, s) != nil {
				return errBodyInvalid("the body has to be a JSON object of settings")
			}
			return nil
		})
	})
	return in.OAuth().Settings(), err
}

// addOAuthClient registers a client. Its secret is in the answer.
func addOAuthClient(in *Instance, r *http.Request) (any, error) {
	client, err := adminBody[OAuthClient](r)
	if err != nil {
		return nil, err
	}
	err = in.write(func(x *tx) error {
		a, err := x.newOAuthClient(&client)
		if err == nil {
			client = describeOAuthClient(a)
		}
		return err
	})
	return client, asAPIError(err)
}

func addOAuthGrant(in *Instance, r *http.Request) (any, error) {
	params, err := adminBody[OAuthGrantParams](r)
	if err != nil {
		return nil, err
	}
	if err := in.ensureKey(); err != nil {
		return nil, err
	}
	var tokens OAuthTokens
	err = in.write(func(x *tx) (err error) {
		tokens, err = x.grantTokens(&params, in.OAuth().Issuer())
		return err
	})
	return tokens, asAPIError(err)
}

// revokeOAuth ends a grant, named by its id or by one of its tokens.
func revokeOAuth(in *Instance, r *http.Request) (any, error) {
	named, err := adminBody[struct {
		Token string `json:"token"`
		Grant string `json:"grant_id"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, in.write(func(x *tx) error { return x.revokeNamed(named.Grant + named.Token) })
}

func answerOAuthDevice(in *Instance, r *http.Request) (any, error) {
	answer, err := adminBody[struct {
		UserCode       string `json:"user_code"`
		UserID         string `json:"user_id"` // empty denies
		OrganizationID string `json:"organization_id"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, asAPIError(in.write(func(x *tx) error {
		d, err := x.pendingDevice(answer.UserCode)
		if err != nil {
			return err
		}
		if answer.UserID == "" {
			x.denyDevice(d)
			return nil
		}
		u, err := x.findUser(answer.UserID)
		if err != nil {
			return err
		}
		return x.approveDevice(d, u, nil, answer.OrganizationID)
	}))
}

func listOAuthTokens(in *Instance, _ *http.Request) (any, error) {
	out := []adminOAuthToken{}
	_ = in.read(func(x *tx) error {
		for _, t := range tableOAuthAccessTokens.all(x) {
			out = append(out, x.describeAccessToken(t))
		}
		for _, t := range tableOAuthRefreshTokens.all(x) {
			token := adminOAuthToken{Kind: "refresh_token", Form: "opaque", GrantID: t.GrantID, ClientID: t.ClientID, Status: "live", CreatedAt: t.CreatedAt}
			if g := tableOAuthGrants.get(x, t.GrantID); g != nil {
				token.UserID, token.Scopes = g.UserID, g.Scopes
			}
			if t.Successor != "" {
				token.Status = "rotated"
			}
			out = append(out, token)
		}
		return nil
	})
	return out, nil
}

func (x *tx) describeAccessToken(t *oauthAccessToken) adminOAuthToken {
	token := adminOAuthToken{
		ID: t.ID, Kind: "access_token", Form: "opaque", GrantID: t.GrantID, ClientID: t.ClientID, UserID: t.Subject, Scopes: t.Scopes, Status: "live",
		CreatedAt: t.CreatedAt, ExpiresAt: t.Expiration,
	}
	if t.JWT {
		token.Form = "jwt"
	}
	switch {
	case t.Revoked:
		token.Status = "revoked"
	case expiredAt(t.Expiration, x.now):
		token.Status = "expired"
	}
	return token
}
