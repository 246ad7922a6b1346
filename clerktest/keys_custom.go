package clerktest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
)

// signCustom signs a template's token with the key that the template brings.
func signCustom(t *jwtTemplate, claims map[string]any) (string, error) {
	signed, err := unsignedJWT(map[string]any{"alg": t.Algorithm, "cat": categoryTemplate, "typ": "JWT"}, claims)
	if err != nil {
		return "", err
	}
	signature, err := customSignature(t.Algorithm, t.SigningKey, []byte(signed))
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// checkCustomKey refuses a key that does not fit its algorithm.
func checkCustomKey(algorithm, key string) error {
	if _, err := customSignature(algorithm, key, []byte("probe")); err != nil {
		return errParamValue("signing_key", "a key for "+algorithm)
	}
	return nil
}

func customSignature(algorithm, key string, message []byte) ([]byte, error) {
	newHash, kind := hashOf(algorithm)
	switch {
	case algorithm == "EdDSA":
		private, err := parsePEM(key)
		if err != nil {
			return nil, err
		}
		ed, ok := private.(ed25519.PrivateKey)
		if !ok {
			return nil, errors.New("clerktest: the key is not of type Ed25519")
		}
		return ed25519.Sign(ed, message), nil
	case newHash == nil || key == "":
		return nil, errors.New("clerktest: the algorithm is unknown or the key empty")
	case algorithm[:2] == "HS":
		mac := hmac.New(newHash, []byte(key))
		_, _ = mac.Write(message)
		return mac.Sum(nil), nil
	}
	private, err := parsePEM(key)
	if err != nil {
		return nil, err
	}
	h := newHash()
	_, _ = h.Write(message)
	return asymmetricSignature(algorithm[:2], private, kind, h.Sum(nil))
}

func asymmetricSignature(family string, private any, kind crypto.Hash, sum []byte) ([]byte, error) {
	switch key := private.(type) {
	case *rsa.PrivateKey:
		if family == "RS" {
			return rsa.SignPKCS1v15(rand.Reader, key, kind, sum)
		}
	case *ecdsa.PrivateKey:
		if family != "ES" {
			break
		}
		r, s, err := ecdsa.Sign(rand.Reader, key, sum)
		if err != nil {
			return nil, fmt.Errorf("clerktest: sign: %w", err)
		}
		size := (key.Params().BitSize + 7) / 8
		out := make([]byte, 2*size)
		r.FillBytes(out[:size])
		s.FillBytes(out[size:])
		return out, nil
	}
	return nil, errors.New("clerktest: the key does not fit the algorithm")
}

// hashOf returns the hash of an algorithm such as RS256, nil when it is unknown.
func hashOf(algorithm string) (func() hash.Hash, crypto.Hash) {
	switch algorithm {
	case "HS256", "RS256", "ES256":
		return sha256.New, crypto.SHA256
	case "HS384", "RS384", "ES384":
		return sha512.New384, crypto.SHA384
	case "HS512", "RS512", "ES512":
		return sha512.New, crypto.SHA512
	}
	return nil, 0
}

func parsePEM(text string) (any, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("clerktest: the key is not PEM")
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("clerktest: private key: %w", err)
	}
	return key, nil
}
