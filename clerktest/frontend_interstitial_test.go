package clerktest_test

import (
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestInterstitial(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	for name, c := range map[string]struct {
		params clerk.MiscellaneousGetInterstitialParams
		want   []string
	}{
		"publishable key": {
			clerk.MiscellaneousGetInterstitialParams{PublishableKey: clerk.String(in.PublishableKey()), SignInURL: clerk.String("/sign-in")},
			[]string{`src="http://` + in.FrontendAPI() + "/npm/", `data-clerk-publishable-key="` + in.PublishableKey(), `signInUrl: "/sign-in"`},
		},
		"frontend API":       {clerk.MiscellaneousGetInterstitialParams{FrontendAPI: clerk.String("clerk.example.com")}, []string{`src="https://clerk.example.com/npm/`}},
		"older frontend API": {clerk.MiscellaneousGetInterstitialParams{LegacyFrontendAPI: clerk.String("clerk.example.com")}, []string{`data-clerk-frontend-api="clerk.example.com"`}},
		"proxy": {
			clerk.MiscellaneousGetInterstitialParams{FrontendAPI: clerk.String("c.example.com"), ProxyURL: clerk.String("https://example.com/__clerk/")},
			[]string{`src="https://example.com/__clerk/npm/`, `data-clerk-proxy-url="https://example.com/__clerk/"`},
		},
		"script of the domain": {
			clerk.MiscellaneousGetInterstitialParams{FrontendAPI: clerk.String("c.example.com"), Domain: clerk.String("s.example"), UseDomainForScript: clerk.Bool(true)},
			[]string{`src="https://clerk.s.example/npm/`, `data-clerk-domain="s.example"`},
		},
		"hostile values stay text": {
			clerk.MiscellaneousGetInterstitialParams{FrontendAPI: clerk.String(`"><script>alert(1)</script>`), SignInURL: clerk.String(`"});alert(1)//</script>`)},
			[]string{`data-clerk-frontend-api="&#34;&gt;`, `"\"});alert(1)//\u003c/script`},
		},
	} {
		page := from(client.Miscellaneous.GetInterstitial(t.Context(), &c.params)).must(t)
		if !strings.HasPrefix(page, "<!DOCTYPE html>") || strings.Contains(page, "alert(1)</script>") {
			t.Errorf("%s: got %s", name, page)
		}
		for _, want := range c.want {
			if !strings.Contains(page, want) {
				t.Errorf("%s: got %s, want %s in it", name, page, want)
			}
		}
	}
	for code, params := range map[string]*clerk.MiscellaneousGetInterstitialParams{
		"form_param_missing":      nil,
		"publishable_key_invalid": {PublishableKey: clerk.String("pk_test_%%")},
		"proxy_url_invalid":       {FrontendAPI: clerk.String("c.example.com"), ProxyURL: clerk.String("/__clerk")},
	} {
		from(client.Miscellaneous.GetInterstitial(t.Context(), params)).refused(t, 400, code)
	}
	if status, _ := visit(t, in, in.URL()+"/v1/public/interstitial?frontend_api=c.example.com"); status != 200 {
		t.Errorf("got %d without a key, want 200", status)
	}
}
