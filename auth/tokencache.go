package clerkauth

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// cacheWays is how many places one token can have.
	cacheWays = 4
	// hashedBytes is how much of a token decides where its places are.
	hashedBytes = 48
	// entryBytes is about what an entry takes besides its token and its payload.
	entryBytes = 768
	// bytesPerPlace is what the tokens of a set may take together for each of its places.
	bytesPerPlace = 2560
)

// tokenCache remembers tokens whose signature was good.
//
// Why a hit is as safe as a verification: an entry exists only after the whole verification passed, and it is found
// only by comparing the whole token, so another token cannot meet it. What the signature proves cannot change;
// everything that can is checked on each hit by the same code as for a new token: expiry, not-before and issued-at
// against the clock, authorized parties, audience and issuer against this call, and that the key set still answers the
// key id with the very key that verified. A withdrawn or replaced key thus ends its entries at once. A cache belongs to
// one Authenticator. Its places are allotted up front, and a set that is full, of tokens or of bytes, gives up the
// token that expires first: tokens in any number and of any size take no more memory.
type tokenCache struct {
	seed  maphash.Seed
	ways  uint64
	sets  uint64
	slots []atomic.Pointer[cachedToken]

	adding sync.Mutex
}

type cachedToken struct {
	hash   uint64
	claims *SessionClaims // holds the token
	keyID  string
	key    *Key
	was    Key // what was in the key

	machine *machineToken // of an M2M or OAuth token
	size    int           // in bytes, about
}

// verifiedBy reports whether a key is the one that verified the token, and still holds what it held then.
func (t *cachedToken) verifiedBy(key *Key) bool {
	return key == t.key && key.Public == t.was.Public && key.Algorithm == t.was.Algorithm
}

// class returns the class of the token.
func (t *cachedToken) class() TokenType {
	if t.machine != nil {
		return t.machine.class
	}
	return TokenSession
}

// passes reports whether what verified the token is what verifies tokens for the purpose.
func (t *cachedToken) passes(as purpose) bool {
	if t.machine == nil {
		return as.session()
	}
	return t.machine.class == as.class()
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
	return maphash.Comparable(c.seed, token[max(len(token)-hashedBytes, 0):])
}

func (c *tokenCache) set(hash uint64) cacheSet {
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

// add remembers a verified token, and of a machine's what it says. It returns the entry, after which the claims must
// not be changed, or nil for a token that is too large for its set and is verified each time. A token that loses its
// place is verified again when it comes back.
func (c *tokenCache) add(claims *SessionClaims, keyID string, key *Key, machine *machineToken) *cachedToken {
	if c == nil {
		return nil
	}
	entry := &cachedToken{
		hash: c.hash(claims.token), claims: claims, keyID: strings.Clone(keyID), key: key, was: *key, machine: machine,
		size: entryBytes + len(claims.token) + len(claims.raw),
	}
	if machine != nil {
		entry.size += machine.size()
	}
	limit := int(c.ways) * bytesPerPlace //nolint:gosec // at most cacheWays
	if entry.size > limit {
		return nil
	}
	claims.public = claims.clone() // What callers change must not reach what decides.
	c.adding.Lock()
	defer c.adding.Unlock()
	set := c.set(entry.hash)
	place := set.placeFor(entry)
	set[place].Store(nil)
	for set.bytes()+entry.size > limit {
		set[set.earliest()].Store(nil)
	}
	set[place].Store(entry)
	return entry
}

// cacheSet is the places that one token can have.
type cacheSet []atomic.Pointer[cachedToken]

// placeFor returns the place of the token itself, an empty one, or the one of the token that expires first.
func (s cacheSet) placeFor(entry *cachedToken) int {
	for i := range s {
		if old := s[i].Load(); old != nil && old.hash == entry.hash && old.claims.token == entry.claims.token {
			return i
		}
	}
	for i := range s {
		if s[i].Load() == nil {
			return i
		}
	}
	return s.earliest()
}

// earliest returns the place of the token that expires first. The set is not empty.
func (s cacheSet) earliest() int {
	first := -1
	var at time.Time
	for i := range s {
		if old := s[i].Load(); old != nil && (first < 0 || old.claims.ExpiresAt.Before(at)) {
			first, at = i, old.claims.ExpiresAt
		}
	}
	return first
}

func (s cacheSet) bytes() int {
	total := 0
	for i := range s {
		if old := s[i].Load(); old != nil {
			total += old.size
		}
	}
	return total
}
