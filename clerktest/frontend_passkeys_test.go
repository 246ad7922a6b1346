package clerktest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/clerktest/internal/authenticator"
)

// passkeyBrowser is a browser where a user with a passkey is signed in.
func passkeyBrowser(t *testing.T, in *clerktest.Instance) (*webBrowser, clerktest.User, *authenticator.Passkey) {
	t.Helper()
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Attributes["passkey"] = clerktest.Attribute{Enabled: true, UsedForFirstFactor: true, FirstFactors: []string{"passkey"}}
	})
	b, u := signedInBrowser(t, in)
	p, err := authenticator.NewES256()
	if err != nil {
		t.Fatal(err)
	}
	made := b.must(http.MethodPost, "/v1/me/passkeys", nil).response()
	answer, err := p.Create(made.member("verification").text("nonce"), applicationOrigin)
	if err != nil {
		t.Fatal(err)
	}
	done := b.must(http.MethodPost, "/v1/me/passkeys/"+made.text("id")+"/attempt_verification", form("strategy", "passkey", "public_key_credential", answer))
	if done.response().member("verification").text("status") != "verified" {
		t.Fatalf("got %s", done.raw)
	}
	return b, u, p
}

// askPasskey begins a sign-in by passkey and returns its path and the request to the device.
func (b *webBrowser) askPasskey(pairs ...string) (path, request string) {
	b.t.Helper()
	s := b.must(http.MethodPost, "/v1/client/sign_ins", form(append(pairs, "strategy", "passkey")...)).response()
	return "/v1/client/sign_ins/" + s.text("id"), s.member("first_factor_verification").text("nonce")
}

func TestFrontend_SignInByPasskey(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	_, u, p := passkeyBrowser(t, in)
	prove := func(b *webBrowser, path, request, origin string) answer {
		t.Helper()
		credential, err := p.Get(request, origin)
		if err != nil {
			t.Fatal(err)
		}
		return b.send(http.MethodPost, path+"/attempt_first_factor", form("strategy", "passkey", "public_key_credential", credential))
	}
	t.Run("without an identifier", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		b := newWebBrowser(t, in)
		path, request := b.askPasskey()
		done := prove(b, path, request, applicationOrigin)
		if done.response().text("status") != "complete" || len(done.client().sessions()) != 1 {
			t.Errorf("got %s", done.raw)
		}
	})
	t.Run("a page of another origin", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		b := newWebBrowser(t, in)
		path, request := b.askPasskey("identifier", u.Email)
		refused(t, prove(b, path, request, "https://localhost.evil.example"), 422, "passkey_verification_failed")
		refused(t, prove(b, path, request, applicationOrigin), 422, "verification_missing")
	})
	t.Run("the challenge of an earlier request", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		b := newWebBrowser(t, in)
		_, earlier := b.askPasskey()
		path, _ := b.askPasskey()
		refused(t, prove(b, path, earlier, applicationOrigin), 422, "passkey_verification_failed")
	})
	t.Run("a copy with an older counter", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		b := newWebBrowser(t, in)
		path, request := b.askPasskey()
		p.SignCount = 0
		refused(t, prove(b, path, request, applicationOrigin), 422, "passkey_verification_failed")
		p.SignCount = 10
	})
	t.Run("too late", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		b := newWebBrowser(t, in)
		path, request := b.askPasskey()
		in.Clock().Advance(11 * time.Minute)
		refused(t, prove(b, path, request, applicationOrigin), 422, "verification_expired")
	})
	t.Run("one that belongs to nobody", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		stranger, err := authenticator.NewES256()
		if err != nil {
			t.Fatal(err)
		}
		b := newWebBrowser(t, in)
		path, request := b.askPasskey()
		credential, err := stranger.Get(request, applicationOrigin)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, b.send(http.MethodPost, path+"/attempt_first_factor", form("strategy", "passkey", "public_key_credential", credential)), 422, "passkey_not_registered")
	})
}

func TestFrontend_OwnPasskeys(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u, _ := passkeyBrowser(t, in)
	passkeys, _ := theUser(t, in, u.ID).object["passkeys"].([]any)
	if len(passkeys) != 1 {
		t.Fatalf("the Backend API knows %d passkeys", len(passkeys))
	}
	path := "/v1/me/passkeys/" + first(passkeys)["id"].(string)
	if got := b.must(http.MethodPatch, path, form("name", "My phone")).response(); got.text("name") != "My phone" {
		t.Errorf("got %s", got.raw)
	}
	refused(t, b.send(http.MethodPatch, path, form("name", "")), 422, "form_param_nil")
	b.must(http.MethodDelete, path, nil)
	refused(t, b.send(http.MethodGet, path, nil), 404, "resource_not_found")
	other := newWebBrowser(t, in)
	refused(t, other.send(http.MethodPost, "/v1/client/sign_ins", form("identifier", u.Email, "strategy", "passkey")), 422, "strategy_for_user_invalid")
}
