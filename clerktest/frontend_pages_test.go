package clerktest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// page opens a page of the emulator, and press sends a form of it.
func (b *webBrowser) page(path string) answer {
	b.t.Helper()
	return b.visit(http.MethodGet, path, nil, b.in.URL())
}

func (b *webBrowser) press(path, action string, pairs ...string) answer {
	b.t.Helper()
	return b.visit(http.MethodPost, path, form(append(pairs, "action", action)...), b.in.URL())
}

func (b *webBrowser) visit(method, path string, form url.Values, origin string) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.in.URL()+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", origin)
	}
	return b.do(req)
}

// leads checks that an answer leads to an address and returns its query.
func (a answer) leads(t *testing.T, want string) url.Values {
	t.Helper()
	target, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusSeeOther {
		t.Fatalf("got status %d and Location %q, want a redirect to %s: %s", a.status, a.header.Get("Location"), want, a.raw)
	}
	query := target.Query()
	target.RawQuery = ""
	if target.String() != want {
		t.Fatalf("leads to %s, want %s", target, want)
	}
	return query
}

// shows checks that a page has a text.
func (a answer) shows(t *testing.T, status int, text string) {
	t.Helper()
	if a.status != status || !strings.Contains(string(a.raw), text) {
		t.Errorf("got status %d, want %d with %q: %s", a.status, status, text, a.raw)
	}
}

const wantsBack = "/sign-in?redirect_url=" + "http%3A%2F%2Flocalhost%3A3000%2Fhome%3Ftab%3D1"

// backHome checks that an answer leads to the application's page with the browser's token, and returns the token.
func (a answer) backHome(t *testing.T) string {
	t.Helper()
	query := a.leads(t, applicationOrigin+"/home")
	if query.Get("tab") != "1" {
		t.Errorf("the way back lost its query: %v", query)
	}
	return query.Get("__clerk_db_jwt")
}

func TestSignInPage_SignsInByPassword(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: goodPassword})
	b := newCookieBrowser(t, in)
	first := b.page(wantsBack)
	first.shows(t, http.StatusOK, "E-mail address, phone number or username")
	first.shows(t, http.StatusOK, `href="pages.css"`)
	if policy := first.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("got the policy %q", policy)
	}
	wrong := b.press(wantsBack, "identify", "identifier", "ada@example.com", "password", "wrong password")
	wrong.shows(t, http.StatusUnprocessableEntity, "The password is incorrect.")
	wrong.shows(t, http.StatusUnprocessableEntity, `value="ada@example.com"`)
	if strings.Contains(string(wrong.raw), "wrong password") {
		t.Error("the page shows the password again")
	}
	if got := must(t, in, http.MethodGet, "/users/"+u.ID, "").object["verification_attempts_remaining"]; got != 99.0 {
		t.Errorf("got %v attempts left after one wrong password, want 99", got)
	}
	b.press(wantsBack, "identify", "identifier", "nobody@example.com").shows(t, http.StatusUnprocessableEntity, "There is no account with this identifier.")
	b.dev = b.press(wantsBack, "identify", "identifier", "ada@example.com", "password", goodPassword).backHome(t)
	client := b.must(http.MethodGet, "/v1/client", nil).response()
	if len(client.sessions()) != 1 {
		t.Errorf("the application's browser sees the sessions %v, want one", client.sessions())
	}
	b.page(wantsBack).shows(t, http.StatusOK, "You are signed in as <strong>Ada</strong>")
	b.press(wantsBack, "stay").backHome(t)
	b.press(wantsBack, "sign_out").leads(t, "sign-in")
	if got := b.must(http.MethodGet, "/v1/client", nil).response().sessions(); len(got) != 0 {
		t.Errorf("got the sessions %v after the sign-out", got)
	}
}

func TestSignInPage_KeepsTheBrowserOfTheApplication(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com"})
	app := newWebBrowser(t, in)
	page := wantsBack + "&__clerk_db_jwt=" + app.dev
	tab := newCookieBrowser(t, in)
	tab.page(page).shows(t, http.StatusOK, `value="`+u.ID+`"`)
	if got := tab.press(page, "pick", "user_id", u.ID).backHome(t); got != app.dev {
		t.Errorf("came back with the browser %s, want %s", got, app.dev)
	}
	if got := app.must(http.MethodGet, "/v1/client", nil).response().sessions(); len(got) != 1 {
		t.Errorf("the application's browser sees the sessions %v, want one", got)
	}
	strange := newCookieBrowser(t, in)
	token := strange.press(wantsBack+"&__clerk_db_jwt=dvb_of_another_clerk", "pick", "user_id", u.ID).backHome(t)
	if !strings.HasPrefix(token, "dvb_") || token == "dvb_of_another_clerk" {
		t.Errorf("came back with the browser %q, want a new one", token)
	}
}

func TestSignInPage_Codes(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Password: goodPassword})
	must(t, in, http.MethodPatch, "/users/"+u.ID, `{"totp_secret": "JBSWY3DPEHPK3PXP", "backup_codes": ["spare-code"]}`)
	b := newCookieBrowser(t, in)
	query := b.press(wantsBack, "identify", "identifier", "ada@example.com").leads(t, "sign-in")
	page := "/sign-in?" + query.Encode()
	b.page(page).shows(t, http.StatusOK, "Send a code to ada@example.com")
	b.press(page, "code", "strategy", "email_code", "code", "123456").shows(t, http.StatusUnprocessableEntity, "Ask for a code first.")
	b.press(page, "send", "strategy", "email_code").leads(t, "sign-in")
	b.page(page).shows(t, http.StatusOK, "in the outbox")
	b.press(page, "code", "strategy", "email_code", "code", "000000").shows(t, http.StatusUnprocessableEntity, "The code is incorrect.")
	b.press(page, "code", "strategy", "email_code", "code", in.Emails()[0].Code).leads(t, "sign-in")
	b.page(page).shows(t, http.StatusOK, "Code of the authenticator app")
	b.press(page, "code_second", "strategy", "backup_code", "code", "no code").shows(t, http.StatusUnprocessableEntity, "The code is incorrect.")
	b.press(page, "code_second", "strategy", "backup_code", "code", "spare-code").backHome(t)
	b.page(page).backHome(t)
}

func TestSignInPage_ResetsAPassword(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Password: goodPassword})
	b := newCookieBrowser(t, in)
	page := "/sign-in?" + b.press(wantsBack, "identify", "identifier", "ada@example.com").leads(t, "sign-in").Encode()
	b.press(page, "send", "strategy", "reset_password_email_code").leads(t, "sign-in")
	b.press(page, "code", "strategy", "reset_password_email_code", "code", in.Emails()[0].Code).leads(t, "sign-in")
	b.page(page).shows(t, http.StatusOK, "New password")
	b.press(page, "new_password", "password", "short").shows(t, http.StatusUnprocessableEntity, "problem")
	b.press(page, "new_password", "password", "another good one").backHome(t)
	must(t, in, http.MethodPost, "/users/"+u.ID+"/verify_password", `{"password": "another good one"}`)
}

func TestSignInPage_EmailLinkComesBackToThePage(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.CreateUser(clerktest.User{Email: "ada@example.com"})
	b := newCookieBrowser(t, in)
	page := "/sign-in?" + b.press(wantsBack, "identify", "identifier", "ada@example.com").leads(t, "sign-in").Encode()
	b.press(page, "send", "strategy", "email_link").leads(t, "sign-in")
	b.page(page).shows(t, http.StatusOK, "Open the link that was sent to")
	_, link, _ := strings.Cut(in.Emails()[0].Body, in.URL())
	query := b.page(strings.TrimSpace(link)).leads(t, in.URL()+"/sign-in")
	b.page("/sign-in?" + query.Encode()).backHome(t)
}

func TestSignInPage_TakesAnAddressAsItIs(t *testing.T) {
	t.Parallel()
	b := newCookieBrowser(t, clerktest.NewServer(t).Instance)
	page := "/sign-in?redirect_url=http://localhost:3000/home"
	b.page(page).shows(t, http.StatusOK, `action=".`+page+`"`)
}

func TestSignInPage_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Password: goodPassword})
	b := newCookieBrowser(t, in)
	for name, address := range map[string]string{
		"foreign host": "https://evil.example.net/", "script": "javascript:alert(1)", "path only": "//evil.example.net", "user": "http://localhost:3000@evil.example.net/",
	} {
		page := "/sign-in?redirect_url=" + url.QueryEscape(address)
		if a := b.page(page); a.status != http.StatusBadRequest && a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got status %d for the page", name, a.status)
		}
		if a := b.press(page, "pick", "user_id", u.ID); a.status/100 != 4 || a.header.Get("Location") != "" {
			t.Errorf("%s: got status %d and Location %q", name, a.status, a.header.Get("Location"))
		}
	}
	b.visit(http.MethodPost, wantsBack, form("Action has to be a button of this page.", "pick", "user_id", u.ID), "https://evil.example.net").shows(t, http.StatusForbidden, "another origin")
	b.press(wantsBack, "no such button").shows(t, http.StatusUnprocessableEntity, "Action has to be a button of this page.")
	sessions := must(t, in, http.MethodGet, "/sessions?user_id="+u.ID, "")
	if len(sessions.list) != 0 {
		t.Errorf("a refused form signed in: %s", sessions.raw)
	}
	must(t, in, http.MethodPost, "/users/"+u.ID+"/ban", "")
	b.press(wantsBack, "pick", "user_id", u.ID).shows(t, http.StatusForbidden, "problem")
}

func TestSignInPage_OfAnotherInstance(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	other := srv.NewInstance(t)
	u := other.CreateUser(clerktest.User{Email: "ada@example.com"})
	b := newCookieBrowser(t, other)
	environment := b.must(http.MethodGet, "/"+other.Name()+".clerk.accounts.dev/v1/environment", nil)
	address := environment.member("display_config").text("sign_in_url")
	_, path, _ := strings.Cut(address, srv.URL())
	b.page(path).shows(t, http.StatusOK, u.ID)
	b.press(path, "pick", "user_id", u.ID).leads(t, "user")
}

func TestSignInPage_InProductionComesBackByHandshake(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetProduction(true)
	u := in.CreateUser(clerktest.User{Email: "ada@example.com"})
	b := newCookieBrowser(t, in)
	query := b.press(wantsBack, "pick", "user_id", u.ID).leads(t, "v1/client/handshake")
	if got := query.Get("redirect_url"); got != applicationOrigin+"/home?tab=1" {
		t.Errorf("the handshake leads back to %s", got)
	}
	back := b.page("/v1/client/handshake?" + query.Encode())
	if back.status != http.StatusTemporaryRedirect || !strings.Contains(strings.Join(back.header.Values("Set-Cookie"), " "), "__clerk_handshake=") {
		t.Errorf("got %d %v, want the handshake in a cookie", back.status, back.header)
	}
}
