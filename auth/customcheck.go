package clerkauth

import (
	"encoding/json"
	"strings"

	"github.com/clerkgo/clerk-go/auth/internal/jsonscan"
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
		claim, found := claimAt(state.claimPayload(), path)
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

// claimPayload returns the claims of a session or of the token of a JWT template as JSON, or nothing.
func (s *RequestState) claimPayload() string {
	switch {
	case s.claims != nil && s.claims.Subject != "":
		return s.claims.raw
	case s.machine != nil && s.tokenType == TokenTemplate:
		return s.machine.payload
	}
	return ""
}

// decodeExactly reads a JSON value and keeps numbers as they are written.
func decodeExactly(text string, v any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(v)
}

// claimAt follows a path in a JSON object. Names may have dots themselves, as those of namespaced claims do: the longest
// name counts. Only the claim itself is decoded.
func claimAt(object, path string) (claim any, found bool) {
	if text, found := memberOf(object, path); found {
		err := decodeExactly(text, &claim)
		return claim, err == nil
	}
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		if inner, found := memberOf(object, path[:end]); found && inner[0] == '{' {
			return claimAt(inner, path[end+1:])
		}
	}
	return nil, false
}

// memberOf returns the value of a member of a JSON object as it is written. Of members with one name it is the last.
func memberOf(object, name string) (value string, found bool) {
	s := jsonscan.New(object)
	err := s.Document(func(member string) error {
		text, err := s.Raw()
		if member == name {
			value, found = text, true
		}
		return err
	})
	return value, found && err == nil
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
