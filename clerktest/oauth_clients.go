package clerktest

import (
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// standardScopes are the scopes that every instance of Clerk has.
var standardScopes = []OAuthScope{
	{"openid", "Confirm who you are"},
	{"profile", "Read your name, your username and your picture"},
	{"email", "Read your e-mail address"},
	{"offline_access", "Stay connected while you are away"},
	{"public_metadata", "Read your public metadata"},
	{"private_metadata", "Read your private metadata"},
	{"user:org:read", "Read which organization you act for"},
}

// scopeCatalog lists the scopes of the instance: Clerk's, then the custom ones.
func (s *OAuthSettings) scopeCatalog() []OAuthScope { return slices.Concat(standardScopes, s.Scopes) }

func (s *OAuthSettings) hasScope(name string) bool {
	return slices.ContainsFunc(s.scopeCatalog(), func(scope OAuthScope) bool { return scope.Name == name })
}

// oauthClientByID returns a client, nil when it is unknown.
func (x *tx) oauthClientByID(clientID string) *oauthApplication {
	return tableOAuthApplications.first(x, "client_id", clientID)
}

// grantableScopes checks what a client asks for. It may have the scopes of its application that still exist, and
// offline_access; when it names none it gets all of its application's.
func (x *tx) grantableScopes(a *oauthApplication, asked string) ([]string, error) {
	s := x.oauthSettings()
	own := strings.Fields(a.Scopes)
	scopes, err := parseScopes(asked)
	if err != nil {
		return nil, err
	}
	if len(scopes) == 0 {
		return keepScopes(own, s.hasScope), nil
	}
	for _, scope := range scopes {
		if !s.hasScope(scope) || (scope != "offline_access" && !slices.Contains(own, scope)) {
			return nil, errInvalidScope("the client asks for a scope that does not exist or is not one of its application's")
		}
	}
	return scopes, nil
}

func keepScopes(scopes []string, ok func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return !ok(scope) })
}

// checkTarget refuses a resource that tokens cannot be meant for. Empty names none.
func (s *OAuthSettings) checkTarget(resource string) error {
	switch {
	case resource == "":
		return nil
	case !isResource(resource):
		return errInvalidTarget("the resource has to be an absolute http or https address without a fragment")
	case len(s.Resources) > 0 && s.resource(resource) == nil:
		return errInvalidTarget("the instance does not have this resource")
	}
	return nil
}

// resource returns a registered resource, nil when there is none of this address.
func (s *OAuthSettings) resource(address string) *OAuthResource {
	i := slices.IndexFunc(s.Resources, func(r OAuthResource) bool { return r.URL == address })
	if i < 0 {
		return nil
	}
	return &s.Resources[i]
}

// authenticateClient finds the client of a form and checks how it proves itself: by Basic or by the form with its
// secret, or with its id alone when it is public.
func (c *oauthCall) authenticateClient() error {
	id, secret := c.params.get("client_id"), c.params.get("client_secret")
	basicID, basicSecret, basic, err := basicClient(c.r.Header.Get("Authorization"))
	switch {
	case err != nil:
		return c.unauthenticated(true)
	case basic && (secret != "" || id != "" && id != basicID):
		return errInvalidRequest("the client authenticates in two ways, or names two ids")
	case basic:
		id, secret = basicID, basicSecret
	}
	a := c.tx.oauthClientByID(id)
	switch {
	case a == nil:
		return c.unauthenticated(basic)
	case a.Public && secret != "", !a.Public && subtle.ConstantTimeCompare([]byte(secret), []byte(a.ClientSecret)) != 1:
		return c.unauthenticated(basic)
	}
	c.client, c.note.ClientID = a, a.ClientID
	return nil
}

// unauthenticated refuses a client. One that used the Authorization header is told the scheme, RFC 6749 §5.2.
func (c *oauthCall) unauthenticated(basic bool) error {
	e := errInvalidClient()
	e.challenge = basic
	return e
}

// basicClient reads the id and the secret of an Authorization header. Both are form-encoded in it, RFC 6749 §2.3.1.
func basicClient(header string) (id, secret string, ok bool, err error) {
	scheme, text, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		if header != "" {
			return "", "", false, errInvalidClient()
		}
		return "", "", false, nil
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return "", "", true, errInvalidClient()
	}
	id, secret, found := strings.Cut(string(raw), ":")
	if !found {
		return "", "", true, errInvalidClient()
	}
	if id, err = url.QueryUnescape(id); err != nil {
		return "", "", true, errInvalidClient()
	}
	if secret, err = url.QueryUnescape(secret); err != nil {
		return "", "", true, errInvalidClient()
	}
	return id, secret, true, nil
}
