package clerktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

var adminTokenRoutes = []adminRoute{
	{http.MethodGet, "/keys", func(in *Instance, _ *http.Request) (any, error) { return in.SigningKeys(), nil }},
	{http.MethodPost, "/keys", func(in *Instance, _ *http.Request) (any, error) { return map[string]string{"id": in.AddKey()}, nil }},
	{http.MethodPost, "/keys/rotate", func(in *Instance, _ *http.Request) (any, error) { return map[string]string{"id": in.RotateKey()}, nil }},
	{http.MethodPost, "/keys/{id}/use", onKey((*Instance).UseKey)},
	{http.MethodPost, "/keys/{id}/retire", onKey((*Instance).RetireKey)},
	{http.MethodGet, "/jwks_fault", func(in *Instance, _ *http.Request) (any, error) { return wireJWKSFault(in.JWKSFault()), nil }},
	{http.MethodPut, "/jwks_fault", func(in *Instance, r *http.Request) (any, error) {
		fault, err := adminBody[adminJWKSFault](r)
		if err == nil {
			in.DisturbJWKS(JWKSFault{Delay: time.Duration(fault.DelayMS) * time.Millisecond, Status: fault.Status, Empty: fault.Empty})
		}
		return wireJWKSFault(in.JWKSFault()), err
	}},
	{http.MethodPost, "/tokens", mintToken},
	{http.MethodGet, "/bad_tokens", func(*Instance, *http.Request) (any, error) { return BadTokens(), nil }},
	{http.MethodPost, "/explain", func(in *Instance, r *http.Request) (any, error) {
		body, err := adminBody[struct {
			Token string `json:"token"`
		}](r)
		if err != nil {
			return nil, err
		}
		return in.Explain(body.Token), nil
	}},
	{http.MethodPost, "/browsers", func(in *Instance, _ *http.Request) (any, error) {
		return map[string]string{"token": in.NewBrowser()}, nil
	}},
	{http.MethodPost, "/browsers/{token}/sign_in", signInBrowser},
	{http.MethodPost, "/browsers/{token}/sign_out", func(in *Instance, r *http.Request) (any, error) {
		token := r.PathValue("token")
		if !rowExists(in, tableBrowsers, token) {
			return nil, errNotFound("browser")
		}
		in.SignOutBrowser(token)
		return nil, nil
	}},
}

// adminJWKSFault is a JWKSFault in JSON.
type adminJWKSFault struct {
	DelayMS int64 `json:"delay_ms"`
	Status  int   `json:"status"`
	Empty   bool  `json:"empty"`
}

func wireJWKSFault(f JWKSFault) adminJWKSFault {
	return adminJWKSFault{DelayMS: f.Delay.Milliseconds(), Status: f.Status, Empty: f.Empty}
}

// onKey runs a drill on the key of the path.
func onKey(drill func(*Instance, string)) func(*Instance, *http.Request) (any, error) {
	return func(in *Instance, r *http.Request) (any, error) {
		id := r.PathValue("id")
		if !slices.ContainsFunc(in.SigningKeys(), func(k KeyInfo) bool { return k.ID == id }) {
			return nil, errNotFound("signing key")
		}
		drill(in, id)
		return in.SigningKeys(), nil
	}
}

func rowExists[T any](in *Instance, t *table[*T], id string) (found bool) {
	_ = in.read(func(x *tx) error { found = t.get(x, id) != nil; return nil })
	return found
}

// mintToken signs a token for a session, or signs a user in first. With bad, the token is wrong in that way.
func mintToken(in *Instance, r *http.Request) (any, error) {
	body, err := adminBody[struct {
		UserID         string                     `json:"user_id"`
		SessionID      string                     `json:"session_id"`
		OrganizationID string                     `json:"organization_id"`
		TTL            string                     `json:"ttl"`
		V1             bool                       `json:"v1"`
		Origin         *string                    `json:"azp"`
		Claims         map[string]json.RawMessage `json:"claims"`
		Bad            BadToken                   `json:"bad"`
	}](r)
	if err != nil {
		return nil, err
	}
	var opts []TokenOption
	if body.TTL != "" {
		ttl, err := time.ParseDuration(body.TTL)
		if err != nil {
			return nil, errParamFormat("ttl", "a duration such as 60s")
		}
		opts = append(opts, TokenTTL(ttl))
	}
	if body.V1 {
		opts = append(opts, TokenV1())
	}
	if body.Origin != nil {
		opts = append(opts, TokenAuthorizedParty(*body.Origin))
	}
	for name, value := range body.Claims {
		opts = append(opts, TokenClaim(name, value))
	}
	session := body.SessionID
	switch {
	case session == "" && !rowExists(in, tableUsers, body.UserID):
		return nil, errNotFound("user")
	case session == "":
		session = in.CreateSession(body.UserID, body.OrganizationID)
	case !rowExists(in, tableSessions, session):
		return nil, errNotFound("session")
	case body.OrganizationID != "":
		opts = append(opts, TokenOrganization(body.OrganizationID))
	}
	if body.Bad != "" {
		if !slices.Contains(BadTokens(), body.Bad) {
			return nil, errParamValue("bad", "one of the ways that bad_tokens lists")
		}
		return map[string]string{"session_id": session, "token": in.BadSessionToken(body.Bad, session)}, nil
	}
	return map[string]string{"session_id": session, "token": in.SessionToken(session, opts...)}, nil
}

func signInBrowser(in *Instance, r *http.Request) (any, error) {
	body, err := adminBody[struct {
		UserID string `json:"user_id"`
	}](r)
	if err != nil {
		return nil, err
	}
	token := r.PathValue("token")
	switch {
	case !rowExists(in, tableBrowsers, token):
		return nil, errNotFound("browser")
	case !rowExists(in, tableUsers, body.UserID):
		return nil, errNotFound("user")
	}
	signedIn := in.SignInBrowser(token, body.UserID)
	return map[string]string{"session_id": signedIn.SessionID, "token": signedIn.Token}, nil
}
