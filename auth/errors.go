package clerkauth

import "errors"

// The kinds of refusal. Each fixes the HTTP status of the answer; every [Error] unwraps to one of them.
var (
	// ErrUnauthenticated means that the credential is missing or not valid: 401.
	ErrUnauthenticated = errors.New("clerkauth: unauthenticated")
	// ErrForbidden means that the identity is known and lacks what is required: 403.
	ErrForbidden = errors.New("clerkauth: forbidden")
	// ErrUnavailable means that Clerk or this application's set-up failed, not the visitor: 503.
	ErrUnavailable = errors.New("clerkauth: unavailable")
	// ErrUnknownInstance means that the request is for an instance that [Instances] does not know: 404.
	ErrUnknownInstance = errors.New("clerkauth: unknown instance")
)

// Error is a refusal with its reason. Its text never contains tokens, keys or ids.
type Error struct {
	// Reason says what was wrong.
	Reason Reason

	message        string          // detail for logs and x-clerk-auth-message
	cause          error           // what happened below, if anything
	reverification *Reverification // what a step-up must reach
	missing        *Requirement    // what the identity lacks, if that is the reason
	anonymous      bool            // no credential was presented
	metadataURL    string          // where clients learn how to get an OAuth token, or empty
	scopes         []string        // that OAuth clients are told to ask for
	received       []string        // what a claim has, for the log
	expected       []string        // what it should have had
}

// Error returns the reason, with the detail where there is one.
func (e *Error) Error() string {
	if e.message == "" {
		return "clerkauth: " + string(e.Reason)
	}
	return "clerkauth: " + string(e.Reason) + ": " + e.message
}

// Unwrap returns one of the sentinels and, where something below failed, that error.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Reason.kind()}
	}
	return []error{e.Reason.kind(), e.cause}
}

// StatusCode returns the HTTP status that answers this refusal: 401, 403, 404 or 503.
func (e *Error) StatusCode() int { return e.Reason.status() }

// Reverification returns what the user must verify again, or nil if that is not the reason.
func (e *Error) Reverification() *Reverification { return e.reverification }

func refuse(reason Reason, message string) *Error {
	return &Error{Reason: reason, message: message}
}
