package clerkauth

import (
	"context"
	"crypto/rsa"
)

// KeySet finds public keys. Implementations must be safe for concurrent use and must not wait longer than ctx.
type KeySet interface {
	// Key returns the key that has this id. While a key stays in the set, the same pointer should be returned: the
	// cache of verified tokens forgets tokens whose key is gone. An error that is not an [*Error] answers 503; a
	// key that does not exist is [ErrUnknownKey].
	Key(ctx context.Context, id string) (*Key, error)
}

// ErrUnknownKey is what a [KeySet] returns for a key id that it does not have.
var ErrUnknownKey error = &Error{Reason: ReasonJWKKidMismatch, message: "no key has the key id of the token"}

// Key is a public key that signs tokens.
type Key struct {
	// ID is the key id.
	ID string
	// Algorithm is the only algorithm the key may be used with; empty allows RS256, RS384 and RS512.
	Algorithm string
	// Public is the RSA key, of 2048 bits or more.
	Public *rsa.PublicKey
}

// RefreshPolicy says whether a token with an unknown key id may make a [RemoteKeySet] load its keys again.
type RefreshPolicy int

const (
	// RefreshRateLimited loads the keys at most once per cool-down.
	RefreshRateLimited RefreshPolicy = iota
	// RefreshNever waits for the keys to age.
	RefreshNever
	// RefreshAlways loads the keys for each unknown key id. Visitors can then cause one fetch per request.
	RefreshAlways
)
