package clerkauth_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestParsePublishableKey(t *testing.T) {
	t.Parallel()
	body := func(text string) string { return base64.RawStdEncoding.EncodeToString([]byte(text)) }
	tests := []struct {
		name, key string
		want      error
		host      string
		instance  clerkauth.InstanceType
	}{
		{"production", "pk_live_" + body("clerk.example.com$"), nil, "clerk.example.com", clerkauth.Production},
		{"development", "pk_test_" + body("happy-cat-1.clerk.accounts.dev$"), nil, "happy-cat-1.clerk.accounts.dev", clerkauth.Development},
		{"padding", "pk_test_" + base64.StdEncoding.EncodeToString([]byte("clerk.example.co$")), nil, "clerk.example.co", clerkauth.Development},
		{"empty", "", clerkauth.ErrPublishableKeyMissing, "", ""},
		{"secret key", "sk_test_" + body("clerk.example.com$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"upper case", "PK_TEST_" + body("clerk.example.com$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"no end", "pk_test_" + body("clerk.example.com"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"no dot", "pk_test_" + body("localhost$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"another part", "pk_test_" + body("clerk.example.com$") + "_x", clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"path", "pk_test_" + body("clerk.example.com/x$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"credentials", "pk_test_" + body("a@clerk.example.com$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"line break", "pk_test_" + body("clerk.example.com\r\n$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"not base64", "pk_test_!!!", clerkauth.ErrPublishableKeyInvalid, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := clerkauth.ParsePublishableKey(test.key)
			if !errors.Is(err, test.want) || got.FrontendAPI() != test.host || got.Instance() != test.instance {
				t.Errorf("got %q %q %v, want %q %q %v", got.FrontendAPI(), got.Instance(), err, test.host, test.instance, test.want)
			}
			if got.IsZero() != (test.want != nil) {
				t.Errorf("got IsZero %v", got.IsZero())
			}
		})
	}
}

func TestPublishableKey_CookieSuffix(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"pk_live_Y2xlcmsuY2xlcmsuZGV2JA":                     "1Z8AzTQD",
		"pk_test_Y2xlcmsuY2xlcmsuZGV2JA":                     "QvfNY2dr",
		"pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA": "vWCgMp3A",
	} {
		parsed, err := clerkauth.ParsePublishableKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if got := parsed.CookieSuffix(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestBuildPublishableKey(t *testing.T) {
	t.Parallel()
	for host, prefix := range map[string]string{
		"happy-cat-1.clerk.accounts.dev": "pk_test_", "Happy-Cat-12.clerk.accountsstage.dev": "pk_test_",
		"clerk.happy.cat-1.lcl.dev": "pk_test_", "clerk.example.com": "pk_live_", "happy-cat.clerk.accounts.dev": "pk_live_",
		"happy-cat-123.clerk.accounts.dev": "pk_live_", "x.happy-cat-1.clerk.accounts.dev": "pk_live_",
	} {
		key := clerkauth.BuildPublishableKey(host)
		parsed, err := clerkauth.ParsePublishableKey(key)
		if err != nil || parsed.FrontendAPI() != host || !strings.HasPrefix(key, prefix) {
			t.Errorf("%s: got %s (%v), want %s…", host, key, err, prefix)
		}
	}
}

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
	))
	if err != nil || len(keys) != 2 || keys[0].ID != "good" || keys[1].ID != "plain" || !keys[0].Public.Equal(&keyA().PublicKey) {
		t.Errorf("got %d keys, %v, want the two usable ones, first come first served", len(keys), err)
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
