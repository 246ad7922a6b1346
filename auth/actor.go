package clerkauth

import (
	"encoding/json"
	"slices"
)

// maxActors bounds a chain of actors.
const maxActors = 8

// actorTypeAgent is the type of an actor that is a program acting for a user.
const actorTypeAgent = "agent"

// Actor is who acts in the name of the user (RFC 8693, section 4.1).
type Actor struct {
	// Issuer is who vouches for the actor, or empty.
	Issuer string
	// SessionID is the session of a person who impersonates the user, or empty.
	SessionID string
	// Subject is the id of the actor: a user, an agent or an OAuth client.
	Subject string
	// Type is agent for an agent, and empty for a person or an OAuth client. Other values may appear.
	Type string
}

func (a *Actor) clone() *Actor {
	if a == nil {
		return nil
	}
	own := *a
	return &own
}

// parseActors reads a claim act with the earlier actors inside it, the latest first; null and nothing are no actor. It
// is false for a claim that is malformed or has more than maxActors links.
func parseActors(raw json.RawMessage) ([]Actor, bool) {
	var actors []Actor
	for len(raw) > 0 && string(raw) != "null" {
		var link struct {
			Issuer    string          `json:"iss"`
			SessionID string          `json:"sid"`
			Subject   string          `json:"sub"`
			Type      string          `json:"type"`
			Actor     json.RawMessage `json:"act"`
		}
		if raw[0] != '{' || json.Unmarshal(raw, &link) != nil || link.Subject == "" || len(actors) == maxActors {
			return nil, false
		}
		actors = append(actors, Actor{Issuer: link.Issuer, SessionID: link.SessionID, Subject: link.Subject, Type: link.Type})
		raw = link.Actor
	}
	return actors, true
}

// actors returns the whole chain of the one who is signed in, and whether it is well-formed.
func (s *RequestState) actors() ([]Actor, bool) {
	c := s.current()
	switch {
	case c.status != StatusSignedIn:
		return nil, true
	case c.machine != nil:
		return c.machine.actors, true
	case c.claims == nil || c.claims.Actor == nil:
		return nil, c.claims == nil || !c.claims.bad.has(claimActor)
	case c.claims.raw == "": // claims of a test
		return []Actor{*c.claims.Actor}, true
	}
	var payload struct {
		Actor json.RawMessage `json:"act"`
	}
	if json.Unmarshal([]byte(c.claims.raw), &payload) != nil {
		return nil, false
	}
	return parseActors(payload.Actor)
}

// Actor returns who acts in the name of the user: who impersonates the user of a session, or the latest actor of an
// OAuth token. It is nil when nobody does, or when the claim is malformed.
func (s *RequestState) Actor() *Actor {
	if c := s.session(); c.Actor != nil {
		return c.Actor.clone()
	}
	actors, _ := s.actors()
	if len(actors) == 0 {
		return nil
	}
	return actors[0].clone()
}

// ActorChain returns everybody who acts in the name of the user, the latest first, or nil. Sessions have one actor at
// most, OAuth tokens of a token exchange may have several (RFC 8693, section 4.1).
func (s *RequestState) ActorChain() []Actor {
	actors, _ := s.actors()
	return slices.Clone(actors)
}

// Agent returns the agent that acts in the name of the user, or nil: the latest actor of type agent. API keys, M2M
// tokens and OAuth clients are no agents in this sense; see [RequestState.TokenType] for those.
func (s *RequestState) Agent() *Actor {
	actors, _ := s.actors()
	for i := range actors {
		if actors[i].Type == actorTypeAgent {
			return actors[i].clone()
		}
	}
	return nil
}
