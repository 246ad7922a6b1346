package clerkauth

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"
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

// machineAnswer is what Clerk answers about a token. A 200 alone proves nothing.
type machineAnswer struct {
	Object     string          `json:"object"`
	ID         string          `json:"id"`
	Subject    string          `json:"subject"`
	Name       string          `json:"name"`
	ClientID   string          `json:"client_id"`
	OrgID      string          `json:"org_id"`
	Scopes     []string        `json:"scopes"`
	Claims     json.RawMessage `json:"claims"`
	Active     *bool           `json:"active"`
	Revoked    bool            `json:"revoked"`
	Expired    bool            `json:"expired"`
	Expiration json.RawMessage `json:"expiration"`
	CreatedAt  json.RawMessage `json:"created_at"`
	Audience   json.RawMessage `json:"aud"`
	Actor      json.RawMessage `json:"act"`
}

// askMachine asks Clerk about a token of a client, or remembers what Clerk said. An M2M JWT is known here, not there.
func (a *Authenticator) askMachine(ctx context.Context, t TokenType, token string, client clientKey, signed bool) (*machineToken, *Error) {
	return a.flow.machines.verify(ctx, &machineQuestion{
		tokenType: t, token: token, client: client, signed: signed, always: a.alwaysAsks(t),
		ask: func(ctx context.Context) (*machineToken, *Error) {
			endpoint := machineEndpoints[t]
			api := a.api
			if t == TokenM2M {
				api = a.flow.machineAPI
			}
			var answer machineAnswer
			body := map[string]string{endpoint.field: token}
			if err := callAPI(ctx, api, http.MethodPost, endpoint.path, nil, body, &answer); err != nil {
				return nil, a.machineRefusal(err)
			}
			return answer.identity(t, a.now())
		},
	})
}

// identity is the bearer of a token that Clerk knows and that is good now. What only a call decides, such as the
// audience, is left to the caller.
func (m *machineAnswer) identity(t TokenType, now time.Time) (*machineToken, *Error) {
	expires, validExpiry := answerTime(m.Expiration)
	issued, validIssue := answerTime(m.CreatedAt)
	audience, validAudience := textList(m.Audience)
	actors, validActors := parseActors(m.Actor)
	claims := strings.TrimSpace(string(m.Claims))
	if claims == "null" {
		claims = ""
	}
	switch {
	case m.Object != machineEndpoints[t].object || m.ID == "" || m.Subject == "", m.Active != nil && !*m.Active:
		return nil, refuse(ReasonTokenInvalid, "Clerk does not know the token")
	case m.Revoked:
		return nil, refuse(ReasonTokenInvalid, "the token is revoked")
	case !validExpiry || !validIssue || !validActors || claims != "" && claims[0] != '{':
		return nil, refuse(ReasonTokenInvalid, "Clerk's answer about the token is malformed")
	case !validAudience:
		return nil, refuse(ReasonTokenVerificationFailed, "the audience is malformed")
	case m.Expired, !expires.IsZero() && !expires.After(now):
		return nil, refuse(ReasonTokenInvalid, "the token is expired")
	}
	return &machineToken{
		class: t, id: m.ID, subject: m.Subject, name: m.Name, clientID: m.ClientID, org: m.OrgID, scopes: m.Scopes,
		audience: audience, actors: actors, issued: issued, expires: expires, payload: claims,
	}, nil
}

// secondsBelow tells units apart: as milliseconds it is a day in 1973, as seconds one in 5138. Clerk answers about
// OAuth tokens in seconds and about all others in milliseconds.
const secondsBelow = 1e11

// answerTime reads a time of an answer; null and nothing are the zero time. It is false for what is no time.
func answerTime(raw json.RawMessage) (time.Time, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return time.Time{}, true
	}
	var value float64
	if err := json.Unmarshal(raw, &value); err != nil || value <= 0 || value > 1<<53 || value != math.Trunc(value) {
		return time.Time{}, false
	}
	if value < secondsBelow {
		return time.Unix(int64(value), 0), true
	}
	return time.UnixMilli(int64(value)), true
}

// textList reads a text or a list of texts; null and nothing are no list. It is false for anything else.
func textList(raw json.RawMessage) ([]string, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		if one == "" {
			return nil, true
		}
		return []string{one}, true
	}
	var list []*string
	if json.Unmarshal(raw, &list) != nil || slices.Contains(list, nil) {
		return nil, false
	}
	var texts []string
	for _, text := range list {
		texts = append(texts, *text)
	}
	return texts, true
}

// machineRefusal turns a failed call into a refusal. A 401 is about our key, not the caller's.
func (a *Authenticator) machineRefusal(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var answer *clerk.APIError
	if errors.As(err, &answer) {
		switch answer.StatusCode {
		case http.StatusUnauthorized:
			refusal := &Error{Reason: ReasonSecretKeyInvalid, message: "Clerk refuses the secret key", cause: err}
			a.trouble(machineTrouble, refusal)
			return refusal
		case http.StatusNotFound, http.StatusBadRequest:
			return &Error{Reason: ReasonTokenInvalid, message: "Clerk does not know the token", cause: err}
		}
	}
	refusal := &Error{Reason: ReasonUnexpectedError, message: "the token could not be verified", cause: err}
	a.trouble(machineTrouble, refusal)
	return refusal
}

const machineTrouble = "clerkauth: Clerk could not be asked about the token of a machine"
