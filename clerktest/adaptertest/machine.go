package adaptertest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// newAPIKey makes an API key of the person called ada through the Backend API.
func (k *clerk) newAPIKey(t *testing.T) string {
	t.Helper()
	body := strings.NewReader(`{"name":"adaptertest","subject":"` + k.user("ada") + `"}`)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.server.URL()+"/v1/api_keys", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+k.server.SecretKey())
	req.Header.Set("Content-Type", "application/json")
	resp, err := k.server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var key struct {
		Secret string `json:"secret"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&key); err != nil || key.Secret == "" {
		t.Fatalf("creating an API key: got status %d and error %v, want a key", resp.StatusCode, err)
	}
	return key.Secret
}
