package clerkauth_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestParsePEM(t *testing.T) {
	t.Parallel()
	text := pemOf(t, keyA())
	body := strings.NewReplacer("-----BEGIN PUBLIC KEY-----", "", "-----END PUBLIC KEY-----", "", "\n", "").Replace(text)
	for name, spelling := range map[string]string{
		"as it is": text, "no line break at the end": strings.TrimSpace(text), "carriage returns": strings.ReplaceAll(text, "\n", "\r\n"),
		"escaped line breaks": strings.ReplaceAll(text, "\n", `\n`), "one line": strings.ReplaceAll(text, "\n", " "),
		"body only": body, "indented": "  " + strings.ReplaceAll(text, "\n", "\n  "),
	} {
		key, err := clerkauth.ParsePEM(spelling)
		if err != nil || !key.Public.Equal(&keyA().PublicKey) || key.ID != "" {
			t.Errorf("%s: got %v, %v", name, key, err)
		}
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&ec.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	short := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65537}}
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(keyA())})
	for name, bad := range map[string]string{
		"empty": "", "words": "not a key", "another kind": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"short": pemOf(t, short), "private": string(private), "cut off": text[:len(text)/2], "two keys": text + text,
	} {
		if key, err := clerkauth.ParsePEM(bad); err == nil {
			t.Errorf("%s: got %v, want an error", name, key)
		}
	}
}

func TestParseJWKS(t *testing.T) {
	t.Parallel()
	text := func(keys ...fields) []byte {
		b, err := json.Marshal(fields{"keys": keys})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	small := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 128))
	keys, err := clerkauth.ParseJWKS(text(
		jwkOf("good", keyA(), nil), jwkOf("plain", keyB(), fields{"use": nil, "alg": nil}), jwkOf("good", keyB(), nil),
		jwkOf("encryption", keyA(), fields{"use": "enc"}), jwkOf("curve", keyA(), fields{"kty": "EC"}),
		jwkOf("", keyA(), nil), jwkOf("other algorithm", keyA(), fields{"alg": "PS256"}), jwkOf("short", keyA(), fields{"n": small}),
		jwkOf("even exponent", keyA(), fields{"e": "AQAA"}), jwkOf("one", keyA(), fields{"e": "AQ"}),
		jwkOf("huge exponent", keyA(), fields{"e": "_____w"}), jwkOf("text", keyA(), fields{"n": "!"}), jwkOf("number", keyA(), fields{"n": 5}),
		jwkOf(strings.Repeat("k", 129), keyA(), nil),
		jwkOf("signs only", keyA(), fields{"key_ops": []string{"sign"}}), jwkOf("wraps", keyA(), fields{"use": nil, "key_ops": []string{"wrapKey"}}),
		jwkOf("does nothing", keyA(), fields{"key_ops": []string{}}), jwkOf("odd", keyA(), fields{"key_ops": "verify"}),
		jwkOf("verifies", keyA(), fields{"key_ops": []string{"sign", "verify"}}),
	))
	if err != nil || len(keys) != 3 || keys[0].ID != "good" || keys[1].ID != "plain" || keys[2].ID != "verifies" || !keys[0].Public.Equal(&keyA().PublicKey) {
		t.Errorf("got %d keys, %v, want the three usable ones, first come first served", len(keys), err)
	}
	if keys[0].Algorithm != "RS256" || keys[1].Algorithm != "" {
		t.Errorf("got algorithms %q and %q", keys[0].Algorithm, keys[1].Algorithm)
	}
	one, err := json.Marshal(jwkOf("single", keyA(), nil))
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := clerkauth.ParseJWKS(one); err != nil || len(keys) != 1 {
		t.Errorf("got %d keys, %v for a single key, want 1", len(keys), err)
	}
	for _, bad := range []string{"", "<html>", "[]", `"x"`, "null x"} {
		if _, err := clerkauth.ParseJWKS([]byte(bad)); err == nil {
			t.Errorf("got no error for %q", bad)
		}
	}
	var many []fields
	for i := range 200 {
		many = append(many, jwkOf("k"+strings.Repeat("x", i%100)+string(rune('a'+i/100)), keyA(), nil))
	}
	if keys, _ := clerkauth.ParseJWKS(text(many...)); len(keys) != 64 {
		t.Errorf("got %d keys, want the cap of 64", len(keys))
	}
}

// A key of the server that says what it is for counts only if that is to verify signatures (RFC 7517, section 4.3).
func TestAuthenticator_Verify_keyOperations(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := good(t, clock.now())
	for name, test := range map[string]struct {
		operations any
		works      bool
	}{
		"not said": {nil, true}, "to verify": {[]string{"verify"}, true}, "to sign and to verify": {[]string{"sign", "verify"}, true},
		"to sign": {[]string{"sign"}, false}, "to encrypt": {[]string{"encrypt", "wrapKey"}, false}, "for nothing": {[]string{}, false},
		"in other letters": {[]string{"Verify"}, false}, "no list": {"verify", false}, "no texts": {[]int{1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := json.Marshal(fields{"keys": []fields{jwkOf(testKeyID, keyA(), fields{"key_ops": test.operations}), jwkOf("ins_other", keyB(), nil)}})
			if err != nil {
				t.Fatal(err)
			}
			server := newKeyServer(nil)
			server.answer(http.StatusOK, string(set))
			if _, err := server.remote(t, clock.now, nil).Verify(t.Context(), token); (err == nil) != test.works {
				t.Errorf("got %v, want the token to be accepted: %t", err, test.works)
			}
		})
	}
}

func TestAuthenticator_Verify_keyAlgorithm(t *testing.T) {
	t.Parallel()
	clock := newClock()
	set, err := clerkauth.NewStaticKeySet(&clerkauth.Key{ID: testKeyID, Algorithm: "RS512", Public: &keyA().PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.KeySet = set })
	_, err = authn.Verify(t.Context(), good(t, clock.now()))
	if got := reasonOf(t, err); got != clerkauth.ReasonTokenVerificationFailed {
		t.Errorf("got reason %q for RS256 with a key for RS512", got)
	}
	if _, err := authn.Verify(t.Context(), sign(t, keyA(), header(fields{"alg": "RS512"}), claims(clock.now(), nil))); err != nil {
		t.Errorf("got %v for RS512", err)
	}
}

// A PEM carries no algorithm: it is taken for what Clerk signs with, unless the application says otherwise.
func TestParsePEM_MeansRS256(t *testing.T) {
	t.Parallel()
	clock := newClock()
	key, err := clerkauth.ParsePEM(pemOf(t, keyA()))
	if err != nil {
		t.Fatal(err)
	}
	for _, alg := range []string{"RS256", "RS384", "RS512"} {
		token := sign(t, keyA(), header(fields{"alg": alg}), claims(clock.now(), nil))
		own := *key
		own.Algorithm = alg
		for name, c := range map[string]struct {
			key   *clerkauth.Key
			works bool
		}{"as parsed": {key, alg == "RS256"}, "set by the application": {&own, true}} {
			set, err := clerkauth.NewStaticKeySet(c.key)
			if err != nil {
				t.Fatal(err)
			}
			authn := local(t, clock.now, func(config *clerkauth.Config) { config.KeySet = set })
			if _, err := authn.Verify(t.Context(), token); (err == nil) != c.works {
				t.Errorf("%s with a key %s: got %v, want it to work: %t", alg, name, err, c.works)
			}
		}
		authn := local(t, clock.now, func(c *clerkauth.Config) { c.JWTKey = pemOf(t, keyA()) })
		if _, err := authn.Verify(t.Context(), token); (err == nil) != (alg == "RS256") {
			t.Errorf("%s with JWTKey: got %v, want RS256 only", alg, err)
		}
	}
}
