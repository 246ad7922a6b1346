package clerkauth_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Two keys serve all tests: making RSA keys is slow.
var keyPair = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

func keyA() *rsa.PrivateKey { return keyPair()[0] }
func keyB() *rsa.PrivateKey { return keyPair()[1] }

const (
	testKeyID       = "ins_a"
	testPublishable = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"
	testSecret      = "sk_test_secret"
)

type fields map[string]any

// header returns the header of a session token, changed by extra; a nil value removes a parameter.
func header(extra fields) fields {
	return merge(fields{"alg": "RS256", "typ": "JWT", "kid": testKeyID, "cat": "cl_B7d4PD111AAA"}, extra)
}

// claims returns the payload of a session token that is good at the time of the clock.
func claims(now time.Time, extra fields) fields {
	return merge(fields{
		"sub": "user_1", "sid": "sess_1", "iss": "https://clerk.example.com", "azp": "https://app.example.com",
		"iat": now.Unix(), "nbf": now.Unix() - 10, "exp": now.Unix() + 60, "jti": "jti_1", "sts": "active", "v": 2,
		"fva": []int{1, -1}, "pla": "u:free,o:pro", "fea": "o:reports,u:themes",
		"o": fields{"id": "org_1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3"},
	}, extra)
}

func merge(base, extra fields) fields {
	for k, v := range extra {
		if v == nil {
			delete(base, k)
			continue
		}
		base[k] = v
	}
	return base
}

func encode(t testing.TB, v any) string {
	t.Helper()
	text, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("encoding a test token: %v", err)
		}
		text = string(b)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// sign signs header and payload; a string is taken as the JSON itself.
func sign(t testing.TB, key *rsa.PrivateKey, header, payload any) string {
	t.Helper()
	signed := encode(t, header) + "." + encode(t, payload)
	hash, digest := crypto.SHA256, sum256(signed)
	if h, ok := header.(fields); ok {
		switch h["alg"] {
		case "RS384":
			sum := sha512.Sum384([]byte(signed))
			hash, digest = crypto.SHA384, sum[:]
		case "RS512":
			sum := sha512.Sum512([]byte(signed))
			hash, digest = crypto.SHA512, sum[:]
		}
	}
	signature, err := rsa.SignPKCS1v15(nil, key, hash, digest)
	if err != nil {
		t.Fatalf("signing a test token: %v", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func sum256(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// good returns a session token that is good now, signed by key A.
func good(t testing.TB, now time.Time) string {
	t.Helper()
	return sign(t, keyA(), header(nil), claims(now, nil))
}

func pemOf(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatalf("encoding a test key: %v", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func jwkOf(id string, key *rsa.PrivateKey, extra fields) fields {
	return merge(fields{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id,
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}, extra)
}

// clock is a clock that moves only when told.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()) }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// bearer is a request with a token in its header.
func bearer(token string) clerkauth.Request {
	h := http.Header{"Authorization": {"Bearer " + token}}
	return clerkauth.Request{Method: http.MethodGet, Scheme: "https", Host: "app.example.com", Path: "/", Header: h.Values}
}

// local returns an Authenticator that needs no network, with the public key A.
func local(t testing.TB, now func() time.Time, change func(*clerkauth.Config)) *clerkauth.Authenticator {
	t.Helper()
	config := clerkauth.Config{JWTKey: pemOf(t, keyA()), PublishableKey: testPublishable, Now: now}
	if change != nil {
		change(&config)
	}
	authn, err := clerkauth.New(config)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return authn
}
