package clerkauth_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestNewStaticKeySet(t *testing.T) {
	t.Parallel()
	a := &clerkauth.Key{ID: "a", Public: &keyA().PublicKey}
	anonymous := &clerkauth.Key{Public: &keyB().PublicKey}
	set, err := clerkauth.NewStaticKeySet(a, anonymous)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]*rsa.PublicKey{"a": a.Public, "b": anonymous.Public, "": anonymous.Public} {
		if got, err := set.Key(context.Background(), id); err != nil || got.Public != want {
			t.Errorf("got %v, %v for %q", got, err, id)
		}
	}
	for name, keys := range map[string][]*clerkauth.Key{
		"none": nil, "nil": {nil}, "no material": {{ID: "a"}}, "same id": {a, a}, "two without id": {anonymous, anonymous},
		"another algorithm": {{ID: "a", Algorithm: "ES256", Public: a.Public}},
	} {
		if _, err := clerkauth.NewStaticKeySet(keys...); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	only, err := clerkauth.NewStaticKeySet(a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := only.Key(context.Background(), "b"); !errors.Is(err, clerkauth.ErrUnknownKey) {
		t.Errorf("got %v, want ErrUnknownKey", err)
	}
}

// anyAlgorithm sets a key that answers for RS256, RS384 and RS512.
func anyAlgorithm(t testing.TB) func(*clerkauth.Config) {
	t.Helper()
	set, err := clerkauth.NewStaticKeySet(&clerkauth.Key{ID: testKeyID, Public: &keyA().PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *clerkauth.Config) { c.KeySet = set }
}
