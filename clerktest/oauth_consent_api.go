package clerktest

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
)

// oauthConsentFamily is what a consent page of the application's own asks for, in the Frontend API.
func oauthConsentFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"getOAuthConsent":    {read: readOAuthConsent},
		"submitOAuthConsent": {write: submitOAuthConsent},
	}}
}

type consentScopeWire struct {
	Scope           string `json:"scope"`
	Description     string `json:"description"`
	RequiresConsent bool   `json:"requires_consent"`
}

type consentWire struct {
	Name           string             `json:"oauth_application_name"`
	LogoURL        string             `json:"oauth_application_logo_url"`
	URL            string             `json:"oauth_application_url"`
	ClientID       string             `json:"client_id"`
	RedirectDomain *string            `json:"redirect_domain"`
	Scopes         []consentScopeWire `json:"scopes"`
	State          string             `json:"state"`
}

// readOAuthConsent tells what a consent page shows.
func readOAuthConsent(c *frontendCall) (any, error) {
	a := c.tx.oauthClientByID(c.param("client_id"))
	if a == nil {
		return nil, errNotFound("OAuth application")
	}
	scopes, err := c.tx.grantableScopes(a, c.query.Get("scope"))
	if err != nil {
		return nil, asAPIError(err)
	}
	w := consentWire{Name: a.Name, LogoURL: text(a.LogoURI), URL: text(a.ClientURI), ClientID: a.ClientID, Scopes: []consentScopeWire{}, State: c.query.Get("state")}
	if a.ClientImageURL != nil {
		w.LogoURL = *a.ClientImageURL
	}
	s := c.tx.oauthSettings()
	if address := c.query.Get("redirect_uri"); a.redirectsTo(address, s.LoopbackPorts) {
		w.RedirectDomain = pointer(redirectDomain(address))
	}
	for _, scope := range s.scopeCatalog() {
		if slices.Contains(scopes, scope.Name) {
			w.Scopes = append(w.Scopes, consentScopeWire{scope.Name, scope.Description, scope.Name != "openid"})
		}
	}
	return w, nil
}

// submitOAuthConsent takes the user's answer, with the parameters of the authorization request, which are checked anew.
func submitOAuthConsent(c *frontendCall) (any, error) {
	var in struct {
		Consented      bool          `json:"consented"`
		OrganizationID field[string] `json:"organization_id"`
	}
	form := map[string]any{}
	if err := errors.Join(c.decode(&in), c.decode(&form)); err != nil {
		return nil, err
	}
	p := &oauthParameters{values: map[string]string{"client_id": c.param("client_id"), "response_type": "code"}}
	for name, value := range form {
		if value, ok := value.(string); ok && name != "client_id" && value != "" {
			p.values[name] = value
		}
	}
	oc := &oauthCall{call: c.call, params: p, route: &oauthRoute{path: c.r.URL.Path}}
	answer, err := oc.submitConsent(c.session, c.user, in.Consented, in.OrganizationID.Value)
	oc.log(cmp.Or(answer.status, http.StatusSeeOther))
	if err != nil {
		return nil, asAPIError(err)
	}
	if answer.page != "" {
		pageHeaders(c.w.Header())
		return textAnswer{"text/html; charset=utf-8", answer.page}, nil
	}
	return redirectAnswer{location: answer.location}, nil
}

func (c *oauthCall) submitConsent(s *session, u *user, consented bool, orgID string) (oauthAnswer, error) {
	if s.statusAt(c.tx.now) != "active" || c.tx.checkSignIn(u) != nil {
		return oauthAnswer{}, errSignedOut()
	}
	r, err := c.provenRequest()
	if err != nil {
		return oauthAnswer{}, err
	}
	if err := c.fillRequest(r); err != nil {
		return c.redirectError(r, err)
	}
	if !consented {
		return c.redirectError(r, errAccessDenied())
	}
	return c.grantRequest(r, u, s, orgID)
}
