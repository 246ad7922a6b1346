package clerkauth

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// validMetadataURL reports whether a URL may stand in a challenge, between quotes.
func validMetadataURL(text string) bool {
	u, err := url.Parse(text)
	_, printable := headerValue(text)
	return err == nil && isWebURL(u) && u.Fragment == "" && printable && !strings.ContainsAny(text, "\"\\ ")
}

// pointing returns the state of a call that takes OAuth tokens: its refusal says where clients learn how to get one.
// Sessions with open tasks are not refused for want of a token.
func (s *RequestState) pointing(metadataURL string) *RequestState {
	out := *s
	switch {
	case s.resolve != nil:
		resolve := s.resolve
		out.resolve = sync.OnceValue(func() *RequestState { return resolve().pointing(metadataURL) })
	case s.status == StatusSignedIn || s.reason == ReasonSessionPending:
		return s
	default:
		refusal := *s.refusal()
		refusal.metadataURL = metadataURL
		out.err = &refusal
	}
	return &out
}

// pointingFor points to the metadata where the types have OAuth tokens among them, and nowhere otherwise.
func (s *RequestState) pointingFor(types []TokenType) *RequestState {
	if s == nil || s.authn == nil || s.authn.config.ResourceMetadataURL == "" {
		return s
	}
	if slices.Contains(types, TokenOAuth) {
		return s.pointing(s.authn.config.ResourceMetadataURL)
	}
	return s.pointing("")
}
