package clerktest_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

const landing = "http://localhost:8080/page?tab=2"

// cookiesOf are the values that a handshake gives to cookies, by name; a removed cookie is empty.
func cookiesOf(t *testing.T, directives []string) map[string]string {
	t.Helper()
	values := map[string]string{}
	for _, line := range directives {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		values[c.Name] = c.Value
	}
	return values
}

// handshakeCookies makes a handshake of a development instance and returns the cookies in it.
func handshakeCookies(t *testing.T, in *clerktest.Instance, browser string) map[string]string {
	t.Helper()
	token := handshake(t, in, landing, browser).Query().Get("__clerk_handshake")
	var lines []string
	for _, line := range claimsOf(t, token, 1)["handshake"].([]any) {
		lines = append(lines, line.(string))
	}
	return cookiesOf(t, lines)
}

// nonce makes a handshake whose directives the server has to fetch.
func nonce(t *testing.T, in *clerktest.Instance, browser string) string {
	t.Helper()
	location := handshake(t, in, landing, browser, "format", "nonce")
	if location.Query().Has("__clerk_handshake") || location.Query().Get("tab") != "2" {
		t.Errorf("the handshake leads to %s, want the page with a nonce only", location)
	}
	return location.Query().Get("__clerk_handshake_nonce")
}

func TestHandshake_BringsTheSessionOfTheBrowser(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Set(time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC))
	in.Clock().Freeze()
	browser := in.NewBrowser()
	suffix := "_" + in.CookieSuffix()

	before := handshakeCookies(t, in, browser)
	if token, ok := before["__session"]; token != "" || !ok || before["__client_uat"] != "0" {
		t.Errorf("signed out: %v, want the session removed and uat 0", before)
	}
	in.Clock().Advance(time.Hour)
	who := in.SignInBrowser(browser, in.CreateUser(clerktest.User{}).ID)
	signedIn := handshakeCookies(t, in, browser)
	claims := claimsOf(t, signedIn["__session"+suffix], 1)
	if claims["sid"] != who.SessionID || claims["sub"] != who.UserID || signedIn["__session"] != signedIn["__session"+suffix] {
		t.Errorf("signed in: claims %v, want session %s", claims, who.SessionID)
	}
	now := in.Clock().Now().Unix()
	if claims["iat"] != float64(now) || claims["exp"] != float64(now+60) {
		t.Errorf("iat = %v, exp = %v, want %d and 60 seconds later", claims["iat"], claims["exp"], now)
	}
	if got := signedIn["__client_uat"+suffix]; got == "0" || got == "" {
		t.Errorf("uat = %q, want the time of the sign-in", got)
	}
	in.Clock().Advance(5 * time.Minute)
	if again := handshakeCookies(t, in, browser); claimsOf(t, again["__session"], 1)["iat"] != float64(now+300) {
		t.Error("five minutes later the handshake brought an old token")
	}
	in.SignOutBrowser(browser)
	if after := handshakeCookies(t, in, browser); after["__session"] != "" || after["__client_uat"] != "0" {
		t.Errorf("signed out again: %v, want the session removed and uat 0", after)
	}
}

func TestHandshake_NonceIsGoodForAMinuteAndOnce(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	browser := in.NewBrowser()
	who := in.SignInBrowser(browser, in.CreateUser(clerktest.User{}).ID)
	fetch := in.API(clerk.WithRetries(0)).Clients.GetHandshakePayload

	first := nonce(t, in, browser)
	in.Clock().Advance(time.Minute - time.Second)
	payload, err := fetch(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	if got := claimsOf(t, cookiesOf(t, payload.Directives)["__session"], 1)["sid"]; got != who.SessionID {
		t.Errorf("the payload brings session %v, want %s", got, who.SessionID)
	}
	if _, err := fetch(t.Context(), first); !errors.Is(err, clerk.ErrNotFound) {
		t.Errorf("a second time: %v, want ErrNotFound", err)
	}
	late := nonce(t, in, browser)
	in.Clock().Advance(time.Minute)
	if _, err := fetch(t.Context(), late); !errors.Is(err, clerk.ErrNotFound) {
		t.Errorf("after a minute: %v, want ErrNotFound", err)
	}
}

func TestHandshake_SwitchesTheOrganizationOfAMemberOnly(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	browser := in.NewBrowser()
	user := in.CreateUser(clerktest.User{})
	in.SignInBrowser(browser, user.ID)
	own := in.CreateOrganization(clerktest.Organization{Slug: "own", CreatedBy: user.ID})
	foreign := in.CreateOrganization(clerktest.Organization{Slug: "foreign"})
	active := func(organization string) any {
		handshake(t, in, landing, browser, "organization_id", organization)
		o, _ := claimsOf(t, handshakeCookies(t, in, browser)["__session"], 1)["o"].(map[string]any)
		return o["id"]
	}
	for _, step := range []struct {
		name, organization string
		want               any
	}{
		{"by slug", "own", own.ID},
		{"one of others", foreign.ID, own.ID},
		{"none", "", nil},
		{"by id", own.ID, own.ID},
	} {
		if got := active(step.organization); got != step.want {
			t.Errorf("%s: the active organization is %v, want %v", step.name, got, step.want)
		}
	}
}

func TestInstance_OnEvent(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	var first, second []string
	cancel := in.OnEvent(func(e clerktest.Event) { first = append(first, e.Type) })
	in.OnEvent(func(e clerktest.Event) { second = append(second, e.Type) })
	user := in.CreateUser(clerktest.User{})
	refused(t, send(t, in, "POST", "/users", `{"email_address":["`+strings.Repeat("x", 300)+`"]}`), 422, "form_param_format_invalid")
	cancel()
	if _, err := in.API().Users.Delete(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first, []string{"user.created"}) {
		t.Errorf("until cancel: %v, want user.created", first)
	}
	if !slices.Equal(second, []string{"user.created", "user.deleted"}) {
		t.Errorf("all along: %v, want user.created and user.deleted", second)
	}
}

// What an address already has of the parameters that the emulator adds is left from another visit.
func TestFrontend_RedirectsReplaceTheirParameters(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com"})
	b := newCookieBrowser(t, in)
	back := url.QueryEscape(applicationOrigin + "/home?a=1&__clerk_handshake_nonce=old&%5F_clerk_db_jwt=old&b=%2f&a=2")
	signedIn := b.press("/sign-in?redirect_url="+back, "pick", "user_id", u.ID).leads(t, applicationOrigin+"/home")
	if got := signedIn["__clerk_db_jwt"]; len(got) != 1 || got[0] == "old" {
		t.Errorf("the sign-in page leads back with the browsers %q, want one", got)
	}
	a := b.visit(http.MethodGet, "/v1/client/handshake?format=nonce&redirect_url="+back, nil, "")
	_, query, _ := strings.Cut(a.header.Get("Location"), "?")
	if rest, nonce, found := strings.Cut(query, "&__clerk_handshake_nonce="); !found || nonce == "" || rest != "a=1&%5F_clerk_db_jwt=old&b=%2f&a=2" {
		t.Errorf("the handshake leads back with %q, want one nonce behind what else was there", query)
	}
}
