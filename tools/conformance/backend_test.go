package main

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// lateTransport is a machine so busy that a load in the background asks late.
type lateTransport struct {
	keys  *keyServer
	ended atomic.Int32
}

// RoundTrip implements [http.RoundTripper].
func (t *lateTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	<-time.After(50 * time.Millisecond)
	defer t.ended.Add(1)
	return t.keys.RoundTrip(r)
}

func TestSettle(t *testing.T) {
	t.Parallel()
	w := newWorld()
	late := &lateTransport{keys: &keyServer{world: w, status: http.StatusOK, keys: [][2]string{{"ins_1", "A"}}}}
	set, err := clerkauth.NewRemoteKeySet(clerkauth.RemoteKeySetConfig{URL: "https://api.clerk.test/v1/jwks", Now: w.now, HTTPClient: &http.Client{Transport: late}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := set.Key(t.Context(), "ins_1"); err != nil {
			t.Fatal(err)
		}
		w.advance(clerkauth.DefaultKeyTTL - time.Second) // old enough to be loaded in the background
	}
	settle()
	if got, want := late.ended.Load(), int32(2); got != want {
		t.Errorf("got %d loads that have ended, want %d", got, want)
	}
}
