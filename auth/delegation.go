package clerkauth

import "slices"

// NotAgent demands that no agent acts in the name of the user. A person who impersonates the user passes, as does an
// OAuth client; see [NotImpersonated] and [NotDelegated] for those. A claim about the actor that is malformed does not
// pass. Routes for credentials, billing and deletion are safest with NotAgent and [Reverified] together: the sign-in of
// an agent skips the second factor.
func NotAgent() Check { return Check{kind: checkNotAgent} }

// OnlyAgents demands that an agent acts in the name of the user: that the latest actor is of type agent.
func OnlyAgents() Check { return Check{kind: checkOnlyAgents} }

// NotDelegated demands the user in person: a session in which nobody acts in the name of the user. Credentials of
// machines, OAuth tokens among them, do not pass.
func NotDelegated() Check { return Check{kind: checkNotDelegated} }

// ThroughClient demands an OAuth token that one of these clients got. Anybody can register a client where the instance
// allows dynamic registration, so list only clients that you made; without clients it denies.
func ThroughClient(clientIDs ...string) Check {
	return Check{kind: checkThroughClient, values: slices.Clone(clientIDs)}
}

// checkDelegation evaluates the checks about who acts for whom on a signed-in state.
func (s *RequestState) checkDelegation(c *Check) *Error {
	actors, wellFormed := s.actors()
	passed, reason := false, ReasonRequirementInvalid
	switch c.kind {
	case checkNotAgent:
		reason = ReasonAgent
		passed = wellFormed && !slices.ContainsFunc(actors, func(a Actor) bool { return a.Type == actorTypeAgent })
	case checkOnlyAgents:
		reason = ReasonNotAgent
		passed = wellFormed && len(actors) > 0 && actors[0].Type == actorTypeAgent
	case checkNotDelegated:
		reason = ReasonDelegated
		passed = wellFormed && len(actors) == 0 && s.claims != nil && s.claims.Subject != ""
	case checkThroughClient:
		reason = ReasonWrongClient
		client := s.ClientID()
		passed = s.tokenType == TokenOAuth && client != "" && slices.Contains(c.values, client)
	}
	if passed {
		return nil
	}
	return refuse(reason, "")
}
