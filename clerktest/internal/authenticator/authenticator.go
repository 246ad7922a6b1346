// Package authenticator is a passkey in software, for tests: it answers the requests of a relying party as a browser with a
// device would.
package authenticator

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
)

// Passkey is a key pair for one relying party. Its fields may be changed to answer wrongly.
type Passkey struct {
	ID         []byte
	RPID       string // that of the page's host when empty
	UserHandle []byte
	SignCount  uint32
	Verified   bool // the device makes sure who uses it

	signer crypto.Signer
	key    []byte // COSE
}

// NewES256 makes a passkey with a key of ES256.
func NewES256() (*Passkey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	raw, err := key.PublicKey.ECDH()
	if err != nil {
		return nil, err
	}
	point := raw.Bytes() // 4, x, y
	cose := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32}
	cose = append(cose, point[1:33]...)
	cose = append(cose, 0x22, 0x58, 32)
	cose = append(cose, point[33:]...)
	return newPasskey(key, cose)
}

// NewRS256 makes a passkey with a key of RS256.
func NewRS256() (*Passkey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	cose := []byte{0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00}
	cose = append(cose, key.N.FillBytes(make([]byte, 256))...)
	cose = append(cose, 0x21, 0x43, 0x01, 0x00, 0x01)
	return newPasskey(key, cose)
}

func newPasskey(signer crypto.Signer, cose []byte) (*Passkey, error) {
	p := &Passkey{ID: make([]byte, 16), Verified: true, signer: signer, key: cose}
	_, err := rand.Read(p.ID)
	return p, err
}

// options are the members of both kinds of request that the passkey looks at.
type options struct {
	Challenge string `json:"challenge"`
	User      struct {
		ID string `json:"id"`
	} `json:"user"`
}

// Create answers a request for a new passkey, given in its JSON form, on a page of an origin.
func (p *Passkey) Create(request, origin string) (string, error) {
	var in options
	if err := json.Unmarshal([]byte(request), &in); err != nil {
		return "", err
	}
	handle, err := base64.RawURLEncoding.DecodeString(in.User.ID)
	if err != nil {
		return "", err
	}
	p.UserHandle = handle
	data, err := p.data(origin, 0x40)
	if err != nil {
		return "", err
	}
	data = append(data, make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(p.ID))) //nolint:gosec // 16 bytes
	data = append(append(data, p.ID...), p.key...)
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(object, 0x67), "attStmt"...)
	object = append(append(object, 0xa0, 0x68), "authData"...)
	object = append(object, 0x59)
	object = binary.BigEndian.AppendUint16(object, uint16(len(data))) //nolint:gosec // under 1000 bytes
	object = append(object, data...)
	client, err := clientData("webauthn.create", in.Challenge, origin)
	if err != nil {
		return "", err
	}
	return p.answer(map[string][]byte{"clientDataJSON": client, "attestationObject": object})
}

// Get answers a request for a passkey, given in its JSON form, on a page of an origin. The counter grows.
func (p *Passkey) Get(request, origin string) (string, error) {
	var in options
	if err := json.Unmarshal([]byte(request), &in); err != nil {
		return "", err
	}
	p.SignCount++
	data, err := p.data(origin, 0)
	if err != nil {
		return "", err
	}
	client, err := clientData("webauthn.get", in.Challenge, origin)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := p.signer.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	return p.answer(map[string][]byte{
		"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": p.UserHandle,
	})
}

// data is the head of the authenticator data.
func (p *Passkey) data(origin string, flags byte) ([]byte, error) {
	party := p.RPID
	if party == "" {
		u, err := url.Parse(origin)
		if err != nil {
			return nil, err
		}
		party = u.Hostname()
	}
	hash := sha256.Sum256([]byte(party))
	flags |= 0x01
	if p.Verified {
		flags |= 0x04
	}
	return binary.BigEndian.AppendUint32(append(hash[:], flags), p.SignCount), nil
}

func clientData(kind, challenge, origin string) ([]byte, error) {
	return json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
}

func (p *Passkey) answer(response map[string][]byte) (string, error) {
	texts := map[string]string{}
	for name, data := range response {
		texts[name] = base64.RawURLEncoding.EncodeToString(data)
	}
	id := base64.RawURLEncoding.EncodeToString(p.ID)
	raw, err := json.Marshal(map[string]any{"type": "public-key", "id": id, "rawId": id, "authenticatorAttachment": "platform", "response": texts})
	return string(raw), err
}
