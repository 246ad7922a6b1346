package clerkauth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults of a [RemoteKeySet].
const (
	DefaultKeyTTL      = 5 * time.Minute
	DefaultKeyMaxStale = time.Hour
	DefaultKeyCoolDown = 10 * time.Second
	DefaultKeyTimeout  = 5 * time.Second
)

// RemoteKeySetConfig says where keys come from and how long they live. Zero durations are the defaults.
type RemoteKeySetConfig struct {
	// URL is the address of the key set, such as https://api.clerk.com/v1/jwks.
	URL string
	// SecretKey is sent as a bearer token; the public key set of a Frontend API needs none.
	SecretKey string
	// HTTPClient sends the requests; nil is a client of our own. Redirects are never followed.
	HTTPClient *http.Client
	// TTL is the age at which keys are no longer trusted without asking. From four fifths of it on they are loaded again
	// in the background. A withdrawn key stops verifying within the TTL while the key server answers.
	TTL time.Duration
	// MaxStale is the age up to which keys are used while the key server cannot be reached.
	MaxStale time.Duration
	// CoolDown is the longest time between two loads that unknown key ids cause. The first unknown id after a load that
	// found its key waits for a tenth of it.
	CoolDown time.Duration
	// Timeout bounds one load.
	Timeout time.Duration
	// OnUnknownKey says whether an unknown key id causes a load.
	OnUnknownKey RefreshPolicy
	// Now is the clock; nil is [time.Now].
	Now func() time.Time
	// Logger gets warnings about failed loads; nil is silent.
	Logger *slog.Logger
}

// RemoteKeySet loads keys over HTTP when they are first needed. Known keys are found without a lock; loads are shared
// by everyone who waits, replace the set as a whole, and are not disturbed by a caller who gives up. It is safe for
// concurrent use. Nothing runs between calls, except a load in the background that ends within the time-out.
type RemoteKeySet struct {
	config   RemoteKeySetConfig
	secret   hidden // of the configuration, which has it no longer
	client   *http.Client
	snapshot atomic.Pointer[keySnapshot]

	mu       sync.Mutex
	flight   *keyFlight
	failures int
	failure  *Error    // of the last load, nil after a good one
	retryAt  time.Time // no load before this after a failure
	coolDown time.Duration
	coolTill time.Time            // no load for an unknown key id before this
	missing  map[string]time.Time // key ids that a load did not find, and when
}

// keySnapshot is one loaded set. It never changes.
type keySnapshot struct {
	keys   map[string]*Key
	loaded time.Time
}

// keyFlight is a load under way.
type keyFlight struct {
	done       chan struct{}
	cancel     context.CancelFunc
	started    time.Time // of the real clock
	waiters    int
	background bool
	wanted     string // the unknown key id that caused it
	err        *Error
}

const (
	maxMissing = 256
	// freshWait is how long an aged key waits for the load that would confirm it.
	freshWait = 80 * time.Millisecond
)

// NewRemoteKeySet checks the configuration. It does not use the network.
func NewRemoteKeySet(config RemoteKeySetConfig) (*RemoteKeySet, error) {
	u, err := url.Parse(config.URL)
	if err != nil || !isWebURL(u) {
		return nil, errors.New("clerkauth: NewRemoteKeySet: URL is not an absolute http(s) URL")
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&config.TTL, DefaultKeyTTL}, {&config.CoolDown, DefaultKeyCoolDown},
		{&config.MaxStale, max(DefaultKeyMaxStale, config.TTL)}, {&config.Timeout, DefaultKeyTimeout},
	} {
		if *d.value < 0 {
			return nil, errors.New("clerkauth: NewRemoteKeySet: a duration is negative")
		}
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if config.MaxStale < config.TTL {
		return nil, errors.New("clerkauth: NewRemoteKeySet: MaxStale is shorter than TTL")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	key := hide(config.SecretKey)
	config.SecretKey = ""
	set := &RemoteKeySet{
		config: config, secret: key, client: keyClient(config.HTTPClient), missing: map[string]time.Time{},
	}
	set.coolDown = set.shortCoolDown()
	return set, nil
}

func (s *RemoteKeySet) shortCoolDown() time.Duration { return max(s.config.CoolDown/10, 1) }

// Key returns the key with this id, loading the set if that is needed and allowed.
func (s *RemoteKeySet) Key(ctx context.Context, id string) (*Key, error) {
	return s.keyAt(ctx, id, s.config.Now())
}

// lacks reports whether keys are loaded and the id is not among them.
func (s *RemoteKeySet) lacks(id string) bool {
	snapshot := s.snapshot.Load()
	return snapshot != nil && snapshot.keys[id] == nil
}

func (s *RemoteKeySet) keyAt(ctx context.Context, id string, now time.Time) (*Key, error) {
	snapshot := s.snapshot.Load()
	if snapshot == nil || now.Sub(snapshot.loaded) >= s.config.MaxStale {
		return s.cold(ctx, id, now)
	}
	age := now.Sub(snapshot.loaded)
	switch {
	case age >= s.config.TTL:
		wanted := ""
		if snapshot.keys[id] == nil {
			wanted = id
		}
		s.confirm(ctx, wanted, now)
		snapshot = s.snapshot.Load()
		switch {
		case snapshot == nil:
			return s.cold(ctx, id, now)
		case wanted == "" && snapshot.keys[id] == nil:
			return nil, unknownKey() // It was just taken back.
		}
	case age >= s.config.TTL/5*4:
		s.refreshAhead(now)
	}
	if key := snapshot.keys[id]; key != nil {
		return key, nil
	}
	return s.unknown(ctx, id, now)
}

// cold waits for the first keys, or for new ones when the old ones are beyond use.
func (s *RemoteKeySet) cold(ctx context.Context, id string, now time.Time) (*Key, error) {
	s.mu.Lock()
	if snapshot := s.snapshot.Load(); snapshot != nil && now.Sub(snapshot.loaded) < s.config.MaxStale {
		s.mu.Unlock() // They were loaded a moment ago.
		return s.keyAt(ctx, id, now)
	}
	if s.failure != nil && now.Before(s.retryAt) && s.flight == nil {
		failure := s.failure
		s.mu.Unlock()
		return nil, failure
	}
	f := s.join(now, id)
	s.mu.Unlock()
	if err := s.wait(ctx, f); err != nil {
		return nil, err
	}
	if snapshot := s.snapshot.Load(); snapshot != nil {
		if key := snapshot.keys[id]; key != nil {
			return key, nil
		}
	}
	return s.unknown(ctx, id, now)
}

// confirm gives the keys a short moment to be loaded again, also for an id that is not among them. While the key server is slow or down nobody waits long.
func (s *RemoteKeySet) confirm(ctx context.Context, wanted string, now time.Time) {
	s.mu.Lock()
	if s.fresh(now) || (s.failure != nil && now.Before(s.retryAt)) {
		s.mu.Unlock()
		return
	}
	f := s.join(now, wanted)
	f.background = true
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, freshWait-time.Since(f.started))
	defer cancel()
	_ = s.wait(ctx, f) // The keys at hand are used whatever the outcome.
}

// fresh reports whether another caller has loaded the keys in the meantime.
func (s *RemoteKeySet) fresh(now time.Time) bool {
	snapshot := s.snapshot.Load()
	return snapshot != nil && now.Sub(snapshot.loaded) < s.config.TTL/5*4
}

func (s *RemoteKeySet) refreshAhead(now time.Time) {
	if !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	if s.flight != nil || s.fresh(now) || (s.failure != nil && now.Before(s.retryAt)) {
		return
	}
	f := s.join(now, "")
	f.background = true
	f.waiters--
}

// unknown decides whether an id that is not in the set is worth a load.
func (s *RemoteKeySet) unknown(ctx context.Context, id string, now time.Time) (*Key, error) {
	if id == "" || len(id) > maxKeyID || s.config.OnUnknownKey == RefreshNever {
		return nil, unknownKey()
	}
	for range 2 {
		s.mu.Lock()
		if snapshot := s.snapshot.Load(); snapshot != nil && snapshot.keys[id] != nil {
			s.mu.Unlock()
			return snapshot.keys[id], nil
		}
		joined := s.flight != nil
		if refusal := s.mayLoad(id, now); refusal != nil && !joined {
			s.mu.Unlock()
			return nil, refusal
		}
		f := s.join(now, id)
		f.background = true // Who asks and hangs up must not skip the cool-down that the outcome starts.
		s.mu.Unlock()
		if err := s.wait(ctx, f); err != nil {
			return nil, err
		}
		if snapshot := s.snapshot.Load(); snapshot != nil && snapshot.keys[id] != nil {
			return snapshot.keys[id], nil
		}
		// A load that was under way before this call may have missed a key that is newer.
		if !joined {
			break
		}
	}
	return nil, unknownKey()
}

// mayLoad refuses a load for an unknown id while there was one a moment ago, for this id or for any. While the key
// server is down nobody can say that the id is wrong. The lock is held.
func (s *RemoteKeySet) mayLoad(id string, now time.Time) *Error {
	if s.failure != nil && now.Before(s.retryAt) {
		return s.failure
	}
	if s.config.OnUnknownKey == RefreshAlways {
		return nil
	}
	if at, ok := s.missing[id]; ok && now.Before(at.Add(s.config.CoolDown)) {
		return unknownKey()
	}
	if now.Before(s.coolTill) {
		return unknownKey()
	}
	return nil
}

// join returns the load under way, or starts one. The caller waits for it. The lock is held.
func (s *RemoteKeySet) join(now time.Time, wanted string) *keyFlight {
	if s.flight == nil {
		// A load belongs to everyone who waits for it: it must not end with the request that happened to start it.
		ctx, cancel := context.WithTimeout(context.Background(), s.config.Timeout)
		f := &keyFlight{done: make(chan struct{}), cancel: cancel, started: time.Now(), wanted: wanted}
		s.flight = f
		attempts := 1
		if s.failures == 0 {
			attempts = 2
		}
		go s.run(ctx, f, now, attempts)
	}
	s.flight.waiters++
	return s.flight
}

// wait returns when the load is done or the caller gives up. A load that nobody waits for is stopped.
func (s *RemoteKeySet) wait(ctx context.Context, f *keyFlight) *Error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.waiters--; f.waiters == 0 && !f.background && s.flight == f {
		s.flight = nil
		f.cancel()
	}
	return &Error{Reason: ReasonJWKRemoteFailedToLoad, message: "gave up waiting for keys", cause: ctx.Err()}
}

func (s *RemoteKeySet) run(ctx context.Context, f *keyFlight, now time.Time, attempts int) {
	defer f.cancel()
	keys, pause, err := s.fetch(ctx, attempts)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(f.done)
	f.err = err
	if s.flight != f {
		return // Everyone gave up: the outcome says nothing about the key server.
	}
	s.flight = nil
	if err != nil {
		s.fail(err, pause)
		return
	}
	s.replace(keys, f.wanted, now)
}

const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 2 * time.Second
)

// fail keeps the keys at hand, unless the secret key was refused: then nothing that it loaded counts any longer. The
// lock is held.
func (s *RemoteKeySet) fail(err *Error, asked time.Duration) {
	s.failures++
	s.failure = err
	pause := lastRetry
	if s.failures < 4 {
		pause = firstRetry << (s.failures - 1)
	}
	s.retryAt = s.config.Now().Add(max(pause, asked))
	if err.Reason == ReasonSecretKeyInvalid {
		s.snapshot.Store(nil)
	}
	s.config.Logger.Warn("clerkauth: keys could not be loaded", "reason", string(err.Reason), "failures", s.failures)
}

// replace makes the loaded keys the whole set. A key that did not change keeps its pointer, so that cached tokens
// stay good. The age counts from the moment the load began. The lock is held.
func (s *RemoteKeySet) replace(keys []*Key, wanted string, now time.Time) {
	old := s.snapshot.Load()
	next := &keySnapshot{keys: make(map[string]*Key, len(keys)), loaded: now}
	for _, key := range keys {
		if old != nil {
			if before := old.keys[key.ID]; before != nil && before.Algorithm == key.Algorithm && before.Public.Equal(key.Public) {
				key = before
			}
		}
		next.keys[key.ID] = key
		delete(s.missing, key.ID)
	}
	s.snapshot.Store(next)
	s.failures, s.failure = 0, nil
	if wanted == "" {
		return
	}
	if next.keys[wanted] != nil {
		s.coolDown = s.shortCoolDown()
		if old == nil {
			return // The first load is no refresh.
		}
	} else {
		s.remember(wanted)
	}
	s.coolTill = s.config.Now().Add(s.coolDown)
	if next.keys[wanted] == nil {
		s.coolDown = min(s.coolDown*2, s.config.CoolDown)
	}
}

// remember keeps an id that was not found, in bounded memory. The lock is held.
func (s *RemoteKeySet) remember(id string) {
	now := s.config.Now()
	if len(s.missing) >= maxMissing {
		for known, at := range s.missing {
			if !now.Before(at.Add(s.config.CoolDown)) {
				delete(s.missing, known)
			}
		}
	}
	if len(s.missing) < maxMissing {
		s.missing[strings.Clone(id)] = now
	}
}
