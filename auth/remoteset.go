package clerkauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults of a [RemoteKeySet].
const (
	DefaultKeyTTL      = 5 * time.Minute
	DefaultKeyMaxStale = 24 * time.Hour
	DefaultKeyCoolDown = time.Second
	DefaultKeyTimeout  = 5 * time.Second
)

// RemoteKeySetConfig says where keys come from and how long they live. Zero durations are the defaults.
type RemoteKeySetConfig struct {
	// URL is the address of the key set, such as https://api.clerk.com/v1/jwks. Plain http is for addresses of this
	// machine, unless AllowPlainHTTP is set; a live secret key is sent to neither.
	URL string
	// SecretKey is sent as a bearer token; the public key set of a Frontend API needs none.
	SecretKey string
	// AllowPlainHTTP accepts a URL of plain http on another machine, such as an emulator in a container beside this one.
	AllowPlainHTTP bool
	// HTTPClient sends the requests; nil is a client of our own. Redirects are never followed.
	HTTPClient *http.Client
	// TTL is the age from which keys are confirmed before they are used. From four fifths of it on they are loaded again
	// in the background. A withdrawn key stops verifying within the TTL while the key server answers.
	TTL time.Duration
	// MaxStale is the age up to which keys are used while the key server cannot be reached.
	MaxStale time.Duration
	// CoolDown is the shortest time between two loads that unknown key ids cause. A key id that a load did not find is
	// not looked for again for ten times as long.
	CoolDown time.Duration
	// Timeout bounds one load.
	Timeout time.Duration
	// OnUnknownKey says whether an unknown key id causes a load.
	OnUnknownKey RefreshPolicy
	// Now is the clock; nil is [time.Now].
	Now func() time.Time
	// Observer is told about each load; nil observes nothing.
	Observer KeyObserver
	// Logger gets warnings about failed loads; nil is silent.
	Logger *slog.Logger
}

// RemoteKeySet loads keys over HTTP when they are first needed. Known keys are found without a lock. Everyone who waits
// shares one load, which replaces the set as a whole and goes on for others when a caller gives up. While an old set is
// at hand, nobody waits longer than a tenth of a second for a slow key server. It is safe for concurrent use. Nothing
// runs between calls, except a load that ends within the time-out.
type RemoteKeySet struct {
	config   RemoteKeySetConfig
	secret   hidden // of the configuration, which has it no longer
	client   *http.Client
	ahead    time.Duration // the age from which keys are loaded again in the background
	snapshot atomic.Pointer[keySnapshot]

	mu       sync.Mutex
	flight   *keyFlight
	failures int                  // loads that failed since the last good one
	failure  *Error               // of the last load, nil after a good one
	retryAt  time.Time            // no load before this after a failure
	nextLoad time.Time            // no load for an unknown key id before this
	missing  map[string]time.Time // key ids that the key server does not have, and when that was seen
}

// keySnapshot is one loaded set. It never changes.
type keySnapshot struct {
	keys   map[string]*Key
	loaded time.Time
}

// key returns the key with this id, or nil. A nil snapshot has none.
func (k *keySnapshot) key(id string) *Key {
	if k == nil {
		return nil
	}
	return k.keys[id]
}

// age returns how long ago the keys were loaded. A nil snapshot is older than any.
func (k *keySnapshot) age(now time.Time) time.Duration {
	if k == nil {
		return math.MaxInt64
	}
	return now.Sub(k.loaded)
}

// keyFlight is a load under way.
type keyFlight struct {
	done    chan struct{}
	began   time.Time // by the clock of the configuration
	started time.Time // by the real clock
	wanted  string    // the key id that caused it, or empty
	err     *Error
}

const (
	maxMissing = 256
	// freshWait is how long a caller waits for a load while an old set is at hand.
	freshWait = 80 * time.Millisecond
	// missingFor is how many cool-downs long a key id counts as missing.
	missingFor = 10
)

// NewRemoteKeySet checks the configuration. It does not use the network.
func NewRemoteKeySet(config RemoteKeySetConfig) (*RemoteKeySet, error) {
	if err := checkTarget(config.URL, config.SecretKey, config.AllowPlainHTTP); err != nil {
		return nil, fmt.Errorf("clerkauth: NewRemoteKeySet: URL %w", err)
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
	return &RemoteKeySet{
		config: config, secret: key, client: keyClient(config.HTTPClient), ahead: config.TTL / 5 * 4,
		missing: map[string]time.Time{},
	}, nil
}

// Key returns the key with this id, loading the set if that is needed and allowed. The reason of the error is
// [ReasonJWKKidMismatch] for an id that the key server does not have; the error unwraps to [ErrUnavailable] while
// nobody can tell.
func (s *RemoteKeySet) Key(ctx context.Context, id string) (*Key, error) {
	return s.keyAt(ctx, id, s.config.Now())
}

// lacks reports whether keys are loaded and the id is not among them.
func (s *RemoteKeySet) lacks(id string) bool {
	snapshot := s.snapshot.Load()
	return snapshot != nil && snapshot.key(id) == nil
}

func (s *RemoteKeySet) keyAt(ctx context.Context, id string, now time.Time) (*Key, error) {
	snapshot := s.snapshot.Load()
	switch age := snapshot.age(now); {
	case age < s.ahead:
	case age < s.config.TTL:
		s.refreshAhead(now)
	default:
		renewed, err := s.renew(ctx, id, now)
		if err != nil {
			return nil, err
		}
		snapshot = renewed
	}
	if key := snapshot.key(id); key != nil {
		return key, nil
	}
	return s.unknown(ctx, id, now)
}

// renew returns a set that may be used although the one at hand is past its time, or missing. It waits for the load;
// with a set at hand only for a moment, so that a key server that is slow or down keeps nobody waiting.
func (s *RemoteKeySet) renew(ctx context.Context, id string, now time.Time) (*keySnapshot, *Error) {
	s.mu.Lock()
	snapshot := s.snapshot.Load()
	if snapshot.age(now) < s.ahead {
		s.mu.Unlock() // Another caller has loaded it in the meantime.
		return snapshot, nil
	}
	usable := snapshot.age(now) < s.config.MaxStale
	if failure := s.resting(now); failure != nil {
		s.mu.Unlock()
		if usable {
			return snapshot, nil
		}
		return nil, failure
	}
	f := s.join(now, id)
	s.mu.Unlock()
	err := s.wait(ctx, f, usable)
	if snapshot = s.snapshot.Load(); snapshot.age(now) < s.config.MaxStale {
		return snapshot, nil // Whatever came of the load, these keys may be used.
	}
	if err == nil {
		err = loadError("the keys were withdrawn", nil)
	}
	return nil, err
}

func (s *RemoteKeySet) refreshAhead(now time.Time) {
	if !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	if s.snapshot.Load().age(now) >= s.ahead && s.resting(now) == nil {
		s.join(now, "")
	}
}

// unknown decides whether an id that is not in the set is worth a load.
func (s *RemoteKeySet) unknown(ctx context.Context, id string, now time.Time) (*Key, error) {
	if id == "" || len(id) > maxKeyID || s.config.OnUnknownKey == RefreshNever {
		return nil, unknownKey()
	}
	for range 2 {
		s.mu.Lock()
		snapshot := s.snapshot.Load()
		if key := snapshot.key(id); key != nil {
			s.mu.Unlock()
			return key, nil
		}
		joined := s.flight != nil
		if refusal := s.refusal(id, now); refusal != nil {
			s.mu.Unlock()
			return nil, refusal
		}
		f := s.join(now, id)
		brief := s.failures > 0 || snapshot.age(now) >= s.config.TTL
		s.mu.Unlock()
		if err := s.wait(ctx, f, brief); err != nil {
			return nil, err
		}
		if key := s.snapshot.Load().key(id); key != nil {
			return key, nil
		}
		// A load that was under way before this call may have missed a key that is newer.
		if !joined {
			break
		}
	}
	return nil, unknownKey()
}

// refusal is why no load may be started or joined for an unknown id, or nil. Only an id that the key server was asked
// for is wrong; while a load must wait nobody can say so. The lock is held.
func (s *RemoteKeySet) refusal(id string, now time.Time) *Error {
	always := s.config.OnUnknownKey == RefreshAlways
	if at, ok := s.missing[id]; ok && !always && now.Before(at.Add(missingFor*s.config.CoolDown)) {
		return unknownKey()
	}
	if s.flight != nil {
		return nil
	}
	if failure := s.resting(now); failure != nil {
		return failure
	}
	if !always && now.Before(s.nextLoad) {
		return loadError("the next load for an unknown key id is due in a moment", nil)
	}
	return nil
}

// resting returns why the key server is left alone for a moment after a failure, or nil. The lock is held.
func (s *RemoteKeySet) resting(now time.Time) *Error {
	if s.flight == nil && now.Before(s.retryAt) {
		return s.failure
	}
	return nil
}

// join returns the load under way, or starts one. It belongs to everyone who needs it and does not end with the caller
// who happened to start it. The lock is held.
func (s *RemoteKeySet) join(now time.Time, wanted string) *keyFlight {
	if s.flight == nil {
		s.flight = &keyFlight{done: make(chan struct{}), began: now, started: time.Now(), wanted: strings.Clone(wanted)}
		failing := s.failures > 0
		go s.run(s.flight, failing, !failing && s.snapshot.Load() == nil)
	}
	return s.flight
}

// wait returns when the load is done, when the caller gives up, or, if it is to be brief, a moment after the load
// began.
func (s *RemoteKeySet) wait(ctx context.Context, f *keyFlight, brief bool) *Error {
	var over <-chan time.Time
	if brief {
		timer := time.NewTimer(freshWait - time.Since(f.started))
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-f.done:
		return f.err
	case <-over:
		return loadError("the keys are being loaded", nil)
	case <-ctx.Done():
		return loadError("gave up waiting for keys", ctx.Err())
	}
}

func (s *RemoteKeySet) run(f *keyFlight, failing, again bool) {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.Timeout)
	defer cancel()
	loaded := s.fetch(ctx, failing, again)
	s.observeLoad(f, loaded)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(f.done)
	s.flight, f.err = nil, loaded.err
	if loaded.err != nil {
		s.fail(loaded.err, loaded.pause)
		return
	}
	s.replace(loaded.keys, f)
}

// fail keeps the keys at hand, unless the secret key was refused: then nothing that it loaded counts any longer. The
// lock is held.
func (s *RemoteKeySet) fail(err *Error, asked time.Duration) {
	s.failures++
	s.failure = err
	s.retryAt = s.config.Now().Add(max(loadSpacing, asked))
	if err.Reason == ReasonSecretKeyInvalid {
		s.snapshot.Store(nil)
	}
	if s.failures&(s.failures-1) == 0 { // The first, and ever more seldom: an outage must not fill the log.
		attrs := append(troubleAttrs(hostOf(s.config.URL), err), slog.Int("failures", s.failures), slog.Bool("keys_at_hand", s.snapshot.Load() != nil))
		s.config.Logger.Log(context.Background(), slog.LevelWarn, "clerkauth: keys could not be loaded", attrs...)
	}
}

// replace makes the loaded keys the whole set. A key that did not change keeps its pointer, so that cached tokens
// stay good. The age counts from the moment the load began. The lock is held.
func (s *RemoteKeySet) replace(keys []*Key, f *keyFlight) {
	old := s.snapshot.Load()
	next := &keySnapshot{keys: make(map[string]*Key, len(keys)), loaded: f.began}
	for _, key := range keys {
		if before := old.key(key.ID); before.equal(key) {
			key = before
		}
		next.keys[key.ID] = key
		delete(s.missing, key.ID)
	}
	s.snapshot.Store(next)
	s.failures, s.failure, s.retryAt = 0, nil, time.Time{}
	if old != nil {
		for id := range old.keys {
			if next.keys[id] == nil {
				s.remember(id)
			}
		}
	}
	if f.wanted == "" {
		return
	}
	found := next.keys[f.wanted] != nil
	if !found {
		s.remember(f.wanted)
	}
	if !found || old != nil && old.keys[f.wanted] == nil {
		s.nextLoad = f.began.Add(s.config.CoolDown)
	}
}

// remember keeps an id that was not found, in bounded memory. The lock is held.
func (s *RemoteKeySet) remember(id string) {
	now := s.config.Now()
	if len(s.missing) >= maxMissing {
		for known, at := range s.missing {
			if !now.Before(at.Add(missingFor * s.config.CoolDown)) {
				delete(s.missing, known)
			}
		}
	}
	if len(s.missing) < maxMissing {
		s.missing[id] = now
	}
}
