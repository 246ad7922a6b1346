package clerkauth

import (
	"encoding/json"
	"strings"
)

// CheckFunc is a check of the application's own. The name says in the 403 what is missing, so it is a few words without
// anything personal, such as "paid-up". The function gets the state of a credential that is signed in and may be called
// by several goroutines at once. Without a name or a function the check denies.
func CheckFunc(name string, passes func(state *RequestState) bool) Check {
	if name == "" || passes == nil {
		return Check{}
	}
	return Check{kind: checkFunc, value: name, passes: passes}
}

// HasClaim demands that a claim of a session token, or of the token of a JWT template, has this value. The path names
// the claim, with dots into nested objects: HasClaim("metadata.role", "admin"). The value is a string, a bool or a
// number; where the claim is a list, one of its elements must be the value. Credentials of machines do not pass,
// because whoever makes them chooses their claims; [CheckFunc] can be about those. An empty path, and a value of
// another kind, deny.
//
// A claim is as good as its source. What a session token takes from unsafe metadata, users write themselves.
func HasClaim(path string, value any) Check {
	wanted, ok := scalar(value)
	if !ok || path == "" {
		return Check{}
	}
	return Check{kind: checkClaim, value: path, passes: func(state *RequestState) bool {
		claim, found := claimAt(state.claimObject(), path)
		if !found {
			return false
		}
		if list, ok := claim.([]any); ok {
			for _, element := range list {
				if sameScalar(element, wanted) {
					return true
				}
			}
			return false
		}
		return sameScalar(claim, wanted)
	}}
}

// checkOwn evaluates a check of the application's own on a signed-in state.
func (s *RequestState) checkOwn(c *Check) *Error {
	if c.passes(s) {
		return nil
	}
	if c.kind == checkClaim {
		return refuse(ReasonMissingClaim, c.value)
	}
	return refuse(ReasonCheckFailed, c.value)
}

// claimObject returns the claims of a session or of the token of a JWT template, or nil.
func (s *RequestState) claimObject() map[string]any {
	raw := ""
	switch {
	case s.claims != nil && s.claims.Subject != "":
		raw = s.claims.raw
	case s.machine != nil && s.tokenType == TokenTemplate:
		raw = s.machine.payload
	}
	var claims map[string]any
	if decodeExactly(raw, &claims) != nil {
		return nil
	}
	return claims
}

// decodeExactly reads a JSON value and keeps numbers as they are written.
func decodeExactly(text string, v any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(v)
}

// claimAt follows a path. Names may have dots themselves, as those of namespaced claims do: the longest name counts.
func claimAt(object map[string]any, path string) (any, bool) {
	if claim, found := object[path]; found {
		return claim, true
	}
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		if inner, ok := object[path[:end]].(map[string]any); ok {
			return claimAt(inner, path[end+1:])
		}
	}
	return nil, false
}

// scalar brings a value into the form that the claims have: a string, a bool or a [json.Number].
func scalar(value any) (any, bool) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, false
	}
	var out any
	if decodeExactly(string(text), &out) != nil {
		return nil, false
	}
	switch out.(type) {
	case string, bool, json.Number:
		return out, true
	}
	return nil, false
}

// sameScalar compares a claim with a value. Whole numbers are compared exactly, others as floating point.
func sameScalar(claim, wanted any) bool {
	switch claim := claim.(type) {
	case string, bool:
		return claim == wanted
	case json.Number:
		want, ok := wanted.(json.Number)
		if !ok || claim == want {
			return ok
		}
		whole, errClaim := claim.Int64()
		wantWhole, errWant := want.Int64()
		if errClaim == nil && errWant == nil {
			return whole == wantWhole
		}
		number, errClaim := claim.Float64()
		wantNumber, errWant := want.Float64()
		return errClaim == nil && errWant == nil && number == wantNumber
	}
	return false
}
