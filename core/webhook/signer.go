package clerkwebhook

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// Signer signs deliveries the way Clerk does, for tests and for tools that send them. It is safe for concurrent use
// and prints without its secrets.
type Signer struct{ ring *keyring }

// NewSigner returns a [Signer]. Several secrets give several signatures in one header, as Clerk sends them while a
// secret is rotated.
func NewSigner(secrets ...string) (*Signer, error) {
	ring, err := parseSecrets(secrets)
	if err != nil {
		return nil, err
	}
	return &Signer{ring: ring}, nil
}

// NewSecret returns a new random signing secret of the form that Clerk issues.
func NewSecret() string {
	key := make([]byte, 24)
	_, _ = rand.Read(key) // never returns an error
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// Sign returns the headers of a delivery of body with the message id at the time.
func (s *Signer) Sign(id string, at time.Time, body []byte) http.Header {
	header := http.Header{}
	header.Set(HeaderID, id)
	header.Set(HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	header.Set(HeaderSignature, s.Signature(id, at, body))
	header.Set("Content-Type", "application/json")
	return header
}

// Signature returns the value of the signature header alone.
func (s *Signer) Signature(id string, at time.Time, body []byte) string {
	value := ""
	for _, key := range s.ring.keys() {
		if value != "" {
			value += " "
		}
		sum := digest(key, id, strconv.FormatInt(at.Unix(), 10), body)
		value += signatureVersion + "," + base64.StdEncoding.EncodeToString(sum)
	}
	return value
}

// String names the type and nothing that it holds.
func (s *Signer) String() string { return "clerkwebhook.Signer" }

// GoString returns the same as String.
func (s *Signer) GoString() string { return s.String() }
