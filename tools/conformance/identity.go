package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// identityOf tells who is signed in, under the names that the JS SDK gives to the facts.
func identityOf(s *clerkauth.RequestState) map[string]any {
	id := map[string]any{
		"tokenType": orNull(string(s.TokenType())), "isAuthenticated": s.SignedIn(),
	}
	if s.TokenType() == clerkauth.TokenSession {
		id["sessionStatus"] = orNull(string(s.SessionStatus()))
	}
	if m := s.Machine(); m != nil {
		id["id"], id["subject"], id["clientId"], id["name"] = m.ID, m.Subject, m.ClientID, m.Name
		id["scopes"], id["claims"] = orEmpty(m.Scopes), m.Claims
		if m.Claims == nil {
			id["claims"] = nil
		}
		id["userId"], id["orgId"] = orNull(s.UserID()), orNull(s.OrgID())
		if s.TokenType() == clerkauth.TokenM2M {
			id["machineId"] = m.Subject
		}
		return id
	}
	c := s.Claims()
	if c == nil {
		return id
	}
	id["userId"], id["sessionId"] = orNull(s.UserID()), orNull(s.SessionID())
	id["orgId"], id["orgSlug"], id["orgRole"] = orNull(s.OrgID()), orNull(s.OrgSlug()), orNull(s.OrgRole())
	if list := s.OrgPermissions(); list != nil {
		id["orgPermissions"] = list
	}
	var payload map[string]any
	if c.Decode(&payload) == nil {
		id["sessionClaims"], id["actor"] = payload, payload["act"]
		if s.Actor() == nil {
			id["actor"] = nil
		}
	}
	if c.FactorAge.Known {
		id["factorVerificationAge"] = []float64{c.FactorAge.First, c.FactorAge.Second}
	}
	return id
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// compareIdentity compares the facts that are expected. A fact that is missing is null.
func compareIdentity(out []string, want map[string]json.RawMessage, s *clerkauth.RequestState) []string {
	got := identityOf(s)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		var value any
		if json.Unmarshal(want[name], &value) != nil {
			continue
		}
		if have := plain(got[name]); !reflect.DeepEqual(have, value) {
			out = append(out, fmt.Sprintf("auth.%s: got %v, want %v", name, have, value))
		}
	}
	return out
}

// plain gives a value the types that JSON decodes to.
func plain(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return value
	}
	var out any
	_ = json.Unmarshal(text, &out)
	return out
}
