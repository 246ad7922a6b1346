package clerkauth

import (
	"errors"
	"maps"
	"net/http"
	"strings"
)

// The response headers in which the middleware reports its decision.
const (
	HeaderAuthStatus  = "X-Clerk-Auth-Status"
	HeaderAuthReason  = "X-Clerk-Auth-Reason"
	HeaderAuthMessage = "X-Clerk-Auth-Message"
)

const (
	headerLocation     = "Location"
	headerSetCookie    = "Set-Cookie"
	headerCacheControl = "Cache-Control"
)

// Answer is the HTTP response to a refusal, the same for every framework; adapters copy it.
type Answer struct {
	// Status is 401, 403, 404 or 503.
	Status int
	// Header has the challenge and the reason; Content-Type is not among them. It belongs to the caller.
	Header http.Header
	// ContentType is the type of Body: application/json or application/problem+json.
	ContentType string
	// Body is JSON.
	Body []byte
}

// AnswerTo returns the answer to an error of this package, as [RequestState.Require] and [RequestState.Err] return it.
// Any other error answers 503 and is not shown.
func AnswerTo(err error) Answer {
	refusal := refusalOf(err)
	answer := Answer{
		Status: refusal.StatusCode(), ContentType: contentTypeJSON, Body: refusal.Body(),
		Header: http.Header{headerCacheControl: {"no-store"}},
	}
	if answer.Status != http.StatusForbidden {
		answer.Header[HeaderAuthStatus] = []string{string(StatusSignedOut)}
		if text, ok := headerValue(string(refusal.Reason)); ok {
			answer.Header[HeaderAuthReason] = []string{text}
		}
	}
	if answer.Status == http.StatusUnauthorized || refusal.Reason == ReasonMissingScope && refusal.scopes != nil {
		answer.Header["Www-Authenticate"] = []string{refusal.challenge()}
	}
	return answer
}

// refusalOf returns the refusal that an error is. Any other error is an unexpected one.
func refusalOf(err error) *Error {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return &Error{Reason: ReasonUnexpectedError}
}

// WriteHeaders sets the headers of the answer on a response. Content-Type is left to the caller, who knows how the
// framework sets it.
func (a Answer) WriteHeaders(h http.Header) {
	maps.Copy(h, a.Header)
}

// Write answers the request with net/http.
func (a Answer) Write(w http.ResponseWriter) {
	a.WriteHeaders(w.Header())
	w.Header().Set("Content-Type", a.ContentType)
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}

// Headers returns the headers that belong on the response, in a map of the caller's own. Set-Cookie values are to be
// added one by one, all others to be set. Where Location is present the response is a redirect with status 307 and
// no body, whatever the status of the state; the handler must not run.
func (s *RequestState) Headers() http.Header {
	h := http.Header{}
	s.WriteHeaders(h)
	return h
}

// WriteHeaders puts the headers that belong on the response into h: cookies are added, all others set. It reports
// whether the response is a redirect: then it must be sent with status 307 and no body, and the handler must not run.
func (s *RequestState) WriteHeaders(h http.Header) (redirect bool) {
	if s == nil || s == missingState {
		return false
	}
	if cookies := s.cookies(); len(cookies) > 0 {
		// No cache may keep these cookies for others. A handler that knows better sets Cache-Control itself.
		h[headerCacheControl] = []string{"private, no-store"}
		h[headerSetCookie] = append(h[headerSetCookie], cookies...)
	}
	if s.resolve == nil && s.status != StatusSignedIn {
		s.writeStatus(h)
	}
	if s.location() == "" {
		return false
	}
	h[headerLocation] = []string{s.location()}
	h[headerCacheControl] = []string{"no-store"}
	return true
}

func (s *RequestState) writeStatus(h http.Header) {
	h[HeaderAuthStatus] = []string{string(s.status)}
	if text, ok := headerValue(string(s.reason)); ok {
		h[HeaderAuthReason] = []string{text}
	}
	if s.authn == nil || !s.authn.config.DebugHeaders || s.err == nil {
		return
	}
	if text, ok := headerValue(s.err.message); ok {
		h[HeaderAuthMessage] = []string{text}
	}
}

// Redirect returns the URL to which the browser must be redirected before the request is handled, or "".
func (s *RequestState) Redirect() string {
	if s == nil {
		return ""
	}
	return s.location()
}

// headerValue accepts printable ASCII. Values that do not fit into a header are left out, never changed.
func headerValue(text string) (string, bool) {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", false
	}
	return text, text != ""
}
