package clerkauth

import (
	"fmt"
	"io"
	"log/slog"
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

// Format describes the instances without their names, for every verb.
func (i *Instances) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "clerkauth.Instances")
}

// Format describes the state without the identity or the credential, for every verb and also for a copy.
func (s RequestState) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// Format hides the person and the token from every verb; print the fields that are needed.
func (c SessionClaims) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "clerkauth.SessionClaims{…}")
}

// LogValue hides the person and the token from logs.
func (c SessionClaims) LogValue() slog.Value { return slog.StringValue("clerkauth.SessionClaims{…}") }

// Format hides whom the credential belongs to from every verb.
func (m MachineIdentity) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "clerkauth.MachineIdentity{…}")
}

// LogValue hides whom the credential belongs to from logs.
func (m MachineIdentity) LogValue() slog.Value {
	return slog.StringValue("clerkauth.MachineIdentity{…}")
}

// Format hides the person from every verb.
func (a Actor) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "clerkauth.Actor{…}") }

// LogValue hides the person from logs.
func (a Actor) LogValue() slog.Value { return slog.StringValue("clerkauth.Actor{…}") }

// Format hides the query from every verb: it can have tokens.
func (r Request) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "clerkauth.Request{…}")
}

// LogValue hides the query from logs: it can have tokens.
func (r Request) LogValue() slog.Value { return slog.StringValue("clerkauth.Request{…}") }

// Format hides the token of the browser and the query from every verb.
func (b RedirectBuilder) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "clerkauth.RedirectBuilder{…}")
}

// LogValue hides the token of the browser and the query from logs.
func (b RedirectBuilder) LogValue() slog.Value {
	return slog.StringValue("clerkauth.RedirectBuilder{…}")
}
