package adaptertest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
)

// newAPIKey makes an API key of the person called ada through the Backend API.
func (k *clerk) newAPIKey(t *testing.T) string {
	t.Helper()
	var key struct {
		Secret string `json:"secret"`
	}
	k.create(t, "/v1/api_keys", k.server.SecretKey(), map[string]string{"name": "adaptertest", "subject": k.user("ada")}, &key)
	return key.Secret
}

// newM2MToken makes a machine and a token that it shows to others.
func (k *clerk) newM2MToken(t *testing.T) string {
	t.Helper()
	var machine struct {
		SecretKey string `json:"secret_key"`
	}
	k.create(t, "/v1/machines", k.server.SecretKey(), map[string]string{"name": "adaptertest"}, &machine)
	var token struct {
		Token string `json:"token"`
	}
	k.create(t, "/v1/m2m_tokens", machine.SecretKey, map[string]any{}, &token)
	return token.Token
}

// create posts to the Backend API.
func (k *clerk) create(t *testing.T, path, key string, body, into any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.server.URL()+path, bytes.NewReader(text))
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
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("POST %s: got status %d and error %v, want success", path, resp.StatusCode, err)
	}
}
