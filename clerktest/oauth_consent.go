package clerktest

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// agreedBefore reports whether the user need not be asked, and the organization that was chosen. Clients whose consent
// screen is off are never asked about, except for the organization that user:org:read needs.
func (x *tx) agreedBefore(a *oauthApplication, u *user, r *oauthRequest) (orgID string, agreed bool) {
	readsOrg := slices.Contains(r.Scopes, "user:org:read")
	if before := tableOAuthConsents.get(x, u.ID+" "+a.ClientID); before != nil {
		known := !slices.ContainsFunc(r.Scopes, func(scope string) bool { return !slices.Contains(before.Scopes, scope) })
		member := before.OrganizationID != "" && x.findMembership(before.OrganizationID, u.ID) != nil
		if known && (!readsOrg || member) {
			return before.OrganizationID, true
		}
	}
	return "", !a.ConsentScreen && !readsOrg
}

// askFor shows a page that only the session it was shown to can answer.
func (c *oauthCall) askFor(r *oauthRequest, s *session, page func(*oauthCall, *oauthRequest) oauthAnswer) (oauthAnswer, error) {
	if r.prompts("none") {
		return c.redirectError(r, newOAuthError(http.StatusBadRequest, "interaction_required", "the user has to be asked"))
	}
	next := *r
	next.SessionID, next.Token = s.ID, randomHex(20)
	c.keepRequest(&next)
	return page(c, &next), nil
}

// answerConsentPage takes the answer of a page: the session, the origin and the token have to be those it was shown to.
func answerConsentPage(c *oauthCall) (oauthAnswer, error) {
	if origin := c.r.Header.Get("Origin"); origin != "" && origin != c.origin() {
		return oauthAnswer{}, newOAuthError(http.StatusForbidden, "access_denied", "the answer comes from a page of another origin")
	}
	if err := c.readForm(); err != nil {
		return oauthAnswer{}, err
	}
	r, err := c.keptRequest(c.params.get("request"))
	if err != nil {
		return oauthAnswer{}, err
	}
	s, u := c.signedIn()
	if u == nil || s.ID != r.SessionID || subtle.ConstantTimeCompare([]byte(c.params.get("token")), []byte(r.Token)) != 1 {
		return oauthAnswer{}, newOAuthError(http.StatusForbidden, "access_denied", "this page was shown to another session: go back to the application and begin again")
	}
	if r.DeviceCode != "" {
		return c.answerDevice(r, u, s)
	}
	switch c.params.get("answer") {
	case "allow":
		if r.wantsLaterThan(s) {
			return c.askFor(r, s, signInAgainPage)
		}
		return c.grantRequest(r, u, s, c.params.get("organization_id"))
	case "sign_in_again":
		token, _ := c.inst.claimedBrowser(c.r)
		c.tx.signOut(tableBrowsers.get(c.tx, token))
		return c.toSignIn(r), nil
	default:
		tableOAuthRequests.delete(c.tx, r.ID)
		return c.redirectError(r, errAccessDenied())
	}
}

// grantRequest stores what the user agreed to and hands a code to the client.
func (c *oauthCall) grantRequest(r *oauthRequest, u *user, s *session, orgID string) (oauthAnswer, error) {
	orgID, err := c.tx.consentOrganization(r.Scopes, u, orgID)
	if err != nil {
		return oauthAnswer{}, err
	}
	g := oauthGrant{
		ClientID: r.ClientID, UserID: u.ID, OrganizationID: orgID, Scopes: r.Scopes, Resource: r.Resource, Nonce: r.Nonce, AuthTime: c.tx.now,
	}
	if s != nil {
		g.SessionID, g.AuthTime, g.Actor = s.ID, s.CreatedAt, s.actorClaim()
		c.tx.rememberConsent(u.ID, r, orgID)
	}
	grant := c.tx.newGrant(g)
	tableOAuthRequests.delete(c.tx, r.ID)
	code := oauthCode{GrantID: grant.ID, ClientID: r.ClientID, Challenge: r.Challenge}
	if r.Named {
		code.RedirectURI = r.RedirectURI
	}
	c.note.GrantID, c.note.UserID = grant.ID, u.ID
	return c.redirectBack(r, url.Values{"code": {c.tx.newCode(code)}}), nil
}

// consentOrganization is the organization of a grant: one of the user's when the scopes have user:org:read, else none.
func (x *tx) consentOrganization(scopes []string, u *user, orgID string) (string, error) {
	if !slices.Contains(scopes, "user:org:read") {
		return "", nil
	}
	if orgID == "" || x.findMembership(orgID, u.ID) == nil {
		return "", newOAuthError(http.StatusUnprocessableEntity, "invalid_request", "user:org:read needs an organization that the user is a member of")
	}
	return orgID, nil
}

// actorClaim is who acts in the session instead of its user, nil when nobody does.
func (s *session) actorClaim() json.RawMessage {
	if string(s.Actor) == "null" {
		return nil
	}
	return slices.Clone(s.Actor)
}

func (x *tx) rememberConsent(userID string, r *oauthRequest, orgID string) {
	next := oauthConsent{ID: userID + " " + r.ClientID, UserID: userID, ClientID: r.ClientID, Scopes: r.Scopes, OrganizationID: orgID}
	if before := tableOAuthConsents.get(x, next.ID); before != nil {
		next.Scopes = slices.Concat(before.Scopes, r.Scopes)
		slices.Sort(next.Scopes)
		next.Scopes = slices.Compact(next.Scopes)
		if orgID == "" {
			next.OrganizationID = before.OrganizationID
		}
	}
	tableOAuthConsents.put(x, &next)
}

// redirectError tells the client of a refusal. Anything else than a refusal stays an error.
func (c *oauthCall) redirectError(r *oauthRequest, err error) (oauthAnswer, error) {
	refused, ok := err.(*oauthError) //nolint:errorlint // refusals of this package are never wrapped
	if !ok {
		return oauthAnswer{}, err
	}
	c.note.Error = refused.code
	return c.redirectBack(r, url.Values{"error": {refused.code}, "error_description": {refused.description}}), nil
}

// redirectBack leads back to the client, with its state and the issuer.
func (c *oauthCall) redirectBack(r *oauthRequest, values url.Values) oauthAnswer {
	if r.HasState {
		values.Set("state", r.State)
	}
	if !c.tx.oauthSettings().OmitIssuer {
		values.Set("iss", c.base())
	}
	if r.ResponseMode == "form_post" {
		return oauthAnswer{page: formPostPage(r.RedirectURI, values)}
	}
	separator := "?"
	u, err := url.Parse(r.RedirectURI)
	switch {
	case err == nil && u.RawQuery != "":
		separator = "&"
	case err == nil && u.ForceQuery:
		separator = ""
	}
	return oauthAnswer{location: r.RedirectURI + separator + values.Encode()}
}
