package clerkauth

import (
	"crypto/sha256"
	"errors"
	"sync"
	"time"
)

const (
	maxMachineEntries = 4096
	// negativeTTL bounds how long a refusal is remembered.
	negativeTTL = 10 * time.Second
)

// machineCache remembers for a short time what Clerk said about opaque tokens. It knows tokens by their hash only, and
// drops everything when it is full: made-up tokens cannot make it grow.
type machineCache struct {
	ttl     time.Duration
	mu      sync.Mutex
	entries map[machineKey]machineRecord
}

type machineKey struct {
	tokenType TokenType
	hash      [sha256.Size]byte
}

type machineRecord struct {
	identity *machineToken
	refusal  *Error
	until    time.Time
}

// newMachineCache returns nil where nothing is to be remembered.
func newMachineCache(ttl time.Duration) *machineCache {
	if ttl <= 0 {
		return nil
	}
	return &machineCache{ttl: ttl, entries: map[machineKey]machineRecord{}}
}

// machineEntry is the place of one token.
type machineEntry struct {
	cache *machineCache
	key   machineKey
}

func (c *machineCache) entry(t TokenType, token string) machineEntry {
	if c == nil {
		return machineEntry{}
	}
	return machineEntry{c, machineKey{t, sha256.Sum256([]byte(token))}}
}

func (e machineEntry) get(now time.Time) (machineRecord, bool) {
	if e.cache == nil {
		return machineRecord{}, false
	}
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	record, ok := e.cache.entries[e.key]
	if !ok || !record.until.After(now) {
		return machineRecord{}, false
	}
	return record, true
}

// put remembers an answer. Trouble of our own is not remembered, and no token outlives its own expiry.
func (e machineEntry) put(now time.Time, identity *machineToken, refusal *Error) {
	if e.cache == nil || refusal != nil && errors.Is(refusal, ErrUnavailable) {
		return
	}
	until := now.Add(e.cache.ttl)
	if refusal != nil {
		until = now.Add(min(e.cache.ttl, negativeTTL))
	} else if !identity.expires.IsZero() && identity.expires.Before(until) {
		until = identity.expires
	}
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	if len(e.cache.entries) >= maxMachineEntries {
		clear(e.cache.entries)
	}
	e.cache.entries[e.key] = machineRecord{identity, refusal, until}
}
