package clerkauth

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// cacheWays is how many places one token can have.
	cacheWays = 4
	// hashedBytes is how much of a token decides where its places are.
	hashedBytes = 48
)

// tokenCache remembers tokens whose signature was good.
//
// Why a hit is as safe as a verification: an entry exists only after the whole verification passed, and it is found
// only by comparing the whole token, so another token cannot meet it. What the signature proves cannot change;
// everything that can is checked on each hit by the same code as for a new token: expiry, not-before and issued-at
// against the clock, authorized parties, audience and issuer against this call, and that the key set still answers the
// key id with the very key that verified. A withdrawn or replaced key thus ends its entries at once. A cache belongs to
// one Authenticator. Its places are allotted up front and a full set gives up the token that expires first, so tokens
// in any number take no more memory.
type tokenCache struct {
	seed  maphash.Seed
	ways  uint64
	sets  uint64
	slots []atomic.Pointer[cachedToken]
}

type cachedToken struct {
	hash   uint64
	claims *SessionClaims // holds the token
	keyID  string
	key    *Key
	was    Key // what was in the key
}

// verifiedBy reports whether a key is the one that verified the token, and still holds what it held then.
func (t *cachedToken) verifiedBy(key *Key) bool {
	return key == t.key && key.Public == t.was.Public && key.Algorithm == t.was.Algorithm
}

// newTokenCache returns a cache of at most size tokens, or nil for none.
func newTokenCache(size int) *tokenCache {
	if size <= 0 {
		return nil
	}
	ways := min(size, cacheWays)
	sets := size / ways
	return &tokenCache{
		seed:  maphash.MakeSeed(),
		ways:  uint64(ways),
		sets:  uint64(sets), //nolint:gosec // positive
		slots: make([]atomic.Pointer[cachedToken], ways*sets),
	}
}

// hash spreads tokens by the end of their signature, which is as random as a hash itself. It only says where to look.
func (c *tokenCache) hash(token string) uint64 {
	return maphash.String(c.seed, token[max(len(token)-hashedBytes, 0):])
}

func (c *tokenCache) set(hash uint64) []atomic.Pointer[cachedToken] {
	start := hash % c.sets * c.ways
	return c.slots[start : start+c.ways]
}

// get returns the entry of a token, or nil. It takes no lock.
func (c *tokenCache) get(token string) *cachedToken {
	if c == nil {
		return nil
	}
	hash := c.hash(token)
	set := c.set(hash)
	for i := range set {
		if entry := set[i].Load(); entry != nil && entry.hash == hash && entry.claims.token == token {
			return entry
		}
	}
	return nil
}

// add remembers a verified token. A token that loses its place is verified again when it comes back.
func (c *tokenCache) add(claims *SessionClaims, keyID string, key *Key) {
	if c == nil {
		return
	}
	claims.public = claims.clone() // What callers change must not reach what decides.
	entry := &cachedToken{
		hash: c.hash(claims.token), claims: claims, keyID: strings.Clone(keyID), key: key, was: *key,
	}
	set := c.set(entry.hash)
	victim := 0
	var earliest time.Time
	for i := range set {
		old := set[i].Load()
		if old == nil || (old.hash == entry.hash && old.claims.token == claims.token) {
			victim = i
			break
		}
		if expires := old.claims.ExpiresAt; i == 0 || expires.Before(earliest) {
			victim, earliest = i, expires
		}
	}
	set[victim].Store(entry)
}
