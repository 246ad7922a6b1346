package clerkauth_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestParsePublishableKey(t *testing.T) {
	t.Parallel()
	body := func(text string) string { return base64.RawStdEncoding.EncodeToString([]byte(text)) }
	tests := []struct {
		name, key string
		want      error
		host      string
		instance  clerkauth.InstanceType
	}{
		{"production", "pk_live_" + body("clerk.example.com$"), nil, "clerk.example.com", clerkauth.Production},
		{"development", "pk_test_" + body("happy-cat-1.clerk.accounts.dev$"), nil, "happy-cat-1.clerk.accounts.dev", clerkauth.Development},
		{"padding", "pk_test_" + base64.StdEncoding.EncodeToString([]byte("clerk.example.co$")), nil, "clerk.example.co", clerkauth.Development},
		{"empty", "", clerkauth.ErrPublishableKeyMissing, "", ""},
		{"secret key", "sk_test_" + body("clerk.example.com$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"upper case", "PK_TEST_" + body("clerk.example.com$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"no end", "pk_test_" + body("clerk.example.com"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"no dot", "pk_test_" + body("localhost$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"another part", "pk_test_" + body("clerk.example.com$") + "_x", clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"path", "pk_test_" + body("clerk.example.com/x$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"credentials", "pk_test_" + body("a@clerk.example.com$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"line break", "pk_test_" + body("clerk.example.com\r\n$"), clerkauth.ErrPublishableKeyInvalid, "", ""},
		{"not base64", "pk_test_!!!", clerkauth.ErrPublishableKeyInvalid, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := clerkauth.ParsePublishableKey(test.key)
			if !errors.Is(err, test.want) || got.FrontendAPI() != test.host || got.Instance() != test.instance {
				t.Errorf("got %q %q %v, want %q %q %v", got.FrontendAPI(), got.Instance(), err, test.host, test.instance, test.want)
			}
			if got.IsZero() != (test.want != nil) {
				t.Errorf("got IsZero %v", got.IsZero())
			}
		})
	}
}

func TestPublishableKey_CookieSuffix(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"pk_live_Y2xlcmsuY2xlcmsuZGV2JA":                     "1Z8AzTQD",
		"pk_test_Y2xlcmsuY2xlcmsuZGV2JA":                     "QvfNY2dr",
		"pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA": "vWCgMp3A",
	} {
		parsed, err := clerkauth.ParsePublishableKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if got := parsed.CookieSuffix(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestBuildPublishableKey(t *testing.T) {
	t.Parallel()
	for host, prefix := range map[string]string{
		"happy-cat-1.clerk.accounts.dev": "pk_test_", "Happy-Cat-12.clerk.accountsstage.dev": "pk_test_",
		"clerk.happy.cat-1.lcl.dev": "pk_test_", "clerk.example.com": "pk_live_", "happy-cat.clerk.accounts.dev": "pk_live_",
		"happy-cat-123.clerk.accounts.dev": "pk_live_", "x.happy-cat-1.clerk.accounts.dev": "pk_live_",
	} {
		key := clerkauth.BuildPublishableKey(host)
		parsed, err := clerkauth.ParsePublishableKey(key)
		if err != nil || parsed.FrontendAPI() != host || !strings.HasPrefix(key, prefix) {
			t.Errorf("%s: got %s (%v), want %s…", host, key, err, prefix)
		}
	}
}
