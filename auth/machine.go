package clerkauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MachineIdentity is what Clerk says about the bearer of an API key, an M2M token or an OAuth token.
type MachineIdentity struct {
	// TokenType is the class of the credential.
	TokenType TokenType
	// ID is the id of the credential, not the credential itself.
	ID string
	// Subject is whom it belongs to: a user, an organization or a machine.
	Subject string
	// Name is the name of an API key.
	Name string
	// ClientID is the OAuth application.
	ClientID string
	// OrgID is the organization of an organization's API key, or the one that the user chose when the OAuth client was
	// let in. It is consent to read the membership: roles and permissions are not in it.
	OrgID string
	// Scopes are what it may be used for; of an M2M token, the machines that may receive it.
	Scopes []string
	// Audience lists whom the token is meant for. It is empty for API keys and where the token does not say.
	Audience []string
	// Actors are those who act in the name of the user, the latest first. Only OAuth tokens of a token exchange have any.
	Actors []Actor
	// Claims are the custom claims, or nil. Of an OAuth JWT they are all that is neither registered nor client_id, scope,
	// scp, org_id or act.
	Claims map[string]any
	// IssuedAt is zero where neither the token nor Clerk says it.
	IssuedAt time.Time
	// ExpiresAt is zero for a credential that does not expire.
	ExpiresAt time.Time
}

// Machine returns the identity behind a machine credential, or nil when none is signed in.
func (s *RequestState) Machine() *MachineIdentity {
	c := s.current()
	if c.status != StatusSignedIn || c.machine == nil || !c.tokenType.machine() {
		return nil
	}
	m := c.machine
	return &MachineIdentity{
		TokenType: c.tokenType, ID: m.id, Subject: m.subject, Name: m.name, ClientID: m.clientID, OrgID: m.orgID(),
		Scopes: slices.Clone(m.scopes), Audience: slices.Clone(m.audience), Actors: slices.Clone(m.actors),
		Claims: m.customClaims(), IssuedAt: m.issued, ExpiresAt: m.expires,
	}
}

// NewMachineState returns the state of a machine credential that is signed in with this identity, for tests of
// handlers. Nothing is verified. An identity that is nil, of a session, or without a subject gives a signed-out state.
func NewMachineState(identity *MachineIdentity) *RequestState {
	if identity == nil || !identity.TokenType.machine() || identity.Subject == "" {
		return &RequestState{status: StatusSignedOut, tokenType: TokenNone, reason: ReasonTokenTypeMismatch}
	}
	m := &machineToken{
		class: identity.TokenType, id: identity.ID, subject: identity.Subject, name: identity.Name, clientID: identity.ClientID, org: identity.OrgID,
		scopes: slices.Clone(identity.Scopes), audience: slices.Clone(identity.Audience), actors: slices.Clone(identity.Actors),
		issued: identity.IssuedAt, expires: identity.ExpiresAt,
	}
	if len(identity.Claims) > 0 {
		if text, err := json.Marshal(identity.Claims); err == nil {
			m.payload = string(text)
		}
	}
	return &RequestState{status: StatusSignedIn, tokenType: identity.TokenType, machine: m}
}

// machine reports whether a type is one of machine credentials.
func (t TokenType) machine() bool { return t == TokenAPIKey || t == TokenM2M || t == TokenOAuth }

// machineToken is what a verified machine credential says about its bearer. Several requests share it: whoever asks
// gets a copy.
type machineToken struct {
	class    TokenType
	id       string
	subject  string
	name     string
	clientID string
	org      string
	scopes   []string
	audience []string
	actors   []Actor
	issued   time.Time
	expires  time.Time
	payload  string   // a JSON object with the custom claims, or nothing
	hidden   []string // members of the payload that are no custom claims
}

func (m *machineToken) userID() string {
	if strings.HasPrefix(m.subject, "user_") {
		return m.subject
	}
	return ""
}

func (m *machineToken) orgID() string {
	if strings.HasPrefix(m.subject, "org_") {
		return m.subject
	}
	return m.org
}

// customClaims returns the claims that are not part of the protocol, or nil.
func (m *machineToken) customClaims() map[string]any {
	if m.payload == "" {
		return nil
	}
	var claims map[string]any
	if json.Unmarshal([]byte(m.payload), &claims) != nil {
		return nil
	}
	for _, name := range m.hidden {
		delete(claims, name)
	}
	if len(claims) == 0 && m.hidden != nil {
		return nil
	}
	return claims
}

// customPayload is customClaims as JSON, with all numbers as they came.
func (m *machineToken) customPayload() (string, error) {
	if m.payload == "" || len(m.hidden) == 0 {
		return m.payload, nil
	}
	var claims map[string]json.RawMessage
	if err := json.Unmarshal([]byte(m.payload), &claims); err != nil {
		return "", err
	}
	for _, name := range m.hidden {
		delete(claims, name)
	}
	text, err := json.Marshal(claims)
	return string(text), err
}

// decode reads the claims of a credential into a type of the application.
func (m *machineToken) decode(v any) error {
	text, err := m.payload, error(nil)
	if m.class != TokenOAuth {
		text, err = m.customPayload()
	}
	switch {
	case err != nil:
		return errors.New("clerkauth: ClaimsAs: the claims are malformed")
	case text == "" && m.class == TokenOAuth:
		return errors.New("clerkauth: ClaimsAs: Clerk told no claims of the token")
	case text == "":
		return nil
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("clerkauth: ClaimsAs: the claims do not fit: %w", err)
	}
	return nil
}

// size is about how many bytes the identity takes.
func (m *machineToken) size() int {
	size := 512 + len(m.id) + len(m.subject) + len(m.name) + len(m.clientID) + len(m.org) + len(m.payload)
	for _, list := range [][]string{m.scopes, m.audience} {
		for _, text := range list {
			size += 16 + len(text)
		}
	}
	for i := range m.actors {
		size += 64 + len(m.actors[i].Issuer) + len(m.actors[i].SessionID) + len(m.actors[i].Subject) + len(m.actors[i].Type)
	}
	return size
}
