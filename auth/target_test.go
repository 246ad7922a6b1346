package clerkauth_test

import (
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// The rule for addresses that get the secret key is the same wherever one is configured.
func TestNew_WhereTheSecretKeyMayGo(t *testing.T) {
	t.Parallel()
	const live, test = "sk_live_0123456789", "sk_test_0123456789"
	tests := []struct {
		address string
		key     string
		plain   bool
		works   bool
	}{
		{"https://clerk.example.com", live, false, true},
		{"https://clerk.example.com", live, true, true},
		{"http://clerk.example.com", live, false, false},
		{"http://clerk.example.com", live, true, false},
		{"http://127.0.0.1:4000", live, true, false},
		{"https://localhost:4000", live, false, false},
		{"https://[::ffff:127.0.0.1]:4000", live, false, false},
		{"http://clerk.example.com", "live_0123456789", true, false},
		{"http://clerk.example.com", test, false, false},
		{"http://emulator:4000", test, true, true},
		{"http://127.0.0.1:4000", test, false, true},
		{"http://clerk.localhost:4000", test, false, true},
		{"http://0.0.0.0:4000", test, false, true},
		{"http://localhost.example.com", test, false, false},
		{"ftp://clerk.example.com", test, true, false},
		{"https://user:secret@clerk.example.com", test, true, false},
		{"https://clerk.example.com?x=1", test, true, false},
	}
	settings := map[string]func(c *clerkauth.Config, address string){
		"APIURL":         func(c *clerkauth.Config, address string) { c.APIURL = address },
		"FrontendAPIURL": func(c *clerkauth.Config, address string) { c.FrontendAPIURL = address },
		"ProxyURL":       func(c *clerkauth.Config, address string) { c.ProxyURL = address },
	}
	for _, test := range tests {
		for name, set := range settings {
			config := clerkauth.Config{
				SecretKey: test.key, PublishableKey: clerkauth.BuildPublishableKey("clerk.example.com"), AllowPlainHTTP: test.plain,
				AuthorizedParties: []string{"https://app.example.com"},
			}
			if strings.Contains(test.key, "test") {
				config.PublishableKey = testPublishable
			}
			set(&config, test.address)
			_, err := clerkauth.New(config)
			if (err == nil) != test.works {
				t.Errorf("%s %s with %.8s…, AllowPlainHTTP %t: got %v, want it to work: %t", name, test.address, test.key, test.plain, err, test.works)
			}
			if err != nil && (!strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "0123456789")) {
				t.Errorf("%s %s: got %v, want an error that names the field and hides the key", name, test.address, err)
			}
		}
		_, err := clerkauth.NewRemoteKeySet(clerkauth.RemoteKeySetConfig{URL: test.address, SecretKey: test.key, AllowPlainHTTP: test.plain})
		if (err == nil) != test.works {
			t.Errorf("NewRemoteKeySet %s with %.8s…, AllowPlainHTTP %t: got %v, want it to work: %t", test.address, test.key, test.plain, err, test.works)
		}
	}
}

// An emulator in another container has the publishable key of its address, which only AllowPlainHTTP accepts.
func TestNew_EmulatorInAnotherContainer(t *testing.T) {
	t.Parallel()
	config := clerkauth.Config{
		SecretKey: testSecret, PublishableKey: testKey("clerk:4000/emulator.clerk.accounts.dev"), APIURL: "http://clerk:4000",
	}
	if _, err := clerkauth.New(config); err == nil {
		t.Error("got no error without AllowPlainHTTP")
	}
	config.AllowPlainHTTP = true
	authn, err := clerkauth.New(config)
	if err != nil {
		t.Fatal(err)
	}
	state := authn.Authenticate(t.Context(), clerkauth.FromHTTP(get(t, "/page", "Sec-Fetch-Dest", "document")))
	const want = "http://clerk:4000/emulator.clerk.accounts.dev/v1/client/handshake?"
	if !strings.HasPrefix(state.Redirect(), want) {
		t.Errorf("got a redirect to %q, want %s…", state.Redirect(), want)
	}
	config.SecretKey = "sk_live_0123456789"
	if _, err := clerkauth.New(config); err == nil {
		t.Error("got no error for a live key")
	}
}
