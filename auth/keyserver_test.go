package clerkauth_test

import (
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// keyServer is a key server without sockets: a transport that answers, counts and misbehaves on demand.
type keyServer struct {
	fetches atomic.Int64
	active  atomic.Int64
	peak    atomic.Int64

	mu     sync.Mutex
	keys   map[string]*rsa.PrivateKey
	status int
	body   string
	delay  time.Duration
	last   http.Header
}

func newKeyServer(keys map[string]*rsa.PrivateKey) *keyServer {
	return &keyServer{keys: keys, status: http.StatusOK}
}

// answer sets the status and, if it is not empty, the body.
func (k *keyServer) answer(status int, body string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.status, k.body = status, body
}

func (k *keyServer) serve(keys map[string]*rsa.PrivateKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = keys
}

func (k *keyServer) slow(delay time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.delay = delay
}

func (k *keyServer) RoundTrip(req *http.Request) (*http.Response, error) {
	k.fetches.Add(1)
	if active := k.active.Add(1); active > k.peak.Load() {
		k.peak.Store(active)
	}
	defer k.active.Add(-1)
	k.mu.Lock()
	delay, status, body := k.delay, k.status, k.body
	k.last = req.Header
	if body == "" {
		body = k.set()
	}
	k.mu.Unlock()
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	if status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

func (k *keyServer) set() string {
	list := []fields{}
	for id, key := range k.keys {
		list = append(list, jwkOf(id, key, nil))
	}
	text, err := json.Marshal(fields{"keys": list})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// remote returns an Authenticator that loads its keys from the server.
func (k *keyServer) remote(t testing.TB, now func() time.Time, change func(*clerkauth.Config)) *clerkauth.Authenticator {
	t.Helper()
	config := clerkauth.Config{
		SecretKey: testSecret, PublishableKey: testPublishable, Now: now, HTTPClient: &http.Client{Transport: k},
	}
	if change != nil {
		change(&config)
	}
	authn, err := clerkauth.New(config)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return authn
}

// keySet returns a key set of its own on the server.
func (k *keyServer) keySet(t testing.TB, now func() time.Time, change func(*clerkauth.RemoteKeySetConfig)) *clerkauth.RemoteKeySet {
	t.Helper()
	config := clerkauth.RemoteKeySetConfig{
		URL: "https://api.clerk.test/v1/jwks", SecretKey: testSecret, HTTPClient: &http.Client{Transport: k}, Now: now,
	}
	if change != nil {
		change(&config)
	}
	set, err := clerkauth.NewRemoteKeySet(config)
	if err != nil {
		t.Fatalf("NewRemoteKeySet: %v", err)
	}
	return set
}

func mustKey(t testing.TB, set clerkauth.KeySet, id string) *clerkauth.Key {
	t.Helper()
	key, err := set.Key(t.Context(), id)
	if err != nil {
		t.Fatalf("Key(%q): %v", id, err)
	}
	return key
}

// socketServer is a key server on a real loopback connection.
func socketServer(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return srv.URL
}
