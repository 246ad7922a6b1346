package clerktest_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestFrontend_Reverification(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetReverification(true)
	b, _ := signedInBrowser(t, in)
	b.must(http.MethodPost, "/v1/me/email_addresses", form("email_address", "first@example.com"))
	in.Clock().Advance(11 * time.Minute)
	add := func() answer {
		return b.send(http.MethodPost, "/v1/me/email_addresses", form("email_address", "second@example.com"))
	}
	refused(t, add(), 403, "session_reverification_required")
	path := "/v1/client/sessions/" + b.session + "/verify"
	refused(t, b.send(http.MethodPost, path+"/attempt_first_factor", form("strategy", "password", "password", goodPassword)), 400, "session_reverification_missing")
	refused(t, b.send(http.MethodPost, path, form("level", "everything")), 422, "form_param_value_invalid")
	started := b.must(http.MethodPost, path, form("level", "second_factor")).response()
	if started.text("status") != "needs_first_factor" || started.text("level") != "first_factor" {
		t.Errorf("who has no second factor gives the first: %s", started.raw)
	}
	wrong := b.send(http.MethodPost, path+"/attempt_first_factor", form("strategy", "password", "password", "not it"))
	if refused(t, wrong, 422, "form_password_incorrect"); wrong.field() != "password" {
		t.Errorf("got param_name %s", wrong.field())
	}
	refused(t, add(), 403, "session_reverification_required")
	done := b.must(http.MethodPost, path+"/attempt_first_factor", form("strategy", "password", "password", goodPassword))
	if done.response().text("status") != "complete" {
		t.Fatalf("got %s", done.raw)
	}
	if a := add(); a.status != http.StatusOK {
		t.Errorf("got %s", a.raw)
	}
}

func TestFrontend_ReverificationBySecondFactor(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetReverification(true)
	b, _ := signedInBrowser(t, in)
	secret := b.must(http.MethodPost, "/v1/me/totp", nil).response().text("secret")
	b.must(http.MethodPost, "/v1/me/totp/attempt_verification", form("code", totpNow(t, secret, in.Clock().Now())))
	refused(t, b.send(http.MethodDelete, "/v1/me/totp", nil), 403, "session_reverification_required")
	path := "/v1/client/sessions/" + b.session + "/verify"
	if started := b.must(http.MethodPost, path, form("level", "multi_factor")).response(); started.text("status") != "needs_first_factor" {
		t.Errorf("got %s", started.raw)
	}
	refused(t, b.send(http.MethodPost, path+"/attempt_second_factor", form("strategy", "totp", "code", "000000")), 400, "session_reverification_step_invalid")
	b.must(http.MethodPost, path+"/attempt_first_factor", form("strategy", "password", "password", goodPassword))
	refused(t, b.send(http.MethodPost, path+"/attempt_second_factor", form("strategy", "totp", "code", "00000")), 422, "form_code_incorrect")
	b.must(http.MethodPost, path+"/attempt_second_factor", form("strategy", "totp", "code", totpNow(t, secret, in.Clock().Now())))
	b.must(http.MethodDelete, "/v1/me/totp", nil)
}

func TestFrontend_SessionTasks(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	o := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	status := func() string {
		return b.must(http.MethodGet, "/v1/client/sessions/"+b.session, nil).response().text("status")
	}
	for task, settle := range map[string]func(){
		"choose-organization": func() {
			b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/touch", form("active_organization_id", o.ID, "intent", "select_org"))
		},
		"reset-password": func() {
			b.must(http.MethodPost, "/v1/me/change_password", form("new_password", "another good password"))
		},
		"setup-mfa": func() {
			secret := b.must(http.MethodPost, "/v1/me/totp", nil).response().text("secret")
			b.must(http.MethodPost, "/v1/me/totp/attempt_verification", form("code", totpNow(t, secret, in.Clock().Now())))
		},
	} {
		in.RequireTasks(b.session, task)
		if got := status(); got != "pending" {
			t.Errorf("%s: the session is %s, want pending", task, got)
		}
		settle()
		if got := status(); got != "active" {
			t.Errorf("%s: the session is %s, want active", task, got)
		}
	}
}

func TestFrontend_SeveralSessions(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetMultiSession(true)
	b, u := signedInBrowser(t, in)
	ada := b.session
	grace := in.CreateUser(clerktest.User{Email: "grace@example.com", Password: goodPassword})
	b.signIn(grace.Email, goodPassword)
	client := b.must(http.MethodGet, "/v1/client", nil).response()
	if list := client.sessions(); len(list) != 2 || client.text("last_active_session_id") != b.session {
		t.Errorf("got %s", client.raw)
	}
	again := b.send(http.MethodPost, "/v1/client/sign_ins", form("identifier", u.Email, "password", goodPassword))
	if refused(t, again, 400, "identifier_already_signed_in"); (answer{object: first(again.object["errors"])}).member("meta").text("session_id") != ada {
		t.Errorf("got %s", again.raw)
	}
	elsewhere := in.SignIn(grace.ID, "")
	sessions := b.must(http.MethodGet, "/v1/me/sessions", nil)
	if len(sessions.list) != 2 || sessions.raw == nil || slices.Contains(client.sessions(), elsewhere.SessionID) {
		t.Errorf("got %s", sessions.raw)
	}
	b.must(http.MethodPost, "/v1/me/sessions/"+elsewhere.SessionID+"/revoke", nil)
	refused(t, b.send(http.MethodPost, "/v1/me/sessions/"+ada+"/revoke", nil), 404, "resource_not_found")
	b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/remove", nil)
	if left := b.must(http.MethodGet, "/v1/client", nil).response(); len(left.sessions()) != 1 || left.text("last_active_session_id") != ada {
		t.Errorf("got %s", left.raw)
	}
	if all := b.must(http.MethodDelete, "/v1/client/sessions", nil); len(all.response().sessions()) != 0 {
		t.Errorf("got %s", all.raw)
	}
}
