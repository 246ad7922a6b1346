package clerk

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// The defaults of an [M2MTokenSource].
const (
	// DefaultM2MTokenLifetime is how long a token of an [M2MTokenSource] lives.
	DefaultM2MTokenLifetime = time.Hour

	minTokenLifetime  = time.Minute
	maxRenewBefore    = 5 * time.Minute
	tokenCreatePause  = time.Second      // between two attempts to create a token, after a failure
	tokenDiscardPause = 10 * time.Second // a token that is younger is not given up
)

// TokenSource gives the token for calls to another service. Token is safe for concurrent use; the error of a source in
// this package never holds the token.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// StaticTokenSource is a [TokenSource] for a token that does not change, such as an API key or the token of an OAuth
// client. It prints without the token.
type StaticTokenSource struct{ token *secret }

// NewStaticTokenSource returns a source of one token. A token that is empty or has spaces is a [*ConfigError].
func NewStaticTokenSource(token string) (*StaticTokenSource, error) {
	if token == "" || !validKey(token) {
		return nil, &ConfigError{Option: "NewStaticTokenSource", Reason: "token is empty or has spaces or odd characters"}
	}
	return &StaticTokenSource{token: newSecret(token)}, nil
}

// Token returns the token.
func (s *StaticTokenSource) Token(context.Context) (string, error) {
	if s == nil || s.token == nil {
		return "", &ConfigError{Option: "StaticTokenSource", Reason: "not made by NewStaticTokenSource"}
	}
	return s.token.reveal(), nil
}

// M2MTokenSourceConfig configures an [M2MTokenSource]. It prints without the key.
type M2MTokenSourceConfig struct {
	// MachineSecretKey (ak_…) is the key of the machine that the tokens stand for. If it is empty, the client's own key
	// is used, which must then be a machine's.
	MachineSecretKey string
	// Format is the form of the tokens: opaque ones, Clerk's default, can be revoked; JWTs are verified without a call.
	Format M2MTokenFormat
	// Lifetime is how long a token lives, in whole seconds and at least a minute. Zero means [DefaultM2MTokenLifetime].
	Lifetime time.Duration
	// RenewBefore is how long before its end a token is replaced. Zero means a fifth of Lifetime, and at most five
	// minutes.
	RenewBefore time.Duration
	// Reuse lets Clerk answer with a token that the machine has already, if at least half of Lifetime is left of it, so
	// that processes that start often do not create a token each.
	Reuse bool
	// Claims are additional claims of the tokens; nil means none.
	Claims any
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
}

// String hides the key.
func (c M2MTokenSourceConfig) String() string { return "clerk.M2MTokenSourceConfig{redacted}" }

// GoString returns the same as String.
func (c M2MTokenSourceConfig) GoString() string { return c.String() }

// LogValue returns what String returns.
func (c M2MTokenSourceConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// M2MTokenSource creates machine-to-machine tokens and keeps the current one. All callers share a token; when its end
// is near, one call to Clerk replaces it while the others go on with the old one. It is safe for concurrent use and
// prints without its tokens.
type M2MTokenSource struct {
	client *Client
	params M2MTokenCreateParams
	opts   []RequestOption
	renew  time.Duration
	now    func() time.Time

	mu      sync.Mutex
	current *issuedToken
	flight  *tokenFlight // the creation that is under way; nil if there is none
	failed  error        // of the last creation; nil if it succeeded
	pause   time.Time    // no creation before this moment
}

// issuedToken is a token that Clerk has created.
type issuedToken struct {
	token   *secret
	taken   time.Time
	expires time.Time // zero means never
}

// tokenFlight is a creation that callers wait for. Its fields are set before done is closed.
type tokenFlight struct {
	done  chan struct{}
	token *issuedToken
	err   error
}

// NewM2MTokenSource returns a source of tokens that client creates. It makes no call. A configuration that cannot be
// used is a [*ConfigError].
func NewM2MTokenSource(client *Client, config M2MTokenSourceConfig) (*M2MTokenSource, error) {
	if client == nil || client.httpClient == nil {
		return nil, &ConfigError{Option: "NewM2MTokenSource", Reason: "client is not made by NewClient"}
	}
	lifetime, renew := config.Lifetime, config.RenewBefore
	if lifetime == 0 {
		lifetime = DefaultM2MTokenLifetime
	}
	if lifetime < minTokenLifetime || lifetime%time.Second != 0 {
		return nil, &ConfigError{Option: "Lifetime", Reason: "must be whole seconds and at least a minute"}
	}
	if renew == 0 {
		renew = min(lifetime/5, maxRenewBefore)
	}
	if renew < 0 || renew > lifetime/2 {
		return nil, &ConfigError{Option: "RenewBefore", Reason: "must not be negative or more than half of Lifetime"}
	}
	s := &M2MTokenSource{client: client, renew: renew, now: config.Now}
	if s.now == nil {
		s.now = time.Now
	}
	s.params.SecondsUntilExpiration = Int64(int64(lifetime / time.Second))
	if config.Format != "" {
		s.params.TokenFormat = Set(config.Format)
	}
	if config.Reuse {
		s.params.MinRemainingTTLSeconds = Int64(int64(lifetime / 2 / time.Second))
	}
	if config.Claims != nil {
		s.params.Claims = JSON(config.Claims)
	}
	if config.MachineSecretKey != "" {
		if reason := checkKey(config.MachineSecretKey); reason != "" {
			return nil, &ConfigError{Option: "MachineSecretKey", Reason: reason}
		}
		s.opts = []RequestOption{WithSecretKey(config.MachineSecretKey)}
	}
	return s, nil
}

// Token returns a token that has not expired, from memory if possible. It waits only where there is none yet, and then
// until ctx ends; the creation goes on for those who come next. If a token cannot be replaced, it is used until its
// end.
func (s *M2MTokenSource) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	now, current := s.now(), s.current
	usable := current != nil && (current.expires.IsZero() || now.Before(current.expires))
	fresh := usable && (current.expires.IsZero() || now.Before(current.expires.Add(-s.renew)))
	if fresh {
		s.mu.Unlock()
		return current.token.reveal(), nil
	}
	if s.flight == nil && now.Before(s.pause) && !usable {
		err := s.failed
		s.mu.Unlock()
		return "", err
	}
	if s.flight == nil && !now.Before(s.pause) {
		s.flight = &tokenFlight{done: make(chan struct{})}
		go s.create(context.WithoutCancel(ctx), s.flight)
	}
	flight := s.flight
	s.mu.Unlock()
	if usable {
		return current.token.reveal(), nil
	}
	select {
	case <-flight.done:
		if flight.err != nil {
			return "", flight.err
		}
		return flight.token.token.reveal(), nil
	case <-ctx.Done():
		return "", &TransportError{Operation: EndpointM2MTokensCreate.Operation(), Err: ctx.Err()}
	}
}

// Discard gives up a token that a service has refused, for instance because it was revoked, so that the next call of
// Token creates another. A token that is no longer the current one, or only a few seconds old, stays.
func (s *M2MTokenSource) Discard(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.token.reveal() == token && !s.now().Before(s.current.taken.Add(tokenDiscardPause)) {
		s.current = nil
	}
}

// create asks Clerk for a token. It ends by itself: every attempt of the client has a timeout.
func (s *M2MTokenSource) create(ctx context.Context, flight *tokenFlight) {
	defer close(flight.done)
	made, err := s.client.M2MTokens.Create(ctx, &s.params, s.opts...)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if err == nil {
		flight.token, err = newIssuedToken(made, now)
	}
	s.flight, s.failed, flight.err = nil, err, err
	if err != nil {
		s.pause = now.Add(tokenCreatePause)
		return
	}
	s.current = flight.token
}

// newIssuedToken reads an answer of Clerk.
func newIssuedToken(made *M2MToken, now time.Time) (*issuedToken, error) {
	if made.Token == "" || !validKey(made.Token) {
		return nil, errNoToken
	}
	return &issuedToken{token: newSecret(made.Token), taken: now, expires: made.Expiration.Time()}, nil
}

var errNoToken = errors.New("clerk: M2MTokens.Create: the answer holds no token")

// String names the type and nothing that it holds.
func (s *M2MTokenSource) String() string { return "clerk.M2MTokenSource" }

// GoString returns the same as String.
func (s *M2MTokenSource) GoString() string { return s.String() }

// LogValue returns what String returns.
func (s *M2MTokenSource) LogValue() slog.Value { return slog.StringValue(s.String()) }
