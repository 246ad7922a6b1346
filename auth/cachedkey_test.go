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

// Whatever a token says and a call asks for: an authenticator that remembers decides like one that never saw the token.
func TestTokenCache_decidesLikeAVerification(t *testing.T) {
	t.Parallel()
	clock := newClock()
	now := clock.now().Unix()
	calls := map[string][]clerkauth.CallOption{
		"no options": nil, "a party": {clerkauth.WithAuthorizedParties("https://app.example.com")},
		"an audience": {clerkauth.WithAudience("x")}, "pending": {clerkauth.AllowPending()}, "no type": {clerkauth.AcceptTokens()},
		"machines": {clerkauth.AcceptTokens(clerkauth.TokenM2M)}, "two types": {clerkauth.AcceptTokens(clerkauth.TokenSession, clerkauth.TokenM2M)},
	}
	for _, payload := range []fields{
		nil, {"azp": "https://evil.example"}, {"azp": nil}, {"aud": "x"}, {"aud": []string{"y"}}, {"aud": 7}, {"iss": 5},
		{"sts": "pending"}, {"nbf": now + 100}, {"iat": now + 100}, {"exp": now - 100}, {"exp": "x"}, {"sub": ""}, {"sub": "mch_1"},
	} {
		for _, head := range []fields{nil, {"cat": "cl_B7d4PD222AAA"}, {"cat": 5}, {"typ": "at+jwt"}} {
			token := sign(t, keyA(), header(head), claims(clock.now(), payload))
			requests := []clerkauth.Request{
				bearer(token), document("https", "app.example.com", "/", "", "Cookie", "__clerk_db_jwt=d; __client_uat=1; __session="+token),
			}
			warm := local(t, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize = 8 })
			for range 2 {
				for name, opts := range calls {
					for _, req := range requests {
						got, want := warm.Authenticate(t.Context(), req, opts...), local(t, clock.now, nil).Authenticate(t.Context(), req, opts...)
						if got.String() != want.String() || got.UserID() != want.UserID() || got.TokenType() != want.TokenType() {
							t.Errorf("%v %v, %s: got %v, want %v", head, payload, name, got, want)
						}
					}
				}
			}
		}
	}
}
