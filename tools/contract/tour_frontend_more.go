package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/tools/internal/totp"
)

func base64Text(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// newPasskey answers a request for a passkey as a browser with a device would, with a key of ES256 and no attestation.
func newPasskey(nonce string) (string, error) {
	var options struct {
		Challenge string `json:"challenge"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
	}
	if err := json.Unmarshal([]byte(nonce), &options); err != nil {
		return "", err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	public, err := key.PublicKey.ECDH()
	if err != nil {
		return "", err
	}
	party, point, id := sha256.Sum256([]byte(options.RP.ID)), public.Bytes(), []byte("the tour's passkey")
	data := append(party[:], 0x45, 0, 0, 0, 0)
	data = append(append(data, make([]byte, 17)...), byte(len(id))) //nolint:gosec // an id is short
	data = append(append(data, id...), 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32)
	data = append(append(data, point[1:33]...), 0x22, 0x58, 32)
	data = append(data, point[33:]...)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data))) //nolint:gosec // as above
	client, err := json.Marshal(map[string]any{"type": "webauthn.create", "challenge": options.Challenge, "origin": pageOrigin, "crossOrigin": false})
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(map[string]any{"type": "public-key", "id": base64Text(id), "rawId": base64Text(id), "response": map[string]string{
		"clientDataJSON": base64Text(client), "attestationObject": base64Text(append(object, data...)),
	}})
	return string(raw), err
}

func (v *webVisitor) factors() {
	made := v.do(post, "/v1/me/totp")
	v.do(post, "/v1/me/totp/attempt_verification", "code", totp.Code(made.text("response", "secret"), v.in.Clock().Now()))
	v.do(post, "/v1/me/backup_codes")
	v.do(remove, "/v1/me/totp")
	passkey := v.do(post, "/v1/me/passkeys")
	path := "/v1/me/passkeys/" + passkey.text("response", "id")
	v.step("make a passkey", func() error {
		answer, err := newPasskey(passkey.text("response", "verification", "nonce"))
		v.do(post, path+"/attempt_verification", "strategy", "passkey", "public_key_credential", answer)
		return err
	})
	v.do(get, path)
	v.do(patch, path, "name", "My phone")
	v.do(remove, path)
}

func (v *webVisitor) organizations() {
	made := v.do(post, "/v1/organizations", "name", "Web")
	path := "/v1/organizations/" + made.text("response", "id")
	v.do(get, path)
	v.do(patch, path, "name", "Web Ltd")
	v.send(put, path+"/logo", "image/gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;"))
	v.do(remove, path+"/logo")
	v.do(get, path+"/roles")
	v.do(get, path+"/memberships")
	v.do(get, path+"/memberships?paginated=true&query=web")
	guest := v.in.CreateUser(clerktest.User{Email: "guest@example.com", Password: tourPassword})
	v.do(post, path+"/memberships", "user_id", guest.ID, "role", "org:member")
	v.do(patch, path+"/memberships/"+guest.ID, "role", "org:admin")
	v.do(remove, path+"/memberships/"+guest.ID)
	invited := v.do(post, path+"/invitations", "email_address", "guest@example.com", "role", "org:member")
	bulk := v.do(post, path+"/invitations/bulk", "email_address", "a@example.com", "email_address", "b@example.com", "role", "org:member")
	v.do(get, path+"/invitations?status=pending")
	v.do(get, path+"/invitations/pending")
	v.do(post, path+"/invitations/"+bulk.text("response", "id")+"/revoke")
	v.do(get, "/v1/me/organization_memberships?paginated=true")
	v.do(get, "/v1/me/organization_creation_defaults")
	other := v.another()
	other.signIn(guest.Email, tourPassword)
	other.do(get, "/v1/me/organization_invitations?status=pending")
	other.do(post, "/v1/me/organization_invitations/"+invited.text("response", "id")+"/accept")
	other.do(remove, "/v1/me/organization_memberships/"+made.text("response", "id"))
	temporary := v.do(post, "/v1/organizations", "name", "Gone soon")
	v.do(remove, "/v1/organizations/"+temporary.text("response", "id"))
}

func (v *webVisitor) domains() {
	v.step("switch domains on", func() error {
		return second(v.backend.Instance.UpdateOrganizationSettings(context.WithoutCancel(v.ctx), &clerk.InstanceUpdateOrganizationSettingsParams{
			DomainsEnabled: clerk.Bool(true), DomainsEnrollmentModes: clerk.Set([]clerk.EnrollmentMode{"manual_invitation", "automatic_suggestion"}),
		}))
	})
	organization := v.do(get, "/v1/me").text("response", "organization_memberships", "organization", "id")
	path := "/v1/organizations/" + organization + "/domains"
	made := v.do(post, path, "name", "web.example")
	domain := path + "/" + made.text("response", "id")
	v.do(get, path)
	v.do(get, domain)
	v.do(post, domain+"/prepare_affiliation_verification", "affiliation_email_address", "boss@web.example")
	v.do(post, domain+"/attempt_affiliation_verification", "code", v.code())
	v.do(post, domain+"/prepare_ownership_verification")
	v.do(post, domain+"/attempt_ownership_verification")
	v.do(post, domain+"/update_enrollment_mode", "enrollment_mode", "automatic_suggestion")
	bulk := v.do(post, path+"/bulk", "names", "two.example", "names", "gmail.com")
	v.do(post, path+"/prepare_ownership_verification/bulk", "organization_domain_ids", bulk.text("response", "data", "id"), "organization_domain_ids", "orgdm_none")
	v.do(post, path+"/attempt_ownership_verification/bulk", "organization_domain_ids", bulk.text("response", "data", "id"))
	requests := "/v1/organizations/" + organization + "/membership_requests"
	for i, decision := range []string{"accept", "reject"} {
		email := fmt.Sprintf("joiner%d@web.example", i)
		v.in.CreateUser(clerktest.User{Email: email, Password: tourPassword})
		other := v.another()
		other.signIn(email, tourPassword)
		suggested := other.do(get, "/v1/me/organization_suggestions?status=pending")
		other.do(post, "/v1/me/organization_suggestions/"+suggested.text("response", "data", "id")+"/accept")
		asked := v.do(get, requests+"?status=pending")
		v.do(post, requests+"/"+asked.text("response", "data", "id")+"/"+decision)
	}
	v.do(remove, domain)
}

func (v *webVisitor) billing() {
	organization := v.do(get, "/v1/me").text("response", "organization_memberships", "organization", "id")
	for path, plans := range map[string][]string{"/v1/me/billing": {"pro", "max"}, "/v1/organizations/" + organization + "/billing": {"team"}} {
		v.do(get, path+"/subscription")
		v.do(post, path+"/payment_methods/initialize")
		v.do(post, path+"/payment_methods", "gateway", "stripe", "payment_token", "pm_card_visa")
		second := v.do(post, path+"/payment_methods", "gateway", "stripe", "payment_token", "pm_card_mastercard")
		v.do(put, path+"/payers/default_payment_method", "payment_method_id", second.text("response", "id"))
		methods := v.do(get, path+"/payment_methods")
		for _, plan := range plans {
			checkout := v.do(post, path+"/checkouts", "plan_id", plan, "plan_period", "month")
			one := path + "/checkouts/" + checkout.text("response", "id")
			v.do(get, one)
			v.do(patch, one, "promo_code", "")
			v.do(patch, one+"/confirm", "payment_method_id", second.text("response", "id"))
		}
		v.do(remove, path+"/payment_methods/"+methods.text("response", "data", "id"))
		v.do(get, path+"/subscription")
		items := v.do(get, path+"/subscription_items")
		list, _ := items.at("response", "data").([]any)
		for _, item := range list {
			if item, ok := item.(map[string]any); ok && item["status"] == "active" {
				v.do(remove, path+"/subscription_items/"+object(item).text("id"))
			}
		}
		statements := v.do(get, path+"/statements")
		v.do(get, path+"/statements/"+statements.text("response", "data", "id"))
	}
	payments := v.do(get, "/v1/me/billing/payment_attempts")
	v.do(get, "/v1/me/billing/payment_attempts/"+payments.text("data", "id"))
}

func (v *webVisitor) apiKeys() {
	made := v.doJSON(post, "/api_keys", map[string]any{"type": "api_key", "name": "my key", "subject": v.user, "seconds_until_expiration": 60})
	v.do(get, "/api_keys?subject="+v.user)
	v.doJSON(patch, "/api_keys/"+made.text("id"), map[string]any{"description": "for tests"})
	v.doJSON(post, "/api_keys/"+made.text("id")+"/revoke", map[string]any{"revocation_reason": "done"})
}

// ends visits what ends a session or the account.
func (v *webVisitor) ends() {
	v.do(post, "/v1/client/sessions/"+v.session+"/end")
	v.session = ""
	v.signIn(tourEmail, tourPassword)
	v.do(post, "/v1/client/sessions/"+v.session+"/remove")
	v.session = ""
	v.signIn(tourEmail, tourPassword)
	v.do(remove, "/v1/me")
}
