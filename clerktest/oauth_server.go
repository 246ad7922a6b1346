package clerktest

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// oauthServerFamily is the authorization server of an instance: what applications talk to that sign their users in with
// it. Its routes are raw ones, because their errors have the form of RFC 6749.
func oauthServerFamily() family {
	f := family{
		tables:           []anyTable{tableOAuthRequests, tableOAuthConsents, tableOAuthGrants, tableOAuthCodes, tableOAuthRefreshTokens, tableOAuthDevices},
		userGone:         func(x *tx, userID string) { x.dropGrantsOf("user", userID) },
		organizationGone: func(x *tx, organizationID string) { x.dropGrantsOf("organization", organizationID) },
	}
	for _, route := range oauthRoutes() {
		f.raw = append(f.raw, rawRoute{route.method, route.path, route.handler})
		if route.public {
			f.raw = append(f.raw, rawRoute{http.MethodOptions, route.path, oauthPreflight})
		}
	}
	return f
}

// oauthRoute is one route of the authorization server. A public one may be called by pages of any origin; it reads no
// cookie.
type oauthRoute struct {
	method, path, operation string
	public                  bool
	serve                   func(*oauthCall) (oauthAnswer, error)
	prepare                 func(*oauthCall) error // runs before the lock is taken, because it may wait
}

func oauthRoutes() []oauthRoute {
	return []oauthRoute{
		{method: http.MethodGet, path: "/oauth/authorize", operation: "requestOAuthAuthorize", serve: authorize, prepare: fetchDocument},
		{method: http.MethodPost, path: "/oauth/authorize", operation: "requestOAuthAuthorizePOST", serve: authorize, prepare: fetchDocument},
		{method: http.MethodGet, path: "/oauth/continue", serve: continueAuthorization},
		{method: http.MethodPost, path: "/oauth/consent", serve: answerConsentPage},
		{method: http.MethodGet, path: "/oauth/device", serve: serveDevicePage},
		{method: http.MethodPost, path: "/oauth/device_authorization", public: true, serve: beginDevice},
		{method: http.MethodGet, path: "/oauth/userinfo", operation: "getOAuthUserInfo", public: true, serve: serveUserInfo},
		{method: http.MethodPost, path: "/oauth/userinfo", operation: "getOAuthUserInfoPOST", public: true, serve: serveUserInfo},
		{method: http.MethodPost, path: "/oauth/token_info", operation: "getOAuthTokenInfo", public: true, serve: serveTokenInfo},
		{method: http.MethodPost, path: "/oauth/token/revoke", operation: "revokeOAuthToken", public: true, serve: revokeAnyToken},
		{method: http.MethodPost, path: "/oauth/token", operation: "getOAuthToken", public: true, serve: issueToken},
		{method: http.MethodPost, path: "/oauth/register", operation: "registerOAuthClient", public: true, serve: registerClient},
		{method: http.MethodGet, path: "/.well-known/oauth-authorization-server", operation: "getOAuth2AuthorizationServerMetadata", public: true, serve: serveOAuthMetadata},
		{method: http.MethodGet, path: "/.well-known/oauth-authorization-server/{issuer}", public: true, serve: serveOAuthMetadata, prepare: findIssuer},
		{method: http.MethodGet, path: "/.well-known/openid-configuration", operation: "getOpenIDConfiguration", public: true, serve: serveOAuthMetadata},
		{method: http.MethodGet, path: "/.well-known/openid-configuration/{issuer}", public: true, serve: serveOAuthMetadata, prepare: findIssuer},
	}
}

// oauthCall is one request to the authorization server.
type oauthCall struct {
	*call

	route  *oauthRoute
	params *oauthParameters
	client *oauthApplication // once it is known

	document *clientMetadata // of a client whose id is an address
	note     OAuthLogEntry   // what the log tells about the call
}

// oauthAnswer is a JSON document, a page, or a redirect when location is set.
type oauthAnswer struct {
	status   int // 200, or 302 of a redirect, when 0
	location string
	page     string
	body     any
}

func oauthPreflight(*Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		answerPreflight(w, r)
	}
}

func (route oauthRoute) handler(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		op := e.operationOf(route.operation)
		c := &oauthCall{route: &route, call: &call{emulator: e, inst: e.instanceOf(r), w: w, r: r, traceID: randomHex(16), endpoint: &endpoint{op: op}}}
		answer, err := c.answer()
		status := c.write(answer, err)
		e.logCall(c.call, "frontend", started, status, nil)
		c.log(status)
	}
}

// operationOf returns an operation of the Frontend API's document, or one without a name.
func (e *Emulator) operationOf(id string) *operation {
	if op := frontendOperations()[id]; op != nil {
		return op
	}
	return &operation{id: id}
}

// answer reads the parameters and runs the route.
func (c *oauthCall) answer() (answer oauthAnswer, err error) {
	defer recoverInto(&answer, &err)
	if c.route.prepare != nil {
		if err := c.route.prepare(c); err != nil {
			return answer, err
		}
	}
	if err := c.inst.ensureKey(); err != nil {
		return answer, err
	}
	origin := &requestOrigin{userAgent: c.r.UserAgent()}
	origin.clientIP, _, _ = net.SplitHostPort(c.r.RemoteAddr)
	var refusal error
	err = c.inst.writeFrom(origin, func(x *tx) error {
		c.tx = x
		answer, refusal = c.route.serve(c)
		var refused *oauthError
		if errors.As(refusal, &refused) && refused.kept {
			return nil
		}
		return refusal
	})
	if err == nil {
		err = refusal
	}
	return answer, err
}

// write answers the request and returns the status.
func (c *oauthCall) write(answer oauthAnswer, err error) int {
	h := c.w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Clerk-Trace-Id", c.traceID)
	h.Set("X-Content-Type-Options", "nosniff")
	if c.route.public {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "WWW-Authenticate")
	}
	if err != nil {
		refused := c.asOAuthError(err)
		c.note.Error = refused.code
		answer = c.refusal(refused, err)
	}
	switch {
	case answer.location != "":
		h.Set("Location", answer.location)
		h.Set("Referrer-Policy", "no-referrer")
		return writeStatus(c.w, cmp.Or(answer.status, http.StatusFound))
	case answer.page != "":
		pageHeaders(h)
		status := writeStatus(c.w, cmp.Or(answer.status, http.StatusOK))
		_, _ = io.WriteString(c.w, answer.page)
		return status
	case answer.body == nil:
		return writeStatus(c.w, cmp.Or(answer.status, http.StatusOK))
	}
	h.Set("Content-Type", "application/json")
	status := writeStatus(c.w, cmp.Or(answer.status, http.StatusOK))
	_ = json.NewEncoder(c.w).Encode(answer.body)
	return status
}

func writeStatus(w http.ResponseWriter, status int) int {
	w.WriteHeader(status)
	return status
}

// refusal is the answer of an error.
func (c *oauthCall) refusal(refused *oauthError, err error) oauthAnswer {
	var known *apiError
	if c.route.public && errors.As(err, &known) { // of an endpoint whose errors have Clerk's own form
		return oauthAnswer{status: known.status, body: errorBody{Errors: known.items, TraceID: c.traceID}}
	}
	if !c.route.public {
		return oauthAnswer{status: refused.status, page: errorPage(refused)}
	}
	if refused.challenge {
		c.w.Header().Set("WWW-Authenticate", `Basic realm="oauth"`)
	}
	return oauthAnswer{status: refused.status, body: oauthErrorBody{refused.code, refused.description}}
}

// asOAuthError gives any error the form of RFC 6749.
func (c *oauthCall) asOAuthError(err error) *oauthError {
	var refused *oauthError
	if errors.As(err, &refused) {
		return refused
	}
	var known *apiError
	if errors.As(err, &known) && len(known.items) > 0 {
		return newOAuthError(known.status, known.items[0].Code, known.items[0].LongMessage)
	}
	c.emulator.report(c.call, err)
	return newOAuthError(http.StatusInternalServerError, "server_error", "the emulator failed to answer, please report it")
}

type oauthErrorBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// base is the address under which the client reaches the authorization server, which is its issuer: the host of the
// request, with the frontend path when the request has one.
func (c *oauthCall) base() string {
	base := c.origin()
	if label, ok := c.r.Context().Value(labelKey{}).(string); ok {
		base += "/" + label + frontendSuffix
	}
	return base
}

// origin is scheme and host of the request. A host that is not the emulator's counts for nothing.
func (c *oauthCall) origin() string {
	host, _, err := net.SplitHostPort(c.r.Host)
	if err != nil {
		host = c.r.Host
	}
	if !c.emulator.ownHost(host) && c.r.Host != c.emulator.frontendAPI {
		return c.emulator.url
	}
	if c.r.TLS != nil {
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

// signedIn returns the active session of the browser and its user, nil when nobody is signed in there.
func (c *oauthCall) signedIn() (*session, *user) {
	token, _ := c.inst.claimedBrowser(c.r)
	b := tableBrowsers.get(c.tx, token)
	if b == nil {
		return nil, nil
	}
	s := c.tx.browserSession(b.ClientID)
	if s == nil || s.statusAt(c.tx.now) != "active" {
		return nil, nil
	}
	u := tableUsers.get(c.tx, s.UserID)
	if u == nil || c.tx.checkSignIn(u) != nil {
		return nil, nil
	}
	return s, u
}

// readForm reads the form of the request.
func (c *oauthCall) readForm() (err error) {
	c.params, err = readSingleForm(c.r)
	return err
}

// joinScopes is the text form of a list of scopes.
func joinScopes(scopes []string) string { return strings.Join(scopes, " ") }
