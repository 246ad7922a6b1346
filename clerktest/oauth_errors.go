package clerktest

import (
	"errors"
	"net/http"
)

// oauthError is a refusal in the form of RFC 6749 §5.2. Its text never repeats what the client sent.
type oauthError struct {
	status      int
	code        string
	description string
	kept        bool // what the call changed stays, as when a code that is used twice ends its grant
	challenge   bool // answer with WWW-Authenticate: Basic
}

func (e *oauthError) Error() string { return "clerktest: " + e.code + ": " + e.description }

func newOAuthError(status int, code, description string) *oauthError {
	return &oauthError{status: status, code: code, description: description}
}

func errInvalidRequest(description string) *oauthError {
	return newOAuthError(http.StatusBadRequest, "invalid_request", description)
}

func errInvalidScope(description string) *oauthError {
	return newOAuthError(http.StatusBadRequest, "invalid_scope", description)
}

func errInvalidGrant(description string) *oauthError {
	return newOAuthError(http.StatusBadRequest, "invalid_grant", description)
}

func errInvalidTarget(description string) *oauthError {
	return newOAuthError(http.StatusBadRequest, "invalid_target", description)
}

func errInvalidClient() *oauthError {
	return newOAuthError(http.StatusUnauthorized, "invalid_client", "the client is unknown, or did not authenticate as it has to")
}

func errUnauthorizedClient(description string) *oauthError {
	return newOAuthError(http.StatusBadRequest, "unauthorized_client", description)
}

func errAccessDenied() *oauthError {
	return newOAuthError(http.StatusBadRequest, "access_denied", "the user, or the instance, denied the request")
}

// asAPIError gives a refusal of RFC 6749 the form of the Frontend API and of the admin API.
func asAPIError(err error) error {
	var refused *oauthError
	if errors.As(err, &refused) {
		return newError(refused.status, refused.code, "not possible", refused.description)
	}
	return err
}

// keeping is a refusal that keeps what the call changed.
func keeping(e *oauthError) *oauthError {
	e.kept = true
	return e
}
