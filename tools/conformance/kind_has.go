package main

import (
	"encoding/json"
	"errors"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// replayHas puts the facts into the claims of a version 1 token, which carries them verbatim.
func replayHas(v *vector) ([]string, error) {
	var in struct {
		State  map[string]json.RawMessage `json:"state"`
		Params map[string]json.RawMessage `json:"params"`
	}
	var want bool
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	payload := map[string]json.RawMessage{}
	for fact, claim := range map[string]string{
		"userId": "sub", "orgId": "org_id", "orgRole": "org_role", "orgPermissions": "org_permissions",
		"features": "fea", "plans": "pla", "fva": "fva",
	} {
		if value, ok := in.State[fact]; ok {
			payload[claim] = value
		}
	}
	text, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	claims, err := clerkauth.ParseClaims(text)
	if err != nil {
		return nil, err
	}
	checks, err := checksOf(in.Params)
	if err != nil {
		return nil, err
	}
	return compare(nil, "has", clerkauth.NewState(claims).Has(checks...), want), nil
}

// checksOf turns the parameters of has() into checks. A value that is no text becomes an empty requirement.
func checksOf(params map[string]json.RawMessage) ([]clerkauth.Check, error) {
	var checks []clerkauth.Check
	for name, value := range params {
		var word string
		_ = json.Unmarshal(value, &word)
		switch name {
		case "role":
			checks = append(checks, clerkauth.HasRole(word))
		case "permission":
			checks = append(checks, clerkauth.HasPermission(word))
		case "feature":
			checks = append(checks, clerkauth.HasFeature(word))
		case "plan":
			checks = append(checks, clerkauth.HasPlan(word))
		case "reverification":
			checks = append(checks, clerkauth.Reverified(stepOf(word, value)))
		default:
			return nil, errors.New("unknown parameter " + name)
		}
	}
	return checks, nil
}

func stepOf(preset string, value json.RawMessage) clerkauth.Reverification {
	switch preset {
	case "strict_mfa":
		return clerkauth.StrictMFA()
	case "strict":
		return clerkauth.Strict()
	case "moderate":
		return clerkauth.Moderate()
	case "lax":
		return clerkauth.Lax()
	}
	var step struct {
		Level        clerkauth.FactorLevel `json:"level"`
		AfterMinutes float64               `json:"afterMinutes"`
	}
	_ = json.Unmarshal(value, &step)
	return clerkauth.Reverification{Level: step.Level, AfterMinutes: step.AfterMinutes}
}
