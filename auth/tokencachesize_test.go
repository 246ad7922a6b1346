package clerkauth_test

import (
	"slices"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// What the cache takes is bounded by bytes: tokens that are too large are verified each time, and large ones share the
// room of a set. A remembered token gives the very same claims again.
func TestTokenCache_BoundedByBytes(t *testing.T) {
	t.Parallel()
	clock := newClock()
	for _, test := range []struct {
		name            string
		size, tokens    int
		atLeast, atMost int
	}{
		{"ordinary tokens", 200, 4, 4, 4},
		{"large tokens", 3000, 4, 1, 1},
		{"tokens of fifteen kilobytes", 8000, 4, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			authn := local(t, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize = 4 })
			var tokens []string
			first := map[string]*clerkauth.SessionClaims{}
			for i := range test.tokens {
				token := sign(t, keyA(), header(nil), claims(clock.now(), fields{"n": i, "text": strings.Repeat("x", test.size)}))
				verified, err := authn.Verify(t.Context(), token)
				if err != nil {
					t.Fatal(err)
				}
				tokens, first[token] = append(tokens, token), verified
			}
			remembered := 0
			for _, token := range slices.Backward(tokens) {
				again, err := authn.Verify(t.Context(), token)
				if err != nil {
					t.Fatal(err)
				}
				if again == first[token] {
					remembered++
				}
			}
			if remembered < test.atLeast || remembered > test.atMost {
				t.Errorf("got %d of %d tokens of %d bytes remembered, want %d to %d", remembered, test.tokens, len(tokens[0]), test.atLeast, test.atMost)
			}
		})
	}
}
