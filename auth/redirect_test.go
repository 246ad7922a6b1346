package clerkauth_test

import (
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

const (
	liveKey        = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"                   // clerk.example.com
	developmentKey = "pk_test_aGFwcHktY2F0LTEuY2xlcmsuYWNjb3VudHMuZGV2JA" // happy-cat-1.clerk.accounts.dev
)

func TestRedirectBuilder(t *testing.T) {
	t.Parallel()
	base := clerkauth.RedirectBuilder{BaseURL: appOrigin + "/shop/cart?item=7", PublishableKey: liveKey}
	with := func(change func(b *clerkauth.RedirectBuilder)) clerkauth.RedirectBuilder {
		b := base
		change(&b)
		return b
	}
	ownPage := with(func(b *clerkauth.RedirectBuilder) { b.SignInURL = "/sign-in?theme=dark" })
	development := with(func(b *clerkauth.RedirectBuilder) { b.PublishableKey, b.DevBrowserToken = developmentKey, "dvb_1" })
	satellite := with(func(b *clerkauth.RedirectBuilder) {
		b.IsSatellite, b.SignInURL = true, "https://primary.example.net/sign-in"
	})
	pending := with(func(b *clerkauth.RedirectBuilder) { b.SessionStatus = clerkauth.SessionPending })
	nowhere := clerkauth.RedirectBuilder{BaseURL: appOrigin}
	for name, test := range map[string]struct {
		build func() (string, error)
		want  string // empty is an error
	}{
		"the portal of a production instance": {func() (string, error) { return base.SignIn("") }, "https://accounts.example.com/sign-in"},
		"a way back that is a path":           {func() (string, error) { return base.SignIn("/a b?x=1") }, "https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fa%2520b%3Fx%3D1"},
		"a way back beside the page":          {func() (string, error) { return base.SignIn("checkout") }, "https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fshop%2Fcheckout"},
		"a page of the application":           {func() (string, error) { return ownPage.SignIn("") }, appOrigin + "/sign-in?theme=dark"},
		"sign-up beside the own sign-in":      {func() (string, error) { return ownPage.SignUp("") }, appOrigin + "/sign-in/create?theme=dark"},
		"sign-up of the portal":               {func() (string, error) { return base.SignUp("") }, "https://accounts.example.com/sign-up"},
		"sign-up of the configuration": {func() (string, error) {
			return with(func(b *clerkauth.RedirectBuilder) { b.SignUpURL = "/join/" }).SignUp("")
		}, appOrigin + "/join/"},
		"the tasks of a pending session":      {func() (string, error) { return base.Tasks("") }, "https://accounts.example.com/sign-in/tasks"},
		"tasks stand in front of the query":   {func() (string, error) { return ownPage.Tasks("") }, appOrigin + "/sign-in/tasks?theme=dark"},
		"a pending session signs in by tasks": {func() (string, error) { return pending.SignIn("") }, "https://accounts.example.com/sign-in/tasks"},
		"a page of the portal":                {func() (string, error) { return base.AccountPortal("/user", "") }, "https://accounts.example.com/user"},
		"the portal does not ask for tasks":   {func() (string, error) { return pending.AccountPortal("/organization", "") }, "https://accounts.example.com/organization"},
		"a development browser to the portal": {func() (string, error) { return development.SignIn("") }, "https://happy-cat-1.accounts.dev/sign-in?__clerk_db_jwt=dvb_1"},
		"a satellite marks its way back":      {func() (string, error) { return satellite.SignIn("/") }, "https://primary.example.net/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2F%3F__clerk_synced%3Dfalse"},
		"no token to a page of the application": {func() (string, error) {
			return with(func(b *clerkauth.RedirectBuilder) { *b = development; b.SignInURL = "/sign-in" }).SignIn("")
		}, appOrigin + "/sign-in"},
		"no token of a production instance": {func() (string, error) {
			return with(func(b *clerkauth.RedirectBuilder) { b.DevBrowserToken = "dvb_1" }).SignIn("")
		}, "https://accounts.example.com/sign-in"},

		"no page and no key":              {func() (string, error) { return nowhere.SignIn("") }, ""},
		"no page for tasks":               {func() (string, error) { return nowhere.Tasks("/") }, ""},
		"a portal page that is a host":    {func() (string, error) { return base.AccountPortal("//evil.example", "") }, ""},
		"a portal page that is no path":   {func() (string, error) { return base.AccountPortal("user", "") }, ""},
		"a way back to a host by slashes": {func() (string, error) { return base.SignIn("//evil.example/") }, ""},
		"a way back by a backslash":       {func() (string, error) { return base.SignIn(`/\evil.example`) }, ""},
		"a way back that is a script":     {func() (string, error) { return base.SignIn("javascript:alert(1)") }, ""},
		"a way back with a user":          {func() (string, error) { return base.SignIn("https://app.example.com@evil.example/") }, ""},
		"a way back with a new line":      {func() (string, error) { return base.SignIn("/a\r\nSet-Cookie: x") }, ""},
		"a sign-in page that is a script": {func() (string, error) {
			return with(func(b *clerkauth.RedirectBuilder) { b.SignInURL = "javascript:x" }).SignIn("")
		}, ""},
		"a path without a base": {func() (string, error) { return clerkauth.RedirectBuilder{SignInURL: "/sign-in"}.SignIn("") }, ""},
	} {
		got, err := test.build()
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, test.want)
		}
	}
}

// The session goes along to Clerk, which knows it anyway, unless the configuration keeps it out of addresses.
func TestHandshake_OmitSession(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := good(t, clock.now())
	for name, omit := range map[string]bool{"goes along": false, "is kept out": true} {
		authn := local(t, clock.now, func(c *clerkauth.Config) { c.OmitSessionInHandshake = omit })
		state := authn.Authenticate(t.Context(), document("https", "app.example.com", "/", "", "Cookie", "__clerk_db_jwt=d; __session="+token))
		query := location(t, state).Query()
		if got := query.Get("__session"); query.Has("__session") == omit || !omit && got != token {
			t.Errorf("%s: got the session %q in the handshake", name, got)
		}
	}
}

func TestAddress_HostsOfIPv6(t *testing.T) {
	t.Parallel()
	authn := local(t, nil, nil)
	for host, want := range map[string]string{
		"[::1]:3000": "http://[::1]:3000/page", "[::1]": "http://[::1]/page", "[2001:DB8::7]:80": "http://[2001:db8::7]/page",
		"[::ffff:192.0.2.1]:8080": "http://[::ffff:192.0.2.1]:8080/page",
		"[::1":                    "http://invalid/page", "[]": "http://invalid/page", "::1": "http://invalid/page", "[::1]x": "http://invalid/page",
		"[::1]:": "http://invalid/page", "[::1]:x": "http://invalid/page", "[evil.example]": "http://invalid/page",
		"[::1]@evil.example": "http://invalid/page", "[fe80::1%25en0]": "http://invalid/page", "[::1]:123456": "http://invalid/page",
	} {
		state := authn.Authenticate(t.Context(), document("http", host, "/page", ""))
		if got := location(t, state).Query().Get("redirect_url"); got != want {
			t.Errorf("%s: got the way back %q, want %q", host, got, want)
		}
	}
}
