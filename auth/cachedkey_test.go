package clerkauth_test

import (
	"context"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// sameKey is a key set that keeps one Key and changes what is in it.
type sameKey struct{ key clerkauth.Key }

func (s *sameKey) Key(context.Context, string) (*clerkauth.Key, error) { return &s.key, nil }

// A key set may change a key in place: a token that is remembered fares as one that is not.
func TestTokenCache_keyChangedInPlace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*clerkauth.Key)
		want   clerkauth.Reason
	}{
		"another algorithm": {func(k *clerkauth.Key) { k.Algorithm = "RS512" }, clerkauth.ReasonTokenVerificationFailed},
		"another key":       {func(k *clerkauth.Key) { k.Public = &keyB().PublicKey }, clerkauth.ReasonTokenInvalidSignature},
		"no key":            {func(k *clerkauth.Key) { k.Public = nil }, clerkauth.ReasonTokenVerificationFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := newClock()
			token := good(t, clock.now())
			set := &sameKey{key: clerkauth.Key{ID: testKeyID, Public: &keyA().PublicKey}}
			authn := cached(t, set, clock, token)
			test.change(&set.key)
			wantReason(t, authn, token, test.want)
		})
	}
}
