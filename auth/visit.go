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
	call       callConfig
	cookies    cookies
	glimpses   [2]glimpse // of the session cookies
	suffixed   bool       // which set of cookies counts
	token      string     // session cookie
	devBrowser string
	uat        int64 // when the client changed last, in Unix seconds; zero is signed out
	redirects  int64
	fromHeader bool
	at         *address
}

func newVisit(a *Authenticator, req *Request, call *callConfig) visit {
	v := visit{a: a, req: *req, call: *call, cookies: a.flow.names.readCookies(req)}
	c := &v.cookies
	v.suffixed = v.usesSuffixed()
	v.token, v.devBrowser = c.session, c.devBrowser
	uat := c.clientUAT
	if v.suffixed {
		v.token, v.devBrowser, uat = c.sessionS, c.devBrowserS, c.clientUATS
	}
	v.uat = leadingDigits(uat)
	v.redirects = redirectCount(c.redirects)
	if text, ok := v.param(paramDevBrowser); ok && text != "" {
		v.devBrowser = text
	}
	return v
}

// devBrowser returns the token of the development browser that sent the request.
func (a *Authenticator) devBrowser(req *Request) string {
	return strings.Clone(newVisit(a, req, &a.defaults).devBrowser)
}

// maxRedirects is how often a browser is sent around before that counts as a loop.
const maxRedirects = 3

// redirectCount reads the counter of redirects, which anybody can set. What no counter of ours can be is the limit.
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

// glimpse is what a token says before it is verified. It only steers where the outcome can become stricter.
type glimpse struct {
	token  string
	hit    *cachedToken   // of the cache, or nil
	claims *SessionClaims // nil for what is no token
	class  *Error         // refusal of a class that is no session, or nil
}

// glimpse looks at a session cookie, once: with and without a suffix it is mostly the same token.
func (v *visit) glimpse(token string) *glimpse {
	g := &v.glimpses[0]
	if g.token != "" && g.token != token {
		g = &v.glimpses[1]
	}
	if g.token != token {
		*g = v.a.glimpse(token)
	}
	return g
}

func (a *Authenticator) glimpse(token string) glimpse {
	g := glimpse{token: token, hit: a.tokens.get(token)}
	if g.hit != nil {
		g.claims = g.hit.claims
		return g
	}
	parts, refusal := splitToken(token)
	if refusal != nil || !isBase64URL(parts.signature) {
		return g
	}
	header := a.headers.get(parts.header)
	if header == nil {
		parsed, err := parseHeader(parts.header)
		if err != nil {
			return g
		}
		header = parsed
	}
	decoded, err := strictBase64.DecodeString(parts.payload)
	if err != nil {
		return g
	}
	claims, err := scanClaims(string(decoded))
	if err != nil {
		return g
	}
	g.claims, g.class = claims, onlySessionClass(header, claims)
	return g
}

func isBase64URL(text string) bool {
	for i := range len(text) {
		if !isNameByte(text[i]) && text[i] != '-' {
			return false
		}
	}
	return true
}

func (g *glimpse) issuedAt() (seconds int64, ok bool) {
	if g.claims == nil || g.claims.bad.has(claimIssuedAt) || !g.claims.seen.has(claimIssuedAt) {
		return 0, false
	}
	return g.claims.IssuedAt.Unix(), true
}

// usesSuffixed decides which set of cookies belongs to this application: applications on one domain share the cookies
// without a suffix. The first rule that fits decides; the sets are never mixed.
func (v *visit) usesSuffixed() bool {
	c := &v.cookies
	var plain *glimpse
	if c.session != "" {
		plain = v.glimpse(c.session)
		if plain.claims == nil || (plain.claims.Issuer == "" && !plain.claims.bad.has(claimIssuer)) {
			return false
		}
		if v.a.foreignIssuer(plain) {
			return true
		}
	}
	if c.clientUATS == "" && c.sessionS == "" {
		return false
	}
	signedIn, suffixedIn := c.clientUAT != "0", c.clientUATS != "0"
	if suffixedIn && signedIn && c.session != "" {
		plainAt, _ := plain.issuedAt()
		suffixedAt, _ := v.glimpse(c.sessionS).issuedAt()
		if plainAt > suffixedAt {
			return false
		}
	}
	if !suffixedIn && signedIn {
		return false
	}
	if v.a.flow.development && suffixedIn && !signedIn && c.sessionS != "" && v.isExpired(c.sessionS) {
		return false
	}
	return c.sessionS == "" || c.clientUATS != ""
}

// foreignIssuer reports whether a token names an issuer, and not that of this instance.
func (a *Authenticator) foreignIssuer(g *glimpse) bool {
	if g.claims == nil {
		return false
	}
	if g.claims.bad.has(claimIssuer) {
		return true
	}
	issuer := g.claims.Issuer
	if host, ok := strings.CutPrefix(issuer, "https://"); ok {
		issuer = host
	} else {
		issuer = strings.TrimPrefix(issuer, "http://")
	}
	return g.claims.Issuer != "" && issuer != a.flow.issuerHost
}

func (v *visit) isExpired(token string) bool {
	g := v.glimpse(token)
	return g.claims != nil && !g.claims.bad.has(claimExpiry) && g.claims.seen.has(claimExpiry) &&
		!g.claims.ExpiresAt.After(v.a.now())
}

// authenticate is the cookie procedure.
func (v *visit) authenticate(ctx context.Context) *RequestState {
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
		return v.handshake(ReasonSessionTokenButNoClientUAT, nil, "")
	case v.token == "":
		return v.handshake(ReasonClientUATButNoSessionToken, nil, "")
	}
	g := v.glimpse(v.token)
	switch at, ok := g.issuedAt(); {
	case g.claims == nil:
		return v.refused(ctx, v.token, refuse(ReasonTokenInvalid, "the session cookie holds no token"))
	case g.class != nil:
		return v.a.signedOut(TokenSession, g.class)
	case ok && at < v.uat:
		return v.handshake(ReasonSessionTokenIatBeforeClientUAT, refuse(ReasonSessionTokenIatBeforeClientUAT, ""), "")
	}
	claims, refusal := v.a.verifyKnown(ctx, v.token, g.hit, &v.call, onlySessionClass)
	if refusal != nil {
		return v.refused(ctx, v.token, refusal)
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
		return v.handshake(ReasonDevBrowserSync, nil, "")
	}
	if v.devBrowser == "" {
		return v.handshake(ReasonDevBrowserMissing, nil, "")
	}
	return nil
}

// afterToken are the steps that a valid session may still need.
func (v *visit) afterToken(claims *SessionClaims) *RequestState {
	if v.comesFromForeignPage() {
		return v.handshake(ReasonPrimaryDomainCrossOriginSync, refuse(ReasonPrimaryDomainCrossOriginSync,
			"a page of another domain led here, so the session may have changed there"), "")
	}
	if v.wantsOtherOrganization(claims) {
		if state := v.handshake(ReasonActiveOrganizationMismatch, nil, ""); state.status == StatusHandshake {
			return state
		}
	}
	return v.a.signedIn(claims, &v.call)
}

// refused is what follows from a session token that was refused: a refresh, a handshake, or nothing.
func (v *visit) refused(ctx context.Context, token string, refusal *Error) *RequestState {
	reason := refusal.Reason
	switch reason {
	case ReasonTokenExpired:
		state, note := v.refresh(ctx, token)
		if state != nil {
			return state
		}
		reason = ReasonSessionTokenExpiredRefreshPrefix + Reason(note)
	case ReasonTokenNotActiveYet:
		reason = ReasonSessionTokenNBF
	case ReasonTokenIatInTheFuture:
		reason = ReasonSessionTokenIatInTheFuture
	default:
		return v.a.signedOut(TokenSession, refusal)
	}
	return v.handshake(reason, &Error{Reason: reason, message: refusal.message}, "")
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
