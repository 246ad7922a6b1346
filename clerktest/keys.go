package clerktest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
)

// signingKey is one RSA key of an instance.
type signingKey struct {
	ID        string `json:"id"` // kid
	DER       []byte `json:"der"`
	Signs     bool   `json:"signs"`     // new tokens use it
	Published bool   `json:"published"` // the key set contains it
	CreatedAt int64  `json:"created_at"`
}

var tableKeys = &table[*signingKey]{
	name: "signing_keys",
	id:   func(k *signingKey) string { return k.ID },
}

// keyCache holds parsed keys by kid. A kid may get other material, by ReplaceKey or Restore, so an entry knows what it
// was parsed from.
type keyCache struct{ parsed sync.Map }

type parsedKey struct {
	der []byte
	key *rsa.PrivateKey
}

// jwk is one entry of a key set.
type jwk struct {
	Use string `json:"use"`
	Kty string `json:"kty"`
	Kid string `json:"kid"`
	Alg string `json:"alg"`
	N   string `json:"n"`
	E   string `json:"e"`
}

type jwkSet struct {
	Keys []jwk `json:"keys"`
}

// ensureKey makes the instance's first signing key, whose kid is the instance's id as at Clerk. Making it late keeps
// the start fast.
func (in *Instance) ensureKey() error {
	missing := false
	_ = in.read(func(x *tx) error { missing = tableKeys.size(x) == 0; return nil })
	if !missing {
		return nil
	}
	return in.write(func(x *tx) error {
		if tableKeys.size(x) > 0 {
			return nil
		}
		return x.addKey(in.id, true)
	})
}

// addKey makes and publishes a key. When it signs, the others stop.
func (x *tx) addKey(kid string, signs bool) error {
	key, err := processKeys.next()
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("clerktest: encode key: %w", err)
	}
	x.inst.keys.parsed.Store(kid, parsedKey{der, key})
	tableKeys.put(x, &signingKey{ID: kid, DER: der, Published: true, CreatedAt: x.now})
	if signs {
		x.useKey(kid)
	}
	return nil
}

// useKey makes one key the signer.
func (x *tx) useKey(kid string) {
	for _, k := range tableKeys.all(x) {
		if k.Signs != (k.ID == kid) {
			tableKeys.update(x, k.ID, func(k *signingKey) { k.Signs = k.ID == kid })
		}
	}
}

func (in *Instance) parsedKey(k *signingKey) (*rsa.PrivateKey, error) {
	if v, ok := in.keys.parsed.Load(k.ID); ok {
		if known, ok := v.(parsedKey); ok && bytes.Equal(known.der, k.DER) {
			return known.key, nil
		}
	}
	parsed, err := x509.ParsePKCS8PrivateKey(k.DER)
	if err != nil {
		return nil, fmt.Errorf("clerktest: signing key: %w", err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("clerktest: signing key is %T", parsed)
	}
	in.keys.parsed.Store(k.ID, parsedKey{k.DER, key})
	return key, nil
}

// signer returns the key that signs new tokens.
func (x *tx) signer() (kid string, key *rsa.PrivateKey, err error) {
	for _, k := range tableKeys.all(x) {
		if k.Signs {
			key, err = x.inst.parsedKey(k)
			return k.ID, key, err
		}
	}
	return "", nil, newError(500, "internal_clerk_error", "no signing key", "the instance has no key that signs")
}

// keySet returns the published keys.
func (x *tx) keySet() (jwkSet, error) {
	set := jwkSet{Keys: []jwk{}}
	for _, k := range tableKeys.all(x) {
		if !k.Published {
			continue
		}
		key, err := x.inst.parsedKey(k)
		if err != nil {
			return set, err
		}
		set.Keys = append(set.Keys, publicJWK(k.ID, &key.PublicKey))
	}
	return set, nil
}

func publicJWK(kid string, key *rsa.PublicKey) jwk {
	var e [8]byte
	binary.BigEndian.PutUint64(e[:], uint64(key.E)) //nolint:gosec // a public exponent is positive
	return jwk{
		Use: "sig", Kty: "RSA", Kid: kid, Alg: "RS256",
		N: base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		E: base64.RawURLEncoding.EncodeToString([]byte(strings.TrimLeft(string(e[:]), "\x00"))),
	}
}

// signJWT signs with RS256.
func signJWT(key *rsa.PrivateKey, header, claims any) (string, error) {
	text, err := unsignedJWT(header, claims)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("clerktest: sign: %w", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func unsignedJWT(header, claims any) (string, error) {
	h, err := json.Marshal(header)
	if err != nil {
		return "", fmt.Errorf("clerktest: token header: %w", err)
	}
	p, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("clerktest: token claims: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(p), nil
}

// JWTKey returns the public part of the signing key as PEM, the value that verifies tokens with no network at all
// (CLERK_JWT_KEY).
func (in *Instance) JWTKey() string {
	if err := in.ensureKey(); err != nil {
		in.fail("JWTKey", err)
		return ""
	}
	var text string
	err := in.read(func(x *tx) error {
		_, key, err := x.signer()
		if err != nil {
			return err
		}
		text, err = publicPEM(&key.PublicKey)
		return err
	})
	if err != nil {
		in.fail("JWTKey", err)
	}
	return text
}

func publicPEM(key *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("clerktest: encode key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}
