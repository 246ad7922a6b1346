package clerkauth_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// changingKeys is a key set that can fail, lose its key and get another.
type changingKeys struct {
	key  atomic.Pointer[clerkauth.Key]
	fail atomic.Bool
}

func newChangingKeys(key *rsa.PrivateKey) *changingKeys {
	k := &changingKeys{}
	k.key.Store(&clerkauth.Key{ID: testKeyID, Public: &key.PublicKey})
	return k
}

var errKeyStore = errors.New("the key store is on fire")

func (k *changingKeys) Key(_ context.Context, id string) (*clerkauth.Key, error) {
	if k.fail.Load() {
		return nil, errKeyStore
	}
	if key := k.key.Load(); key != nil && key.ID == id {
		return key, nil
	}
	return nil, clerkauth.ErrUnknownKey
}

// cacheHits is an observer that counts the tokens that the cache knew.
type cacheHits struct{ atomic.Int64 }

func (h *cacheHits) BeginAuthentication(ctx context.Context) context.Context { return ctx }

func (h *cacheHits) EndAuthentication(_ context.Context, info clerkauth.AuthenticationInfo) {
	if info.Cached {
		h.Add(1)
	}
}

func (h *cacheHits) Refused(clerkauth.RefusalInfo) {}

func (h *cacheHits) EndKeyLoad(clerkauth.KeyLoadInfo) {}

// cached returns an Authenticator with a cache that has seen the token once.
func cached(t *testing.T, keys clerkauth.KeySet, clock *clock, token string) *clerkauth.Authenticator {
	t.Helper()
	hits := &cacheHits{}
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.KeySet, c.TokenCacheSize, c.Observer = keys, 100, hits })
	for want := range int64(2) {
		if _, err := authn.Verify(t.Context(), token); err != nil || hits.Load() != want {
			t.Fatalf("got %v and %d answers of the cache, want %d", err, hits.Load(), want)
		}
	}
	return authn
}

func wantReason(t *testing.T, authn *clerkauth.Authenticator, token string, want clerkauth.Reason, opts ...clerkauth.CallOption) {
	t.Helper()
	_, err := authn.Verify(t.Context(), token, opts...)
	if got := reasonOf(t, err); got != want {
		t.Errorf("got reason %q, want %q", got, want)
	}
}

func TestTokenCache_expiry(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := good(t, clock.now())
	authn := cached(t, newChangingKeys(keyA()), clock, token)
	clock.advance(64 * time.Second)
	if _, err := authn.Verify(t.Context(), token); err != nil {
		t.Errorf("got %v within the tolerance", err)
	}
	clock.advance(time.Second)
	wantReason(t, authn, token, clerkauth.ReasonTokenExpired)
}

func TestTokenCache_clockWentBack(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := good(t, clock.now())
	authn := cached(t, newChangingKeys(keyA()), clock, token)
	clock.advance(-10 * time.Second)
	wantReason(t, authn, token, clerkauth.ReasonTokenIatInTheFuture)
	clock.advance(-10 * time.Second)
	wantReason(t, authn, token, clerkauth.ReasonTokenNotActiveYet)
}

func TestTokenCache_goneKey(t *testing.T) {
	t.Parallel()
	clock, keys := newClock(), newChangingKeys(keyA())
	token := good(t, clock.now())
	authn := cached(t, keys, clock, token)
	keys.key.Store(nil)
	wantReason(t, authn, token, clerkauth.ReasonJWKKidMismatch)
}

func TestTokenCache_replacedKey(t *testing.T) {
	t.Parallel()
	clock, keys := newClock(), newChangingKeys(keyA())
	token := good(t, clock.now())
	authn := cached(t, keys, clock, token)
	keys.key.Store(&clerkauth.Key{ID: testKeyID, Public: &keyB().PublicKey})
	wantReason(t, authn, token, clerkauth.ReasonTokenInvalidSignature)
}

func TestTokenCache_failingKeySet(t *testing.T) {
	t.Parallel()
	clock, keys := newClock(), newChangingKeys(keyA())
	token := good(t, clock.now())
	authn := cached(t, keys, clock, token)
	keys.fail.Store(true)
	_, err := authn.Verify(t.Context(), token)
	if !errors.Is(err, clerkauth.ErrUnavailable) || !errors.Is(err, errKeyStore) {
		t.Errorf("got %v, want ErrUnavailable with its cause", err)
	}
}

func TestTokenCache_withdrawnKey(t *testing.T) {
	t.Parallel()
	old, next := keyA(), keyB()
	// A caller waits only for a moment where an old set is at hand, so the clock is that of the test.
	synctest.Test(t, func(t *testing.T) {
		clock := newClock()
		server := newKeyServer(map[string]*rsa.PrivateKey{testKeyID: old, "ins_b": next})
		token := sign(t, old, header(nil), claims(clock.now(), fields{"exp": clock.now().Unix() + 3600}))
		authn := cached(t, server.keySet(t, clock.now, nil), clock, token)
		server.serve(map[string]*rsa.PrivateKey{"ins_b": next})
		clock.advance(clerkauth.DefaultKeyTTL)
		wantReason(t, authn, token, clerkauth.ReasonJWKKidMismatch)
	})
}

func TestTokenCache_callOptions(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := sign(t, keyA(), header(nil), claims(clock.now(), fields{"aud": []string{"api"}}))
	authn := cached(t, newChangingKeys(keyA()), clock, token)
	wantReason(t, authn, token, clerkauth.ReasonTokenInvalidAuthorizedParties, clerkauth.WithAuthorizedParties("https://other.example.com"))
	wantReason(t, authn, token, clerkauth.ReasonTokenVerificationFailed, clerkauth.WithAudience("web"))
	if _, err := authn.Verify(t.Context(), token, clerkauth.WithAuthorizedParties("https://app.example.com"), clerkauth.WithAudience("api")); err != nil {
		t.Errorf("got %v for the right party and audience", err)
	}
}

func TestTokenCache_tokensAreNeverConfused(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := good(t, clock.now())
	authn := cached(t, newChangingKeys(keyA()), clock, token)
	for i := range token {
		changed := []byte(token)
		changed[i] ^= 1
		if got, err := authn.Verify(t.Context(), string(changed)); err == nil {
			t.Fatalf("a token that differs in byte %d verified as %q", i, got.Subject)
		}
	}
	if _, err := authn.Verify(t.Context(), token+"A"); err == nil {
		t.Error("a longer token verified")
	}
	other := sign(t, keyA(), header(nil), claims(clock.now(), fields{"sub": "user_2"}))
	for range 3 {
		got, err := authn.Verify(t.Context(), other)
		if err != nil || got.Subject != "user_2" {
			t.Errorf("got %v, %v, want the claims of the other token", got, err)
		}
	}
}

func TestTokenCache_refusedTokensAreNotKept(t *testing.T) {
	t.Parallel()
	clock, keys := newClock(), newChangingKeys(keyA())
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.KeySet, c.TokenCacheSize = keys, 100 })
	forged := sign(t, keyB(), header(nil), claims(clock.now(), nil))
	if _, err := authn.Verify(t.Context(), forged); err == nil {
		t.Fatal("a forged token verified")
	}
	template := sign(t, keyA(), header(fields{"cat": "cl_B7d4PD222AAA"}), claims(clock.now(), nil))
	for range 2 {
		if _, err := authn.Verify(t.Context(), template); err == nil {
			t.Fatal("a template token verified")
		}
	}
}

func TestTokenCache_noTokenCacheTurnsItOff(t *testing.T) {
	t.Parallel()
	clock, hits := newClock(), &cacheHits{}
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize, c.Observer = clerkauth.NoTokenCache, hits })
	token := good(t, clock.now())
	for range 2 {
		if _, err := authn.Verify(t.Context(), token); err != nil || hits.Load() != 0 {
			t.Errorf("got %v and %d answers of the cache, want none", err, hits.Load())
		}
	}
}

func TestTokenCache_callersCannotChangeWhatDecides(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := sign(t, keyA(), header(nil), claims(clock.now(), fields{"aud": []string{"api"}, "act": fields{"sub": "user_2"}}))
	authn := cached(t, newChangingKeys(keyA()), clock, token)
	state := authn.Authenticate(t.Context(), bearer(token))
	verified, err := authn.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*clerkauth.SessionClaims{verified, state.Claims()} {
		c.Subject, c.OrgRole, c.Audience[0], c.Actor.Subject = "user_evil", "org:evil", "evil", "user_evil"
	}
	state.Actor().Subject = "user_evil"
	again := authn.Authenticate(t.Context(), bearer(token))
	if again.UserID() != "user_1" || !again.Has(clerkauth.HasRole("org:admin")) || again.Has(clerkauth.HasRole("org:evil")) {
		t.Errorf("got %q: a caller changed who the token stands for", again.UserID())
	}
	for _, c := range []*clerkauth.SessionClaims{state.Claims(), authn.Authenticate(t.Context(), bearer(token)).Claims()} {
		if c.Subject != "user_1" || c.OrgRole != "org:admin" || c.Audience[0] != "api" || c.Actor.Subject != "user_2" {
			t.Errorf("got %+v: a caller changed the claims of others", c)
		}
	}
}

func TestTokenCache_capacity(t *testing.T) {
	t.Parallel()
	clock, hits := newClock(), &cacheHits{}
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize, c.Observer = 16, hits })
	var tokens []string
	for i := range 200 {
		tokens = append(tokens, sign(t, keyA(), header(nil), claims(clock.now(), fields{"sub": fmt.Sprint("user_", i), "pad": strings.Repeat("x", 4000)})))
	}
	for range 2 {
		for i, token := range tokens {
			got, err := authn.Verify(t.Context(), token)
			if err != nil || got.Subject != fmt.Sprint("user_", i) {
				t.Fatalf("got %v, %v for token %d", got, err, i)
			}
		}
	}
	if got := hits.Load(); got > 16 {
		t.Errorf("got %d answers of the cache: more than 16 tokens were kept", got)
	}
}

func TestTokenCache_concurrent(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize = 3 })
	var tokens []string
	for i := range 8 {
		tokens = append(tokens, sign(t, keyA(), header(nil), claims(clock.now(), fields{"sub": fmt.Sprint("user_", i)})))
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for n := range 400 {
				i := (n + g) % len(tokens)
				got, err := authn.Verify(t.Context(), tokens[i])
				if err != nil || got.Subject != fmt.Sprint("user_", i) {
					t.Errorf("got %v, %v for token %d", got, err, i)
					return
				}
			}
		})
	}
	wg.Wait()
}

//nolint:paralleltest // Counting allocations needs the process to itself.
func TestTokenCache_allocations(t *testing.T) {
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize = 10 })
	req := bearer(good(t, clock.now()))
	if !authn.Authenticate(t.Context(), req).SignedIn() {
		t.Fatal("signed out")
	}
	ctx := t.Context()
	if got := testing.AllocsPerRun(100, func() { authn.Authenticate(ctx, req) }); got > 2 {
		t.Errorf("got %v allocations for a repeated token, want at most 2", got)
	}
}

func TestAuthenticator_neverAcceptTokenssOfAnother(t *testing.T) {
	t.Parallel()
	clock := newClock()
	first := newKeyServer(oneKey()).remote(t, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize = 10 })
	second := newKeyServer(map[string]*rsa.PrivateKey{testKeyID: keyB()}).remote(t, clock.now, func(c *clerkauth.Config) {
		c.TokenCacheSize, c.SecretKey = 10, "sk_test_other"
	})
	ofFirst, ofSecond := good(t, clock.now()), sign(t, keyB(), header(nil), claims(clock.now(), nil))
	for range 2 {
		if _, err := first.Verify(t.Context(), ofFirst); err != nil {
			t.Errorf("first: %v", err)
		}
		if _, err := second.Verify(t.Context(), ofSecond); err != nil {
			t.Errorf("second: %v", err)
		}
		if _, err := first.Verify(t.Context(), ofSecond); !errors.Is(err, clerkauth.ErrUnauthenticated) {
			t.Errorf("got %v, want the first to refuse a token of the second", err)
		}
		if _, err := second.Verify(t.Context(), ofFirst); !errors.Is(err, clerkauth.ErrUnauthenticated) {
			t.Errorf("got %v, want the second to refuse a token of the first", err)
		}
	}
}
