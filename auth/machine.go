package clerkauth

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
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
	// Scopes are what it may be used for; of an M2M token, the machines that may receive it.
	Scopes []string
	// Claims are the custom claims, or nil.
	Claims map[string]any
	// ExpiresAt is zero for a credential that does not expire.
	ExpiresAt time.Time
}

// Machine returns the identity behind a machine credential, or nil when none is signed in.
func (s *RequestState) Machine() *MachineIdentity {
	c := s.current()
	if c.status != StatusSignedIn || c.machine == nil {
		return nil
	}
	m := c.machine
	return &MachineIdentity{
		TokenType: c.tokenType, ID: m.id, Subject: m.subject, Name: m.name, ClientID: m.clientID,
		Scopes: slices.Clone(m.scopes), Claims: m.claims.clone(), ExpiresAt: m.expires,
	}
}

// machineToken is what a verified machine credential says about its bearer.
type machineToken struct {
	id       string
	subject  string
	name     string
	clientID string
	scopes   []string
	claims   machineClaims
	expires  time.Time
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
	return ""
}

// maxMachineToken bounds opaque tokens: real ones are much shorter.
const maxMachineToken = 512

// plausibleMachineToken reports whether a token can be one of Clerk's at all. Others never cost a call.
func plausibleMachineToken(token string) bool {
	_, secret, _ := strings.Cut(token, "_")
	if secret == "" || len(token) > maxMachineToken {
		return false
	}
	for i := range len(secret) {
		c := secret[i]
		if !isNameByte(c) && strings.IndexByte("-.~+/=", c) < 0 {
			return false
		}
	}
	return true
}

// machine returns the state of a machine credential. An opaque one costs a call to Clerk, so it is verified when the
// state is asked, and once: whoever sends made-up tokens to pages that do not care costs nothing.
func (a *Authenticator) machine(ctx context.Context, token string, class tokenClass) *RequestState {
	token = strings.Clone(token)
	if class.isJWT {
		return a.machineState(ctx, class.tokenType, token, a.machineJWT)
	}
	if !plausibleMachineToken(token) {
		return a.signedOut(class.tokenType, refuse(ReasonTokenInvalid, "the token cannot be one of Clerk's"))
	}
	if a.config.EagerMachineTokens {
		return a.machineState(ctx, class.tokenType, token, a.opaqueToken)
	}
	// The answer may be needed after the request is gone.
	ctx = context.WithoutCancel(ctx)
	return &RequestState{
		status: StatusSignedOut, tokenType: class.tokenType, authn: a,
		resolve: sync.OnceValue(func() *RequestState {
			ctx, cancel := context.WithTimeout(ctx, apiTimeout)
			defer cancel()
			return a.machineState(ctx, class.tokenType, token, a.opaqueToken)
		}),
	}
}

type machineVerifier func(ctx context.Context, t TokenType, token string) (*machineToken, *Error)

func (a *Authenticator) machineState(ctx context.Context, t TokenType, token string, verify machineVerifier) *RequestState {
	identity, refusal := verify(ctx, t, token)
	if refusal != nil {
		return a.signedOut(t, refusal)
	}
	return &RequestState{status: StatusSignedIn, tokenType: t, machine: identity, token: token, authn: a}
}

// machineJWT verifies an M2M or OAuth token that is a JWT, without a call. What is true of sessions only, such as
// authorized parties, does not apply.
func (a *Authenticator) machineJWT(ctx context.Context, t TokenType, token string) (*machineToken, *Error) {
	wrongCategory := false
	policy := jwtPolicy{call: &callConfig{audience: a.config.Audience}}
	policy.admit = func(h *tokenHeader, _ *SessionClaims) *Error {
		refusal := onlyMachine(h)
		wrongCategory = refusal != nil
		return refusal
	}
	if t == TokenOAuth {
		policy.types, policy.admit = []string{"at+jwt", "application/at+jwt"}, nil
		policy.call.requireAudience = true
	}
	verified, refusal := a.verifyJWT(ctx, token, &policy, a.now())
	if refusal != nil {
		if wrongCategory || errors.Is(refusal, ErrUnavailable) {
			return nil, refusal
		}
		return nil, &Error{Reason: ReasonTokenVerificationFailed, message: refusal.message, cause: refusal}
	}
	identity, err := machineOf(t, verified.claims)
	if err != nil {
		return nil, refuse(ReasonTokenInvalid, "the claims are malformed")
	}
	if t == TokenM2M && a.config.MachineID != "" && !slices.Contains(identity.scopes, a.config.MachineID) {
		return nil, refuse(ReasonTokenVerificationFailed, "the token is not meant for this machine")
	}
	return identity, nil
}

// onlyMachine admits M2M tokens; what was signed for another purpose is not valid here.
func onlyMachine(h *tokenHeader) *Error {
	if h.badCategory || h.hasCategory && h.category != categoryM2M && h.category != categoryIgnore {
		return refuse(ReasonTokenInvalid, "the token is not one of a machine")
	}
	return nil
}

// registeredClaims are not custom claims of a machine.
var registeredClaims = []string{"iss", "sub", "exp", "nbf", "iat", "jti"}

func machineOf(t TokenType, c *SessionClaims) (*machineToken, error) {
	var payload map[string]any
	if err := json.Unmarshal([]byte(c.raw), &payload); err != nil {
		return nil, err
	}
	m := &machineToken{id: c.ID, subject: c.Subject, expires: c.ExpiresAt}
	if t == TokenOAuth {
		m.clientID, _ = payload["client_id"].(string)
		m.scopes = words(payload["scp"])
		if m.scopes == nil {
			m.scopes = words(payload["scope"])
		}
		return m, nil
	}
	m.scopes = words(payload["scopes"])
	if m.scopes == nil {
		m.scopes = c.Audience
	}
	for _, name := range registeredClaims {
		delete(payload, name)
	}
	if len(payload) > 0 {
		m.claims = newMachineClaims(payload)
	}
	return m, nil
}

// words reads a list of texts, or a text with spaces. Nothing in it is nil.
func words(value any) []string {
	switch value := value.(type) {
	case string:
		return strings.Fields(value)
	case []any:
		list := make([]string, 0, len(value))
		for _, item := range value {
			if text, ok := item.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}
