package clerktest

import (
	"slices"
	"sync"
	"time"
)

// OAuthLogEntry is one answered request to the authorization server. It has no codes, tokens, secrets or verifiers.
type OAuthLogEntry struct {
	At        time.Time `json:"at"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Status    int       `json:"status"`
	ClientID  string    `json:"client_id,omitzero"`
	GrantType string    `json:"grant_type,omitzero"`
	GrantID   string    `json:"grant_id,omitzero"`
	UserID    string    `json:"user_id,omitzero"`
	Scope     string    `json:"scope,omitzero"`
	Resource  string    `json:"resource,omitzero"`
	// Error is the code of RFC 6749 when the request was refused, on a page or by a redirect too.
	Error string `json:"error,omitzero"`
}

// maxOAuthLog is how many entries the log remembers.
const maxOAuthLog = 1000

// oauthLog remembers the latest requests.
type oauthLog struct {
	mu      sync.Mutex
	entries []OAuthLogEntry
}

func (l *oauthLog) add(entry OAuthLogEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) >= maxOAuthLog {
		l.entries = slices.Delete(l.entries, 0, maxOAuthLog/10)
	}
	l.entries = append(l.entries, entry)
}

func (l *oauthLog) list() []OAuthLogEntry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

func (l *oauthLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
}

// log notes an answered call.
func (c *oauthCall) log(status int) {
	c.note.At, c.note.Method, c.note.Path, c.note.Status = c.inst.clock.Now(), c.r.Method, c.r.URL.Path, status
	for _, text := range []*string{&c.note.ClientID, &c.note.GrantType, &c.note.Scope, &c.note.Resource, &c.note.Path} {
		*text = shortened(*text, maxOAuthText)
	}
	c.inst.oauthLog.add(c.note)
}
