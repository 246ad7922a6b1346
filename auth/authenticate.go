package clerkauth

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	clerk "github.com/clerkgo/clerk-go/core"
)

// flow is what the procedure works out once, in [New].
type flow struct {
	names       cookieNames
	development bool
	origin      address  // fixed public origin, or empty
	issuerHost  string   // whose tokens the cookies hold
	frontendAPI string   // absolute base of the Frontend API; empty if it is a path of this application
	proxyPath   string   // of the Frontend API, if it is a path
	signIn      *url.URL // absolute sign-in page, or nil
	satellites  []string // origins, as browsers compare them
	portal      string   // origin of the account portal
	orgs        *PathMatcher
	personal    *PathMatcher
	machines    *machineCache
	machineAPI  *clerk.Client // for M2M tokens: with the key of this machine, or that of the instance
}

// prepare fills the flow from a configuration that is valid otherwise; an error of it is an error of [New].
func (a *Authenticator) prepare() error {
	c := &a.config
	f := flow{
		names:       newCookieNames(a.key.CookieSuffix()),
		development: a.key.Instance() == Development,
		issuerHost:  a.key.issuerHost(c.Domain, c.IsSatellite),
		portal:      a.key.AccountsURL(),
		machines:    newMachineCache(c.MachineCacheTTL, c.Now),
	}
	if u, ok := parseWebURL(c.PublicOrigin); ok {
		f.origin = address{scheme: u.Scheme, host: canonicalHost(u.Scheme, u.Host)}
	}
	if u, ok := parseWebURL(c.SignInURL); ok {
		f.signIn = u
	}
	for _, origin := range c.SatelliteOrigins {
		if u, ok := parseWebURL(origin); ok {
			f.satellites = append(f.satellites, originOf(u))
		}
	}
	frontend := a.key.FrontendAPIFor(c.ProxyURL, c.Domain, c.IsSatellite)
	switch u, ok := parseWebURL(frontend); {
	case isLocalPath(frontend):
		f.proxyPath = trimSlashes(frontend)
	case ok:
		f.frontendAPI = trimSlashes(u.String())
	case c.ProxyURL != "":
		return configError("ProxyURL is neither an absolute http(s) URL nor a path")
	case a.key.local:
		f.frontendAPI = "http://" + frontend
	default:
		f.frontendAPI = "https://" + frontend
	}
	var err error
	if f.orgs, err = organizationMatcher(c.OrganizationSync.OrganizationPatterns); err != nil {
		return err
	}
	if f.personal, err = NewPathMatcher(c.OrganizationSync.PersonalAccountPatterns...); err != nil {
		return configError("PersonalAccountPatterns: %w", err)
	}
	f.machineAPI = a.api
	if c.MachineSecretKey != "" {
		if f.machineAPI, err = a.newAPI(c.MachineSecretKey); err != nil {
			return err
		}
	}
	a.flow = f
	return nil
}

func trimSlashes(text string) string {
	for len(text) > 0 && text[len(text)-1] == '/' {
		text = text[:len(text)-1]
	}
	return text
}

// authenticate is the procedure behind [Authenticator.Authenticate]. A header token is final: cookies say nothing
// about who sent such a request.
func (a *Authenticator) authenticate(ctx context.Context, req *Request, call callConfig) *RequestState {
	token, refusal := bearerToken(req)
	switch {
	case refusal != nil:
		return a.unusableHeader(&call, refusal)
	case token != "":
		return a.fromHeader(ctx, req, &call, token)
	case !slices.Contains(call.accepts, TokenSession):
		if single := call.single(); single != TokenNone {
			return a.anonymous(single, ReasonNoTokenInHeader)
		}
		return a.anonymous(TokenNone, ReasonTokenTypeMismatch)
	case !a.usesCookies():
		return a.anonymous(TokenSession, ReasonSessionTokenAndUATMissing)
	}
	v := newVisit(a, req, &call)
	return v.authenticate(ctx)
}

func (a *Authenticator) usesCookies() bool { return !a.config.HeaderOnly && !a.key.IsZero() }

// fromHeader authenticates by a token of the Authorization header.
func (a *Authenticator) fromHeader(ctx context.Context, req *Request, call *callConfig, token string) *RequestState {
	single := call.single()
	// What the cache knows is the token of a session: its class need not be found out again.
	if single == TokenSession || slices.Contains(call.accepts, TokenSession) && a.tokens.get(token) != nil {
		return a.sessionHeader(ctx, req, call, token)
	}
	class := a.classOf(token)
	switch {
	case !slices.Contains(call.accepts, class.tokenType):
		return a.signedOut(single, refuse(ReasonTokenTypeMismatch, ""))
	case class.tokenType == TokenSession:
		return a.sessionHeader(ctx, req, call, token)
	}
	return a.machine(ctx, token, class, call)
}

// unusableHeader is the state of an Authorization header without a usable token. Such a token is a candidate for a
// session, and of another type where no sessions are accepted.
func (a *Authenticator) unusableHeader(call *callConfig, refusal *Error) *RequestState {
	if slices.Contains(call.accepts, TokenSession) {
		return a.signedOut(TokenSession, refusal)
	}
	if refusal.Reason == ReasonTokenInvalid {
		refusal = refuse(ReasonTokenTypeMismatch, "")
	}
	return a.signedOut(call.single(), refusal)
}

func (a *Authenticator) sessionHeader(ctx context.Context, req *Request, call *callConfig, token string) *RequestState {
	claims, refusal := a.verifySessionAs(ctx, token, call, onlySessionClass)
	if refusal == nil {
		return a.signedIn(claims, call)
	}
	if !a.usesCookies() || !refusal.recoverable() {
		return a.signedOut(TokenSession, refusal)
	}
	v := newVisit(a, req, call)
	v.fromHeader = true
	return v.refused(ctx, "", refusal)
}

// recoverable reports whether a new token would help.
func (e *Error) recoverable() bool {
	switch e.Reason {
	case ReasonTokenExpired, ReasonTokenNotActiveYet, ReasonTokenIatInTheFuture:
		return true
	}
	return false
}

func isGet(req *Request) bool { return req.Method == "" || req.Method == http.MethodGet }
