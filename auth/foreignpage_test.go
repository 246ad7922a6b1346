package clerkauth_test

import (
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// A page of another origin may have changed the session, so a primary application asks Clerk again. Pages of Clerk do not
// count as such.
func TestAuthenticate_ComingFromAnotherPage(t *testing.T) {
	t.Parallel()
	clock := newClock()
	const foreign = clerkauth.ReasonPrimaryDomainCrossOriginSync
	cookies := "__clerk_db_jwt=d; __client_uat=1; __session=" + good(t, clock.now())
	for name, test := range map[string]struct {
		satellites []string
		referer    string
		want       clerkauth.Reason
	}{
		"no page":                              {[]string{"https://shop.example"}, "", ""},
		"this application":                     {[]string{"https://shop.example"}, "https://app.example.com/x", ""},
		"a satellite":                          {[]string{"https://shop.example"}, "https://shop.example/x", foreign},
		"a satellite, but none is declared":    {nil, "https://shop.example/x", ""},
		"another port of this application":     {[]string{"https://shop.example"}, "https://app.example.com:8443/x", foreign},
		"the account portal of an instance":    {[]string{"https://shop.example"}, "https://happy-cat-1.accounts.dev/sign-in", ""},
		"an account portal in upper case":      {[]string{"https://shop.example"}, "https://Happy-Cat-1.Accounts.DEV/sign-in", ""},
		"an account portal under an old name":  {[]string{"https://shop.example"}, "https://accounts.happy.cat.lcl.dev/sign-in", ""},
		"the Frontend API of another instance": {[]string{"https://shop.example"}, "https://happy-cat-1.clerk.accounts.dev/", foreign},
		"a name that only ends like one":       {[]string{"https://shop.example"}, "https://evilaccounts.dev/", foreign},
		"a portal's name in another domain":    {[]string{"https://shop.example"}, "https://happy-cat-1.accounts.dev.evil.example/", foreign},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authn := local(t, clock.now, func(c *clerkauth.Config) { c.SatelliteOrigins = test.satellites })
			state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", cookies, "Referer", test.referer))
			if state.Reason() != test.want || (state.Redirect() != "") != (test.want != "") {
				t.Errorf("got reason %q and the redirect %q, want %q", state.Reason(), state.Redirect(), test.want)
			}
		})
	}
}
