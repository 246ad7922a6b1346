package clerktest_test

import (
	"net/http"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestUserSettings_BySeed(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	seed := `{"user_settings": {"sign_up": {"mode": "restricted"}, "attributes": {"phone_number": {"enabled": false}}, "password_settings": {"min_length": 12}}}`
	if err := in.Seed([]byte(seed)); err != nil {
		t.Fatal(err)
	}
	s := in.UserSettings()
	if s.SignUp.Mode != "restricted" || s.Attributes["phone_number"].Enabled || s.Password.MinLength != 12 {
		t.Errorf("got %+v", s)
	}
	if !s.SignUp.Progressive || len(s.Attributes["phone_number"].FirstFactors) != 1 || !s.Attributes["email_address"].Required {
		t.Errorf("what the seed does not name has changed: %+v", s)
	}
	for name, bad := range map[string]string{
		"an unknown mode":  `{"user_settings": {"sign_up": {"mode": "closed"}}}`,
		"an unknown field": `{"user_settings": {"passwords": {}}}`,
		"null":             `{"user_settings": null}`,
		"a list":           `{"user_settings": []}`,
		"a length":         `{"user_settings": {"password_settings": {"min_length": 500}}}`,
	} {
		if err := in.Seed([]byte(bad)); err == nil {
			t.Errorf("%s is taken", name)
		}
		if got := in.UserSettings().SignUp.Mode; got != "restricted" {
			t.Errorf("%s changed the settings", name)
		}
	}
}

func TestUserSettings_OverTheAdminAPI(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	status, got := admin(t, srv, http.MethodPatch, "/user_settings", map[string]any{"sign_up": map[string]any{"legal_consent_enabled": true}})
	if status != http.StatusOK || got["sign_up"].(map[string]any)["legal_consent_enabled"] != true || !srv.UserSettings().SignUp.LegalConsentEnabled {
		t.Errorf("got %d %v", status, got)
	}
	if _, shown := admin(t, srv, http.MethodGet, "/user_settings", nil); len(shown["attributes"].(map[string]any)) != 11 {
		t.Errorf("got %v", shown)
	}
	if status, _ := admin(t, srv, http.MethodPatch, "/user_settings", map[string]any{"sign_up": map[string]any{"mode": "closed"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown mode: got %d", status)
	}
}

func TestUserSettings_AreNotShared(t *testing.T) {
	t.Parallel()
	in, other := clerktest.NewServer(t).Instance, clerktest.NewServer(t).Instance
	for _, edit := range []func(*clerktest.UserSettings){
		func(s *clerktest.UserSettings) { s.Attributes["email_address"].FirstFactors[0] = "nothing" },
		func(s *clerktest.UserSettings) { s.Attributes["username"] = clerktest.Attribute{} },
	} {
		shown := in.UserSettings()
		edit(&shown)
		other.SetUserSettings(edit)
	}
	if s := in.UserSettings(); s.Attributes["email_address"].FirstFactors[0] != "email_code" || !s.Attributes["username"].Enabled {
		t.Errorf("settings of another instance changed these: %+v", s.Attributes)
	}
}
