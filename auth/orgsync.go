package clerkauth

import "strings"

// organizationTarget is the organization, or the personal account, that a URL names.
type organizationTarget struct {
	id, slug string // both empty: the personal account
}

func (t organizationTarget) value() string {
	if t.id != "" {
		return t.id
	}
	return t.slug
}

func organizationMatcher(patterns []string) (*PathMatcher, error) {
	m, err := NewPathMatcher(patterns...)
	if err != nil {
		return nil, configError("OrganizationPatterns: %w", err)
	}
	return m, nil
}

// organizationTarget returns what the URL of the request names, if it names anything.
func (v *visit) organizationTarget() (organizationTarget, bool) {
	f := &v.a.flow
	if f.orgs.empty() && f.personal.empty() {
		return organizationTarget{}, false
	}
	path := v.address().path
	if params, ok := f.orgs.match(path); ok {
		switch id, slug := params["id"], params["slug"]; {
		case id != "":
			return organizationTarget{id: id}, true
		case slug != "":
			return organizationTarget{slug: slug}, true
		}
	}
	_, ok := f.personal.match(path)
	return organizationTarget{}, ok
}

// wantsOtherOrganization reports whether the URL names another organization than the one that is active. A pending
// session has none to change.
func (v *visit) wantsOtherOrganization(claims *SessionClaims) bool {
	if claims.Status == SessionPending {
		return false
	}
	target, ok := v.organizationTarget()
	switch {
	case !ok:
		return false
	case target.id != "":
		return target.id != claims.OrgID
	case target.slug != "":
		return target.slug != claims.OrgSlug
	}
	return claims.OrgID != ""
}

// normalPath decodes a path once, except for characters that have a meaning in it, and joins slashes that repeat. It
// reports whether the escapes are well formed.
func normalPath(path string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(path); i++ {
		c, size := path[i], 0
		if c == '%' {
			if i+2 >= len(path) || !isHex(path[i+1]) || !isHex(path[i+2]) {
				return "", false
			}
			c, size = unhex(path[i+1])<<4|unhex(path[i+2]), 2
		}
		switch {
		case size > 0 && strings.IndexByte(";/?:@&=+$,#", c) >= 0:
			out.WriteString(path[i : i+3])
		case size == 0 && c == '/' && strings.HasSuffix(out.String(), "/"):
		default:
			out.WriteByte(c)
		}
		i += size
	}
	return out.String(), true
}
