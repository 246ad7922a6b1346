package main

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// oauth visits the authorization server as a client of it does, and the consent page of an application.
func (v *webVisitor) oauth() {
	v.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.DynamicRegistration = true })
	for _, path := range []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"} {
		v.do(get, path)
	}
	callback := pageOrigin + "/callback"
	client := v.doJSON(post, "/oauth/register", map[string]any{
		"client_name": "Tour", "redirect_uris": []string{callback}, "token_endpoint_auth_method": "client_secret_post", "scope": "openid email",
	})
	id, secret := client.text("client_id"), client.text("client_secret")
	proof := "a-verifier-of-more-than-forty-three-characters-0123456789"
	sum := sha256.Sum256([]byte(proof))
	asked := []string{
		"response_type", "code", "client_id", id, "redirect_uri", callback, "scope", "openid email", "state", "a state of the client",
		"code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method", "S256",
	}
	consent := "/v1/me/oauth/consent/" + id
	v.do(get, consent+"?scope=openid+email&redirect_uri="+url.QueryEscape(callback))
	v.do(post, consent, append(asked, "consented", "false")...)
	v.in.OAuth().AutoConsent(v.user, "")
	v.do(get, "/oauth/authorize?"+query(asked))
	target := v.do(post, "/oauth/authorize", asked...).text("location")
	own := []string{"client_id", id, "client_secret", secret}
	granted := v.do(post, "/oauth/token", append(own, "grant_type", "authorization_code", "code", valueOf(target, "code"),
		"redirect_uri", callback, "code_verifier", proof)...)
	token := granted.text("access_token")
	v.do(post, "/oauth/token_info", append(own, "token", token)...)
	holder := v.another()
	holder.header = http.Header{"Authorization": {"Bearer " + token}}
	holder.dev = ""
	holder.do(get, "/oauth/userinfo")
	holder.do(post, "/oauth/userinfo")
	v.do(post, "/oauth/token/revoke", append(own, "token", token)...)
}

// query writes names and values as a query.
func query(pairs []string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

// valueOf is a parameter of the query of an address.
func valueOf(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

// backendRecords visits what only the Backend API makes: tokens of a template, wallets and invitations.
func (v *webVisitor) backendRecords() {
	v.step("make a template, a wallet and an invitation", func() error {
		_, template := v.backend.JWTTemplates.Create(v.ctx, &clerk.JWTTemplateCreateParams{Name: "tour", Claims: clerk.JSON(map[string]any{"aud": "tour"})})
		_, owner := v.backend.Users.Create(v.ctx, &clerk.UserCreateParams{
			EmailAddress: clerk.Set([]string{"wallet@example.com"}), Password: clerk.String(tourPassword),
			Web3Wallet: clerk.Set([]string{"0x52908400098527886E0F7030069857D2E4169EE7"}),
		})
		_, invited := v.backend.Invitations.Create(v.ctx, &clerk.InvitationCreateParams{EmailAddress: "invited@example.com"})
		return errors.Join(template, owner, invited)
	})
	v.open()
	v.do(post, "/v1/client/sessions/"+v.session+"/tokens/tour")
	owner := v.another()
	owner.signIn("wallet@example.com", tourPassword)
	wallet := "/v1/me/web3_wallets/" + owner.do(get, "/v1/me").text("response", "web3_wallets", "id")
	owner.do(get, wallet)
	owner.do(remove, wallet)
}
