package main

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strconv"
	"sync"
	"time"
)

// world is where a vector happens: a clock that moves only when told and two signing keys.
type world struct {
	mu   sync.Mutex
	time time.Time
	keys map[string]*rsa.PrivateKey
}

// signingKeys are made once: they are slow to make.
var signingKeys = sync.OnceValue(func() map[string]*rsa.PrivateKey {
	keys := map[string]*rsa.PrivateKey{}
	for _, name := range []string{"A", "B"} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[name] = key
	}
	return keys
})

func newWorld() *world {
	return &world{time: time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC), keys: signingKeys()}
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time = w.time.Add(d)
}

// pem returns a public key as PEM.
func (w *world) pem(name string) string {
	der, err := x509.MarshalPKIXPublicKey(&w.keys[name].PublicKey)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// jwk returns a public key as an entry of a key set.
func (w *world) jwk(id, name string) map[string]any {
	public := w.keys[name].PublicKey
	return map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id,
		"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
	}
}

// sign makes a token.
func (w *world) sign(spec tokenSpec) string {
	payload := map[string]any{}
	for name, value := range spec.Payload {
		payload[name] = w.moment(name, value)
	}
	signed := segment(spec.Header) + "." + segment(payload)
	var signature []byte
	switch spec.Tamper {
	case "hs256-with-public-pem":
		mac := hmac.New(sha256.New, []byte(w.pem(spec.Key)))
		mac.Write([]byte(signed))
		signature = mac.Sum(nil)
	case "keep-random-signature":
		signature = make([]byte, 256)
		_, _ = rand.Read(signature)
	default:
		signature = w.rsaSignature(spec, signed)
	}
	if spec.Tamper == "signature" {
		signature[len(signature)/2] ^= 1
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (w *world) rsaSignature(spec tokenSpec, signed string) []byte {
	hash, digest := crypto.SHA256, sha256.Sum256([]byte(signed))
	sum := digest[:]
	switch spec.Header["alg"] {
	case "RS384":
		long := sha512.Sum384([]byte(signed))
		hash, sum = crypto.SHA384, long[:]
	case "RS512":
		long := sha512.Sum512([]byte(signed))
		hash, sum = crypto.SHA512, long[:]
	}
	signature, err := rsa.SignPKCS1v15(nil, w.keys[spec.Key], hash, sum)
	if err != nil {
		panic(err)
	}
	return signature
}

// moment turns +60 in a claim about time into that many seconds from now.
func (w *world) moment(name string, value any) any {
	text, ok := value.(string)
	if !ok || (name != "exp" && name != "nbf" && name != "iat") || text == "" || (text[0] != '+' && text[0] != '-') {
		return value
	}
	offset, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return value
	}
	return w.now().Unix() + offset
}

func segment(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
