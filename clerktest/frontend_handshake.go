package clerktest

import (
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// handshakeNonce stands for handshake directives until a server fetches them, once.
type handshakeNonce struct {
	Nonce      string   `json:"nonce"`
	Directives []string `json:"directives"`
	ExpiresAt  int64    `json:"expires_at"`
}

// nonceLifetime is how long a server has to fetch the directives of a handshake.
const nonceLifetime = time.Minute

var tableHandshakeNonces = &table[*handshakeNonce]{name: "handshake_nonces", id: func(n *handshakeNonce) string { return n.Nonce }}

// handshakeFamily is the part of the Frontend API by which servers learn who a browser is.
func handshakeFamily() family {
	return family{
		tables: []anyTable{tableBrowsers, tableRefreshTokens, tableHandshakeNonces},
		endpoints: map[string]endpoint{
			"GetHandshakePayload": {write: getHandshakePayload},
			"RefreshSession":      {write: refreshSession, keys: true},
		},
		frontend: map[string]frontendEndpoint{"handshakeClient": {write: answerHandshake, anyone: true}},
	}
}

// answerHandshake sends the browser back to the application with what its cookies should be.
func answerHandshake(c *frontendCall) (any, error) {
	target, err := url.Parse(c.query.Get("redirect_url"))
	if err != nil || target.Host == "" || target.User != nil || (target.Scheme != "http" && target.Scheme != "https") {
		return nil, errParamFormat("redirect_url", "an absolute http or https URL")
	}
	if !c.tx.leadsHome(target) {
		return nil, errForeignRedirect()
	}
	result, err := c.handshake(target)
	if err != nil {
		return nil, err
	}
	if c.inst.Production() {
		result.setCookies(c.w, c.r)
	} else {
		target.RawQuery = setQuery(target.RawQuery, result.name, result.value)
	}
	return redirectAnswer{target.String(), http.StatusTemporaryRedirect}, nil
}

// handshakeResult is how the directives travel: as a token or as a nonce for it.
type handshakeResult struct {
	name, value string // of the query parameter or of the cookie
	browser     string
}

func (c *frontendCall) handshake(target *url.URL) (handshakeResult, error) {
	x := c.tx
	c.device()
	b := c.browser
	if c.query.Has("organization_id") {
		x.switchOrganization(b, c.query.Get("organization_id"))
	}
	lines, err := x.browserCookies(b, target.Scheme+"://"+target.Host)
	if err != nil {
		return handshakeResult{}, err
	}
	if c.query.Get("format") == "nonce" {
		return handshakeResult{"__clerk_handshake_nonce", x.newHandshakeNonce(lines).Nonce, b.Token}, nil
	}
	kid, key, err := x.signer()
	if err != nil {
		return handshakeResult{}, err
	}
	token, err := signJWT(key, map[string]string{"alg": "RS256", "typ": "JWT", "kid": kid, "cat": categorySession},
		map[string]any{"handshake": lines, "iat": x.tokenTime().Unix(), "exp": x.tokenTime().Add(nonceLifetime).Unix()})
	return handshakeResult{"__clerk_handshake", token, b.Token}, err
}

// errForeignRedirect refuses to lead a browser to anything but the application.
func errForeignRedirect() *apiError {
	return errBadRequest("redirect_url_not_allowed", "redirect_url leads to a foreign host: allow it in the instance's allowed_origins, or start the emulator with the application's origin as its authorized party")
}

// leadsHome reports whether an address belongs to the application: to this machine, to the origin of the application,
// or to an origin or a domain that the instance knows.
func (x *tx) leadsHome(target *url.URL) bool {
	origin, host := target.Scheme+"://"+target.Host, strings.ToLower(target.Hostname())
	e := x.inst.emulator
	if isLoopback(origin) || origin == e.origin || target.Host == hostOf(e.url) || slices.Contains(x.settings().AllowedOrigins, origin) {
		return true
	}
	return slices.ContainsFunc(tableDomains.all(x), func(d *instanceDomain) bool {
		name := strings.TrimPrefix(d.Name, "clerk.") // the host of the Frontend API is below the application's domain
		return host == name || strings.HasSuffix(host, "."+name)
	})
}

// maxNonces bounds the handshakes that wait for a server. The oldest makes room.
const maxNonces = 10_000

// newHandshakeNonce stores directives until they are asked for, and forgets those whose time is over.
func (x *tx) newHandshakeNonce(directives []string) *handshakeNonce {
	tableHandshakeNonces.dropOldest(x, func(old *handshakeNonce) bool {
		return old.ExpiresAt <= x.now || tableHandshakeNonces.size(x) >= maxNonces
	})
	n := &handshakeNonce{Nonce: randomHex(20), Directives: directives, ExpiresAt: x.time.Add(nonceLifetime).UnixMilli()}
	tableHandshakeNonces.put(x, n)
	return n
}

// switchOrganization makes an organization, by id or slug, the active one of the browser's session, or with an empty
// name the personal account. It changes nothing when the user is not a member.
func (x *tx) switchOrganization(b *browser, idOrSlug string) {
	s := x.browserSession(b.ClientID)
	if s == nil {
		return
	}
	var id *string
	if idOrSlug != "" {
		o, err := x.findOrganization(idOrSlug)
		if err != nil || x.findMembership(o.ID, s.UserID) == nil {
			return
		}
		id = &o.ID
	}
	tableSessions.update(x, s.ID, func(s *session) { s.OrganizationID, s.UpdatedAt = id, x.now })
}

// setCookies delivers a handshake in production: the browser's own cookie for the Frontend API, and the result for the
// application, on the parent domain that both share.
func (h handshakeResult) setCookies(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, clientCookie(h.browser))
	//nolint:gosec // the emulator speaks plain http on this machine, where Secure cookies would be lost
	http.SetCookie(w, &http.Cookie{
		Name: h.name, Value: h.value, Domain: parentDomain(r.Host), MaxAge: 60, Path: "/", SameSite: http.SameSiteLaxMode,
	})
}

// parentDomain is the domain above the Frontend API's host, empty for addresses and single names.
func parentDomain(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if net.ParseIP(host) != nil {
		return ""
	}
	_, parent, _ := strings.Cut(host, ".")
	return parent
}

// getHandshakePayload hands out the directives of a nonce, once.
func getHandshakePayload(c *call) (any, error) {
	n := tableHandshakeNonces.delete(c.tx, c.query.Get("nonce"))
	if n == nil || n.ExpiresAt <= c.tx.now {
		return nil, errNotFound("handshake")
	}
	return map[string][]string{"directives": n.Directives}, nil
}

func refreshSession(c *call) (any, error) {
	var in struct {
		ExpiredToken string `json:"expired_token"`
		RefreshToken string `json:"refresh_token"`
		Origin       string `json:"request_origin"`
		Format       string `json:"format"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t := tableRefreshTokens.get(c.tx, in.RefreshToken)
	if t == nil || t.SessionID != c.param("session_id") || tokenSession(in.ExpiredToken) != t.SessionID {
		return nil, newError(http.StatusUnauthorized, "refresh_token_invalid", "refresh token is invalid", "the refresh token does not belong to this session")
	}
	s := tableSessions.get(c.tx, t.SessionID)
	if s == nil || !s.liveAt(c.tx.now) {
		return nil, newError(http.StatusUnauthorized, "session_not_active", "session is over", "the session has ended")
	}
	token, err := c.tx.mintSession(s, c.inst.newTokenSpec([]TokenOption{TokenAuthorizedParty(in.Origin)}))
	if err != nil {
		return nil, err
	}
	if in.Format != "cookie" {
		return map[string]string{"object": "token", "jwt": token}, nil
	}
	jar := cookieLines{suffix: "_" + c.inst.CookieSuffix()}
	jar.both("__session", token)
	jar.add("__refresh"+jar.suffix, t.Token, true)
	return struct {
		Object  string   `json:"object"`
		Cookies []string `json:"cookies"`
	}{"cookies", jar.lines}, nil
}

// tokenSession reads the sid claim of a token that nobody has verified.
func tokenSession(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		SessionID string `json:"sid"`
	}
	if json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return claims.SessionID
}

// setQuery adds a parameter to a query, in place of those of its name and without touching any other.
func setQuery(query, name, value string) string {
	parts := slices.DeleteFunc(strings.Split(query, "&"), func(part string) bool {
		given, _, _ := strings.Cut(part, "=")
		decoded, err := url.QueryUnescape(given)
		return part == "" || err == nil && decoded == name
	})
	return strings.Join(append(parts, name+"="+url.QueryEscape(value)), "&")
}

func unixText(ms int64) string { return strconv.FormatInt(ms/1000, 10) }
