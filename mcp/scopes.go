package clerkmcp

import (
	"math/bits"
	"slices"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// scopeSet is a set of scopes of the catalog: a bit for each.
type scopeSet uint64

// has reports whether all scopes of another set are in this one.
func (s scopeSet) has(other scopeSet) bool { return s&other == other }

// catalog holds the scopes in their order.
type catalog struct {
	scopes []Scope
	places map[string]int
	checks []clerkauth.Check // of each scope
}

func newCatalog(scopes []Scope) catalog {
	c := catalog{scopes: scopes, places: make(map[string]int, len(scopes))}
	for i, scope := range scopes {
		c.places[scope.Name] = i
		c.checks = append(c.checks, clerkauth.HasScope(scope.Name))
	}
	return c
}

// set returns the named scopes that are in the catalog, and whether all are.
func (c *catalog) set(names []string) (scopeSet, bool) {
	set, all := scopeSet(0), true
	for _, name := range names {
		place, ok := c.places[name]
		if !ok {
			all = false
			continue
		}
		set |= 1 << place
	}
	return set, all
}

// allows reports whether a caller holds all scopes of a set.
func (c *catalog) allows(state *clerkauth.RequestState, set scopeSet) bool {
	for i := range c.checks {
		if set.has(1<<i) && !state.Has(c.checks[i:i+1]...) {
			return false
		}
	}
	return true
}

// all returns the set of all scopes.
func (c *catalog) all() scopeSet { return 1<<len(c.scopes) - 1 }

// names returns the scopes of a set in the order of the catalog, with spaces between them.
func (c *catalog) names(set scopeSet) string { return strings.Join(c.list(set), " ") }

// labels says what the scopes of a set allow, or names them where they have no label.
func (c *catalog) labels(set scopeSet) string {
	var labels []string
	for i, scope := range c.scopes {
		switch {
		case !set.has(1 << i):
		case scope.Label == "":
			labels = append(labels, scope.Name)
		default:
			labels = append(labels, scope.Name+" ("+scope.Label+")")
		}
	}
	return strings.Join(labels, ", ")
}

// list returns the scopes of a set in the order of the catalog, or nil for none.
func (c *catalog) list(set scopeSet) []string {
	names := slices.Grow([]string(nil), bits.OnesCount64(uint64(set)))
	for i, scope := range c.scopes {
		if set.has(1 << i) {
			names = append(names, scope.Name)
		}
	}
	return names
}
