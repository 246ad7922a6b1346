package clerkwebhook

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// secretPrefix is what Clerk puts before the base64 of a signing secret.
const secretPrefix = "whsec_"

// keyring holds the HMAC keys of the signing secrets inside of a function, which is the one place where fmt cannot
// find them by reflection, whatever verb and whatever struct around it.
type keyring struct{ keys func() [][]byte }

// parseSecrets decodes signing secrets. Every one must be usable; one that is not would otherwise hide until the
// day it is needed.
func parseSecrets(secrets []string) (*keyring, error) {
	if len(secrets) == 0 {
		return nil, &Error{Reason: ReasonMissingSecret}
	}
	keys := make([][]byte, 0, len(secrets))
	for _, secret := range secrets {
		key, err := parseSecret(secret)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return &keyring{keys: func() [][]byte { return keys }}, nil
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

// fingerprint tells endpoints apart without showing their secrets.
func (k *keyring) fingerprint() string {
	return hex.EncodeToString(digest(k.keys()[0], "clerkwebhook", "endpoint", nil)[:8])
}
