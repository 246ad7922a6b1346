package clerkauth

import (
	"log/slog"
	"strconv"
	"strings"

	clerk "github.com/clerkgo/clerk-go/core"
)

// handshake returns the state that sends the browser to the Frontend API, or nil where the browser
// cannot be sent away.
func (v *visit) handshake(reason Reason, refusal *Error) *RequestState {
	if !v.canRedirect(reason) {
		return nil
	}
	return v.redirect(reason, refusal, v.handshakeURL(reason))
}

// handshakeOrSignOut is handshake, and signs the request out for the same reason where the browser cannot be sent away.
// The refusal is nil for visitors without a credential that could be wrong.
func (v *visit) handshakeOrSignOut(reason Reason, refusal *Error) *RequestState {
	if state := v.handshake(reason, refusal); state != nil {
		return state
	}
	return v.signedOut(reason, refusal)
}

// redirectOrSignOut is [visit.handshakeOrSignOut] with another page to send the browser to.
func (v *visit) redirectOrSignOut(reason Reason, location string) *RequestState {
	if !v.canRedirect(reason) {
		return v.signedOut(reason, nil)
	}
	return v.redirect(reason, nil, location)
}

func (v *visit) signedOut(reason Reason, refusal *Error) *RequestState {
	return &RequestState{status: StatusSignedOut, tokenType: TokenSession, reason: reason, err: refusal, authn: v.a}
}

// canRedirect reports whether the browser can be sent away: only pages are redirected, and not for ever.
func (v *visit) canRedirect(reason Reason) bool {
	if !isNavigation(&v.req) {
		return false
	}
	if v.redirects >= maxRedirects {
		v.a.warnings.warn("clerkauth: stopped a redirect loop", slog.String("host", v.frontendHost()),
			slog.String("reason", string(reason)), slog.String("do",
				"take the publishable and the secret key from the same instance, and let browsers keep the cookies of this application"))
		return false
	}
	return true
}

// redirect returns the state that sends the browser away and counts that.
func (v *visit) redirect(reason Reason, refusal *Error, location string) *RequestState {
	state := v.signedOut(reason, refusal)
	state.status = StatusHandshake
	state.extras = &stateExtras{location: location, cookies: []string{
		cookieRedirects + "=" + strconv.FormatInt(v.redirects+1, 10) + "; SameSite=Lax; HttpOnly; Max-Age=2",
	}}
	return state
}

// handshakeURL is where the Frontend API looks at its own cookies and sends the browser back with what it found.
func (v *visit) handshakeURL(reason Reason) string {
	at := *v.address()
	at.rawQuery = queryWithout(at.rawQuery,
		paramDevBrowser, paramDevSession, paramHandshake, paramHandshakeNonce, paramHelp)
	var q query
	q.add("redirect_url", at.String())
	q.add("__clerk_api_version", clerk.APIVersion)
	q.add("suffixed_cookies", strconv.FormatBool(v.suffixed))
	q.add("__clerk_hs_reason", string(reason))
	if v.a.flow.nonces.strained(v.a.client(&v.req)) {
		q.add("format", "token")
	} else {
		q.add("format", "nonce")
	}
	if v.token != "" && !v.a.config.OmitSessionInHandshake {
		q.add(cookieSession, v.token)
	}
	if v.a.flow.development && v.devBrowser != "" {
		q.add(paramDevBrowser, v.devBrowser)
	}
	if target, ok := v.organizationTarget(); ok {
		q.add("organization_id", target.value())
	}
	return v.frontendAPI() + "/v1/client/handshake?" + q.text.String()
}

// frontendHost returns the host of the Frontend API, for the log.
func (v *visit) frontendHost() string { return hostOf(v.frontendAPI()) }

// frontendAPI returns the base of the Frontend API as this browser reaches it.
func (v *visit) frontendAPI() string {
	if base := v.a.flow.frontendAPI; base != "" {
		return base
	}
	at := v.address()
	return at.origin() + at.prefix + v.a.flow.proxyPath
}

// sessionDirective returns the session token of the last Set-Cookie line that has one.
func sessionDirective(directives []string) string {
	token := ""
	for _, directive := range directives {
		name, value, ok := strings.Cut(directive, "=")
		if !ok || !strings.HasPrefix(name, cookieSession) {
			continue
		}
		value, _, _ = strings.Cut(value, ";")
		token = value
	}
	return token
}

// safeDirectives leaves out lines that would break the header of the response.
func safeDirectives(directives []string) []string {
	safe := make([]string, 0, len(directives))
	for _, directive := range directives {
		if !strings.ContainsAny(directive, "\r\n\x00") {
			safe = append(safe, directive)
		}
	}
	return safe
}
