package clerkwebhook

import (
	"encoding/base64"
	"strings"
)

// secretPrefix is what Clerk puts before the base64 of a signing secret.
const secretPrefix = "whsec_"

// keyring holds the HMAC keys of the signing secrets. It is only kept behind a pointer, so that fmt, which prints
// pointers inside of structs as addresses, cannot reach the keys.
type keyring struct{ keys [][]byte }

// parseSecrets decodes signing secrets. Every one must be usable; one that is not would otherwise hide until the
// day it is needed.
func parseSecrets(secrets []string) (*keyring, error) {
	if len(secrets) == 0 {
		return nil, &Error{Reason: ReasonMissingSecret}
	}
	ring := &keyring{}
	for _, secret := range secrets {
		key, err := parseSecret(secret)
		if err != nil {
			return nil, err
		}
		ring.keys = append(ring.keys, key)
	}
	return ring, nil
}

// parseSecret decodes one signing secret. The cause of a decoding error is dropped: it would say where in the secret
// the wrong character is.
func parseSecret(secret string) ([]byte, error) {
	encoded := strings.TrimPrefix(secret, secretPrefix)
	if strings.TrimSpace(encoded) == "" {
		return nil, &Error{Reason: ReasonMissingSecret}
	}
	if strings.ContainsAny(encoded, "\r\n") {
		return nil, &Error{Reason: ReasonInvalidSecret}
	}
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(key) == 0 {
		return nil, &Error{Reason: ReasonInvalidSecret}
	}
	return key, nil
}
