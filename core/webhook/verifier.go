package clerkwebhook

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// The defaults of a [Config].
const (
	// DefaultTolerance is how far the timestamp of a delivery may be from the clock, in either direction.
	DefaultTolerance = 5 * time.Minute
	// DefaultMaxBodyBytes is the longest body that is accepted.
	DefaultMaxBodyBytes = 1 << 20
)

// envSecret is the variable that Clerk's own libraries read the signing secret from.
const envSecret = "CLERK_WEBHOOK_SIGNING_SECRET"

// Config configures a [Verifier]. Only Secrets is required. It prints without the secrets.
type Config struct {
	// Secrets are the signing secrets of the endpoint, as Clerk's dashboard shows them ("whsec_…"). A delivery passes
	// with any of them: give the old and the new one while a secret is rotated.
	Secrets []string
	// Tolerance is how far the timestamp may be from the clock, in either direction. Zero means [DefaultTolerance]; there
	// is no way to turn the check off.
	Tolerance time.Duration
	// MaxBodyBytes is the longest body that is accepted. Zero means [DefaultMaxBodyBytes].
	MaxBodyBytes int64
	// Now is the clock; nil means [time.Now]. A test sets it to move the clock.
	Now func() time.Time
}

// String returns the configuration without the secrets.
func (c Config) String() string {
	return "clerkwebhook.Config(" + strconv.Itoa(len(c.Secrets)) + " secrets)"
}

// GoString returns the same as String.
func (c Config) GoString() string { return c.String() }

// LogValue returns what String returns.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Verifier checks that deliveries come from Clerk. It is safe for concurrent use and prints without its secrets.
type Verifier struct {
	ring         *keyring
	tolerance    time.Duration
	maxBodyBytes int64
	now          func() time.Time
}

// New returns a [Verifier]. It returns an error that matches [ErrConfig] if there is no secret, or if a secret or
// another field cannot be used.
func New(config Config) (*Verifier, error) {
	ring, err := parseSecrets(config.Secrets)
	if err != nil {
		return nil, err
	}
	if config.Tolerance < 0 || config.MaxBodyBytes < 0 {
		return nil, &Error{Reason: ReasonInvalidConfig}
	}
	v := &Verifier{ring: ring, tolerance: config.Tolerance, maxBodyBytes: config.MaxBodyBytes, now: config.Now}
	if v.tolerance == 0 {
		v.tolerance = DefaultTolerance
	}
	if v.maxBodyBytes == 0 {
		v.maxBodyBytes = DefaultMaxBodyBytes
	}
	if v.now == nil {
		v.now = time.Now
	}
	return v, nil
}

// NewFromEnv returns a [Verifier] for the secret in CLERK_WEBHOOK_SIGNING_SECRET. The error names the variable and says
// what belongs into it; it never holds the value.
func NewFromEnv() (*Verifier, error) {
	secret := os.Getenv(envSecret)
	v, err := New(Config{Secrets: []string{secret}})
	if err != nil {
		fault := "is not a signing secret"
		if secret == "" {
			fault = "is not set"
		}
		return nil, fmt.Errorf("%w: %s %s: take the endpoint's whsec_… from Clerk's dashboard", err, envSecret, fault)
	}
	return v, nil
}

// Verify checks one delivery and decodes its event. body must be the bytes as they were received: JSON that was decoded
// and encoded again has another signature. The error is an [*Error].
func (v *Verifier) Verify(header http.Header, body []byte) (*Event, error) {
	if v == nil || v.ring == nil {
		return nil, &Error{Reason: ReasonMissingSecret}
	}
	if int64(len(body)) > v.maxBodyBytes {
		return nil, &Error{Reason: ReasonBodyTooLarge}
	}
	d, err := readHeaders(header)
	if err != nil {
		return nil, err
	}
	sentAt, err := v.checkTimestamp(d.timestamp)
	if err != nil {
		return nil, err
	}
	if !v.ring.matches(d.signature, d.id, d.timestamp, body) {
		if len(body) == 0 {
			return nil, &Error{Reason: ReasonEmptyBody}
		}
		return nil, &Error{Reason: ReasonNoMatchingSignature}
	}
	event, err := ParseEvent(body)
	if err != nil {
		return nil, err
	}
	// Some servers reuse the memory of header values after the request.
	event.ID, event.SentAt = strings.Clone(d.id), sentAt
	return event, nil
}

// VerifyRequest reads the body of r, up to the cap, and verifies it. Afterwards r.Body gives the same bytes again,
// so that a handler behind it can read them.
func (v *Verifier) VerifyRequest(r *http.Request) (*Event, error) {
	if v == nil || v.ring == nil {
		return nil, &Error{Reason: ReasonMissingSecret}
	}
	body, err := v.readBody(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return v.Verify(r.Header, body)
}

// String names the type and nothing that it holds.
func (v *Verifier) String() string { return "clerkwebhook.Verifier" }

// GoString returns the same as String.
func (v *Verifier) GoString() string { return v.String() }

// readBody reads a body up to the cap and closes it.
func (v *Verifier) readBody(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(body, v.maxBodyBytes+1))
	if closeErr := body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, &Error{Reason: ReasonBodyUnreadable, Err: err}
	}
	if int64(len(data)) > v.maxBodyBytes {
		return nil, &Error{Reason: ReasonBodyTooLarge}
	}
	return data, nil
}

// checkTimestamp reads the timestamp of a delivery, in whole seconds and decimal digits only, and compares it with
// the clock. The edge of the tolerance is still accepted.
func (v *Verifier) checkTimestamp(timestamp string) (time.Time, error) {
	seconds, err := strconv.ParseUint(timestamp, 10, 40)
	if err != nil {
		return time.Time{}, &Error{Reason: ReasonInvalidTimestamp}
	}
	sentAt := time.Unix(int64(seconds), 0).UTC()
	now := v.now().Truncate(time.Second)
	if now.Sub(sentAt) > v.tolerance {
		return time.Time{}, &Error{Reason: ReasonTimestampTooOld}
	}
	if sentAt.Sub(now) > v.tolerance {
		return time.Time{}, &Error{Reason: ReasonTimestampTooNew}
	}
	return sentAt, nil
}
