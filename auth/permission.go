package clerkauth

import (
	"math/big"
	"slices"
	"strconv"
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
	var room [16]string
	features, ok := orgFeatures(room[:0], c.features)
	if !ok {
		return
	}
	masks := strings.Count(c.org.masks, ",") + 1
	if masks != len(features) {
		features = slices.DeleteFunc(features, func(name string) bool { return name == "" })
	}
	i := 0
	for text := range strings.SplitSeq(c.org.masks, ",") {
		if i == len(features) {
			return
		}
		feature := features[i]
		i++
		if feature == "" {
			continue
		}
		mask := parseMask(strings.TrimSpace(text))
		j := 0
		for permission := range strings.SplitSeq(c.org.permissions, ",") {
			if mask.bit(j) && !yield(feature, strings.TrimSpace(permission)) {
				return
			}
			j++
		}
	}
}

// orgFeatures appends one entry for each feature of the claim, empty where it is not one of the organization. A
// malformed claim gives no permission at all.
func orgFeatures(features []string, claim string) ([]string, bool) {
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

// mask is a set of permissions by number. Most fit into a word.
type mask struct {
	small uint64
	large *big.Int
}

func (m mask) bit(i int) bool {
	if m.large != nil {
		return m.large.Bit(i) == 1
	}
	return i < 64 && m.small>>i&1 == 1
}

// parseMask reads decimal digits and nothing else; anything else has no bits.
func parseMask(text string) mask {
	if len(text) > maxMaskDigits || !isDigits(text) {
		return mask{}
	}
	if small, err := strconv.ParseUint(text, 10, 64); err == nil {
		return mask{small: small}
	}
	large, _ := new(big.Int).SetString(text, 10)
	return mask{large: large}
}
