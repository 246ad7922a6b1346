package adaptertest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

// machineTokens are credentials without a session, one of each kind. Those that people have are of the person called
// ada.
type machineTokens struct {
	apiKey, m2m, m2mJWT, oauth, oauthJWT string
}

// mintMachineTokens makes the live, the revoked and the expired credentials.
func (k *clerk) mintMachineTokens(t *testing.T) {
	t.Helper()
	k.user("ada")
	k.live = k.newMachineTokens(t, "live", false)
	k.revoked = k.newMachineTokens(t, "revoked", true)
	k.server.Clock().Advance(-48 * time.Hour)
	k.expired = k.newMachineTokens(t, "expired", false)
	k.server.Clock().Advance(48 * time.Hour)
}

// newMachineTokens makes one credential of each kind, all of which live for a day at most, and revokes what can be
// revoked.
func (k *clerk) newMachineTokens(t *testing.T, name string, revoke bool) machineTokens {
	t.Helper()
	const day = 24 * 3600
	secret, ada := k.server.SecretKey(), k.user("ada")
	var apiKey, machine, m2m, m2mJWT, app struct {
		ID        string `json:"id"`
		Secret    string `json:"secret"`
		SecretKey string `json:"secret_key"`
		Token     string `json:"token"`
	}
	post := func(path, key string, body fields, into any) { k.call(t, http.MethodPost, path, key, body, into) }
	post("/api_keys", secret, fields{"name": name, "subject": ada, "seconds_until_expiration": day}, &apiKey)
	post("/machines", secret, fields{"name": name}, &machine)
	post("/m2m_tokens", machine.SecretKey, fields{"seconds_until_expiration": day}, &m2m)
	post("/m2m_tokens", machine.SecretKey, fields{"seconds_until_expiration": day, "token_format": "jwt"}, &m2mJWT)
	post("/oauth_applications", secret, fields{"name": name, "callback_url": "https://app.example.com/callback"}, &app)
	issue := func(jwt bool) string {
		k.call(t, http.MethodPatch, "/instance/oauth_application_settings", secret, fields{"oauth_jwt_access_tokens": jwt}, nil)
		return k.server.IssueOAuthAccessToken(app.ID, ada, "profile")
	}
	out := machineTokens{apiKey: apiKey.Secret, m2m: m2m.Token, m2mJWT: m2mJWT.Token, oauthJWT: issue(true), oauth: issue(false)}
	if revoke {
		post("/api_keys/"+apiKey.ID+"/revoke", secret, fields{}, nil)
		post("/m2m_tokens/"+m2m.ID+"/revoke", secret, fields{}, nil)
		post("/oauth_applications/"+app.ID+"/revoke_token", secret, fields{"token": out.oauth}, nil)
	}
	return out
}

// fields is the body of a Backend API request.
type fields map[string]any

// call sends a Backend API request and decodes the answer, unless into is nil.
func (k *clerk) call(t *testing.T, method, path, key string, body fields, into any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, k.server.URL()+"/v1"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := k.server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		t.Fatalf("%s %s: got status %d, want success", method, path, resp.StatusCode)
	}
	if into == nil {
		return
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
}
