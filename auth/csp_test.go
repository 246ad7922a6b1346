package clerkauth_test

import (
	"fmt"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func ExamplePublishableKey_ContentSecurityPolicy() {
	key, err := clerkauth.ParsePublishableKey("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
	if err != nil {
		fmt.Println(err)
		return
	}
	policy := key.ContentSecurityPolicy("")
	policy.Add("img-src", "https://images.example.com") // what the application loads itself
	header, err := policy.WithNonce("r4nd0m").Header()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.ReplaceAll(header, "; ", "\n"))
	// Output:
	// default-src 'self'
	// script-src 'self' https://clerk.example.com https://challenges.cloudflare.com https://*.protect.clerk.com 'nonce-r4nd0m'
	// connect-src 'self' https://clerk.example.com https://*.protect.clerk.com:*
	// img-src 'self' https://img.clerk.com https://images.example.com
	// worker-src 'self' blob:
	// style-src 'self' 'unsafe-inline'
	// frame-src 'self' https://challenges.cloudflare.com https://*.protect.clerk.com
	// form-action 'self'
}

func TestPublishableKey_ContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, host, frontendAPI, want, telemetry string }{
		{"a development instance", "wise-fox-12.clerk.accounts.dev", "", "https://wise-fox-12.clerk.accounts.dev", "https://clerk-telemetry.com"},
		{"a proxy elsewhere", "clerk.example.com", "https://example.com/__clerk", "https://example.com", ""},
		{"a proxy of this application", "clerk.example.com", "/__clerk", "'self'", ""},
		{"a satellite", "clerk.example.com", "clerk.satellite.com", "https://clerk.satellite.com", ""},
	}
	for _, test := range tests {
		key, err := clerkauth.ParsePublishableKey(clerkauth.BuildPublishableKey(test.host))
		if err != nil {
			t.Fatal(err)
		}
		policy := key.ContentSecurityPolicy(test.frontendAPI)
		got := strings.Join(policy["connect-src"], " ")
		want := strings.Join([]string{"'self'", test.want, "https://*.protect.clerk.com:*", test.telemetry}, " ")
		want = strings.TrimSpace(strings.Replace(want, "'self' 'self'", "'self'", 1))
		if got != want {
			t.Errorf("%s: got connect-src %s, want %s", test.name, got, want)
		}
	}
}

func TestPublishableKey_ContentSecurityPolicy_OfALocalClerk(t *testing.T) {
	t.Parallel()
	key, err := clerkauth.ParsePublishableKey("pk_test_MTI3LjAuMC4xOjQwMTAvaW5zXzEk") // 127.0.0.1:4010/ins_1
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(key.ContentSecurityPolicy("")["script-src"], " "); !strings.HasPrefix(got, "'self' http://127.0.0.1:4010 ") {
		t.Errorf("got script-src %s, want the address of the local Clerk", got)
	}
}

func TestContentSecurityPolicy_Header_RefusesWhatWouldSplitIt(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"a; script-src *", "a b", "a,b", "", "a\r\nSet-Cookie:x", "é"} {
		policy := clerkauth.ContentSecurityPolicy{"img-src": {"'self'", source}}
		if header, err := policy.Header(); err == nil {
			t.Errorf("got %q for the source %q, want an error", header, source)
		}
	}
}

func TestContentSecurityPolicy_WithNonce_LeavesThePolicyAlone(t *testing.T) {
	t.Parallel()
	policy := clerkauth.ContentSecurityPolicy{"script-src": {"'self'"}}
	policy.WithNonce("n")
	if got := len(policy["script-src"]); got != 1 {
		t.Errorf("got %d sources, want the policy of all answers to be without the nonce of one", got)
	}
}
