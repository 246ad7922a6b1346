package clerkauth

import (
	"slices"
	"strings"
)

// Binding says how a credential relates to the resource that it is presented to (RFC 8707).
type Binding string

// The bindings. A token of several audiences of which one is not ours is foreign: whoever it is meant for besides us
// could present it here.
const (
	// BindingExact means that the token is meant for this resource and no other.
	BindingExact Binding = "bound"
	// BindingNone means that the token names no resource at all.
	BindingNone Binding = "unbound"
	// BindingForeign means that the token is meant for another resource, or for others as well.
	BindingForeign Binding = "foreign"
)

// Binding reports how the credential that is signed in relates to a resource, such as https://api.example.com/mcp. The
// comparison is exact, except that an empty path equals a single slash.
func (s *RequestState) Binding(resource string) Binding {
	return bindingTo(s.audience(), []string{resource})
}

func bindingTo(audience, accepted []string) Binding {
	if len(audience) == 0 {
		return BindingNone
	}
	for _, value := range audience {
		if !slices.ContainsFunc(accepted, func(resource string) bool { return sameResource(value, resource) }) {
			return BindingForeign
		}
	}
	return BindingExact
}

// sameResource compares resources byte by byte, where https://host and https://host/ are the same.
func sameResource(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if a == b {
		return true
	}
	_, host, ok := strings.Cut(a, "://")
	return ok && host != "" && !strings.ContainsAny(host, "/?#") && b == a+"/"
}

// Audience returns whom the credential that is signed in is meant for, or nil.
func (s *RequestState) Audience() []string { return slices.Clone(s.audience()) }

// audience is Audience for those who do not change it.
func (s *RequestState) audience() []string {
	if c := s.current(); c.status == StatusSignedIn && c.machine != nil {
		return c.machine.audience
	}
	return s.session().Audience
}

// ClientID returns the id of the OAuth client that an OAuth token was issued to, or "".
func (s *RequestState) ClientID() string {
	if c := s.current(); c.status == StatusSignedIn && c.machine != nil {
		return c.machine.clientID
	}
	return ""
}
