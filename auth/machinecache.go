package clerkauth

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

const (
	maxMachineEntries = 4096
	maxMachineBytes   = 16 << 20
	// maxMachineRecord bounds one answer that is kept; of larger ones only the fact is kept that Clerk knew the token.
	maxMachineRecord = 64 << 10
	// refusedFor is how long a refusal is remembered.
	refusedFor = 10 * time.Second
)

// machineCache asks Clerk about opaque tokens: once for all who present the same token at the same time, and within a
// budget for tokens that Clerk never knew. It remembers refusals for a moment, and answers for the time of the
// configuration. It knows tokens by their hash only, and its memory is bounded in entries and in bytes.
type machineCache struct {
	ttl      time.Duration // of good answers; zero keeps none
	now      func() time.Time
	sharedBy int // how many caches have the bounds together

	mu      sync.Mutex
	records map[machineKey]*machineRecord
	flights map[machineKey]*machineFlight
	budgets map[TokenType]*callBudgets
	bytes   int
}

type machineKey struct {
	tokenType TokenType
	hash      [sha256.Size]byte
}

// machineRecord is what Clerk said about a token. Once its time is over, it still tells that the token was good.
type machineRecord struct {
	identity *machineToken
	refusal  *Error
	until    time.Time
	size     int
}

// machineFlight is a question under way.
type machineFlight struct {
	done     chan struct{}
	identity *machineToken
	refusal  *Error
}

func newMachineCache(ttl time.Duration, now func() time.Time, sharedBy int) *machineCache {
	return &machineCache{
		ttl: ttl, now: now, sharedBy: sharedBy, records: map[machineKey]*machineRecord{}, flights: map[machineKey]*machineFlight{},
		budgets: map[TokenType]*callBudgets{},
	}
}

// keyOf does without the heap for opaque tokens.
func keyOf(t TokenType, token string) machineKey {
	var buffer [maxMachineToken]byte
	return machineKey{t, sha256.Sum256(append(buffer[:0], token...))}
}

// known returns the record of a token that counts now, or nil.
func (c *machineCache) known(t TokenType, token string) *machineRecord {
	c.mu.Lock()
	defer c.mu.Unlock()
	if record := c.records[keyOf(t, token)]; record != nil && record.until.After(c.now()) {
		return record
	}
	return nil
}

// machineQuestion is one token that Clerk is to be asked about.
type machineQuestion struct {
	tokenType TokenType
	token     string
	client    clientKey // who presents it
	always    bool      // a good answer of before does not count
	signed    bool      // the token is a JWT with a good signature: no stranger made it up
	ask       func(ctx context.Context) (*machineToken, *Error)

	waits *callBudget // where the question waits for its turn, or nil
}

// verify returns what Clerk says about a token. A question that was asked goes on for those who come next when the
// caller gives up.
func (c *machineCache) verify(ctx context.Context, q *machineQuestion) (*machineToken, *Error) {
	key := keyOf(q.tokenType, q.token)
	for {
		record, flight, turn := c.enter(key, q) //nolint:contextcheck // a question outlives its caller
		if record != nil {
			return record.identity, record.refusal
		}
		if flight != nil {
			turn = flight.done
		}
		select {
		case <-turn:
			if flight != nil {
				return flight.identity, flight.refusal
			}
		case <-ctx.Done():
			c.giveUp(q)
			return nil, &Error{Reason: ReasonUnexpectedError, message: "gave up waiting for Clerk's answer about the token", cause: ctx.Err()}
		}
	}
}

// enter returns the record that answers a question, the same question under way, or what to wait for before it may be
// asked.
func (c *machineCache) enter(key machineKey, q *machineQuestion) (*machineRecord, *machineFlight, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	q.goOn()
	known := c.records[key]
	if known != nil && known.until.After(now) && (!q.always || known.refusal != nil) {
		return known, nil, nil
	}
	if flight := c.flights[key]; flight != nil {
		return nil, flight, nil
	}
	var place *callBudget // nil for what no stranger made up
	if free := q.signed || known != nil && known.refusal == nil; !free {
		budget, turn, refusal := c.budgetsOf(q.tokenType).enter(q.client, now)
		if refusal != nil {
			return &machineRecord{refusal: refusal}, nil, nil
		}
		if turn != nil {
			q.waits = budget
			return nil, nil, turn
		}
		place = budget
	}
	flight := &machineFlight{done: make(chan struct{})}
	c.flights[key] = flight
	go c.run(key, flight, q.ask, place)
	return nil, flight, nil
}

// run belongs to everyone who waits: it has a time of its own.
func (c *machineCache) run(key machineKey, flight *machineFlight, ask func(context.Context) (*machineToken, *Error), place *callBudget) {
	ctx, cancel := context.WithTimeout(context.Background(), apiTimeout)
	defer cancel()
	flight.identity, flight.refusal = ask(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(flight.done)
	delete(c.flights, key)
	now := c.now()
	if place != nil {
		c.budgetsOf(key.tokenType).leave(place, now, flight.refusal != nil)
	}
	c.put(key, now, flight)
}

func (c *machineCache) giveUp(q *machineQuestion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	q.goOn()
}

// goOn takes the question off those that wait for their turn. The lock is held.
func (q *machineQuestion) goOn() {
	if q.waits != nil {
		q.waits.waiting--
		q.waits = nil
	}
}

// budgetsOf returns the budgets of a class. The lock is held.
func (c *machineCache) budgetsOf(t TokenType) *callBudgets {
	if c.budgets[t] == nil {
		c.budgets[t] = newCallBudgets(clientBudget, sharedBudget)
	}
	return c.budgets[t]
}

// put remembers an answer. Trouble of our own is not remembered, and no token outlives its own expiry. The lock is
// held.
func (c *machineCache) put(key machineKey, now time.Time, flight *machineFlight) {
	record := &machineRecord{identity: flight.identity, refusal: flight.refusal, until: now.Add(c.ttl)}
	switch identity := flight.identity; {
	case flight.refusal != nil && flight.refusal.StatusCode() == http.StatusServiceUnavailable:
		return
	case flight.refusal != nil:
		record.until = now.Add(refusedFor)
	case c.ttl <= 0 || identity.size() > min(maxMachineRecord, maxMachineBytes/c.sharedBy):
		record.identity, record.until = nil, time.Time{}
	default:
		record.size = identity.size()
		if !identity.expires.IsZero() && identity.expires.Before(record.until) {
			record.until = identity.expires
		}
	}
	c.drop(key)
	for other := range c.records {
		if len(c.records) < maxMachineEntries/c.sharedBy && c.bytes+record.size <= maxMachineBytes/c.sharedBy {
			break
		}
		c.drop(other)
	}
	c.records[key] = record
	c.bytes += record.size
}

func (c *machineCache) drop(key machineKey) {
	if record := c.records[key]; record != nil {
		c.bytes -= record.size
		delete(c.records, key)
	}
}
