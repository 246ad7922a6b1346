package clerkauth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
	"unsafe"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func reasonOf(t *testing.T, err error) clerkauth.Reason {
	t.Helper()
	var refusal *clerkauth.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a *clerkauth.Error", err)
	}
	return refusal.Reason
}

func TestAuthenticator_Verify(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, anyAlgorithm(t))
	for _, alg := range []string{"RS256", "RS384", "RS512"} {
		t.Run(alg+" verifies", func(t *testing.T) {
			t.Parallel()
			token := sign(t, keyA(), header(fields{"alg": alg}), claims(clock.now(), nil))
			got, err := authn.Verify(t.Context(), token)
			if err != nil {
				t.Fatalf("Verify: %v", err)
			}
			if got.Subject != "user_1" || got.SessionID != "sess_1" || got.OrgRole != "org:admin" || got.OrgSlug != "acme" {
				t.Errorf("got %+v", got)
			}
			if got, want := got.ExpiresAt, time.Unix(clock.now().Unix()+60, 0); !got.Equal(want) {
				t.Errorf("got expiry %v, want %v", got, want)
			}
		})
	}
}

func TestAuthenticator_Verify_refusals(t *testing.T) {
	t.Parallel()
	clock := newClock()
	now := clock.now()
	plain := local(t, clock.now, nil)
	strict := local(t, clock.now, func(c *clerkauth.Config) {
		c.AuthorizedParties = []string{"https://app.example.com"}
		c.Audience = []string{"api"}
		c.Issuer = []string{"https://clerk.example.com"}
	})
	full := sign(t, keyA(), header(nil), claims(now, nil))
	head, rest, _ := strings.Cut(full, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	tests := []struct {
		name  string
		authn *clerkauth.Authenticator
		token string
		want  clerkauth.Reason
	}{
		{"empty", plain, "", clerkauth.ReasonTokenInvalid},
		{"garbage", plain, "not-a-jwt", clerkauth.ReasonTokenInvalid},
		{"two parts", plain, head + "." + payload, clerkauth.ReasonTokenInvalid},
		{"four parts", plain, full + ".x", clerkauth.ReasonTokenInvalid},
		{"a megabyte", plain, full + strings.Repeat("A", 1<<20), clerkauth.ReasonTokenInvalid},
		{"padding", plain, full + "==", clerkauth.ReasonTokenInvalid},
		{"line break", plain, head + "\n." + payload + "." + signature, clerkauth.ReasonTokenInvalid},
		{"bits that are not canonical", plain, nonCanonical(full), clerkauth.ReasonTokenInvalid},
		{"standard alphabet", plain, head + "." + payload + "." + standardAlphabet(signature), clerkauth.ReasonTokenInvalid},
		{"deep JSON", plain, sign(t, keyA(), header(nil), `{"a":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`}`), clerkauth.ReasonTokenInvalid},
		{"payload is an array", plain, sign(t, keyA(), header(nil), `[]`), clerkauth.ReasonTokenInvalid},
		{"payload with a tail", plain, sign(t, keyA(), header(nil), `{} {}`), clerkauth.ReasonTokenInvalid},
		{"repeated claim", plain, sign(t, keyA(), header(nil), `{"sub":"user_1","sub":"user_2","exp":9999999999}`), clerkauth.ReasonTokenInvalid},
		{"repeated parameter", plain, sign(t, keyA(), `{"alg":"RS256","alg":"RS256","kid":"ins_a"}`, claims(now, nil)), clerkauth.ReasonTokenInvalid},
		{"alg none", plain, encode(t, header(fields{"alg": "none"})) + "." + payload + ".", clerkauth.ReasonTokenInvalidAlgorithm},
		{"alg HS256", plain, sign(t, keyA(), header(fields{"alg": "HS256"}), claims(now, nil)), clerkauth.ReasonTokenInvalidAlgorithm},
		{"alg HS256 with the public key as secret", plain, hmacSign(encode(t, header(fields{"alg": "HS256"}))+"."+payload, pemOf(t, keyA())), clerkauth.ReasonTokenInvalidAlgorithm},
		{"a key id of ten thousand bytes", plain, sign(t, keyB(), header(fields{"kid": strings.Repeat("k", 10_000)}), claims(now, nil)), clerkauth.ReasonTokenInvalidSignature},
		{"alg lower case", plain, sign(t, keyA(), header(fields{"alg": "rs256"}), claims(now, nil)), clerkauth.ReasonTokenInvalidAlgorithm},
		{"alg PS256", plain, sign(t, keyA(), header(fields{"alg": "PS256"}), claims(now, nil)), clerkauth.ReasonTokenInvalidAlgorithm},
		{"alg missing", plain, sign(t, keyA(), header(fields{"alg": nil}), claims(now, nil)), clerkauth.ReasonTokenInvalidAlgorithm},
		{"alg is a number", plain, sign(t, keyA(), header(fields{"alg": 256}), claims(now, nil)), clerkauth.ReasonTokenInvalidAlgorithm},
		{"crit", plain, sign(t, keyA(), header(fields{"crit": []string{"exp"}}), claims(now, nil)), clerkauth.ReasonTokenInvalid},
		{"embedded key", plain, sign(t, keyB(), header(fields{"jwk": jwkOf("x", keyB(), nil)}), claims(now, nil)), clerkauth.ReasonTokenInvalid},
		{"key address", plain, sign(t, keyB(), header(fields{"jku": "https://evil.example/jwks"}), claims(now, nil)), clerkauth.ReasonTokenInvalid},
		{"typ", plain, sign(t, keyA(), header(fields{"typ": "at+jwt"}), claims(now, nil)), clerkauth.ReasonTokenInvalid},
		{"template category", plain, sign(t, keyA(), header(fields{"cat": "cl_B7d4PD222AAA"}), claims(now, nil)), clerkauth.ReasonTokenInvalid},
		{"machine category", plain, sign(t, keyA(), header(fields{"cat": "cl_B7d4PD333AAA"}), claims(now, nil)), clerkauth.ReasonTokenInvalid},
		{"category is a number", plain, sign(t, keyA(), header(fields{"cat": 1}), claims(now, nil)), clerkauth.ReasonTokenInvalid},
		{"another key", plain, sign(t, keyB(), header(nil), claims(now, nil)), clerkauth.ReasonTokenInvalidSignature},
		{"no signature", plain, head + "." + payload + ".", clerkauth.ReasonTokenInvalidSignature},
		{"signature before claims", plain, sign(t, keyB(), header(nil), claims(now, fields{"exp": 1})), clerkauth.ReasonTokenInvalidSignature},
		{"sub missing", plain, sign(t, keyA(), header(nil), claims(now, fields{"sub": nil})), clerkauth.ReasonTokenVerificationFailed},
		{"sub empty", plain, sign(t, keyA(), header(nil), claims(now, fields{"sub": ""})), clerkauth.ReasonTokenVerificationFailed},
		{"sub is an object", plain, sign(t, keyA(), header(nil), claims(now, fields{"sub": fields{}})), clerkauth.ReasonTokenVerificationFailed},
		{"exp missing", plain, sign(t, keyA(), header(nil), claims(now, fields{"exp": nil})), clerkauth.ReasonTokenVerificationFailed},
		{"exp is text", plain, sign(t, keyA(), header(nil), claims(now, fields{"exp": "tomorrow"})), clerkauth.ReasonTokenVerificationFailed},
		{"exp at the edge", plain, sign(t, keyA(), header(nil), claims(now, fields{"exp": now.Unix() - 5})), clerkauth.ReasonTokenExpired},
		{"exp hugely negative", plain, sign(t, keyA(), header(nil), `{"sub":"user_1","exp":-1e400}`), clerkauth.ReasonTokenExpired},
		{"nbf is text", plain, sign(t, keyA(), header(nil), claims(now, fields{"nbf": "x"})), clerkauth.ReasonTokenVerificationFailed},
		{"nbf ahead", plain, sign(t, keyA(), header(nil), claims(now, fields{"nbf": now.Unix() + 6})), clerkauth.ReasonTokenNotActiveYet},
		{"iat is text", plain, sign(t, keyA(), header(nil), claims(now, fields{"iat": "x"})), clerkauth.ReasonTokenVerificationFailed},
		{"iat ahead", plain, sign(t, keyA(), header(nil), claims(now, fields{"iat": now.Unix() + 6})), clerkauth.ReasonTokenIatInTheFuture},
		{"another audience", strict, sign(t, keyA(), header(nil), claims(now, fields{"aud": "web"})), clerkauth.ReasonTokenVerificationFailed},
		{"audience of the wrong type", strict, sign(t, keyA(), header(nil), claims(now, fields{"aud": 7})), clerkauth.ReasonTokenVerificationFailed},
		{"another issuer", strict, sign(t, keyA(), header(nil), claims(now, fields{"iss": "https://clerk.example.com.evil"})), clerkauth.ReasonTokenInvalidIssuer},
		{"another party", strict, sign(t, keyA(), header(nil), claims(now, fields{"azp": "https://app.example.com.evil"})), clerkauth.ReasonTokenInvalidAuthorizedParties},
		{"no party", strict, sign(t, keyA(), header(nil), claims(now, fields{"azp": nil})), clerkauth.ReasonSessionTokenMissingAZP},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.authn.Verify(t.Context(), test.token)
			if got != nil {
				t.Errorf("got claims for a refused token")
			}
			if got := reasonOf(t, err); got != test.want {
				t.Errorf("got reason %q, want %q", got, test.want)
			}
			if !errors.Is(err, clerkauth.ErrUnauthenticated) {
				t.Errorf("got %v, want ErrUnauthenticated", err)
			}
		})
	}
}

func hmacSign(signed, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// nonCanonical sets a bit at the end of the signature that the decoded bytes do not show.
func nonCanonical(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last|1])
}

func standardAlphabet(part string) string {
	decoded, _ := base64.RawURLEncoding.DecodeString(part)
	decoded[0], decoded[1], decoded[2] = 0xfb, 0xff, 0xfe
	return base64.RawStdEncoding.EncodeToString(decoded)
}

func TestAuthenticator_Authenticate_header(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	state := authn.Authenticate(t.Context(), bearer(good(t, clock.now())))
	if !state.SignedIn() || state.UserID() != "user_1" || state.Err() != nil || state.TokenType() != clerkauth.TokenSession {
		t.Errorf("got %v, user %q, error %v", state, state.UserID(), state.Err())
	}
	state = authn.Authenticate(t.Context(), bearer("nonsense"))
	if state.SignedIn() || state.Reason() != clerkauth.ReasonTokenInvalid || !errors.Is(state.Err(), clerkauth.ErrUnauthenticated) {
		t.Errorf("got %v, error %v", state, state.Err())
	}
}

// Some servers reuse the memory of a request for the next one.
func TestAuthenticator_Authenticate_reusedMemory(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := good(t, clock.now())
	for _, size := range []int{0, 10} {
		authn := local(t, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize = size })
		memory := []byte("Bearer " + token)
		req := bearer("")
		req.Header = func(name string) []string {
			if name != "Authorization" {
				return nil
			}
			return []string{unsafe.String(&memory[0], len(memory))} // This is what such servers do.
		}
		state := authn.Authenticate(t.Context(), req)
		for i := range memory {
			memory[i] = 'x'
		}
		if state.Token() != token || state.UserID() != "user_1" || state.SessionID() != "sess_1" {
			t.Errorf("cache of %d: the state changed with the memory of the request", size)
		}
		if again := authn.Authenticate(t.Context(), bearer(token)); again.Token() != token || again.UserID() != "user_1" {
			t.Errorf("cache of %d: the cached token changed with the memory of the request", size)
		}
	}
}
