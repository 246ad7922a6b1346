package clerkauth

import "strings"

// scopedContains reports whether a claim such as o:reservations,u:dashboard has the wanted name. A wanted name may
// have a scope of its own. A malformed claim contains nothing.
func scopedContains(claim, wanted string) bool {
	inOrg, inUser, name, ok := wantedScope(wanted)
	if !ok || claim == "" {
		return false
	}
	found := false
	for element := range strings.SplitSeq(claim, ",") {
		scope, value, ok := strings.Cut(strings.TrimSpace(element), ":")
		if !ok || strings.Contains(value, ":") {
			return false
		}
		if value == name && ((inOrg && scopeHasOrg(scope)) || (inUser && scopeHasUser(scope))) {
			found = true
		}
	}
	return found
}

// wantedScope takes a requested feature or plan apart.
func wantedScope(wanted string) (inOrg, inUser bool, name string, ok bool) {
	scope, name, scoped := strings.Cut(wanted, ":")
	if !scoped {
		return true, true, wanted, wanted != ""
	}
	if name == "" || strings.Contains(name, ":") {
		return false, false, "", false
	}
	switch scope {
	case "o", "org", "organization":
		return true, false, name, true
	case "u", "user":
		return false, true, name, true
	}
	return false, false, "", false
}

func scopeHasOrg(scope string) bool  { return scope == "o" || scope == "ou" || scope == "uo" }
func scopeHasUser(scope string) bool { return scope == "u" || scope == "ou" || scope == "uo" }
