package clerkauth

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// warningSpacing is the time between two warnings of one kind: an outage must not fill the log.
const warningSpacing = 10 * time.Second

// warnings writes warnings about trouble that every request could meet, each kind at most once in a while.
type warnings struct {
	log  *slog.Logger
	now  func() time.Time
	mu   sync.Mutex
	next map[string]time.Time
	more map[string]int // of a kind that were not written
}

func newWarnings(log *slog.Logger, now func() time.Time) *warnings {
	return &warnings{log: log, now: now, next: map[string]time.Time{}, more: map[string]int{}}
}

// warn writes one warning with attributes. The message is the kind, so it is a constant.
func (w *warnings) warn(message string, attrs ...any) {
	w.mu.Lock()
	now := w.now()
	if now.Before(w.next[message]) {
		w.more[message]++
		w.mu.Unlock()
		return
	}
	more := w.more[message]
	w.next[message], w.more[message] = now.Add(warningSpacing), 0
	w.mu.Unlock()
	if more > 0 {
		attrs = append(attrs, slog.Int("more", more))
	}
	w.log.Warn(message, attrs...)
}

// trouble warns that a call to Clerk failed: where, why, and what to do about it. A visitor who hung up is no trouble.
func (a *Authenticator) trouble(message string, err *Error) {
	if errors.Is(err.cause, context.Canceled) {
		return
	}
	a.warnings.warn(message, troubleAttrs(hostOf(a.config.APIURL), err)...)
}

// troubleAttrs describe a call that failed.
func troubleAttrs(host string, err *Error) []any {
	cause := err.message
	if text := causeText(err.cause); text != "" {
		cause += ": " + text
	}
	return []any{
		slog.String("host", host), slog.String("reason", string(err.Reason)), slog.String("cause", cause),
		slog.String("do", err.Reason.advice()),
	}
}

// advice is what an operator can do about trouble of ours.
func (r Reason) advice() string {
	switch r {
	case ReasonSecretKeyInvalid:
		return "set " + setting("SecretKey") + " to a secret key of this instance"
	case ReasonJWKFailedToResolve:
		return "set " + setting("SecretKey") + " or " + setting("JWTKey")
	case ReasonHandshakeTokenVerificationFailure:
		return "take all keys from the same instance"
	}
	return "look whether this machine reaches the host, and at Clerk's status page; " + setting("APIURL") + " is the address"
}

// causeText says why a call failed, without the address, which can have a nonce in it, and without what was sent.
func causeText(err error) string {
	var answer *clerk.APIError
	var network *net.OpError
	var lookup *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &answer):
		return "the answer was " + strconv.Itoa(answer.StatusCode)
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &lookup):
		return "the host is not known"
	case errors.As(err, &certificate):
		return "the certificate is not trusted"
	case errors.As(err, &network) && network.Err != nil:
		return network.Err.Error()
	}
	return ""
}

// hostOf returns the host of an address, for the log.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// noteIssuer warns where the first good session token is of another instance than the publishable key, and where only
// tokens of another instance come. The issuer of a refused token is what anybody wrote, so only a short host is told.
func (a *Authenticator) noteIssuer(claims *SessionClaims, refusal *Error) {
	if a.issuerKnown.Load() || refusal != nil && refusal.Reason != ReasonJWKKidMismatch && refusal.Reason != ReasonTokenInvalidSignature {
		return
	}
	if refusal == nil && a.issuerKnown.Swap(true) || a.key.IsZero() || !a.foreignIssuer(claims) {
		return
	}
	message, received := "clerkauth: the keys are those of two instances", hostOf(claims.Issuer)
	if refusal != nil {
		message = "clerkauth: refused the token of another instance"
	}
	if !validAuthority(received) || len(received) > maxLoggedHost {
		received = "(no host)"
	}
	a.warnings.warn(message, slog.String("received", received), slog.String("expected", a.flow.issuerHost),
		slog.String("do", "take "+setting("SecretKey")+", "+setting("JWTKey")+" and "+setting("PublishableKey")+" from the same instance"))
}

// maxLoggedHost bounds a host that somebody presented.
const maxLoggedHost = 100

// logRefusal writes at debug level why somebody is not signed in. Anonymous visitors are not worth a line.
func (a *Authenticator) logRefusal(ctx context.Context, s *RequestState) {
	if s.status == StatusSignedIn || s.resolve != nil || s.err == nil && s.status != StatusHandshake || !a.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []any{
		slog.String("status", string(s.status)), slog.String("reason", string(s.reason)), slog.String("token_type", string(s.tokenType)),
	}
	if s.err != nil {
		attrs = append(attrs, s.err.detail()...)
	}
	a.log.DebugContext(ctx, "clerkauth: not signed in", attrs...)
}

// detail is what the log says about a refusal.
func (e *Error) detail() []any {
	var attrs []any
	if e.message != "" {
		attrs = append(attrs, slog.String("detail", e.message))
	}
	if e.expected != nil {
		attrs = append(attrs, slog.Any("received", e.received), slog.Any("expected", e.expected))
	}
	if e.missing != nil {
		attrs = append(attrs, slog.Any("missing", e.missing))
	}
	return attrs
}

// compared adds what was received and what was expected to a refusal, for the log.
func (e *Error) compared(received, expected []string) *Error {
	e.received, e.expected = received, expected
	return e
}
