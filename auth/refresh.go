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
	refreshInvalidToken  = "invalid-session-token"
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
	case v.fromHeader || v.cookies.refreshS == "":
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
	body := refreshBody{
		Format: "cookie", ExpiredToken: p.text, RefreshToken: v.cookies.refreshS,
		RequestOrigin: v.address().origin(), RequestHeaders: v.refreshHeaders(),
	}
	var answer struct {
		Cookies []string `json:"cookies"`
	}
	path := "/sessions/" + url.PathEscape(expired.SessionID) + "/refresh"
	if err := callAPI(ctx, v.a.api, http.MethodPost, path, params, body, &answer); err != nil {
		return nil, refreshNote(err)
	}
	directives := safeDirectives(answer.Cookies)
	if len(directives) == 0 {
		return nil, refreshUnexpectedSDK
	}
	renewed := v.a.read(sessionDirective(directives), false)
	claims, refusal := v.a.verify(ctx, &renewed, &jwtPolicy{as: asSession, call: &v.call})
	if refusal != nil || claims.SessionID != expired.SessionID || claims.Subject != expired.Subject {
		return nil, refreshInvalidToken
	}
	state = v.a.signedIn(claims, &v.call)
	state.cookies = directives
	return state, ""
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
	switch {
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
