package clerkauth

import (
	"context"
	"slices"
	"strings"
)

// visit is one request on its way through the cookie procedure.
type visit struct {
	a          *Authenticator
	req        Request
	call       *callConfig
	cookies    cookies
	tokens     [2]presented // the session cookies that were read
	suffixed   bool         // which set of cookies counts
	token      string       // session cookie
	devBrowser string
	uat        int64 // when the client changed last, in Unix seconds; zero is signed out
	redirects  int64
	exchanged  bool // the result of a handshake that came in a cookie was looked at
	fromHeader bool
	at         *address
}

// begin reads the cookies of the request and takes what counts out of them.
func (v *visit) begin(a *Authenticator, req *Request, call *callConfig) {
	v.a, v.req, v.call = a, *req, call
	v.a.flow.names.readCookies(&v.req, &v.cookies)
	v.choose()
}

// choose takes what counts out of the cookies.
func (v *visit) choose() {
	c := &v.cookies.value
	v.suffixed = v.usesSuffixed()
	v.token, v.devBrowser = c[atSession], c[atDevBrowser]
	uat := c[atClientUAT]
	if v.suffixed {
		v.token, v.devBrowser, uat = c[atSessionS], c[atDevBrowserS], c[atClientUATS]
	}
	v.uat = leadingDigits(uat)
	v.redirects = redirectCount(c[atRedirects])
	if text, ok := v.param(paramDevBrowser); ok && text != "" {
		v.devBrowser = text
	}
}

// read reads a session cookie, once: with and without a suffix it is mostly the same token.
func (v *visit) read(text string) *presented {
	p := &v.tokens[0]
	if p.text != "" && p.text != text {
		p = &v.tokens[1]
	}
	if p.text != text {
		*p = presented{text: text, borrowed: !v.req.owned}
		v.a.read(p)
	}
	return p
}

// devBrowser returns the token of the development browser that sent the request.
func (a *Authenticator) devBrowser(req *Request) string {
	var v visit
	v.begin(a, req, &a.defaults)
	return strings.Clone(v.devBrowser)
}

// maxRedirects is how often a browser is sent around before that counts as a loop.
const maxRedirects = 3

// redirectCount reads the counter of redirects, which anybody can set. A value that this package never writes counts as
// the limit.
func redirectCount(text string) int64 {
	if strings.HasPrefix(text, "-") && leadingDigits(text[1:]) > 0 {
		return maxRedirects
	}
	return leadingDigits(text)
}

// param returns a query parameter. Almost all requests have none of ours.
func (v *visit) param(name string) (string, bool) {
	if v.req.RawQuery == "" {
		return "", false
	}
	return queryGet(v.req.RawQuery, name)
}

func (v *visit) address() *address {
	if v.at == nil {
		at := v.a.address(&v.req)
		v.at = &at
	}
	return v.at
}

// usesSuffixed decides which set of cookies belongs to this application: applications on one domain share the cookies
// without a suffix. The first rule that fits decides; the sets are never mixed.
func (v *visit) usesSuffixed() bool {
	c := &v.cookies.value
	var plain *presented
	if c[atSession] != "" {
		plain = v.read(c[atSession])
		if plain.claims == nil || (plain.claims.Issuer == "" && !plain.claims.bad.has(claimIssuer)) {
			return false
		}
		if v.a.foreignIssuer(plain.claims) {
			return true
		}
	}
	if c[atClientUATS] == "" && c[atSessionS] == "" {
		return false
	}
	signedIn, suffixedIn := c[atClientUAT] != "0", c[atClientUATS] != "0"
	if suffixedIn && signedIn && c[atSession] != "" {
		plainAt, _ := plain.issuedAt()
		suffixedAt, _ := v.read(c[atSessionS]).issuedAt()
		if plainAt > suffixedAt {
			return false
		}
	}
	if !suffixedIn && signedIn {
		return false
	}
	if v.a.flow.development && suffixedIn && !signedIn && c[atSessionS] != "" && v.isExpired(c[atSessionS]) {
		return false
	}
	return c[atSessionS] == "" || c[atClientUATS] != ""
}

// foreignIssuer reports whether claims name an issuer, and not that of this instance.
func (a *Authenticator) foreignIssuer(claims *SessionClaims) bool {
	if claims.bad.has(claimIssuer) {
		return true
	}
	host, ok := strings.CutPrefix(claims.Issuer, "https://")
	if !ok {
		host = strings.TrimPrefix(claims.Issuer, "http://")
	}
	return claims.Issuer != "" && host != a.flow.issuerHost
}

func (v *visit) isExpired(token string) bool {
	c := v.read(token).claims
	return c != nil && !c.bad.has(claimExpiry) && c.seen.has(claimExpiry) && !c.ExpiresAt.After(v.a.now())
}

// authenticate is the cookie procedure.
func (v *visit) authenticate(ctx context.Context) *RequestState {
	if v.cookies.twins == nil {
		return v.decide(ctx)
	}
	v.settleTwins(ctx)
	state := v.decide(ctx)
	if cookies := v.withoutTwins(state.cookies()); len(cookies) > 0 {
		state.extras = &stateExtras{cookies: cookies, location: state.location()}
	}
	return state
}

// decide is the procedure for cookies of which each is there once.
func (v *visit) decide(ctx context.Context) *RequestState {
	if state := v.resolveHandshake(ctx); state != nil {
		return state
	}
	if state := v.beforeTokens(); state != nil {
		return state
	}
	switch {
	case v.uat == 0 && v.token == "":
		return v.a.anonymous(TokenSession, ReasonSessionTokenAndUATMissing)
	case v.uat == 0:
		return v.handshakeOrSignOut(ReasonSessionTokenButNoClientUAT, nil)
	case v.token == "":
		return v.handshakeOrSignOut(ReasonClientUATButNoSessionToken, nil)
	}
	p := v.read(v.token)
	if p.refusal != nil {
		return v.refused(ctx, p, p.refusal)
	}
	if p.cached == nil {
		if refusal := asCredential.admits(p.header, p.claims); refusal != nil {
			return v.a.signedOut(TokenSession, refusal)
		}
	}
	if at, ok := p.issuedAt(); ok && at < v.uat {
		return v.handshakeOrSignOut(ReasonSessionTokenIatBeforeClientUAT, refuse(ReasonSessionTokenIatBeforeClientUAT, ""))
	}
	claims, refusal := v.a.verify(ctx, p, &jwtPolicy{as: asCredential, call: v.call})
	if refusal != nil {
		return v.refused(ctx, p, refusal)
	}
	return v.afterToken(claims)
}

// beforeTokens are the steps that only move browsers between domains, and make sure that development browsers have a
// token. Nil means to go on.
func (v *visit) beforeTokens() *RequestState {
	if v.a.config.IsSatellite {
		if state := v.syncSatellite(); state != nil {
			return state
		}
	}
	if !v.a.flow.development {
		return nil
	}
	if !v.a.config.IsSatellite {
		if state := v.respondToSatellite(); state != nil {
			return state
		}
	}
	if _, ok := v.param(paramDevBrowser); ok {
		return v.handshakeOrSignOut(ReasonDevBrowserSync, nil)
	}
	if v.devBrowser == "" {
		return v.handshakeOrSignOut(ReasonDevBrowserMissing, nil)
	}
	return nil
}

// afterToken are the steps that a valid session may still need.
func (v *visit) afterToken(claims *SessionClaims) *RequestState {
	if v.comesFromForeignPage() {
		return v.handshakeOrSignOut(ReasonPrimaryDomainCrossOriginSync, refuse(ReasonPrimaryDomainCrossOriginSync,
			"a page of another domain led here, so the session may have changed there"))
	}
	if v.wantsOtherOrganization(claims) {
		if state := v.handshake(ReasonActiveOrganizationMismatch, nil); state != nil {
			return state
		}
	}
	return v.a.signedIn(claims, v.call)
}

// refused is what follows from a session token that was refused: a refresh, a handshake, or nothing.
func (v *visit) refused(ctx context.Context, p *presented, refusal *Error) *RequestState {
	reason := refusal.Reason
	switch reason {
	case ReasonTokenExpired:
		state, note := v.refresh(ctx, p)
		if state != nil {
			return state
		}
		reason = ReasonSessionTokenExpiredRefreshPrefix + Reason(note)
	case ReasonTokenNotActiveYet:
		reason = ReasonSessionTokenNBF
	case ReasonTokenIatInTheFuture:
		reason = ReasonSessionTokenIatInTheFuture
	case ReasonSessionTokenMissingAZP:
		return v.withoutParty(ctx, p, refusal)
	default:
		return v.a.signedOut(TokenSession, refusal)
	}
	return v.handshakeOrSignOut(reason, &Error{Reason: reason, message: refusal.message})
}

// withoutParty is what follows from a session cookie that names no authorized party: one try to get a token that does.
// The next one may lack it as well, so the browser is not sent around again.
func (v *visit) withoutParty(ctx context.Context, p *presented, refusal *Error) *RequestState {
	if v.fromHeader {
		return v.a.signedOut(TokenSession, refusal)
	}
	if state, _ := v.refresh(ctx, p); state != nil {
		return state
	}
	if v.redirects > 0 {
		return v.signedOut(refusal.Reason, refusal)
	}
	return v.handshakeOrSignOut(refusal.Reason, refusal)
}

func isNavigation(req *Request) bool {
	if !isGet(req) {
		return false
	}
	values := []string(nil)
	if req.Header != nil {
		values = req.Header("Sec-Fetch-Dest")
	}
	if len(values) == 0 {
		return strings.HasPrefix(req.header("Accept"), "text/html")
	}
	return slices.Contains([]string{"document", "iframe"}, values[0])
}
