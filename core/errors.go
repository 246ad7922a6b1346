package clerk

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// The sentinels that an [APIError] matches with [errors.Is].
var (
	// ErrInvalid matches 400 and 422: the request is wrong.
	ErrInvalid = errors.New("clerk: request is not valid")
	// ErrUnauthorized matches 401: the key is missing, wrong or of another kind.
	ErrUnauthorized = errors.New("clerk: not authorized")
	// ErrPaymentRequired matches 402: the instance's plan lacks the feature.
	ErrPaymentRequired = errors.New("clerk: plan does not include this")
	// ErrForbidden matches 403.
	ErrForbidden = errors.New("clerk: forbidden")
	// ErrNotFound matches 404 and 410.
	ErrNotFound = errors.New("clerk: not found")
	// ErrConflict matches 409.
	ErrConflict = errors.New("clerk: conflict")
	// ErrRateLimited matches 429.
	ErrRateLimited = errors.New("clerk: rate limited")
	// ErrServer matches 500 and above.
	ErrServer = errors.New("clerk: server trouble")
	// ErrRedirect matches 3xx. The API does not redirect; redirects are never followed, so that the secret key
	// goes nowhere else.
	ErrRedirect = errors.New("clerk: unexpected redirect")
)

// ErrNoProgress is returned by an iterator when the server keeps answering the same page, or empty pages while it
// claims that there is more.
var ErrNoProgress = errors.New("clerk: list makes no progress")

// ErrorItem is one entry of an error answer.
type ErrorItem struct {
	// Code names the error, such as "form_param_unknown". Branch on it, not on the messages.
	Code string
	// Message is a short English text.
	Message string
	// LongMessage is a longer English text.
	LongMessage string
	// Param is the request field that the entry is about; empty if none.
	Param string
	// Meta holds further facts; its shape depends on Code.
	Meta Metadata
}

// APIError is an answer of the API that is not a success.
type APIError struct {
	// StatusCode is the HTTP status.
	StatusCode int
	// Errors holds the entries of the answer, at most 100; empty if the body was not one of Clerk's error bodies.
	Errors []ErrorItem
	// TraceID names the request in Clerk's logs; empty if the answer had none.
	TraceID string
	// RetryAfter is the wait that the answer asked for; zero if it asked for none.
	RetryAfter time.Duration
	// Operation is the method that was called, such as "Users.Update".
	Operation string
	// Body holds the first bytes of the answer. They can be confidential and are not part of Error.
	Body []byte

	texts []string // of the first entries, without what must not be printed
}

// Error returns the operation, the status, for each of the first three entries its code, parameter and message, and the
// trace id. Values that the request carried, and what looks like an address, an id or a key, are left out of the
// messages; Errors has them as they came. The messages are there for errors that a [Client] has returned.
func (e *APIError) Error() string {
	var b strings.Builder
	b.WriteString("clerk: ")
	b.WriteString(e.Operation)
	b.WriteString(": ")
	b.WriteString(strconv.Itoa(e.StatusCode))
	texts := e.texts
	if texts == nil {
		texts = sentValues(nil).summarizeAll(e.Errors)
	}
	if len(texts) > 0 {
		b.WriteString(" ")
		b.WriteString(strings.Join(texts, "; "))
	}
	if more := len(e.Errors) - maxErrorTexts; more > 0 {
		b.WriteString("; and ")
		b.WriteString(strconv.Itoa(more))
		b.WriteString(" more")
	}
	if trace := plainWord(e.TraceID); trace != "" {
		b.WriteString(" (trace ")
		b.WriteString(trace)
		b.WriteString(")")
	}
	return b.String()
}

// GoString returns the same as Error, so that %#v does not print the body.
func (e *APIError) GoString() string { return e.Error() }

// LogValue returns what Error returns, as attributes.
func (e *APIError) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("operation", e.Operation),
		slog.Int("status", e.StatusCode),
		slog.String("code", plainWord(e.Code())),
		slog.String("trace_id", plainWord(e.TraceID)),
	)
}

// Code returns the code of the first entry, or "" if there is none.
func (e *APIError) Code() string {
	if len(e.Errors) == 0 {
		return ""
	}
	return e.Errors[0].Code
}

// HasCode reports whether any entry has the code.
func (e *APIError) HasCode(code string) bool {
	for _, item := range e.Errors {
		if item.Code == code {
			return true
		}
	}
	return false
}

// Is reports whether target is the sentinel of the status.
func (e *APIError) Is(target error) bool {
	sentinel := statusSentinel(e.StatusCode)
	return sentinel != nil && target == sentinel
}

// statusSentinel returns the sentinel of a status, or nil.
func statusSentinel(status int) error {
	switch {
	case status >= 300 && status < 400:
		return ErrRedirect
	case status == 400 || status == 422:
		return ErrInvalid
	case status == 401:
		return ErrUnauthorized
	case status == 402:
		return ErrPaymentRequired
	case status == 403:
		return ErrForbidden
	case status == 404 || status == 410:
		return ErrNotFound
	case status == 409:
		return ErrConflict
	case status == 429:
		return ErrRateLimited
	case status >= 500:
		return ErrServer
	default:
		return nil
	}
}

// ConfigError is returned by the constructors when an option or the key is not usable.
type ConfigError struct {
	// Option is the option or argument, such as "WithBaseURL".
	Option string
	// Reason says what is wrong with it.
	Reason string
}

// Error returns the option and the reason.
func (e *ConfigError) Error() string { return "clerk: " + e.Option + ": " + e.Reason }

// ParamError is returned when a call cannot be made from what it was given. Nothing was sent.
type ParamError struct {
	// Operation is the method that was called.
	Operation string
	// Param is the argument or path parameter, such as "user_id".
	Param string
	// Reason says what is wrong with it.
	Reason string
	// Err is the cause; nil if there is none.
	Err error
}

// Error returns the operation, the parameter and the reason.
func (e *ParamError) Error() string {
	return "clerk: " + e.Operation + ": " + e.Param + ": " + e.Reason
}

// Unwrap returns the cause.
func (e *ParamError) Unwrap() error { return e.Err }

// missingParams returns the error for nil params where the operation needs some. Its body stays out of the many methods
// that call it.
//
//go:noinline
func missingParams(e *Endpoint) error {
	return &ParamError{Operation: e.Operation(), Param: "params", Reason: "nil"}
}

// TransportError is returned when no answer arrived: the connection could not be made or broke, a timeout passed, or
// the context was cancelled.
type TransportError struct {
	// Operation is the method that was called.
	Operation string
	// Attempts counts the requests that were started.
	Attempts int
	// Err is the cause. A timeout or cancelled context matches context.DeadlineExceeded or context.Canceled.
	Err error
	// Last is the failure that was about to be retried when the context ended; nil if none.
	Last error
}

// Error returns the operation and the cause.
func (e *TransportError) Error() string {
	return fmt.Sprintf("clerk: %s: %v", e.Operation, e.Err)
}

// Unwrap returns the cause and the failure before it.
func (e *TransportError) Unwrap() []error {
	if e.Last == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.Last}
}

// DecodeError is returned when an answer was a success but its body does not have the form of the operation's result.
type DecodeError struct {
	// Operation is the method that was called. The operation itself was carried out.
	Operation string
	// StatusCode is the HTTP status.
	StatusCode int
	// TraceID names the request in Clerk's logs; empty if the answer had none.
	TraceID string
	// Reason says what is wrong, without values.
	Reason string
	// Err is the cause; its text can hold parts of the body.
	Err error
	// Body holds the first bytes of the answer. They can be confidential and are not part of Error.
	Body []byte
}

// Error returns the operation and the reason.
func (e *DecodeError) Error() string {
	text := "clerk: " + e.Operation + ": " + strconv.Itoa(e.StatusCode) + " answer: " + e.Reason
	if trace := plainWord(e.TraceID); trace != "" {
		text += " (trace " + trace + ")"
	}
	return text
}

// GoString returns the same as Error, so that %#v does not print the body.
func (e *DecodeError) GoString() string { return e.Error() }

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }

// BodyTooLargeError is returned when an answer is longer than the limit of [WithMaxResponseBytes], or holds more JSON
// objects than that limit allows: decoded, small objects take far more memory than their bytes.
type BodyTooLargeError struct {
	// Operation is the method that was called. The operation itself was carried out.
	Operation string
	// StatusCode is the HTTP status.
	StatusCode int
	// Limit is the number of bytes that were allowed.
	Limit int64
	// Objects is the number of objects that were allowed, if that was exceeded; zero otherwise.
	Objects int64
}

// Error returns the operation and the limit.
func (e *BodyTooLargeError) Error() string {
	if e.Objects > 0 {
		return fmt.Sprintf("clerk: %s: %d answer holds more than %d objects", e.Operation, e.StatusCode, e.Objects)
	}
	return fmt.Sprintf("clerk: %s: %d answer is longer than %d bytes", e.Operation, e.StatusCode, e.Limit)
}

// plainWord returns s if it is short and made of letters, digits and "_-.", and "" otherwise: what a server sends
// must not be able to forge log lines.
func plainWord(s string) string {
	if len(s) > 128 {
		return ""
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.':
		default:
			return ""
		}
	}
	return s
}
