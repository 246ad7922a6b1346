package clerkwebhook

import (
	"errors"
	"net/http"
	"strings"
)

// The sentinels that an [Error] matches with [errors.Is]. Each says on which side the fault is.
var (
	// ErrConfig matches errors of the receiver's configuration: the secrets cannot be used.
	ErrConfig = errors.New("clerkwebhook: configuration is not usable")
	// ErrUnverified matches errors that mean the delivery is not proven to come from Clerk.
	ErrUnverified = errors.New("clerkwebhook: delivery is not verified")
	// ErrMalformed matches errors of a verified delivery that is not an event, or whose data is not what its type says.
	ErrMalformed = errors.New("clerkwebhook: event is malformed")
	// ErrBody matches errors of reading the body: it is too large or broke off.
	ErrBody = errors.New("clerkwebhook: body cannot be read")
)

// Reason says which check a delivery failed.
type Reason string

// The reasons of an [Error].
const (
	// ReasonMissingSecret means that no signing secret was given, or an empty one.
	ReasonMissingSecret Reason = "missing-secret"
	// ReasonInvalidSecret means that a signing secret is not "whsec_" and base64.
	ReasonInvalidSecret Reason = "invalid-secret"
	// ReasonInvalidConfig means that a [Config] or a [Handler] was given a value that makes no sense.
	ReasonInvalidConfig Reason = "invalid-config"
	// ReasonMissingHeaders means that at least one of the three headers is absent or blank.
	ReasonMissingHeaders Reason = "missing-headers"
	// ReasonDuplicateHeaders means that a header is there twice, or under both names with different values.
	ReasonDuplicateHeaders Reason = "duplicate-headers"
	// ReasonInvalidHeaders means that a header is longer than any that Clerk sends.
	ReasonInvalidHeaders Reason = "invalid-headers"
	// ReasonInvalidTimestamp means that the timestamp is not a whole number of seconds.
	ReasonInvalidTimestamp Reason = "invalid-timestamp"
	// ReasonTimestampTooOld means that the timestamp is before the tolerance: a replay, or a clock that runs fast.
	ReasonTimestampTooOld Reason = "timestamp-too-old"
	// ReasonTimestampTooNew means that the timestamp is after the tolerance: a clock that runs slow.
	ReasonTimestampTooNew Reason = "timestamp-too-new"
	// ReasonNoMatchingSignature means that no signature fits the body and any of the secrets.
	ReasonNoMatchingSignature Reason = "no-matching-signature"
	// ReasonBodyTooLarge means that the body is longer than the cap.
	ReasonBodyTooLarge Reason = "body-too-large"
	// ReasonBodyUnreadable means that reading the body ended in an error.
	ReasonBodyUnreadable Reason = "body-unreadable"
	// ReasonEmptyBody means that the body is empty and not what was signed: something before the receiver has
	// read it.
	ReasonEmptyBody Reason = "empty-body"
	// ReasonInvalidBody means that the body is verified but is not the JSON of an event.
	ReasonInvalidBody Reason = "invalid-body"
	// ReasonInvalidData means that the data of an event does not decode into its type.
	ReasonInvalidData Reason = "invalid-data"
)

// Error is returned when a delivery is refused or cannot be decoded. Its text holds the reason and the names of
// headers; it never holds a secret, a signature, or a part of the body.
type Error struct {
	// Reason says which check failed.
	Reason Reason
	// Headers names the headers that are missing or duplicated; empty for other reasons.
	Headers []string
	// Type is the type of the event; empty if it is not known yet.
	Type EventType
	// Err is the cause; nil if there is none. Its text can hold parts of the body.
	Err error
}

// Error returns the reason and the names of the headers it is about.
func (e *Error) Error() string {
	text := "clerkwebhook: " + string(e.Reason)
	if len(e.Headers) > 0 {
		text += ": " + strings.Join(e.Headers, ", ")
	}
	return text
}

// GoString returns the same as Error.
func (e *Error) GoString() string { return e.Error() }

// Is reports whether target is the sentinel of the reason.
func (e *Error) Is(target error) bool {
	return target == e.sentinel()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// StatusCode returns the HTTP status that answers the error: 400 or 401 for a delivery that is not verified, 413 for
// one that is too large, 422 for a body that is no event, and 500 for what is the receiver's own trouble: no usable
// secret, or data that this version cannot decode.
func (e *Error) StatusCode() int {
	switch e.Reason {
	case ReasonMissingSecret, ReasonInvalidSecret, ReasonInvalidConfig, ReasonInvalidData:
		return http.StatusInternalServerError
	case ReasonTimestampTooOld, ReasonTimestampTooNew, ReasonNoMatchingSignature:
		return http.StatusUnauthorized
	case ReasonBodyTooLarge:
		return http.StatusRequestEntityTooLarge
	case ReasonInvalidBody:
		return http.StatusUnprocessableEntity
	default:
		return http.StatusBadRequest
	}
}

func (e *Error) sentinel() error {
	switch e.Reason {
	case ReasonMissingSecret, ReasonInvalidSecret, ReasonInvalidConfig:
		return ErrConfig
	case ReasonBodyTooLarge, ReasonBodyUnreadable:
		return ErrBody
	case ReasonInvalidBody, ReasonInvalidData:
		return ErrMalformed
	default:
		return ErrUnverified
	}
}

// hint says what to do about a reason; it is empty where there is nothing to say.
func (r Reason) hint() string {
	switch r {
	case ReasonNoMatchingSignature:
		return "compare the signing secret with that of the endpoint in Clerk's dashboard; nothing may change the body"
	case ReasonEmptyBody:
		return "mount the handler where nothing has read the body"
	case ReasonTimestampTooOld, ReasonTimestampTooNew:
		return "compare the clock of this machine"
	case ReasonMissingHeaders:
		return "a proxy may drop the headers, or the request is not Clerk's"
	default:
		return ""
	}
}
