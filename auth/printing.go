package clerkauth

import (
	"fmt"
	"io"
)

// hidden is a key inside of a function, where fmt cannot find it by reflection, whatever verb and whatever struct
// around it. The zero value hides nothing.
type hidden func() string

func hide(key string) hidden { return func() string { return key } }

func (h hidden) reveal() string {
	if h == nil {
		return ""
	}
	return h()
}

// Format hides the secrets of the configuration from every verb.
func (c Config) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, c.String()) }

// Format hides the secret key from every verb.
func (c RemoteKeySetConfig) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "clerkauth.RemoteKeySetConfig{…}")
}

// Format describes the authenticator without its configuration, for every verb.
func (a *Authenticator) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "clerkauth.Authenticator")
}

// Format describes the state without the identity or the credential, for every verb and also for a copy.
func (s RequestState) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// Format hides the person and the token from every verb; print the fields that are needed.
func (c SessionClaims) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "clerkauth.SessionClaims{…}")
}
