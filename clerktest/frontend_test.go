package clerktest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestFrontend_NamesWhatItDoesNotEmulate(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b := newWebBrowser(t, in)
	for path, operation := range map[string]string{
		"/v1/account_portal":                          "getAccountPortal",
		"/v1/proxy-health/":                           "getProxyHealth",
		"/emulator.clerk.accounts.dev/v1/client/link": "linkClient",
	} {
		a := b.send(http.MethodGet, path, nil)
		refused(t, a, http.StatusNotImplemented, "operation_not_emulated")
		if !strings.Contains(string(a.raw), operation) {
			t.Errorf("%s: got %s, want it to name %s", path, a.raw, operation)
		}
	}
}

func TestFrontend_LetsPagesReadEveryAnswer(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b := newWebBrowser(t, in)
	for _, path := range []string{"/v1/environment", "/v1/client", "/v1/me", "/v1/account_portal", "/v1/client/sign_ins/none"} {
		a := b.send(http.MethodGet, path, nil)
		if a.header.Get("Access-Control-Allow-Origin") != applicationOrigin || a.header.Get("Access-Control-Allow-Credentials") != "true" ||
			!strings.Contains(strings.Join(a.header.Values("Vary"), ","), "Origin") {
			t.Errorf("%s: got headers %v, want those of CORS", path, a.header)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, in.URL()+"//api_keys", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", applicationOrigin)
	req.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
	a := b.do(req)
	if a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Headers") != "authorization,content-type" {
		t.Errorf("preflight: got %d %v", a.status, a.header)
	}
}

func TestFrontend_NeverAnswersAsTheBackendAPI(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b := newWebBrowser(t, in)
	for _, path := range []string{"/v1/me", "/v1/organizations/org_1", "/v1/organizations/org_1/memberships", "//api_keys?subject=user_1"} {
		if a := b.send(http.MethodGet, path, nil); a.code() != "authentication_invalid" && a.code() != "operation_not_emulated" {
			t.Errorf("%s: got %d %s", path, a.status, a.code())
		}
	}
	refused(t, sendWith(t, in, http.MethodGet, "/users", "", http.Header{}), http.StatusUnauthorized, "authorization_header_format_invalid")
}

func TestFrontend_PasswordSignInTokensAndSignOut(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	client := b.must(http.MethodGet, "/v1/client", nil).response()
	same(t, "sessions", client.sessions(), b.session)
	session := answer{object: first(client.object["sessions"])}
	if ex := in.Explain(session.member("last_active_token").text("jwt")); !ex.Accepted || !strings.Contains(string(ex.Claims), `"azp":"`+applicationOrigin) {
		t.Errorf("the token of the client: %+v", ex)
	}
	if strings.Contains(string(client.raw), "private_metadata") {
		t.Error("the client shows private metadata")
	}
	token := b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/tokens", form("organization_id", "", "tab_state", "focused"))
	if ex := in.Explain(token.text("jwt")); !ex.Accepted {
		t.Errorf("the token is refused: %s", ex.Reason)
	}
	if got := must(t, in, http.MethodGet, "/users/"+u.ID, "").object["last_sign_in_at"]; got == nil {
		t.Error("the Backend API does not know of the sign-in")
	}
	out := b.must(http.MethodDelete, "/v1/client/sessions", nil)
	same(t, "sessions after the sign-out", out.response().sessions())
	refused(t, b.send(http.MethodPost, "/v1/client/sessions/"+b.session+"/tokens", nil), http.StatusUnauthorized, "authentication_invalid")
	if got := must(t, in, http.MethodGet, "/sessions/"+b.session, "").text("status"); got != "removed" {
		t.Errorf("got session %s, want removed", got)
	}
}

func TestFrontend_PasswordRefusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b := newWebBrowser(t, in)
	in.CreateUser(clerktest.User{Email: "bob@example.com"})
	u := in.CreateUser(clerktest.User{Email: "eve@example.com", Password: goodPassword})
	for _, c := range []struct {
		name, code, field string
		status            int
		form              url.Values
	}{
		{"unknown identifier", "form_identifier_not_found", "identifier", 422, form("identifier", "nobody@example.com", "password", goodPassword)},
		{"wrong password", "form_password_incorrect", "password", 422, form("identifier", "eve@example.com", "password", "wrong password")},
		{"no password", "strategy_for_user_invalid", "strategy", 422, form("identifier", "bob@example.com", "password", goodPassword)},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := b.send(http.MethodPost, "/v1/client/sign_ins", c.form)
			refused(t, a, c.status, c.code)
			if a.field() != c.field {
				t.Errorf("got param_name %q, want %q", a.field(), c.field)
			}
		})
	}
	if got := must(t, in, http.MethodGet, "/users/"+u.ID, "").object["verification_attempts_remaining"]; got != 99.0 {
		t.Errorf("got %v attempts left after one wrong password, want 99", got)
	}
}

func TestFrontend_NewerVersionsPass(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	for version, want := range map[string]int{"2026-08-20": 200, "2099-01-01": 200, "2026-05-12": 200, "2026-01-01": 400, "newest": 400} {
		a := sendWith(t, in, http.MethodGet, "/users", "", http.Header{"Authorization": {"Bearer " + in.SecretKey()}, "Clerk-Api-Version": {version}})
		if a.status != want {
			t.Errorf("version %s: got %d, want %d", version, a.status, want)
		}
	}
}
