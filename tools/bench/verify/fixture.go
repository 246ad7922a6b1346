package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

const keyID = "ins_2abcdefghijklmnopqrstuvwxy1"

// fixture is a key and tokens that all subjects get.
type fixture struct {
	key     *rsa.PrivateKey
	pem     string
	jwks    []byte
	token   string
	expired string
	forged  string
}

func newFixture() (*fixture, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	set := map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID,
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}}}
	fx := &fixture{key: key, pem: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
	if fx.jwks, err = json.Marshal(set); err != nil {
		return nil, err
	}
	now := time.Now()
	fx.token = sign(key, payload(now.Add(time.Hour)))
	fx.expired = sign(key, payload(now.Add(-time.Hour)))
	fx.forged = sign(other, payload(now.Add(time.Hour)))
	return fx, nil
}

// payload is that of an ordinary session token with an organization.
func payload(expires time.Time) map[string]any {
	now := time.Now()
	return map[string]any{
		"azp": "https://app.example.com", "exp": expires.Unix(), "iat": now.Unix() - 7200, "nbf": now.Unix() - 7210,
		"iss": "https://clerk.example.com", "jti": "0123456789abcdef0123", "sts": "active", "v": 2, "fva": []int{3, -1},
		"sid": "sess_2abcdefghijklmnopqrstuvwxy1", "sub": "user_2abcdefghijklmnopqrstuvwxy1",
		"pla": "u:free,o:pro", "fea": "o:reports,o:invoices,u:themes",
		"o": map[string]any{
			"id": "org_2abcdefghijklmnopqrstuvwxy1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3,1",
		},
	}
}

func sign(key *rsa.PrivateKey, payload any) string {
	header := `{"alg":"RS256","cat":"cl_B7d4PD111AAA","kid":"` + keyID + `","typ":"JWT"}`
	text, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(text)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// conforms makes sure that what is timed is a verification.
func (fx *fixture) conforms(s subject) error {
	if err := s.verify(fx.token); err != nil {
		return fmt.Errorf("the good token is refused: %w", err)
	}
	if s.verify(fx.forged) == nil {
		return errors.New("a forged token is accepted")
	}
	if !s.signatureOnly && s.verify(fx.expired) == nil {
		return errors.New("an expired token is accepted")
	}
	dot := strings.IndexByte(fx.token, '.')
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT","kid":"`+keyID+`"}`)) + fx.token[dot:]
	if s.verify(none) == nil {
		return errors.New("alg none is accepted")
	}
	return nil
}
