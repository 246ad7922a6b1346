package clerktest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// A refresh token is good for the session that it was made for, as long as that lives, and its tokens name the origin.
func TestSessions_Refresh(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	browser := in.NewBrowser()
	who := in.SignInBrowser(browser, in.CreateUser(clerktest.User{}).ID).SessionID
	other := in.SignedInUser()
	cookies := handshakeCookies(t, in, browser)
	token := cookies["__refresh_"+in.CookieSuffix()]
	if token == "" || token == cookies["__session"] {
		t.Fatalf("got cookies %v, want one to refresh with", cookies)
	}
	refresh := func(session, expired, refresh, format string) answer {
		return send(t, in, http.MethodPost, "/sessions/"+session+"/refresh", `{"expired_token":"`+expired+`","refresh_token":"`+refresh+
			`","request_origin":"https://app.example.com","format":"`+format+`"}`)
	}
	in.Clock().Advance(2 * time.Minute)
	expired := cookies["__session"]
	fresh := refresh(who, expired, token, "token")
	if fresh.status != http.StatusOK {
		t.Fatalf("got %d %s, want a token", fresh.status, fresh.code())
	}
	if claims := claimsOf(t, fresh.text("jwt"), 1); claims["sid"] != who || claims["azp"] != "https://app.example.com" {
		t.Errorf("got claims %v, want the session %s and the origin", claims, who)
	}
	var lines []string
	for _, line := range refresh(who, expired, token, "cookie").object["cookies"].([]any) {
		lines = append(lines, line.(string))
	}
	again := cookiesOf(t, lines)
	if again["__session"] == expired || again["__session"] != again["__session_"+in.CookieSuffix()] || again["__refresh_"+in.CookieSuffix()] != token {
		t.Errorf("got cookies %v, want a new session in both and the same refresh token", again)
	}
	for name, c := range map[string]struct{ session, expired, token string }{
		"another token":                {who, expired, "rt_made_up"},
		"another session":              {other.SessionID, expired, token},
		"the token of another session": {who, other.Token, token},
		"a token that is none":         {who, "a.b.c", token},
		"a token with two parts":       {who, "a.b", token},
		"claims that are none":         {who, "a.bm9uZQ.c", token},
	} {
		if got := refresh(c.session, c.expired, c.token, "cookie"); got.status != http.StatusUnauthorized || got.code() != "refresh_token_invalid" {
			t.Errorf("%s: got %d %s, want 401 refresh_token_invalid", name, got.status, got.code())
		}
	}
	in.SignOutBrowser(browser)
	if got := refresh(who, expired, token, "cookie"); got.status != http.StatusUnauthorized || got.code() != "session_not_active" {
		t.Errorf("after the sign-out: got %d %s, want 401 session_not_active", got.status, got.code())
	}
}

// In production the result comes in a cookie of the domain that the Frontend API shares with the application.
func TestHandshake_CookieIsOfTheParentDomain(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	srv.SetProduction(true)
	for host, want := range map[string]string{
		"clerk.example.com": "example.com", "clerk.example.com:4000": "example.com", "127.0.0.1:4000": "", "[::1]:4000": "", "localhost": "",
	} {
		for _, format := range []string{"token", "nonce"} {
			r := httptest.NewRequest(http.MethodGet, "http://"+host+"/v1/client/handshake?format="+format+"&redirect_url="+url.QueryEscape(landing), http.NoBody)
			w := httptest.NewRecorder()
			srv.Emulator().ServeHTTP(w, r)
			found, cookies := false, (&http.Response{Header: w.Header()}).Cookies()
			for _, cookie := range cookies {
				if strings.HasPrefix(cookie.Name, "__clerk_handshake") {
					found = true
					if cookie.Domain != want || cookie.Value == "" {
						t.Errorf("%s: got a cookie of %q, want %q", host, cookie.Domain, want)
					}
				}
			}
			if !found || w.Header().Get("Location") != landing {
				t.Errorf("%s: got %d to %q and cookies %v, want the page and a result", host, w.Code, w.Header().Get("Location"), cookies)
			}
		}
	}
}

// The list of requests says which handshakes are a loop: one page, one browser, again and again.
func TestAdmin_TellsLoopsOfHandshakes(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	browser := srv.NewBrowser()
	for i := range 4 {
		handshake(t, srv.Instance, landing+"&try="+string(rune('a'+i)), browser)
	}
	handshake(t, srv.Instance, "http://localhost:8080/other", browser)
	_, _, text := fetch(t, srv.Instance, srv.URL()+"/_clerktest/requests?api=frontend")
	var requests []struct{ Loop int }
	if err := json.Unmarshal(text, &requests); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for i, want := range []int{4, 4, 4, 4, 0} {
		if len(requests) != 5 || requests[i].Loop != want {
			t.Fatalf("got %+v, want four handshakes of one loop and one of another page", requests)
		}
	}
}
