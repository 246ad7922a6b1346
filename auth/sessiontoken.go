package clerkauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// TokenParams says what kind of token [RequestState.CreateToken] returns.
type TokenParams struct {
	// Template is the name of a JWT template; empty is a plain session token.
	Template string
	// ExpiresIn is the life of the token in whole seconds; zero is the setting of the template or the instance.
	ExpiresIn time.Duration
}

// CreateToken returns a token of the session that sent the request, to call other services with. Without parameters it
// is the token of the request itself; otherwise Clerk makes one, which needs [Config].SecretKey. Machine credentials
// are returned as they are. The error is the one of [RequestState.Require] when the request is not signed in.
func (s *RequestState) CreateToken(ctx context.Context, params TokenParams) (string, error) {
	if err := s.Require(); err != nil {
		return "", err
	}
	c := s.current()
	if c.machine != nil || params == (TokenParams{}) {
		return c.token, nil
	}
	session := c.session().SessionID
	if session == "" {
		return "", refuse(ReasonSessionTokenMissing, "the token names no session")
	}
	if params.ExpiresIn < 0 || params.ExpiresIn%time.Second != 0 {
		return "", errors.New("clerkauth: CreateToken: ExpiresIn is not a positive number of whole seconds")
	}
	if c.authn == nil || c.authn.api == nil {
		return "", &Error{Reason: ReasonSecretKeyInvalid, message: "creating tokens needs a secret key"}
	}
	var expires clerk.Opt[int64]
	if params.ExpiresIn > 0 {
		expires = clerk.Int64(int64(params.ExpiresIn / time.Second))
	}
	sessions := c.authn.api.Sessions
	var token *clerk.SessionToken
	var err error
	if params.Template == "" {
		token, err = sessions.CreateToken(ctx, session, &clerk.SessionCreateTokenParams{ExpiresInSeconds: expires})
	} else {
		token, err = sessions.CreateTokenFromTemplate(ctx, session, params.Template,
			&clerk.SessionCreateTokenFromTemplateParams{ExpiresInSeconds: expires})
	}
	if err != nil {
		return "", fmt.Errorf("clerkauth: CreateToken: %w", err)
	}
	return token.JWT, nil
}

// Decode reads the whole payload, custom claims included, into v as [json.Unmarshal] does.
func (c *SessionClaims) Decode(v any) error {
	if c == nil {
		return errors.New("clerkauth: Decode: there are no claims")
	}
	if err := json.Unmarshal([]byte(c.raw), v); err != nil {
		return fmt.Errorf("clerkauth: Decode: the claims do not fit: %w", err)
	}
	return nil
}

// ClaimsFrom is [ClaimsAs] for the state that middleware stored in the context.
func ClaimsFrom[T any](ctx context.Context) (T, error) { return ClaimsAs[T](FromContext(ctx)) }

// ClaimsAs reads claims into a type of the application: the payload of a session token or an OAuth JWT, and the custom
// claims of an API key or an M2M token. An opaque OAuth token without claims is an error. The error is the one of
// [RequestState.Require] when the request is not signed in.
func ClaimsAs[T any](s *RequestState) (T, error) {
	var v T
	if err := s.Require(); err != nil {
		return v, err
	}
	if machine := s.current().machine; machine != nil {
		err := machine.decode(&v)
		return v, err
	}
	err := s.session().Decode(&v)
	return v, err
}
