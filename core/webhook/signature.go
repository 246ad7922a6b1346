package clerkwebhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// signatureVersion is the version of the only scheme that is in use, HMAC-SHA-256.
const signatureVersion = "v1"

// maxSignatures bounds the work that one header can cause.
const maxSignatures = 32

// digest computes the signature of a delivery over the exact header values and the raw body.
func digest(key []byte, id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id))
	mac.Write([]byte{'.'})
	mac.Write([]byte(timestamp))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return mac.Sum(nil)
}

// matches reports whether any v1 signature of the header is that of the delivery under any key. Every signature is
// compared with every key in constant time, also after a match.
func (k *keyring) matches(header, id, timestamp string, body []byte) bool {
	candidates := parseSignatures(header)
	if len(candidates) == 0 {
		return false
	}
	found := false
	for _, key := range k.keys() {
		want := digest(key, id, timestamp, body)
		for _, got := range candidates {
			if hmac.Equal(got, want) {
				found = true
			}
		}
	}
	return found
}

// parseSignatures returns the decoded v1 signatures of a header. Other versions, and what does not decode to the
// length of a SHA-256 sum, are left out.
func parseSignatures(header string) [][]byte {
	var candidates [][]byte
	parts := 0
	for part := range strings.FieldsSeq(header) {
		if parts++; parts > maxSignatures {
			break
		}
		version, encoded, ok := strings.Cut(part, ",")
		if !ok || version != signatureVersion {
			continue
		}
		sum, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err == nil && len(sum) == sha256.Size {
			candidates = append(candidates, sum)
		}
	}
	return candidates
}
