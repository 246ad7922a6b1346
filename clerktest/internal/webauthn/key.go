package webauthn

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"math/big"
)

// The algorithms of keys (RFC 9053), in the order in which a relying party wants them.
const (
	ES256 = -7
	RS256 = -257
)

// errKey refuses a public key of another kind than ES256 and RS256.
var errKey = errors.New("webauthn: the public key is of no kind that is accepted")

// publicKey reads a COSE key (RFC 9052, section 7) of ES256 or RS256.
func publicKey(cose []byte) (crypto.PublicKey, error) {
	item, rest, err := decodeCBOR(cose)
	if err != nil || len(rest) > 0 {
		return nil, errKey
	}
	m, ok := item.(map[any]any)
	if !ok {
		return nil, errKey
	}
	switch {
	case m[int64(1)] == int64(2) && m[int64(3)] == int64(ES256) && m[int64(-1)] == int64(1):
		return ecKey(m)
	case m[int64(1)] == int64(3) && m[int64(3)] == int64(RS256):
		return rsaKey(m)
	}
	return nil, errKey
}

func ecKey(m map[any]any) (crypto.PublicKey, error) {
	x, _ := m[int64(-2)].([]byte)
	y, _ := m[int64(-3)].([]byte)
	if len(x) != 32 || len(y) != 32 {
		return nil, errKey
	}
	key := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}
	if _, err := key.ECDH(); err != nil { // not on the curve
		return nil, errKey
	}
	return key, nil
}

// Bounds of an RSA key, in bits.
const (
	minRSA = 2048
	maxRSA = 8192
)

func rsaKey(m map[any]any) (crypto.PublicKey, error) {
	n, _ := m[int64(-1)].([]byte)
	e, _ := m[int64(-2)].([]byte)
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if modulus.BitLen() < minRSA || modulus.BitLen() > maxRSA || exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, errKey
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

// signed reports whether the key of a COSE key has signed the data.
func signed(cose, data, signature []byte) bool {
	key, err := publicKey(cose)
	if err != nil {
		return false
	}
	sum := sha256.Sum256(data)
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, sum[:], signature)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	}
	return false
}
