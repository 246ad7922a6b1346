package clerkmcp

import (
	"net/http"
)

// verdict says which rule a call fails in spite of its scopes.
type verdict uint8

const (
	verdictNone    verdict = iota
	verdictUnknown         // a tool that is not listed
	verdictBroken          // the application's own rule names a scope that does not exist
)

// demand returns the scopes that the request needs. Those of a batch are the union of what its messages need.
// Notifications and answers of the client need none: there is no id to repeat in a refusal.
func (v *visit) demand() (scopeSet, verdict) {
	g := v.guard
	needed, result := g.baseline, verdictNone
	for i := range v.messages {
		m := &v.messages[i]
		if !m.isCall() {
			continue
		}
		scopes, listed := g.tools[string(m.tool)]
		if !listed && g.tools != nil && !g.config.AllowUnlistedTools {
			result = max(result, verdictUnknown)
		}
		needed |= scopes
		if g.config.ToolScopes == nil {
			continue
		}
		more, known := g.catalog.set(g.config.ToolScopes(string(m.tool), m.arguments))
		if !known {
			result = verdictBroken
		}
		needed |= more
	}
	return needed, result
}

// authorize returns why a caller who is known may not do what the request asks for.
func (v *visit) authorize(needed scopeSet, result verdict) *refusal {
	if v.r.Method == http.MethodPost && !v.hasRequest() {
		return nil
	}
	switch result {
	case verdictBroken:
		return &refusal{status: http.StatusInternalServerError, rpc: codeInternal, code: "server_error", text: "The rules of this server are broken."}
	case verdictUnknown:
		return &refusal{status: http.StatusOK, rpc: codeInvalidParams, code: "invalid_request", text: "There is no such tool."}
	}
	if v.guard.catalog.allows(v.caller.State, needed) {
		return nil
	}
	held, _ := v.guard.catalog.set(v.caller.State.Scopes())
	return &refusal{
		status: http.StatusForbidden, rpc: codeForbidden, code: "insufficient_scope", challenge: true, scopes: held | needed,
		text:      "The token lacks " + v.guard.catalog.labels(needed&^held) + ".",
		toolError: v.guard.config.ToolErrorInstead403 && v.onlyCalls(),
	}
}

// hasRequest reports whether a message wants an answer.
func (v *visit) hasRequest() bool {
	for i := range v.messages {
		if v.messages[i].isRequest() {
			return true
		}
	}
	return false
}

// onlyCalls reports whether all requests are tool calls, so that each can be answered with an error result.
func (v *visit) onlyCalls() bool {
	for i := range v.messages {
		if v.messages[i].isRequest() && !v.messages[i].isCall() {
			return false
		}
	}
	return true
}
