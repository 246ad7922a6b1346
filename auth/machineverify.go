package clerkauth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// machineEndpoint says where a class of opaque tokens is verified.
type machineEndpoint struct {
	path   string
	field  string // of the body that has the token
	object string // of the answer
}

var machineEndpoints = map[TokenType]machineEndpoint{
	TokenAPIKey: {"/api_keys/verify", "secret", "api_key"},
	TokenM2M:    {"/m2m_tokens/verify", "token", "machine_to_machine_token"},
	TokenOAuth:  {"/oauth_applications/access_tokens/verify", "access_token", "clerk_idp_oauth_access_token"},
}

// machineAnswer is what Clerk answers about an opaque token. A 200 alone proves nothing.
type machineAnswer struct {
	Object     string         `json:"object"`
	ID         string         `json:"id"`
	Subject    string         `json:"subject"`
	Name       string         `json:"name"`
	ClientID   string         `json:"client_id"`
	Scopes     []string       `json:"scopes"`
	Claims     map[string]any `json:"claims"`
	Active     *bool          `json:"active"`
	Revoked    bool           `json:"revoked"`
	Expired    bool           `json:"expired"`
	Expiration *int64         `json:"expiration"` // Unix milliseconds
	Audience   any            `json:"aud"`
}

// opaqueToken verifies an opaque machine token, or remembers what Clerk said about it.
func (a *Authenticator) opaqueToken(ctx context.Context, t TokenType, token string) (*machineToken, *Error) {
	now := a.now()
	entry := a.flow.machines.entry(t, token)
	if known, ok := entry.get(now); ok {
		return known.identity, known.refusal
	}
	identity, refusal := a.askMachine(ctx, t, token, now)
	entry.put(now, identity, refusal)
	return identity, refusal
}

func (a *Authenticator) askMachine(ctx context.Context, t TokenType, token string, now time.Time) (*machineToken, *Error) {
	endpoint := machineEndpoints[t]
	api := a.api
	if t == TokenM2M {
		api = a.flow.machineAPI
	}
	var answer machineAnswer
	body := map[string]string{endpoint.field: token}
	if err := callAPI(ctx, api, http.MethodPost, endpoint.path, nil, body, &answer); err != nil {
		return nil, a.machineRefusal(ctx, err)
	}
	expires := time.Time{}
	if answer.Expiration != nil {
		expires = time.UnixMilli(*answer.Expiration)
	}
	switch {
	case answer.Object != endpoint.object || answer.ID == "" || answer.Subject == "",
		answer.Active != nil && !*answer.Active:
		return nil, refuse(ReasonTokenInvalid, "Clerk does not know the token")
	case t == TokenOAuth && !a.meantForUs(answer.Audience):
		return nil, refuse(ReasonTokenVerificationFailed, "the audience is missing or another one")
	case answer.Revoked:
		return nil, refuse(ReasonTokenInvalid, "the token is revoked")
	case answer.Expired, !expires.IsZero() && !expires.After(now):
		return nil, refuse(ReasonTokenInvalid, "the token is expired")
	}
	return &machineToken{
		id: answer.ID, subject: answer.Subject, name: answer.Name, clientID: answer.ClientID,
		scopes: answer.Scopes, claims: newMachineClaims(answer.Claims), expires: expires,
	}, nil
}

// machineRefusal turns a failed call into a refusal. A 401 is about our key, not the caller's.
func (a *Authenticator) machineRefusal(ctx context.Context, err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var answer *clerk.APIError
	if errors.As(err, &answer) {
		switch answer.StatusCode {
		case http.StatusUnauthorized:
			a.log.ErrorContext(ctx, "clerkauth: Clerk refuses the secret key; machine tokens cannot be verified")
			return &Error{Reason: ReasonSecretKeyInvalid, message: "Clerk refuses the secret key", cause: err}
		case http.StatusNotFound, http.StatusBadRequest:
			return &Error{Reason: ReasonTokenInvalid, message: "Clerk does not know the token", cause: err}
		}
	}
	return &Error{Reason: ReasonUnexpectedError, message: "the token could not be verified", cause: err}
}

// meantForUs reports whether the audience of an OAuth token is one of ours. Without a configured audience any is.
func (a *Authenticator) meantForUs(audience any) bool {
	wanted := a.config.Audience
	if text, ok := audience.(string); ok {
		audience = []any{text}
	}
	list, _ := audience.([]any)
	return len(wanted) == 0 || slices.ContainsFunc(list, func(item any) bool {
		text, ok := item.(string)
		return ok && slices.Contains(wanted, text)
	})
}
