package clerkauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	clerk "github.com/clerkgo/clerk-go/core"
)

// Why an expired token was not refreshed. Clerk's own error codes come in addition.
const (
	refreshNoCookie      = "non-eligible-no-refresh-cookie"
	refreshNotGet        = "non-eligible-non-get"
	refreshNotPage       = "non-eligible-no-page"
	refreshInvalidToken  = "invalid-session-token"
	refreshInvalid       = "invalid-refresh-cookie"
	refreshNoClient      = "missing-api-client"
	refreshNoSession     = "expired-session-token-missing-sid-claim"
	refreshFetchError    = "fetch-error"
	refreshUnexpectedSDK = "unexpected-sdk-error"
	refreshUnexpected    = "unexpected-bapi-error"
)

// refreshBody is what the Backend API wants to know about an expired session.
type refreshBody struct {
	Format         string              `json:"format"`
	ExpiredToken   string              `json:"expired_token"`
	RefreshToken   string              `json:"refresh_token"`
	RequestOrigin  string              `json:"request_origin"`
	RequestHeaders map[string][]string `json:"request_headers"`
}

// refresh exchanges an expired session cookie for a new one, or says why that is not possible. The signature of the
// token was good. A header token is never refreshed with cookies: they may be somebody else's. For the same reason the
// new token must be of the same session and the same user.
func (v *visit) refresh(ctx context.Context, p *presented) (state *RequestState, note string) {
	switch {
	case !isGet(&v.req):
		return nil, refreshNotGet
	case !refreshable(v.req.header("Sec-Fetch-Dest")):
		return nil, refreshNotPage
	case v.fromHeader || v.cookies.value[atRefreshS] == "":
		return nil, refreshNoCookie
	case v.a.api == nil:
		return nil, refreshNoClient
	}
	expired := p.claims
	if expired == nil || expired.SessionID == "" {
		return nil, refreshNoSession
	}
	var params url.Values
	if v.suffixed {
		params = url.Values{"suffixed_cookies": {"true"}}
	}
	path := "/sessions/" + url.PathEscape(expired.SessionID) + "/refresh"
	var answer struct {
		Cookies []string `json:"cookies"`
	}
	var err error
	for _, token := range v.cookies.all(atRefreshS) {
		body := refreshBody{
			Format: "cookie", ExpiredToken: p.text, RefreshToken: token,
			RequestOrigin: v.address().origin(), RequestHeaders: v.refreshHeaders(),
		}
		err = v.a.flow.refreshes.call(ctx, clientKey{session: expired.SessionID}, token, func(ctx context.Context) error {
			return callAPI(ctx, v.a.api, http.MethodPost, path, params, body, &answer)
		})
		if err == nil || callRefusal(err) != nil {
			break
		}
	}
	if err != nil {
		if trouble := callRefusal(err); trouble != nil && trouble != errTooMany {
			v.a.trouble("clerkauth: a session could not be refreshed", trouble)
			return v.a.signedOut(TokenSession, trouble), ""
		}
		return nil, refreshNote(err)
	}
	directives := safeDirectives(answer.Cookies)
	if len(directives) == 0 {
		return nil, refreshUnexpectedSDK
	}
	renewed := presented{text: sessionDirective(directives)}
	v.a.read(&renewed)
	claims, refusal := v.a.verify(ctx, &renewed, &jwtPolicy{as: asSession, call: v.call})
	if refusal != nil && errors.Is(refusal, ErrUnavailable) {
		return v.a.signedOut(TokenSession, refusal), ""
	}
	if refusal != nil || claims.SessionID != expired.SessionID || claims.Subject != expired.Subject {
		return nil, refreshInvalidToken
	}
	state = v.a.signedIn(claims, v.call)
	state.extras = &stateExtras{cookies: directives}
	return state, ""
}

// refreshable reports whether a request for this destination may be answered with new cookies. Images, scripts and the
// like are often kept by caches.
func refreshable(destination string) bool {
	switch destination {
	case "", "document", "iframe", "frame", "empty", "websocket":
		return true
	}
	return false
}

// refreshHeaders are the headers that Clerk uses to know the device again. Cookies and credentials are not among them.
func (v *visit) refreshHeaders() map[string][]string {
	sent := map[string][]string{}
	for name, key := range map[string]string{
		"User-Agent": "user-agent", "X-Forwarded-For": "x-forwarded-for", "X-Real-Ip": "x-real-ip",
		"Accept-Language": "accept-language",
	} {
		if values := v.req.Header(name); len(values) > 0 {
			sent[key] = values
		}
	}
	return sent
}

// refreshNote turns a failure into Clerk's code for it. Codes become part of a reason, so they must look like one.
func refreshNote(err error) string {
	var refusal *clerk.APIError
	var malformed *clerk.DecodeError
	var own *Error
	switch {
	case errors.As(err, &own):
		return refreshInvalid
	case errors.As(err, &malformed):
		return refreshUnexpectedSDK
	case !errors.As(err, &refusal):
		return refreshFetchError
	case len(refusal.Errors) == 0:
		return refreshUnexpected
	}
	code := refusal.Errors[0].Code
	if code == "unexpected_error" {
		return refreshFetchError
	}
	for i := range len(code) {
		c := code[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return refreshUnexpected
		}
	}
	if code == "" || len(code) > 100 {
		return refreshUnexpected
	}
	return code
}
