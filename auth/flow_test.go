package clerkauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

func eachInstanceType(t *testing.T, run func(t *testing.T, production bool)) {
	t.Helper()
	for name, production := range map[string]bool{"development": false, "production": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, production)
		})
	}
}

func TestFlow_signInAndOut(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f := newFlow(t, production, nil)
		first := f.open(appOrigin + "/page?tab=1")
		first.want(t, "signed-out")
		if got := first.url.String(); got != appOrigin+"/page?tab=1" {
			t.Errorf("got %s in the address bar, want the page alone", got)
		}
		f.signIn(appOrigin)
		page := f.open(appOrigin + "/page?tab=1")
		page.want(t, "hello "+f.user.ID)
		if got := page.url.String(); got != appOrigin+"/page?tab=1" {
			t.Errorf("got %s in the address bar, want the page alone", got)
		}
		again := f.open(appOrigin + "/other")
		again.want(t, "hello "+f.user.ID)
		if again.handshakes() != 0 {
			t.Errorf("got visits %q, want no handshake for a session that is known", again.visits)
		}
		f.fetch(appOrigin+"/api").want(t, "hello "+f.user.ID)

		// ClerkJS signs out: it tells Clerk and marks the client as signed out. The session cookie is still there.
		suffix := "_" + f.clerk.CookieSuffix()
		f.clerk.SignOutBrowser(f.browserToken())
		f.setCookie(appOrigin, "__client_uat"+suffix+"=0; Path=/")
		f.setCookie(appOrigin, "__client_uat=0; Path=/")
		f.setCookie(appOrigin, "__client_uat=0; Path=/; Domain=example.com")
		f.fetch(appOrigin+"/api").want(t, "signed-out")
		f.open(appOrigin+"/page").want(t, "signed-out")
	})
}

// browserToken is what the Frontend API knows the browser by.
func (f *flow) browserToken() string {
	if f.clerk.Production() {
		return f.cookie("https://"+flowFrontendAPI, "__client")
	}
	return f.cookie(appOrigin, "__clerk_db_jwt")
}

func TestFlow_expiry(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f := newFlow(t, production, nil)
		f.open(appOrigin)
		f.signIn(appOrigin)
		f.open(appOrigin).want(t, "hello "+f.user.ID)
		suffix := "_" + f.clerk.CookieSuffix()
		old := f.cookie(appOrigin, "__session"+suffix)

		f.clerk.Clock().Advance(2 * time.Minute)
		page := f.fetch(appOrigin + "/api")
		page.want(t, "hello "+f.user.ID)
		if got := f.cookie(appOrigin, "__session"+suffix); got == old || got == "" {
			t.Error("the browser still has the expired session cookie")
		}
		if page.handshakes() != 0 {
			t.Errorf("got visits %q, want a refresh without the browser", page.visits)
		}

		// Without a refresh cookie the browser has to take part.
		f.clerk.Clock().Advance(2 * time.Minute)
		f.setCookie(appOrigin, "__refresh"+suffix+"=; Path=/; Max-Age=0")
		f.fetch(appOrigin+"/api").want(t, "signed-out")
		page = f.open(appOrigin + "/page")
		page.want(t, "hello "+f.user.ID)
		if page.handshakes() != 1 {
			t.Errorf("got visits %q, want one handshake", page.visits)
		}
	})
}

func TestFlow_organizationByURL(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f := newFlow(t, production, func(c *clerkauth.Config) {
			c.OrganizationSync = clerkauth.OrganizationSync{
				OrganizationPatterns:    []string{"/orgs/:slug", "/orgs/:slug/(.*)"},
				PersonalAccountPatterns: []string{"/me"},
			}
		})
		for _, slug := range []string{"acme", "globex"} {
			f.clerk.CreateOrganization(clerktest.Organization{Name: slug, Slug: slug, CreatedBy: f.user.ID})
		}
		f.clerk.CreateOrganization(clerktest.Organization{Name: "strangers", Slug: "strangers"})
		f.open(appOrigin)
		f.signIn(appOrigin)
		f.open(appOrigin).want(t, "hello "+f.user.ID)
		for path, want := range map[string]string{"/orgs/acme": "acme", "/orgs/globex/settings": "globex"} {
			f.open(appOrigin+path).want(t, "hello "+f.user.ID+" "+want)
			f.fetch(appOrigin+"/elsewhere").want(t, "hello "+f.user.ID+" "+want)
		}
		f.open(appOrigin+"/me").want(t, "hello "+f.user.ID)

		// An organization without the user cannot become active; the browser is not sent around for ever.
		page := f.open(appOrigin + "/orgs/strangers")
		page.want(t, "hello "+f.user.ID)
		want := 3
		if production { // there the result of the first handshake is final
			want = 1
		}
		if got := page.handshakes(); got != want {
			t.Errorf("got %d handshakes, want %d; visits %q", got, want, page.visits)
		}
	})
}

func TestFlow_satellite(t *testing.T) {
	t.Parallel()
	f := newFlow(t, false, func(c *clerkauth.Config) { c.SatelliteOrigins = []string{satelliteOrigin} })
	f.hosts["sat.example.net"] = f.app(t, func(c *clerkauth.Config) {
		c.IsSatellite, c.Domain, c.SignInURL = true, "sat.example.net", appOrigin+"/sign-in"
	})
	f.open(appOrigin)
	f.signIn(appOrigin)
	f.open(satelliteOrigin+"/shop").want(t, "signed-out")
	page := f.open(satelliteOrigin + "/shop?item=7&__clerk_synced=false")
	page.want(t, "hello "+f.user.ID)
	if page.url.Host != "sat.example.net" || page.url.Query().Get("item") != "7" {
		t.Errorf("got %s in the address bar, want the page of the satellite", page.url)
	}
	if !strings.HasPrefix(page.visits[1], "GET "+appOrigin+"/sign-in?__clerk_redirect_url=") {
		t.Errorf("got visits %q, want the primary domain second", page.visits)
	}
	f.open(satelliteOrigin+"/shop?item=8").want(t, "hello "+f.user.ID)
}

// satelliteFrontendAPI is the Frontend API on the domain of a satellite. The hosts of Clerk tell each other who the browser
// is, which no application sees.
func (f *flow) satelliteFrontendAPI() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("__client"); err != nil && f.browserToken() != "" {
			r.AddCookie(&http.Cookie{Name: "__client", Value: f.browserToken()})
		}
		f.clerk.Emulator().ServeHTTP(w, r)
	})
}

func TestFlow_satelliteProduction(t *testing.T) {
	t.Parallel()
	for name, auto := range map[string]bool{"at once": true, "when asked": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFlow(t, true, func(c *clerkauth.Config) { c.SatelliteOrigins = []string{satelliteOrigin} })
			f.hosts["clerk.sat.example.net"] = f.satelliteFrontendAPI()
			f.hosts["sat.example.net"] = f.app(t, func(c *clerkauth.Config) {
				c.IsSatellite, c.Domain, c.SignInURL, c.SatelliteAutoSync = true, "sat.example.net", appOrigin+"/sign-in", auto
			})
			f.signIn(appOrigin)
			f.open(appOrigin+"/page").want(t, "hello "+f.user.ID)

			ask := ""
			if !auto {
				first := f.open(satelliteOrigin + "/shop?item=7")
				first.want(t, "signed-out")
				if first.handshakes() != 0 {
					t.Errorf("got visits %q, want none to Clerk before anybody asks", first.visits)
				}
				ask = "&__clerk_synced=false"
			}
			page := f.open(satelliteOrigin + "/shop?item=7" + ask)
			page.want(t, "hello "+f.user.ID)
			if len(page.visits) != 3 || !strings.HasPrefix(page.visits[1], "GET https://clerk.sat.example.net/v1/client/handshake?") {
				t.Errorf("got visits %q, want one handshake with the Frontend API of the satellite", page.visits)
			}
			if page.url.Host != "sat.example.net" || page.url.Query().Get("item") != "7" {
				t.Errorf("got %s in the address bar, want the page of the satellite", page.url)
			}
			f.liveOnSatellite(t)
		})
	}
}

// liveOnSatellite goes on with a browser that is signed in on both domains, until it signs out on the primary.
func (f *flow) liveOnSatellite(t *testing.T) {
	t.Helper()
	session := "__session_" + f.clerk.CookieSuffix()
	first := f.cookie(satelliteOrigin, session)
	if first == "" || first == f.cookie(appOrigin, session) {
		t.Error("the domains share a session cookie, want one each")
	}
	for _, origin := range []string{satelliteOrigin, appOrigin} {
		page := f.open(origin + "/again")
		page.want(t, "hello "+f.user.ID)
		if page.handshakes() != 0 {
			t.Errorf("got visits %q, want no handshake for a session that is known", page.visits)
		}
	}
	f.clerk.Clock().Advance(2 * time.Minute)
	page := f.fetch(satelliteOrigin + "/api")
	page.want(t, "hello "+f.user.ID)
	if f.cookie(satelliteOrigin, session) == first || page.handshakes() != 0 {
		t.Errorf("got visits %q and the same cookie, want a refresh without the browser", page.visits)
	}

	f.clerk.SignOutBrowser(f.browserToken())
	f.setCookie(appOrigin, "__client_uat=0; Path=/; Domain=example.com")
	f.setCookie(appOrigin, "__client_uat_"+f.clerk.CookieSuffix()+"=0; Path=/")
	f.fetch(appOrigin+"/api").want(t, "signed-out")
	f.clerk.Clock().Advance(2 * time.Minute)
	f.fetch(satelliteOrigin+"/api").want(t, "signed-out")
	f.open(satelliteOrigin+"/shop").want(t, "signed-out")
	if got := f.cookie(satelliteOrigin, session); got != "" {
		t.Error("the satellite still has a session cookie after the sign-out on the primary")
	}
}

func TestFlow_loop(t *testing.T) {
	t.Parallel()
	f := newFlow(t, false, nil)
	f.hosts[flowFrontendAPI] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("redirect_url"), http.StatusTemporaryRedirect)
	})
	page := f.open(appOrigin + "/page")
	page.want(t, "signed-out")
	if got := page.handshakes(); got != 3 {
		t.Errorf("got %d handshakes, want the loop stopped after 3", got)
	}
}

// TestFlow_handshakeInCookieOfDevelopment keeps the result of a handshake in a cookie that nobody removes. There is
// nothing in the address to hide, so a redirect would come back here for ever.
func TestFlow_handshakeInCookieOfDevelopment(t *testing.T) {
	t.Parallel()
	f := newFlow(t, false, nil)
	f.open(appOrigin)
	f.signIn(appOrigin)
	asked := "https://" + flowFrontendAPI + "/v1/client/handshake?__clerk_db_jwt=" + f.browserToken() + "&redirect_url=" + url.QueryEscape(appOrigin+"/")
	for name, parameter := range map[string]string{"__clerk_handshake": "", "__clerk_handshake_nonce": "&format=nonce"} {
		f.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		result, err := url.Parse(f.open(asked + parameter).header.Get("Location"))
		if err != nil || result.Query().Get(name) == "" {
			t.Fatalf("got %v (%v), want the result of a handshake", result, err)
		}
		f.client.CheckRedirect = nil
		f.setCookie(appOrigin, name+"="+result.Query().Get(name)+"; Path=/")
		page := f.open(appOrigin + "/page?tab=1&__clerk_help=1")
		if page.url.String() != appOrigin+"/page?tab=1" || len(page.visits) != 2 {
			t.Errorf("%s: got visits %q, want one to the clean address", name, page.visits)
		}
		for range 2 {
			if page := f.open(appOrigin + "/page?tab=1"); page.status != http.StatusOK || len(page.visits) != 1 {
				t.Errorf("%s: got %d after visits %q, want no redirect", name, page.status, page.visits)
			}
		}
		f.setCookie(appOrigin, name+"=; Path=/; Max-Age=0")
		f.open(appOrigin+"/page").want(t, "hello "+f.user.ID)
	}
}

func TestFlow_neverRedirected(t *testing.T) {
	t.Parallel()
	eachInstanceType(t, func(t *testing.T, production bool) {
		t.Helper()
		f := newFlow(t, production, nil)
		f.open(appOrigin)
		f.signIn(appOrigin)
		f.open(appOrigin)
		f.clerk.Clock().Advance(2 * time.Minute)
		f.setCookie(appOrigin, "__refresh_"+f.clerk.CookieSuffix()+"=; Path=/; Max-Age=0")
		for _, headers := range [][]string{
			{http.MethodPost, "document"}, {http.MethodPut, "document"}, {http.MethodHead, "document"}, {http.MethodGet, "empty"},
			{http.MethodGet, "image"}, {http.MethodGet, "script"},
		} {
			page := f.visit(headers[0], appOrigin+"/page", "Sec-Fetch-Dest", headers[1], "Accept", "text/html")
			if len(page.visits) != 1 || page.status != http.StatusOK {
				t.Errorf("got %d after visits %q, want no redirect for %v", page.status, page.visits, headers)
			}
			if headers[0] != http.MethodHead && page.text != "signed-out" {
				t.Errorf("got %q for %v, want signed-out", page.text, headers)
			}
		}
	})
}

func TestFlow_clockSkew(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"ahead": 10 * time.Minute, "behind": -10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFlow(t, false, func(c *clerkauth.Config) {
				right := c.Now
				c.Now = func() time.Time { return right().Add(skew) }
			})
			f.open(appOrigin)
			f.signIn(appOrigin)
			f.client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
				if len(via) == 3 {
					return http.ErrUseLastResponse
				}
				return nil
			}
			page := f.open(appOrigin + "/page?__clerk_db_jwt=" + f.browserToken())
			if page.status != http.StatusTemporaryRedirect || page.header.Get("Location") != appOrigin+"/page" {
				t.Errorf("got %d to %q, want 307 to the clean page", page.status, page.header.Get("Location"))
			}
			if page.header.Get("X-Clerk-Auth-Status") != "" || len(page.header.Values("Set-Cookie")) == 0 {
				t.Errorf("got headers %v, want the cookies of a session", page.header)
			}
		})
	}
	for name, skew := range map[string]time.Duration{"a little ahead": 4 * time.Second, "a little behind": -4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFlow(t, true, func(c *clerkauth.Config) {
				right := c.Now
				c.Now = func() time.Time { return right().Add(skew) }
			})
			f.signIn(appOrigin)
			f.open(appOrigin+"/page").want(t, "hello "+f.user.ID)
		})
	}
}

func TestFlow_reverseProxy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*clerkauth.Config)
		want   string
	}{
		{"trusted", func(c *clerkauth.Config) { c.TrustForwardedHeaders = true }, "https://shop.example.com/page?x=1"},
		{"not trusted", nil, appOrigin + "/page?x=1"},
		{"a fixed origin", func(c *clerkauth.Config) {
			c.TrustForwardedHeaders, c.PublicOrigin = true, "https://www.example.com"
		}, "https://www.example.com/page?x=1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFlow(t, false, test.change)
			f.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			page := f.visit(http.MethodGet, appOrigin+"/page?x=1", "Sec-Fetch-Dest", "document",
				"X-Forwarded-Host", "shop.example.com", "X-Forwarded-Proto", "https")
			location, err := url.Parse(page.header.Get("Location"))
			if err != nil {
				t.Fatal(err)
			}
			if got := location.Query().Get("redirect_url"); got != test.want || location.Host != flowFrontendAPI {
				t.Errorf("got redirect_url %q at %s, want %q", got, location.Host, test.want)
			}
		})
	}
}
