package clerkauth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
)

// DefaultInstances is how many instances [Instances] keeps where [InstancesConfig] does not say.
const DefaultInstances = 100

// maxInstanceName bounds the names that are looked up. The name of a host is not longer.
const maxInstanceName = 255

// RequestAuthenticator tells who sent a request: an [*Authenticator], or [*Instances] where each request may be for
// another instance. It must be safe for concurrent use.
type RequestAuthenticator interface {
	// Authenticate is described at [Authenticator.Authenticate]. The state is never nil.
	Authenticate(ctx context.Context, req Request, opts ...CallOption) *RequestState
}

// IsMissing reports whether there is no authenticator: nil, or what a constructor returned beside its error.
func IsMissing(authn RequestAuthenticator) bool {
	switch authn := authn.(type) {
	case *Authenticator:
		return authn == nil
	case *Instances:
		return authn == nil
	}
	return authn == nil
}

// InstancesConfig configures [Instances]. Name and Open are required.
type InstancesConfig struct {
	// Name names the instance that a request is for, by its host ([Request.Hostname]), a header or the path; empty is
	// none. It must not read the name from the token. It must be safe for concurrent use.
	Name func(req Request) string
	// Open returns the configuration of an instance, from a table that may grow at run time. It is called once for all
	// requests that wait for it, and again after the instance was forgotten or dropped. An error that matches
	// [ErrUnknownInstance] answers 404 and any other 503; neither is remembered, so Open should answer quickly for
	// names that strangers make up. It must be safe for concurrent use.
	Open func(ctx context.Context, name string) (Config, error)
	// Size is how many instances are kept; zero is [DefaultInstances]. The one that was used least recently is dropped.
	Size int
	// CacheSize is how many verified tokens all instances remember together, and ten times the number of users,
	// organizations and memberships each; zero is [DefaultTokenCacheSize]. Each instance has an equal share, or less where
	// its own configuration says so.
	CacheSize int
	// Observer is told about the requests that no instance was found for; nil observes nothing. Everything else is told to
	// the observers of the instances.
	Observer Observer
}

// Instances authenticates requests for many Clerk instances, such as one for each tenant. Every instance has keys and
// caches of its own, so the token of one never counts at another. It is safe for concurrent use.
type Instances struct {
	config InstancesConfig
	clock  atomic.Uint64 // counts uses

	mu      sync.RWMutex
	kept    map[string]*keptInstance
	flights map[string]*instanceFlight
}

type keptInstance struct {
	authn *Authenticator
	used  atomic.Uint64
}

// instanceFlight is a construction that is under way. Its results are set before done is closed.
type instanceFlight struct {
	done    chan struct{}
	authn   *Authenticator
	refusal *Error
}

// NewInstances checks the configuration. It opens nothing.
func NewInstances(config InstancesConfig) (*Instances, error) {
	switch {
	case config.Name == nil, config.Open == nil:
		return nil, errors.New("clerkauth: NewInstances: Name and Open are required")
	case config.Size < 0, config.CacheSize < 0:
		return nil, errors.New("clerkauth: NewInstances: a size is negative")
	}
	if config.Size == 0 {
		config.Size = DefaultInstances
	}
	if config.CacheSize == 0 {
		config.CacheSize = DefaultTokenCacheSize
	}
	return &Instances{config: config, kept: map[string]*keptInstance{}, flights: map[string]*instanceFlight{}}, nil
}

// Authenticate tells who sent the request, as [Authenticator.Authenticate] of its instance does. A request for no
// instance, or for one that cannot be opened, is signed out with an error that answers 404 or 503.
func (i *Instances) Authenticate(ctx context.Context, req Request, opts ...CallOption) *RequestState {
	authn, refusal := i.find(ctx, i.config.Name(req))
	if refusal == nil {
		return authn.Authenticate(ctx, req, opts...)
	}
	ctx, observed := observe(ctx, i.config.Observer)
	state := authn.signedOut(TokenNone, refusal)
	observed.end(ctx, state)
	return state
}

// Find returns the authenticator of an instance, for what has no request, such as the message of a queue, and for its
// other methods. Do not keep it. The error is an [*Error] that answers 404 or 503.
func (i *Instances) Find(ctx context.Context, name string) (*Authenticator, error) {
	authn, refusal := i.find(ctx, name)
	if refusal != nil {
		return nil, refusal
	}
	return authn, nil
}

// Forget drops an instance whose configuration has changed or that is gone: the next request opens it anew. Requests
// that have begun end with the old configuration.
func (i *Instances) Forget(name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.kept, name)
	delete(i.flights, name)
}

func (i *Instances) find(ctx context.Context, name string) (*Authenticator, *Error) {
	if name == "" || len(name) > maxInstanceName {
		return nil, refuse(ReasonUnknownInstance, "the request is for no instance")
	}
	i.mu.RLock()
	kept := i.kept[name]
	i.mu.RUnlock()
	if kept != nil {
		kept.used.Store(i.clock.Add(1))
		return kept.authn, nil
	}
	flight := i.open(ctx, name)
	select {
	case <-flight.done:
		return flight.authn, flight.refusal
	case <-ctx.Done():
		return nil, &Error{Reason: ReasonUnexpectedError, message: "gave up waiting for the instance", cause: ctx.Err()}
	}
}

// open joins the construction of an instance, or begins it. It goes on when the caller's patience ends.
func (i *Instances) open(ctx context.Context, name string) *instanceFlight {
	i.mu.Lock()
	defer i.mu.Unlock()
	flight := i.flights[name]
	if flight == nil {
		flight = &instanceFlight{done: make(chan struct{})}
		if kept := i.kept[name]; kept != nil {
			flight.authn = kept.authn
			close(flight.done)
			return flight
		}
		name = strings.Clone(name) // It may point into the request.
		i.flights[name] = flight
		go i.run(context.WithoutCancel(ctx), name, flight)
	}
	return flight
}

// run makes the authenticator and keeps it, unless the instance was forgotten meanwhile.
func (i *Instances) run(ctx context.Context, name string, flight *instanceFlight) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	flight.refusal = &Error{Reason: ReasonUnexpectedError, message: "opening the instance panicked"}
	defer func() {
		if recover() != nil { // The goroutine is ours: a panic would end the process.
			flight.authn = nil
		}
		i.land(name, flight)
	}()
	flight.authn, flight.refusal = i.construct(ctx, name)
}

func (i *Instances) construct(ctx context.Context, name string) (*Authenticator, *Error) {
	config, err := i.config.Open(ctx, name)
	if errors.Is(err, ErrUnknownInstance) {
		return nil, refuse(ReasonUnknownInstance, "there is no such instance")
	}
	if err != nil {
		return nil, &Error{Reason: ReasonUnexpectedError, message: "the instance could not be opened", cause: err}
	}
	config.instance = name
	authn, err := New(i.bounded(config))
	if err != nil {
		return nil, &Error{Reason: ReasonUnexpectedError, message: "the configuration of the instance is not valid", cause: err}
	}
	return authn, nil
}

// bounded gives an instance its share of what all may remember.
func (i *Instances) bounded(config Config) Config {
	share := max(i.config.CacheSize/i.config.Size, 1)
	if config.TokenCacheSize == 0 || config.TokenCacheSize > share {
		config.TokenCacheSize = share
	}
	if share = max(share/10, 1); config.Current.Size == 0 || config.Current.Size > share {
		config.Current.Size = share
	}
	config.sharedBy = i.config.Size
	return config
}

// land ends a construction and makes room for what it made.
func (i *Instances) land(name string, flight *instanceFlight) {
	i.mu.Lock()
	defer i.mu.Unlock()
	defer close(flight.done)
	if i.flights[name] != flight {
		return
	}
	delete(i.flights, name)
	if flight.authn == nil {
		return
	}
	for len(i.kept) >= i.config.Size {
		delete(i.kept, i.leastRecent())
	}
	kept := &keptInstance{authn: flight.authn}
	kept.used.Store(i.clock.Add(1))
	i.kept[name] = kept
}

// leastRecent returns the name of the instance that was used least recently. The lock is held.
func (i *Instances) leastRecent() (name string) {
	var earliest *keptInstance
	for other, kept := range i.kept {
		if earliest == nil || kept.used.Load() < earliest.used.Load() {
			name, earliest = other, kept
		}
	}
	return name
}

// Hostname returns the host that the request names, in lower case and without port and final dot, so that it can be
// looked up in a table. A server answers for every name that clients write: look it up, do not take it apart.
func (r Request) Hostname() string {
	host := strings.ToLower(r.Host)
	if at := strings.LastIndexByte(host, ':'); at > strings.LastIndexByte(host, ']') {
		host = host[:at]
	}
	return strings.TrimSuffix(host, ".")
}
