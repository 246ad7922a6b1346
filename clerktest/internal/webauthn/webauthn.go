// Package webauthn verifies what authenticators answer a relying party (W3C Web Authentication, level 2): the registration of
// a passkey and its use. It accepts keys of ES256 and RS256, and attestation that says nothing about the authenticator or that
// the new key itself has signed.
package webauthn

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
)

// maxAnswer bounds the answer of a browser, in bytes.
const maxAnswer = 64 << 10

// Flags of the authenticator data.
const (
	flagPresent  = 1 << 0
	flagVerified = 1 << 2
	flagKey      = 1 << 6
)

// Why an answer is refused.
var (
	ErrMalformed = errors.New("webauthn: the answer cannot be read")
	ErrChallenge = errors.New("webauthn: the answer is for another challenge")
	ErrOrigin    = errors.New("webauthn: the answer comes from another page")
	ErrParty     = errors.New("webauthn: the answer is for another relying party")
	ErrPresence  = errors.New("webauthn: nobody was there")
	ErrSignature = errors.New("webauthn: the signature is wrong")
	ErrCounter   = errors.New("webauthn: the counter did not grow, so the passkey may be a copy")
)

// Ceremony is what an answer has to be for.
type Ceremony struct {
	Challenge []byte
	RPID      string            // the host that the passkey is for
	Origin    func(string) bool // reports whether a page may ask
}

// Credential is a passkey as the relying party keeps it.
type Credential struct {
	ID        []byte
	Key       []byte // COSE, ES256 or RS256
	SignCount uint32
}

// Answer is what the browser sends. Fields that do not belong to the ceremony are empty.
type Answer struct {
	ID                []byte
	ClientData        []byte
	AttestationObject []byte
	AuthenticatorData []byte
	Signature         []byte
	UserHandle        []byte
}

// ParseAnswer reads the JSON form of a PublicKeyCredential, with base64url texts.
func ParseAnswer(raw string) (*Answer, error) {
	var in struct {
		Type     string `json:"type"`
		RawID    string `json:"rawId"`
		Response struct {
			ClientData        string `json:"clientDataJSON"`
			AttestationObject string `json:"attestationObject"`
			AuthenticatorData string `json:"authenticatorData"`
			Signature         string `json:"signature"`
			UserHandle        string `json:"userHandle"`
		} `json:"response"`
	}
	if len(raw) > maxAnswer || json.Unmarshal([]byte(raw), &in) != nil || in.Type != "public-key" {
		return nil, ErrMalformed
	}
	out := &Answer{}
	for _, f := range []struct {
		text string
		to   *[]byte
	}{
		{in.RawID, &out.ID}, {in.Response.ClientData, &out.ClientData}, {in.Response.AttestationObject, &out.AttestationObject},
		{in.Response.AuthenticatorData, &out.AuthenticatorData}, {in.Response.Signature, &out.Signature}, {in.Response.UserHandle, &out.UserHandle},
	} {
		plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(f.text, "="))
		if err != nil {
			return nil, ErrMalformed
		}
		*f.to = plain
	}
	if len(out.ID) == 0 || len(out.ClientData) == 0 {
		return nil, ErrMalformed
	}
	return out, nil
}

// Register verifies the answer to a request for a new passkey (section 7.1).
func (c *Ceremony) Register(a *Answer) (*Credential, error) {
	if err := c.checkClientData(a.ClientData, "webauthn.create"); err != nil {
		return nil, err
	}
	item, rest, err := decodeCBOR(a.AttestationObject)
	object, ok := item.(map[any]any)
	if err != nil || len(rest) > 0 || !ok {
		return nil, ErrMalformed
	}
	raw, _ := object["authData"].([]byte)
	data, err := c.parseAuthenticatorData(raw)
	if err != nil {
		return nil, err
	}
	if data.credential == nil || !bytes.Equal(data.credential.ID, a.ID) {
		return nil, ErrMalformed
	}
	if _, err := publicKey(data.credential.Key); err != nil {
		return nil, err
	}
	return data.credential, checkAttestation(object, raw, a.ClientData, data.credential.Key)
}

// checkAttestation accepts no statement, and the one that the new key has signed itself (section 8.2).
func checkAttestation(object map[any]any, authData, clientData, key []byte) error {
	statement, _ := object["attStmt"].(map[any]any)
	switch object["fmt"] {
	case "none":
		if len(statement) == 0 {
			return nil
		}
		return ErrMalformed
	case "packed":
		signature, _ := statement["sig"].([]byte)
		if statement["x5c"] != nil || !signed(key, signedData(authData, clientData), signature) {
			return ErrSignature
		}
		return nil
	default:
		return ErrMalformed
	}
}

func signedData(authData, clientData []byte) []byte {
	sum := sha256.Sum256(clientData)
	return append(bytes.Clone(authData), sum[:]...)
}

// Use verifies that a passkey has answered (section 7.2). It returns the new counter, and whether the authenticator has made
// sure by a PIN or otherwise who uses it.
func (c *Ceremony) Use(a *Answer, credential *Credential) (signCount uint32, verified bool, err error) {
	if !bytes.Equal(a.ID, credential.ID) {
		return 0, false, ErrMalformed
	}
	if err := c.checkClientData(a.ClientData, "webauthn.get"); err != nil {
		return 0, false, err
	}
	data, err := c.parseAuthenticatorData(a.AuthenticatorData)
	if err != nil {
		return 0, false, err
	}
	if !signed(credential.Key, signedData(a.AuthenticatorData, a.ClientData), a.Signature) {
		return 0, false, ErrSignature
	}
	if (data.signCount != 0 || credential.SignCount != 0) && data.signCount <= credential.SignCount {
		return 0, false, ErrCounter
	}
	return data.signCount, data.flags&flagVerified != 0, nil
}

// checkClientData checks what the browser says about the page and the challenge.
func (c *Ceremony) checkClientData(raw []byte, kind string) error {
	var data struct {
		Type        string `json:"type"`
		Challenge   string `json:"challenge"`
		Origin      string `json:"origin"`
		CrossOrigin bool   `json:"crossOrigin"`
	}
	if json.Unmarshal(raw, &data) != nil || data.Type != kind {
		return ErrMalformed
	}
	challenge, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(data.Challenge, "="))
	switch {
	case err != nil || len(c.Challenge) == 0 || subtle.ConstantTimeCompare(challenge, c.Challenge) != 1:
		return ErrChallenge
	case data.CrossOrigin || !c.Origin(data.Origin):
		return ErrOrigin
	}
	return nil
}

type authenticatorData struct {
	flags      byte
	signCount  uint32
	credential *Credential // of a registration
}

// parseAuthenticatorData reads the data that an authenticator signs (section 6.1).
func (c *Ceremony) parseAuthenticatorData(raw []byte) (*authenticatorData, error) {
	const head = 37
	if len(raw) < head {
		return nil, ErrMalformed
	}
	want := sha256.Sum256([]byte(c.RPID))
	out := &authenticatorData{flags: raw[32], signCount: binary.BigEndian.Uint32(raw[33:head])}
	switch {
	case !bytes.Equal(raw[:32], want[:]):
		return nil, ErrParty
	case out.flags&flagPresent == 0:
		return nil, ErrPresence
	case out.flags&flagKey == 0:
		return out, nil
	}
	rest := raw[head:]
	if len(rest) < 18 {
		return nil, ErrMalformed
	}
	length := int(binary.BigEndian.Uint16(rest[16:18]))
	if rest = rest[18:]; length == 0 || length > 1023 || len(rest) < length {
		return nil, ErrMalformed
	}
	id, rest := rest[:length], rest[length:]
	_, after, err := decodeCBOR(rest)
	if err != nil {
		return nil, ErrMalformed
	}
	out.credential = &Credential{ID: bytes.Clone(id), Key: bytes.Clone(rest[:len(rest)-len(after)]), SignCount: out.signCount}
	return out, nil
}
