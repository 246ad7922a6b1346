package clerkauth

import (
	"errors"
	"net/http"
	"strings"
)

// SignIn returns the headers of a redirect to the sign-in page, which brings the visitor back to this request, or false
// where the refusal has to be answered with [AnswerTo]: the visitor is signed in, the trouble is ours, the request is
// not a page navigation, or no sign-in page is known. The response has status 307 and no body.
func (s *RequestState) SignIn(req Request, err error) (http.Header, bool) {
	h := http.Header{}
	return h, s.WriteSignIn(h, req, err)
}

// WriteSignIn is [RequestState.SignIn] for the headers of a response.
func (s *RequestState) WriteSignIn(h http.Header, req Request, err error) bool {
	if s == nil || s.authn == nil || !errors.Is(err, ErrUnauthenticated) || !isPageNavigation(&req) {
		return false
	}
	builder := s.authn.Redirects(req, s)
	location, err := builder.SignIn(builder.BaseURL)
	if err != nil {
		return false
	}
	h[headerLocation] = []string{location}
	h[headerCacheControl] = []string{"no-store"}
	return true
}

// isPageNavigation reports whether a browser asks for a page to show. Only then a redirect helps.
func isPageNavigation(req *Request) bool {
	if req.Method != "" && req.Method != http.MethodGet && req.Method != http.MethodHead {
		return false
	}
	switch req.header("Sec-Fetch-Dest") {
	case "document", "iframe":
		return true
	}
	return strings.Contains(req.header("Accept"), "text/html")
}
