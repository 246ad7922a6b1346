package clerkauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

const (
	// maxRefusedValues bounds how many refused values an exchange remembers.
	maxRefusedValues = 4096
	// maxExchangedBytes bounds a nonce or a refresh token, which any visitor can make up.
	maxExchangedBytes = 512
)

// exchange guards the calls by which visitors exchange a value of a cookie for cookies: nonces and refresh tokens.
// Anybody can make up such values, so what Clerk has refused is not asked again for a while, and each client has a
// budget for calls in vain: an address, or the session of the token that came with the value and that Clerk has signed.
type exchange struct {
	now     func() time.Time
	mu      sync.Mutex
	budgets *callBudgets
	refused map[[sha256.Size]byte]time.Time
}

func newExchange(size, shared int, now func() time.Time) *exchange {
	return &exchange{now: now, budgets: newCallBudgets(size, shared), refused: map[[sha256.Size]byte]time.Time{}}
}

// strained reports whether values of a client may soon be refused although Clerk would know them.
func (e *exchange) strained(client clientKey) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.budgets.strained(client, e.now())
}

// errRefusedBefore is the refusal of a value that Clerk has refused a moment ago.
var errRefusedBefore = refuse(ReasonTokenInvalid, "Clerk refused this value a moment ago")

// call makes the call for a value of a client unless that is known to be in vain. The error of call is an answer of
// Clerk, or trouble.
func (e *exchange) call(ctx context.Context, client clientKey, value string, call func(context.Context) error) error {
	if !plausibleSecret(value) || len(value) > maxExchangedBytes {
		return refuse(ReasonTokenInvalid, "the value cannot be one of Clerk's")
	}
	key := sha256.Sum256([]byte(value))
	budget, err := e.enter(ctx, client, key)
	if err != nil {
		return err
	}
	err = call(ctx)
	refused := err != nil && callRefusal(err) == nil
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	e.budgets.leave(budget, now, refused)
	if refused {
		if len(e.refused) >= maxRefusedValues {
			clear(e.refused)
		}
		e.refused[key] = now.Add(refusedFor)
	}
	return err
}

// enter waits for a place in the budget of the client and returns it.
func (e *exchange) enter(ctx context.Context, client clientKey, key [sha256.Size]byte) (*callBudget, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		now := e.now()
		if now.Before(e.refused[key]) {
			return nil, errRefusedBefore
		}
		budget, changed, refusal := e.budgets.enter(client, now)
		if refusal != nil {
			return nil, refusal
		}
		if changed == nil {
			return budget, nil
		}
		e.mu.Unlock()
		var err error
		select {
		case <-changed:
		case <-ctx.Done():
			err = ctx.Err()
		}
		e.mu.Lock()
		budget.waiting--
		if err != nil {
			return nil, err
		}
	}
}

// callRefusal returns what makes a failed call our trouble, which answers 503, or nil where Clerk has refused what the
// visitor presented.
func callRefusal(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		if errors.Is(own, ErrUnavailable) {
			return own
		}
		return nil
	}
	var malformed *clerk.DecodeError
	var answer *clerk.APIError
	if errors.As(err, &malformed) {
		return &Error{Reason: ReasonUnexpectedError, message: "Clerk's answer is malformed", cause: err}
	}
	if errors.As(err, &answer) {
		switch status := answer.StatusCode; {
		case status == http.StatusUnauthorized && aboutVisitor(answer):
			return nil
		case status == http.StatusUnauthorized || status == http.StatusForbidden:
			return &Error{Reason: ReasonSecretKeyInvalid, message: "Clerk refuses the secret key", cause: err}
		case status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout:
			return nil
		}
	}
	return &Error{Reason: ReasonUnexpectedError, message: "Clerk could not be asked", cause: err}
}

// aboutVisitor reports whether an answer with status 401 is about what the visitor presented, not about the secret key.
func aboutVisitor(answer *clerk.APIError) bool {
	if len(answer.Errors) == 0 {
		return false
	}
	for _, prefix := range []string{"refresh_", "expired_", "session_", "nonce_", "handshake_"} {
		if strings.HasPrefix(answer.Errors[0].Code, prefix) {
			return true
		}
	}
	return false
}

// plausibleSecret accepts the characters of opaque tokens.
func plausibleSecret(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case isNameByte(c), c == '-', c == '.', c == '~', c == '+', c == '/', c == '=':
		default:
			return false
		}
	}
	return text != ""
}
