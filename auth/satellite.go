package clerkauth

import (
	"log/slog"
	"net/url"
	"slices"
	"strings"
)

// syncSatellite makes a satellite ask the primary domain who is signed in. Nil means to go on.
func (v *visit) syncSatellite() *RequestState {
	if !isGet(&v.req) || v.req.header("Sec-Fetch-Dest") != "document" {
		return nil
	}
	synced, _ := v.param(paramSynced)
	if synced == "true" {
		return nil
	}
	unknown := v.token == "" && v.uat == 0
	switch {
	case unknown && !v.a.config.SatelliteAutoSync && synced != "false":
		return v.a.anonymous(TokenSession, ReasonSessionTokenAndUATMissing)
	case !unknown && synced != "false":
		return nil
	case !v.a.flow.development || v.a.flow.signIn == nil:
		return v.handshakeOrSignOut(ReasonSatelliteNeedsSyncing, nil)
	}
	location := withQuery(v.a.flow.signIn, paramRedirectURL, v.address().String())
	return v.redirectOrSignOut(ReasonSatelliteNeedsSyncing, location)
}

// respondToSatellite sends a browser back to the satellite that asked, on a development instance, with the token of the
// browser. Only satellites that are known get it. Nil means to go on.
func (v *visit) respondToSatellite() *RequestState {
	text, ok := v.param(paramRedirectURL)
	if !ok || text == "" {
		return nil
	}
	target, ok := parseWebURL(strings.ReplaceAll(text, " ", "%20"))
	if !ok {
		return v.a.anonymous(TokenSession, ReasonPrimaryRespondsToSyncing)
	}
	if !v.isSatellite(target) {
		v.a.warnings.warn("clerkauth: ignored __clerk_redirect_url: its origin is no satellite of this application",
			slog.String("host", target.Host), slog.String("do", "list the origins of satellites in SatelliteOrigins"))
		return nil
	}
	params := []string{paramSynced, "true"}
	if v.devBrowser != "" {
		params = append(params, paramDevBrowser, v.devBrowser)
	}
	return v.redirectOrSignOut(ReasonPrimaryRespondsToSyncing, withQuery(target, params...))
}

// isSatellite reports whether a browser may be sent to a URL with its token. Without configured satellites that is the
// origin of the request alone: what listens on another port of the host can be anybody's.
func (v *visit) isSatellite(target *url.URL) bool {
	if len(v.a.flow.satellites) > 0 {
		return slices.Contains(v.a.flow.satellites, originOf(target))
	}
	own := v.address()
	return originOf(target) == own.scheme+"://"+canonicalHost(own.scheme, own.host)
}

// comesFromForeignPage reports whether a page of another domain led to this page of a primary domain: a satellite may
// have changed the session. Only applications that declare satellites pay for it.
func (v *visit) comesFromForeignPage() bool {
	if len(v.a.flow.satellites) == 0 || v.a.config.IsSatellite || v.redirects != 0 ||
		!isGet(&v.req) || v.req.header("Sec-Fetch-Dest") != "document" {
		return false
	}
	referrer, err := url.Parse(v.req.header("Referer"))
	if err != nil || referrer.Scheme == "" {
		return false
	}
	return originOf(referrer) != v.address().origin() && !v.isClerkPage(referrer)
}

// isClerkPage reports whether a page belongs to Clerk itself: the Frontend API or the account portal.
func (v *visit) isClerkPage(referrer *url.URL) bool {
	if frontend, err := url.Parse(v.frontendAPI()); err == nil && originHost(frontend) == originHost(referrer) {
		return true
	}
	if v.a.flow.development && isDevelopmentAccountsHost(strings.ToLower(referrer.Hostname())) {
		return true
	}
	return v.a.flow.portal != nil && originOf(referrer) == originOf(v.a.flow.portal)
}
