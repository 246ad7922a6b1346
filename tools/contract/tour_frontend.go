package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
)

const (
	get    = http.MethodGet
	post   = http.MethodPost
	put    = http.MethodPut
	patch  = http.MethodPatch
	remove = http.MethodDelete
)

const (
	tourEmail    = "web@example.com"
	tourPassword = "correct horse battery"
)

// frontendSeed is what the tour of the Frontend API needs and no browser can make.
const frontendSeed = `{
	"billing_plans": [
		{"slug": "pro", "name": "Pro", "payer_type": "user", "amount": 900, "features": ["export"]},
		{"slug": "max", "name": "Max", "payer_type": "user", "amount": 2900},
		{"slug": "team", "name": "Team", "payer_type": "org", "amount": 5000}
	]
}`

// frontendTour visits every operation of the Frontend API that is emulated, as ClerkJS would.
func frontendTour(ctx context.Context, in *clerktest.Instance) (*tour, error) {
	if err := in.Seed([]byte(frontendSeed)); err != nil {
		return nil, err
	}
	in.SetMultiSession(true)
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Attributes["passkey"] = clerktest.Attribute{Enabled: true, UsedForFirstFactor: true, FirstFactors: []string{"passkey"}}
		s.Attributes["password"] = clerktest.Attribute{Enabled: true}
		s.Social["oauth_google"] = clerktest.Social{Enabled: true, Authenticatable: true, Strategy: "oauth_google"}
	})
	in.CreateUser(clerktest.User{Email: tourEmail, FirstName: "Web", Phone: "+15555550100", Password: tourPassword})
	v, err := newWebVisitor(ctx, &tour{name: "frontend"}, in)
	if err != nil {
		return nil, err
	}
	v.client()
	v.signUps()
	v.signIns()
	v.signIn(tourEmail, tourPassword)
	v.sessions()
	v.backendRecords()
	v.oauth()
	v.profile()
	v.factors()
	v.organizations()
	v.domains()
	v.enterprise()
	v.billing()
	v.apiKeys()
	v.ends()
	return v.tour, nil
}

// client boots a browser.
func (v *webVisitor) client() {
	for _, path := range []string{"/v1/environment", "/v1/client", "/v1/health", "/.well-known/jwks.json", "/v1/billing/plans?payer_type=user", "/v1/billing/plans/pro"} {
		v.do(get, path)
	}
	v.do(patch, "/v1/environment")
	v.do(post, "/v1/client")
	v.do(put, "/v1/client")
	v.do(post, "/v1/waitlist", "email_address", "waiting@example.com")
	v.do(get, "/v1/redirect?redirect_url="+pageOrigin)
	v.do(get, "/v1/client/handshake?redirect_url="+pageOrigin)
}

func (v *webVisitor) signUps() {
	made := v.do(post, "/v1/client/sign_ups", "email_address", "new@example.com", "password", tourPassword)
	path := "/v1/client/sign_ups/" + made.text("response", "id")
	v.do(patch, path, "first_name", "New")
	v.do(get, path)
	v.do(post, path+"/prepare_verification", "strategy", "email_code")
	v.do(post, path+"/attempt_verification", "strategy", "email_code", "code", v.code())
}

// factorOf is the id of the address or number of a factor of a sign-in.
func factorOf(answer object, strategy, id string) string {
	factors, _ := answer.at("response", "supported_first_factors").([]any)
	for _, f := range factors {
		if f, ok := f.(map[string]any); ok && f["strategy"] == strategy {
			return object(f).text(id)
		}
	}
	return ""
}

func (v *webVisitor) signIns() {
	begun := v.do(post, "/v1/client/sign_ins", "identifier", tourEmail)
	path := "/v1/client/sign_ins/" + begun.text("response", "id")
	v.do(get, path)
	v.do(post, path+"/prepare_first_factor", "strategy", "reset_password_email_code", "email_address_id", factorOf(begun, "reset_password_email_code", "email_address_id"))
	v.do(post, path+"/attempt_first_factor", "strategy", "reset_password_email_code", "code", v.code())
	v.do(post, path+"/reset_password", "password", tourPassword)
	v.do(remove, "/v1/client/sessions")
	v.do(post, "/v1/client/sign_ins", "strategy", "passkey")
	visit := v.do(post, "/v1/client/sign_ins", "strategy", "oauth_google", "redirect_url", pageOrigin+"/callback")
	v.do(post, "/v1/oauth_callback", "state", stateOf(visit.text("response", "first_factor_verification", "external_verification_redirect_url")), "error", "access_denied")
	visit = v.do(post, "/v1/client/sign_ins", "strategy", "oauth_google", "redirect_url", pageOrigin+"/callback")
	v.do(get, "/v1/oauth_callback?error=access_denied&state="+stateOf(visit.text("response", "first_factor_verification", "external_verification_redirect_url")))
	begun = v.do(post, "/v1/client/sign_ins", "identifier", tourEmail)
	v.do(post, "/v1/client/sign_ins/"+begun.text("response", "id")+"/prepare_first_factor", "strategy", "email_link",
		"email_address_id", factorOf(begun, "email_link", "email_address_id"), "redirect_url", pageOrigin+"/verify")
	v.open()
	v.do(remove, "/v1/client")
}

// stateOf is the state of a visit to a provider.
func stateOf(address string) string {
	_, state, _ := strings.Cut(address, "state=")
	return state
}

func (v *webVisitor) sessions() {
	path := "/v1/client/sessions/" + v.session
	v.do(get, path)
	v.do(post, path+"/touch", "active_organization_id", "", "intent", "select_session")
	v.do(post, path+"/tokens", "organization_id", "")
	v.do(post, path+"/verify", "level", "first_factor")
	v.do(post, path+"/verify/prepare_first_factor", "strategy", "email_code")
	v.do(post, path+"/verify/attempt_first_factor", "strategy", "password", "password", tourPassword)
	v.do(get, "/v1/me/sessions")
	v.do(get, "/v1/me/sessions/active")
	other := v.in.SignIn(v.user, "")
	v.do(post, "/v1/me/sessions/"+other.SessionID+"/revoke")
}

func (v *webVisitor) profile() {
	v.do(get, "/v1/me")
	v.do(patch, "/v1/me", "first_name", "Ada", "last_name", "Lovelace")
	v.do(patch, "/v1/me/metadata", "unsafe_metadata", `{"a":1}`)
	v.do(post, "/v1/me/change_password", "current_password", tourPassword, "new_password", "another good password")
	v.do(post, "/v1/me/remove_password", "current_password", "another good password")
	v.do(post, "/v1/me/change_password", "new_password", tourPassword)
	dot := []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;")
	v.send(post, "/v1/me/profile_image", "image/gif", dot)
	v.do(remove, "/v1/me/profile_image")
	v.do(get, "/v1/me/email_addresses")
	made := v.do(post, "/v1/me/email_addresses", "email_address", "second@example.com")
	path := "/v1/me/email_addresses/" + made.text("response", "id")
	v.do(post, path+"/prepare_verification", "strategy", "email_code")
	v.do(get, path)
	v.do(post, path+"/attempt_verification", "code", v.code())
	v.do(remove, path)
	v.do(get, "/v1/me/phone_numbers")
	made = v.do(post, "/v1/me/phone_numbers", "phone_number", "+15555550101")
	path = "/v1/me/phone_numbers/" + made.text("response", "id")
	v.do(post, path+"/prepare_verification", "strategy", "phone_code")
	v.do(post, path+"/attempt_verification", "code", "424242")
	v.do(patch, path, "reserved_for_second_factor", "true")
	v.do(get, path)
	v.secondFactor(made.text("response", "id"))
	v.do(remove, path)
	account := v.do(post, "/v1/me/external_accounts", "strategy", "oauth_google", "redirect_url", pageOrigin+"/user")
	v.do(get, v.provide(account.text("response", "verification", "external_verification_redirect_url"), "web@gmail.example"))
	path = "/v1/me/external_accounts/" + v.do(get, "/v1/me").text("response", "external_accounts", "id")
	v.do(patch, path+"/reauthorize", "redirect_url", pageOrigin+"/user")
	v.do(remove, path+"/tokens")
	v.do(remove, path)
	v.do(get, "/v1/me/web3_wallets")
	device := v.in.AddTrustedDevice(v.user, clerktest.TrustedDevice{Name: "Phone"})
	v.do(get, "/v1/me/trusted_devices")
	v.do(remove, "/v1/me/trusted_devices/"+device)
}

// secondFactor gives the second factor of a phone number again.
func (v *webVisitor) secondFactor(phoneID string) {
	path := "/v1/client/sessions/" + v.session + "/verify"
	v.do(post, path, "level", "second_factor")
	v.do(post, path+"/prepare_second_factor", "strategy", "phone_code", "phone_number_id", phoneID)
	v.do(post, path+"/attempt_second_factor", "strategy", "phone_code", "code", "424242")
	other := v.another()
	begun := other.do(post, "/v1/client/sign_ins", "identifier", tourEmail, "password", tourPassword)
	signIn := "/v1/client/sign_ins/" + begun.text("response", "id")
	other.do(post, signIn+"/prepare_second_factor", "strategy", "phone_code", "phone_number_id", phoneID)
	other.do(post, signIn+"/attempt_second_factor", "strategy", "phone_code", "code", "424242")
}
