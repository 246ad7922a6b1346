package clerktest

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

const codeTooManyRequests = "too_many_requests"

// rateLimit allows a number of calls within a fixed window.
type rateLimit struct {
	calls  int
	window time.Duration
}

// Clerk's documented limits of a development instance: one for all calls, tighter ones for a few operations, and one
// for changes of the same record.
var (
	limitInstance = rateLimit{100, 10 * time.Second}
	limitRecord   = rateLimit{10, 10 * time.Second}

	limitOperation = map[string]rateLimit{
		"CreateInvitation":                 {100, time.Hour},
		"CreateBulkInvitations":            {25, time.Hour},
		"CreateOrganizationInvitation":     {250, time.Hour},
		"CreateOrganizationInvitationBulk": {50, time.Hour},
	}

	limitedRecords = map[string]bool{
		"UpdateUser": true, "UpdateUserMetadata": true, "ReplaceUserMetadata": true,
		"UpdateOrganization": true, "MergeOrganizationMetadata": true, "ReplaceOrganizationMetadata": true,
		"UpdateOrganizationMembership": true, "UpdateOrganizationMembershipMetadata": true,
	}
)

// rateLimiter counts calls in windows of the instance's clock.
type rateLimiter struct {
	mu      sync.Mutex
	on      bool
	windows map[string]*rateWindow
}

type rateWindow struct {
	ends  time.Time
	calls int
}

// EnforceRateLimits switches Clerk's documented rate limits of a development instance on or off. They are off at first.
// Windows are counted on the instance's clock, and every switch starts them anew.
func (in *Instance) EnforceRateLimits(on bool) {
	in.limiter.turn(on)
	in.keepSettings(func(s *keptSettings) { s.RateLimited = on })
}

func (l *rateLimiter) turn(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on, l.windows = on, map[string]*rateWindow{}
}

// RateLimited reports whether the rate limits are on.
func (in *Instance) RateLimited() bool {
	l := &in.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on
}

func rateLimitFamily() family { return family{intercept: limitRate} }

// limitRate refuses a call that is over one of the limits that apply to it. A refused call counts in none of them.
func limitRate(c *call) error {
	id := c.endpoint.op.id
	if id == "GetJWKS" {
		return nil
	}
	l, now := &c.inst.limiter, c.inst.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.on {
		return nil
	}
	applying := map[string]rateLimit{"instance": limitInstance}
	if limit, ok := limitOperation[id]; ok {
		applying[id] = limit
	}
	if limitedRecords[id] {
		applying[c.recordPath()] = limitRecord
	}
	windows := make([]*rateWindow, 0, len(applying))
	for key, limit := range applying {
		w := l.window(key, limit, now)
		if w.calls >= limit.calls {
			refusal := newError(http.StatusTooManyRequests, codeTooManyRequests, "too many requests", "wait before the next request")
			refusal.retryAfter = int(w.ends.Sub(now)/time.Second) + 1
			return refusal
		}
		windows = append(windows, w)
	}
	for _, w := range windows {
		w.calls++
	}
	return nil
}

// window returns the current window of a limit. Windows that have ended are forgotten when a new one starts.
func (l *rateLimiter) window(key string, limit rateLimit, now time.Time) *rateWindow {
	w := l.windows[key]
	if w != nil && now.Before(w.ends) {
		return w
	}
	for k, old := range l.windows {
		if !now.Before(old.ends) {
			delete(l.windows, k)
		}
	}
	w = &rateWindow{ends: now.Add(limit.window)}
	l.windows[key] = w
	return w
}

// recordPath names the record that a call changes, whatever part of it is addressed.
func (c *call) recordPath() string {
	return strings.TrimSuffix(c.r.URL.Path, "/metadata")
}
