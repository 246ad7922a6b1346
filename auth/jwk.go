package clerkauth

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
)

// Bounds of the RSA keys and key sets that are accepted.
const (
	minKeyBits = 2048
	maxKeyBits = 8192
	maxKeys    = 64
)

const (
	pemHeader = "-----BEGIN PUBLIC KEY-----"
	pemFooter = "-----END PUBLIC KEY-----"

	pemAlgorithm = "RS256"
)

// Key is a public key that signs tokens.
type Key struct {
	// ID is the key id.
	ID string
	// Algorithm is the only algorithm the key may be used with; empty allows RS256, RS384 and RS512.
	Algorithm string
	// Public is the RSA key, of 2048 bits or more.
	Public *rsa.PublicKey
}

// equal reports whether two keys are the same in all that counts. A nil key equals none.
func (k *Key) equal(other *Key) bool {
	return k != nil && k.Algorithm == other.Algorithm && k.Public.Equal(other.Public)
}

// ParsePEM reads the PEM public key of an instance, as the dashboard shows it. Environment files mangle such keys, so
// \n written as two characters, missing line breaks and a body without its frame are accepted. The key answers for
// every key id, and for RS256 only, which is what Clerk signs with; another [Key].Algorithm may be set on the result.
func ParsePEM(text string) (*Key, error) {
	text = strings.ReplaceAll(text, `\n`, "\n")
	text = strings.ReplaceAll(text, `\r`, "")
	text = strings.TrimSpace(text)
	if body, ok := strings.CutPrefix(text, pemHeader); ok {
		if body, ok = strings.CutSuffix(body, pemFooter); !ok {
			return nil, errors.New("clerkauth: ParsePEM: the key has no end")
		}
		text = body
	}
	text = strings.Join(strings.Fields(text), "")
	der, err := base64.RawStdEncoding.DecodeString(trimPadding(text))
	if err != nil {
		return nil, errors.New("clerkauth: ParsePEM: the key is not base64")
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, errors.New("clerkauth: ParsePEM: not a public key")
	}
	public, ok := parsed.(*rsa.PublicKey)
	if !ok || !usableKey(public) {
		return nil, errors.New("clerkauth: ParsePEM: not an RSA key of 2048 bits or more")
	}
	return &Key{Algorithm: pemAlgorithm, Public: public}, nil
}

func usableKey(k *rsa.PublicKey) bool {
	if k == nil || k.N == nil {
		return false
	}
	bits := k.N.BitLen()
	return bits >= minKeyBits && bits <= maxKeyBits && k.N.Bit(0) == 1 && k.E >= 3 && k.E&1 == 1
}

// jwk is one entry of a key set. Unknown members are ignored.
type jwk struct {
	Type      string    `json:"kty"`
	Use       string    `json:"use"`
	Uses      *[]string `json:"key_ops"`
	Algorithm string    `json:"alg"`
	ID        string    `json:"kid"`
	Modulus   string    `json:"n"`
	Exponent  string    `json:"e"`
}

// ParseJWKS reads a JSON Web Key Set, or a single key. Entries that cannot sign Clerk's tokens are left out: keys
// that are not RSA, not for verifying signatures, of another algorithm, without an id, or too short. A text that is not
// a key set is an error; a set without usable keys is not.
func ParseJWKS(text []byte) ([]*Key, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
		Type string            `json:"kty"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("clerkauth: ParseJWKS: not a key set")
	}
	if set.Keys == nil && set.Type != "" {
		set.Keys = []json.RawMessage{text}
	}
	var keys []*Key
	for _, entry := range set.Keys {
		if len(keys) == maxKeys {
			break
		}
		key := parseJWK(entry)
		if key != nil && !slices.ContainsFunc(keys, func(k *Key) bool { return k.ID == key.ID }) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func parseJWK(text []byte) *Key {
	var k jwk
	if err := json.Unmarshal(text, &k); err != nil {
		return nil
	}
	if k.Type != "RSA" || (k.Use != "" && k.Use != "sig") || k.ID == "" || len(k.ID) > maxKeyID {
		return nil
	}
	if k.Uses != nil && !slices.Contains(*k.Uses, "verify") {
		return nil
	}
	if k.Algorithm != "" && signingMethod(k.Algorithm) == nil {
		return nil
	}
	n, err := base64.RawURLEncoding.DecodeString(trimPadding(k.Modulus))
	if err != nil || len(n) > maxKeyBits/8+1 {
		return nil
	}
	e, err := base64.RawURLEncoding.DecodeString(trimPadding(k.Exponent))
	if err != nil || len(e) > 4 {
		return nil
	}
	exponent := 0
	for _, b := range e {
		exponent = exponent<<8 | int(b)
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: exponent}
	if exponent > 1<<31-1 || !usableKey(public) {
		return nil
	}
	return &Key{ID: k.ID, Algorithm: k.Algorithm, Public: public}
}
