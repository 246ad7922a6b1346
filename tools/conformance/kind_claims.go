package main

import (
	"encoding/json"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func replaySessionClaims(v *vector) ([]string, error) {
	var in struct {
		Claims json.RawMessage `json:"claims"`
	}
	var want struct {
		OrgID          *string  `json:"orgId"`
		OrgSlug        *string  `json:"orgSlug"`
		OrgRole        *string  `json:"orgRole"`
		OrgPermissions []string `json:"orgPermissions"`
	}
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	claims, err := clerkauth.ParseClaims(in.Claims)
	if err != nil {
		return nil, err
	}
	out := compare(nil, "orgId", claims.OrgID, text(want.OrgID))
	out = compare(out, "orgSlug", claims.OrgSlug, text(want.OrgSlug))
	out = compare(out, "orgRole", claims.OrgRole, text(want.OrgRole))
	got := claims.OrgPermissions()
	out = compare(out, "has permissions", got != nil, want.OrgPermissions != nil)
	return compare(out, "orgPermissions", strings.Join(got, " "), strings.Join(want.OrgPermissions, " ")), nil
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func replayClassify(v *vector) ([]string, error) {
	var in struct {
		Token string                      `json:"token"`
		JWT   *map[string]json.RawMessage `json:"jwt"`
	}
	var want string
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	token := in.Token
	if in.JWT != nil {
		header, payload := map[string]any{"alg": "RS256"}, map[string]any{}
		for name, value := range *in.JWT {
			if name == "sub" {
				payload[name] = value
			} else {
				header[name] = value
			}
		}
		token = newWorld().sign(tokenSpec{Key: "A", Header: header, Payload: payload})
	}
	return compare(nil, "class", string(clerkauth.ClassifyToken(token)), want), nil
}
