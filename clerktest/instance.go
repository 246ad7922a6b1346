package clerktest

import (
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// frontendSuffix ends every frontend host of the emulator. Browser SDKs take a host that ends so for a development
// instance, and nothing on the network is reached by mistake: the host part stays the emulator's own.
const frontendSuffix = ".clerk.accounts.dev"

// Instance is one isolated Clerk instance: its own keys, clock, records and events. An [Emulator] serves any number of
// them, told apart by secret key, so that parallel tests share one server and nothing else. It is safe for concurrent
// use. Its helpers end the test, or panic outside of one, when a call cannot succeed.
type Instance struct {
	emulator *Emulator
	tb       TB
	name     string // also the label of the frontend host
	id       string // ins_
	secret   string

	mu    sync.RWMutex // guards state and its collections
	state *state
	data  *dataFolder // nil unless state is kept on disk

	clock       Clock
	events      *eventLog
	requests    *requestLog
	keys        keyCache
	jwksFault   atomic.Pointer[JWKSFault]
	jwksFetches atomic.Int64
	faults      faults
	limiter     rateLimiter
	snapshots   snapshotShelf
	webhooks    webhooks
	production  atomic.Bool
	oauthLog    oauthLog

	clientDocuments clientDocuments
}

func newInstance(e *Emulator, name, secret string) *Instance {
	in := &Instance{
		emulator: e, name: name, secret: secret, requests: newRequestLog(),
	}
	in.events = newEventLog(in.webhooks.deliver)
	in.id = newID("ins_", in.clock.Now())
	in.state = e.emptyState()
	in.clock.OnChange(in.webhooks.kick)
	return in
}

// Name returns the name the instance was made with.
func (in *Instance) Name() string { return in.name }

// ID returns the instance's identifier, ins_ and 27 characters.
func (in *Instance) ID() string {
	in.mu.RLock()
	defer in.mu.RUnlock()
	return in.id
}

// document tells what the instance is. It needs the lock.
func (in *Instance) document() instanceDocument {
	return instanceDocument{ID: in.id, Name: in.name, Secret: in.secret}
}

// URL returns the address of the emulator without a path. It is the value for the API address of core and auth.
func (in *Instance) URL() string { return in.emulator.url }

// SecretKey returns the sk_test_ key of the instance.
func (in *Instance) SecretKey() string { return in.secret }

// PublishableKey returns the pk_test_ key of the instance. Its frontend host is the emulator's host and port followed
// by a path that browser SDKs take for a development host; the emulator serves every path with and without it.
func (in *Instance) PublishableKey() string {
	return in.publishablePrefix() + base64.RawStdEncoding.EncodeToString([]byte(in.FrontendAPI()+"$"))
}

// FrontendAPI returns the frontend host that PublishableKey encodes.
func (in *Instance) FrontendAPI() string {
	if in.emulator.frontendAPI != "" && in.name == firstInstance {
		return in.emulator.frontendAPI
	}
	_, host, _ := strings.Cut(in.emulator.url, "://")
	return host + "/" + in.name + frontendSuffix
}

// Issuer returns the iss claim of the instance's tokens, https:// and FrontendAPI as at Clerk.
func (in *Instance) Issuer() string { return "https://" + in.FrontendAPI() }

// Clock returns the instance's movable time.
func (in *Instance) Clock() *Clock { return &in.clock }

// Client returns an HTTP client for the emulator.
func (in *Instance) Client() *http.Client { return in.emulator.client }

// fail ends the test, or panics where there is none.
func (in *Instance) fail(op string, err error) {
	if in.tb == nil {
		panic("clerktest: " + op + ": " + err.Error())
	}
	in.tb.Helper()
	in.tb.Fatalf("clerktest: %s: %v", op, err)
}
