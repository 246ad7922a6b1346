package clerkauth

import (
	"context"
	"errors"
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

// RefreshPolicy says whether a token with an unknown key id may make a [RemoteKeySet] load its keys again.
type RefreshPolicy int

const (
	// RefreshRateLimited loads the keys at most once per cool-down. In between a token with an unknown key id is
	// answered with 503, as nobody can tell whether the id is wrong or new.
	RefreshRateLimited RefreshPolicy = iota
	// RefreshNever waits for the keys to age.
	RefreshNever
	// RefreshAlways loads the keys for each unknown key id. Visitors can then cause one fetch per request.
	RefreshAlways
)

// StaticKeySet holds keys that never change. It is safe for concurrent use.
type StaticKeySet struct {
	byID map[string]*Key
	any  *Key
}

// NewStaticKeySet returns a set of these keys. A key without an id answers for every id that no other key has; there
// can be one. Use keys returned by [ParsePEM] or [ParseJWKS].
func NewStaticKeySet(keys ...*Key) (*StaticKeySet, error) {
	set := &StaticKeySet{byID: make(map[string]*Key, len(keys))}
	for _, key := range keys {
		if key == nil || !usableKey(key.Public) || (key.Algorithm != "" && signingMethod(key.Algorithm) == nil) {
			return nil, errors.New("clerkauth: NewStaticKeySet: a key is not an RSA key of 2048 bits or more")
		}
		own := *key
		if own.ID != "" {
			if set.byID[own.ID] != nil {
				return nil, errors.New("clerkauth: NewStaticKeySet: two keys have the same id")
			}
			set.byID[own.ID] = &own
			continue
		}
		if set.any != nil {
			return nil, errors.New("clerkauth: NewStaticKeySet: two keys have no id")
		}
		set.any = &own
	}
	if len(keys) == 0 {
		return nil, errors.New("clerkauth: NewStaticKeySet: no keys")
	}
	return set, nil
}

// Key returns the key with this id.
func (s *StaticKeySet) Key(_ context.Context, id string) (*Key, error) {
	if key := s.byID[id]; key != nil {
		return key, nil
	}
	if s.any != nil {
		return s.any, nil
	}
	return nil, ErrUnknownKey
}
