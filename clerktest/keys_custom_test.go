package clerktest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// Templates sign with the private key that they are given, and are refused with one of another kind.
func TestJWTTemplates_CustomKeyPairs(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p256, p521 := newECKey(t, elliptic.P256()), newECKey(t, elliptic.P521())
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		algorithm string
		key       any
		verifies  func(message, signature []byte) bool // nil is a key that does not fit
	}{
		"RS256": {"RS256", rsaKey, func(message, signature []byte) bool {
			return rsa.VerifyPKCS1v15(&rsaKey.PublicKey, crypto.SHA256, sumOf(crypto.SHA256, message), signature) == nil
		}},
		"ES256": {"ES256", p256, func(message, signature []byte) bool { return verifiesEC(p256, crypto.SHA256, message, signature) }},
		"ES512": {"ES512", p521, func(message, signature []byte) bool { return verifiesEC(p521, crypto.SHA512, message, signature) }},
		"EdDSA": {"EdDSA", ed, func(message, signature []byte) bool {
			return ed25519.Verify(ed.Public().(ed25519.PublicKey), message, signature) //nolint:forcetypeassert // of its own kind
		}},
		"an elliptic key for RS256": {"RS256", p256, nil},
		"an RSA key for ES256":      {"ES256", rsaKey, nil},
		"an RSA key for EdDSA":      {"EdDSA", rsaKey, nil},
		"an Ed25519 key for ES256":  {"ES256", ed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := clerktest.NewServer(t).Instance
			client := newClient(in)
			der, err := x509.MarshalPKCS8PrivateKey(test.key)
			if err != nil {
				t.Fatal(err)
			}
			made := from(client.JWTTemplates.Create(t.Context(), &clerk.JWTTemplateCreateParams{
				Name: "own", Claims: clerk.JSON(map[string]any{"n": 1}), CustomSigningKey: clerk.Bool(true),
				SigningAlgorithm: clerk.String(test.algorithm),
				SigningKey:       clerk.String(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))),
			}))
			if test.verifies == nil {
				made.refused(t, 422, "form_param_value_invalid")
				return
			}
			made.must(t)
			token := from(client.Sessions.CreateTokenFromTemplate(t.Context(), in.CreateSession(in.CreateUser(clerktest.User{}).ID, ""), "own", nil)).must(t).JWT
			at := strings.LastIndexByte(token, '.')
			signature, err := base64.RawURLEncoding.DecodeString(token[at+1:])
			if err != nil || !test.verifies([]byte(token[:at]), signature) {
				t.Errorf("the signature of %s does not verify: %v", token, err)
			}
		})
	}
}

func newECKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sumOf(hash crypto.Hash, message []byte) []byte {
	h := hash.New()
	_, _ = h.Write(message)
	return h.Sum(nil)
}

// verifiesEC reads a signature as RFC 7518 has it: two numbers of equal length.
func verifiesEC(key *ecdsa.PrivateKey, hash crypto.Hash, message, signature []byte) bool {
	half := (key.Params().BitSize + 7) / 8
	return len(signature) == 2*half &&
		ecdsa.Verify(&key.PublicKey, sumOf(hash, message), new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:]))
}
