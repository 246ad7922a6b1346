package clerkauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
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

// maxBudgets bounds how many owners of values have a budget of their own.
const maxBudgets = 4096

// exchange guards the calls by which visitors exchange a value of a cookie for cookies: nonces and refresh tokens.
// Anybody can make up such values, so what Clerk has refused is not asked again for a while, and calls in vain have a
// budget. Values that come with something that Clerk has signed have the budget of its owner, so that strangers use up
// their own only.
type exchange struct {
	now       func() time.Time
	size      int // of a budget
	mu        sync.Mutex
	strangers *callBudget
	owners    map[string]*callBudget
	refused   map[[sha256.Size]byte]time.Time
}

func newExchange(size int, now func() time.Time) *exchange {
	return &exchange{
		now: now, size: size, strangers: newCallBudget(size, now()), owners: map[string]*callBudget{}, refused: map[[sha256.Size]byte]time.Time{},
	}
}

// budget returns the budget of an owner and makes room for it. Whoever has no room is a stranger. The lock is held.
func (e *exchange) budget(owner string, now time.Time) *callBudget {
	if owner == "" {
		return e.strangers
	}
	if b := e.owners[owner]; b != nil {
		return b
	}
	if len(e.owners) >= maxBudgets {
		maps.DeleteFunc(e.owners, func(_ string, b *callBudget) bool { b.restore(now); return b.idle() })
	}
	if len(e.owners) >= maxBudgets {
		return e.strangers
	}
	b := newCallBudget(e.size, now)
	e.owners[strings.Clone(owner)] = b
	return b
}

// strained reports whether half of the budget that all strangers share was used up in vain a moment ago.
func (e *exchange) strained() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.strangers.restore(e.now())
	return e.strangers.places <= e.strangers.size/2
}

// errRefusedBefore is the refusal of a value that Clerk has refused a moment ago.
var errRefusedBefore = refuse(ReasonTokenInvalid, "Clerk refused this value a moment ago")

// call makes the call for a value unless that is known to be in vain. The owner is whose signed token came with the
// value, or empty. The error of call is an answer of Clerk, or trouble.
func (e *exchange) call(ctx context.Context, owner, value string, call func(context.Context) error) error {
	if !plausibleSecret(value) || len(value) > maxExchangedBytes {
		return refuse(ReasonTokenInvalid, "the value cannot be one of Clerk's")
	}
	key := sha256.Sum256([]byte(value))
	budget, err := e.enter(ctx, owner, key)
	if err != nil {
		return err
	}
	err = call(ctx)
	refused := err != nil && callRefusal(err) == nil
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	budget.leave(now, refused)
	if refused {
		if len(e.refused) >= maxRefusedValues {
			clear(e.refused)
		}
		e.refused[key] = now.Add(refusedFor)
	}
	return err
}

// enter waits for a place in the budget of the owner and returns it.
func (e *exchange) enter(ctx context.Context, owner string, key [sha256.Size]byte) (*callBudget, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	budget := e.budget(owner, e.now())
	for {
		now := e.now()
		if now.Before(e.refused[key]) {
			return nil, errRefusedBefore
		}
		changed, refusal := budget.enter(now)
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
