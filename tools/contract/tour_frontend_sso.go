package main

import (
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
)

// enterprise sets up a connection of an organization, tries it, and signs somebody in and somebody up over it.
func (v *webVisitor) enterprise() {
	admin := v.another()
	u := v.in.CreateUser(clerktest.User{Email: "it@corp.example", Password: tourPassword})
	admin.signIn(u.Email, tourPassword)
	organization := admin.do(post, "/v1/organizations", "name", "Corp").text("response", "id")
	domains := "/v1/organizations/" + organization + "/domains"
	domain := domains + "/" + admin.do(post, domains, "name", "corp.example", "enrollment_mode", "enterprise_sso").text("response", "id")
	admin.do(post, domain+"/prepare_ownership_verification")
	admin.do(post, domain+"/attempt_ownership_verification")
	admin.do(post, "/v1/client/sessions/"+admin.session+"/touch", "active_organization_id", organization)
	theirs, mine := "/v1/organizations/"+organization+"/enterprise_connections", "/v1/me/enterprise_connections"
	saml := []string{"provider", "saml_okta", "domains", "corp.example", "saml_idp_metadata_url", "https://idp.example/metadata"}
	for _, path := range []string{theirs, mine} {
		one := path + "/" + admin.do(post, path, append(saml, "name", "Okta")...).text("response", "id")
		admin.do(patch, one, "name", "Okta of Corp")
		run := admin.do(post, one+"/test_runs").text("response", "url")
		result := v.do(get, strings.TrimPrefix(run, v.in.URL())).text("location")
		v.do(get, strings.TrimPrefix(result, v.in.URL()))
		admin.do(get, one+"/test_runs?status=success")
		admin.do(remove, one)
	}
	oidc := admin.do(post, theirs, "provider", "oidc_custom", "domains", "corp.example", "oidc_client_id", "tour").text("response", "id")
	for _, id := range []string{oidc, admin.do(post, theirs, saml...).text("response", "id")} {
		admin.do(patch, theirs+"/"+id, "active", "true")
		admin.do(get, theirs)
		admin.do(get, mine)
		v.signInOver(u.Email)
		v.signUpOver("new." + id[len(id)-6:] + "@corp.example")
		admin.do(patch, theirs+"/"+id, "active", "false")
	}
}

// signInOver signs somebody in over the connection of their domain.
func (v *webVisitor) signInOver(email string) {
	b := v.another()
	path := "/v1/client/sign_ins/" + b.do(post, "/v1/client/sign_ins", "identifier", email).text("response", "id")
	visit := b.do(post, path+"/prepare_first_factor", "strategy", "enterprise_sso", "redirect_url", pageOrigin+"/callback")
	b.do(get, b.provide(visit.text("response", "first_factor_verification", "external_verification_redirect_url"), email))
	b.do(get, path)
	b.do(get, "/v1/client")
}

// signUpOver signs somebody up over it.
func (v *webVisitor) signUpOver(email string) {
	b := v.another()
	made := b.do(post, "/v1/client/sign_ups", "email_address", email, "strategy", "enterprise_sso", "redirect_url", pageOrigin+"/callback")
	b.do(get, b.provide(made.text("response", "verifications", "external_account", "external_verification_redirect_url"), email))
	b.do(get, "/v1/client/sign_ups/"+made.text("response", "id"))
	b.do(get, "/v1/client")
}
