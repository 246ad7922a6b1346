package main

import (
	"fmt"
	"net/url"

	"github.com/clerkgo/clerk-go/clerktest"
)

// ownOAuthFlow signs in in the middle of an authorization, agrees, and later refuses.
func ownOAuthFlow(v *visit) error {
	ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", Password: password})
	client := v.srv.OAuth().AddClient(clerktest.OAuthClient{
		Name: markup, Public: true, RedirectURIs: []string{v.origin + "/home"}, Scopes: []string{"email"},
	})
	authorize := func(prompt string) string {
		return v.srv.OAuth().Issuer() + "/oauth/authorize?" + url.Values{
			"response_type": {"code"}, "client_id": {client.ClientID}, "redirect_uri": {v.origin + "/home"}, "scope": {"email"},
			"state": {"state of the request"}, "prompt": {prompt}, "code_challenge_method": {"S256"},
			"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
		}.Encode()
	}
	answer := func(name string, want ...string) func() error {
		return v.gives(fmt.Sprintf(`new URLSearchParams(location.search).get(%q)`, name), want...)
	}
	return inOrder(v.goes(authorize("")), v.fills("identifier", "ada@example.com"), v.fills("password", password), v.presses("Continue"),
		v.sees("Allow access?"), v.sees(markup), v.shows("consent"), v.presses("Allow"), v.isHome,
		answer("state", "state of the request"), answer("iss", v.srv.OAuth().Issuer()), answer("error", "<nil>"),
		func() error { return v.granted(ada.ID) },
		v.goes(authorize("consent")), v.sees("Allow access?"), v.presses("Deny"), v.isHome, answer("error", "access_denied"), answer("code", "<nil>"),
		func() error { return v.granted(ada.ID) })
}

// granted wants one grant, of this user.
func (v *visit) granted(userID string) error {
	if grants := v.srv.OAuth().Grants(); len(grants) != 1 || grants[0].UserID != userID {
		return fmt.Errorf("got %d grants, want one of the user", len(grants))
	}
	return nil
}
