package clerkauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// FuzzAuthenticate sends requests of any kind. Whatever they are, they neither panic nor choose where a browser goes.
func FuzzAuthenticate(f *testing.F) {
	clock := newClock()
	token := sign(f, keyA(), header(nil), claims(clock.now(), nil))
	expired := sign(f, keyA(), header(nil), claims(clock.now().Add(-time.Hour), nil))
	f.Add("GET", "app.example.com", "/page", "a=1", "__session="+token+"; __client_uat=1; __clerk_db_jwt=d", "", "https://other.example/")
	f.Add("GET", "app.example.com", "//evil.example/x", "__clerk_redirect_url=https%3A%2F%2Fevil.example", "__session="+expired+"; __client_uat=1", "", "")
	f.Add("POST", "evil@host", `/\x`, "__clerk_db_jwt=%zz&__clerk_handshake=a.b.c", "__session=%zz; __session==; ;;", "Bearer "+token, "about:blank")
	f.Add("0", "", "", "0", "__clerk_handshake_nonce=0", " ", "0")
	f.Add("HEAD", "", "", "__clerk_synced=false", "__clerk_redirect_count=-1; __clerk_handshake_nonce=n", "bearer ak_1", "%")
	f.Add("GET", "app.example.com", "%", "0", "__clerk_handshake_nonce=0", "MY ", "")
	authenticators := []*clerkauth.Authenticator{
		local(f, clock.now, nil),
		local(f, clock.now, func(c *clerkauth.Config) {
			c.PublishableKey, c.SatelliteOrigins = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", []string{"https://sat.example.net"}
			c.AcceptTokens, c.DebugHeaders = clerkauth.AnyToken(), true
			c.OrganizationSync.OrganizationPatterns = []string{"/orgs/:slug/(.*)", "/:id?"}
		}),
		local(f, clock.now, func(c *clerkauth.Config) {
			c.IsSatellite, c.SatelliteAutoSync, c.Domain, c.SignInURL = true, true, "sat.example.net", "https://app.example.com/sign-in"
			c.PublicOrigin = "https://sat.example.net"
		}),
	}
	f.Fuzz(func(t *testing.T, method, host, path, query, cookie, authorization, referrer string) {
		h := http.Header{
			"Sec-Fetch-Dest": {"document"}, "Cookie": {cookie}, "Referer": {referrer},
			"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"},
		}
		if authorization != "" {
			h.Set("Authorization", authorization)
		}
		req := clerkauth.Request{Method: method, Scheme: "https", Host: host, Path: path, RawQuery: query, Header: h.Values}
		for i, authn := range authenticators {
			state := authn.Authenticate(t.Context(), req)
			checkHeader(t, state.Headers())
			_, _ = state.SignIn(req, state.Require())
			to := state.Redirect()
			if to == "" || strings.HasPrefix(to, "https://clerk.example.com/v1/client/handshake?") ||
				strings.HasPrefix(to, "https://app.example.com/sign-in?") {
				continue
			}
			// A path that no URL can have is given back as it came, so only the authority is read.
			_, rest, _ := strings.Cut(to, "://")
			target := rest[:strings.IndexAny(rest+"/", "/?#")]
			if i == 2 { // the one with a fixed public origin, whatever the request says
				if target != "sat.example.net" {
					t.Errorf("host %q was sent to %q, want the public origin", host, to)
				}
				continue
			}
			// A request without a valid host is given one that cannot exist.
			if !strings.EqualFold(target, host) && target != "invalid" && !strings.Contains(host, ":") && target != "localhost" {
				t.Errorf("host %q was sent to %q", host, to)
			}
		}
	})
}

func FuzzPathMatcher(f *testing.F) {
	for _, pattern := range []string{"/orgs/:slug", "/a(.*)", "/x{/:b}?", "/:a-:b", "/rep/:id+", `/num/:id(\d+)`, "/bad/:", "(", "{", `\`, "/(a(b))"} {
		f.Add(pattern, "/orgs/acme/%41")
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		matcher, err := clerkauth.NewPathMatcher(pattern)
		if err != nil {
			return
		}
		_, _ = matcher.Match(path)
		params, ok := matcher.Params(path)
		for name, value := range params {
			if !ok || !strings.Contains(path, value) {
				t.Errorf("pattern %q: got %s=%q from %q", pattern, name, value, path)
			}
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	clock := newClock()
	authn := local(b, clock.now, func(c *clerkauth.Config) {
		c.PublishableKey, c.TokenCacheSize = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", 1000
	})
	token := sign(b, keyA(), header(nil), claims(clock.now(), nil))
	expired := sign(b, keyA(), header(nil), claims(clock.now().Add(-time.Hour), nil))
	suffix := "_" + clerkauth.CookieSuffix("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
	both := func(token string) string {
		return "theme=dark; _ga=GA1.2.3; __session=" + token + "; __client_uat=1; __session" + suffix + "=" + token + "; __client_uat" + suffix + "=1"
	}
	for name, req := range map[string]clerkauth.Request{
		"anonymous": document("https", "app.example.com", "/page", "tab=1", "Cookie", "theme=dark; _ga=GA1.2.3"),
		"signed in": document("https", "app.example.com", "/page", "tab=1", "Cookie", both(token)),
		"handshake": document("https", "app.example.com", "/page", "tab=1", "Cookie", both(expired)),
		"1000 cookies": document("https", "app.example.com", "/page", "tab=1", "Cookie",
			strings.Repeat("__sess=x; ", 1000)+both(token)),
		"a megabyte of cookie": document("https", "app.example.com", "/page", "tab=1", "Cookie",
			"__client_uat=1; __session="+strings.Repeat("a", 1<<20)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				authn.Authenticate(b.Context(), req)
			}
		})
	}
}
