package clerkauth

import (
	"math/big"
	"slices"
	"strings"
)

// maxMaskDigits bounds a permission mask: 512 decimal digits are about 1,700 permissions.
const maxMaskDigits = 512

// orgClaims are the parts of the active organization that permissions are made of.
type orgClaims struct {
	permissions     string   // version 2: names, comma-separated
	masks           string   // version 2: one mask for each feature
	listed          []string // version 1
	hasOrganization bool
}

// OrgPermissions returns the permissions in the active organization in their full form, org:feature:permission. It is
// nil without an organization, and works them out anew on each call.
func (c *SessionClaims) OrgPermissions() []string {
	if c == nil {
		return nil
	}
	if c.Version != 2 {
		return slices.Clone(c.org.listed)
	}
	if !c.org.hasOrganization {
		return nil
	}
	permissions := []string{}
	c.expand(func(feature, permission string) bool {
		permissions = append(permissions, "org:"+feature+":"+permission)
		return true
	})
	return permissions
}

// hasPermission looks for a permission in its full form without building the list.
func (c *SessionClaims) hasPermission(wanted string) bool {
	if c.Version != 2 {
		return slices.Contains(c.org.listed, wanted)
	}
	wanted = strings.TrimPrefix(wanted, "org:")
	found := false
	c.expand(func(feature, permission string) bool {
		rest, ok := strings.CutPrefix(wanted, feature)
		if ok && strings.HasPrefix(rest, ":") && rest[1:] == permission {
			found = true
		}
		return !found
	})
	return found
}

// expand calls yield for each permission of a version 2 token until it returns false. Masks are numbered over the
// features of the organization, unless there are as many as features of any scope: then over all of them.
func (c *SessionClaims) expand(yield func(feature, permission string) bool) {
	if c.features == "" || c.org.permissions == "" || c.org.masks == "" {
		return
	}
	features, ok := orgFeatures(c.features)
	if !ok {
		return
	}
	masks := strings.Split(c.org.masks, ",")
	if len(masks) != len(features) {
		features = slices.DeleteFunc(features, func(name string) bool { return name == "" })
	}
	permissions := strings.Split(c.org.permissions, ",")
	for i := range min(len(features), len(masks)) {
		if features[i] == "" {
			continue
		}
		mask := parseMask(strings.TrimSpace(masks[i]))
		for j := range min(len(permissions), mask.BitLen()) {
			if mask.Bit(j) == 1 && !yield(features[i], strings.TrimSpace(permissions[j])) {
				return
			}
		}
	}
}

// orgFeatures returns one entry for each feature of the claim, empty where it is not one of the organization. A
// malformed claim gives no permission at all.
func orgFeatures(claim string) (features []string, ok bool) {
	for element := range strings.SplitSeq(claim, ",") {
		scope, name, ok := strings.Cut(strings.TrimSpace(element), ":")
		if !ok {
			return nil, false
		}
		if !scopeHasOrg(scope) {
			name = ""
		}
		features = append(features, name)
	}
	return features, true
}

// parseMask reads decimal digits and nothing else; anything else has no bits.
func parseMask(text string) *big.Int {
	mask := new(big.Int)
	if len(text) > maxMaskDigits || !isDigits(text) {
		return mask
	}
	mask.SetString(text, 10)
	return mask
}
