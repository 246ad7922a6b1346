package clerktest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// theUser is what the Backend API says of a user.
func theUser(t *testing.T, in *clerktest.Instance, id string) answer {
	t.Helper()
	return send(t, in, http.MethodGet, "/users/"+id, "")
}

// totpNow is the code that an authenticator app shows.
func totpNow(t *testing.T, secret string, now time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, now.Unix()/30)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

func TestFrontend_ProfileChanges(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	changed := b.must(http.MethodPatch, "/v1/me", form("first_name", "Augusta", "username", "adalove", "public_metadata", `{"role":"admin"}`, "banned", "true"))
	if changed.response().text("first_name") != "Augusta" || len(changed.client().sessions()) != 1 {
		t.Errorf("got %s", changed.raw)
	}
	stored := theUser(t, in, u.ID)
	if stored.text("username") != "adalove" || stored.object["banned"] != false || len(stored.member("public_metadata").object) != 0 {
		t.Errorf("a form sets what the Backend API alone may set: %s", stored.raw)
	}
	b.must(http.MethodPatch, "/v1/me/metadata", form("unsafe_metadata", `{"a":{"b":1,"c":2}}`))
	merged := b.must(http.MethodPatch, "/v1/me/metadata", form("unsafe_metadata", `{"a":{"b":null}}`)).response().member("unsafe_metadata").member("a")
	if len(merged.object) != 1 || merged.object["c"] != 2.0 {
		t.Errorf("got %v, want only c", merged.object)
	}
	in.CreateUser(clerktest.User{Username: "taken"})
	taken := b.send(http.MethodPatch, "/v1/me", form("username", "taken"))
	if refused(t, taken, 422, "form_identifier_exists"); taken.field() != "username" {
		t.Errorf("got param_name %s", taken.field())
	}
	in.SetUserSettings(func(s *clerktest.UserSettings) { delete(s.Attributes, "username") })
	refused(t, b.send(http.MethodPatch, "/v1/me", form("username", "gracehopper")), 422, "form_param_unknown")
}

func TestFrontend_MetadataAmongTheNames(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, _ := signedInBrowser(t, in)
	update := func(version, metadata string) string {
		b.version = version
		user := b.must(http.MethodPatch, "/v1/me", form("first_name", "Augusta", "unsafe_metadata", metadata)).response()
		raw, err := json.Marshal(user.object["unsafe_metadata"])
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for _, c := range []struct{ name, version, metadata, want string }{
		{"an older version sets it", "2025-11-10", `{"theme":"dark"}`, `{"theme":"dark"}`},
		{"an older version replaces it", "2025-11-10", `{"size":1}`, `{"size":1}`},
		{"a newer version has another operation for it", "2026-05-12", `{"theme":"light"}`, `{"size":1}`},
	} {
		if got := update(c.version, c.metadata); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	b.version = "2025-11-10"
	refused(t, b.send(http.MethodPatch, "/v1/me", form("unsafe_metadata", `[1]`)), 422, "form_param_type_invalid")
}

func TestFrontend_ProfileImage(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	png := []byte("\x89PNG\r\n\x1a\n0000")
	for name, body := range map[string][]byte{
		"the file itself": png, "a data URL": []byte("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)),
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			in.URL()+"/v1/me/profile_image?__clerk_db_jwt="+b.dev+"&_clerk_session_id="+b.session, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/octet-stream")
		if got := b.do(req).response(); got.text("public_url") == "" {
			t.Errorf("%s: got %s", name, got.raw)
		}
	}
	if theUser(t, in, u.ID).object["has_image"] != true {
		t.Error("the Backend API knows no image")
	}
	b.must(http.MethodDelete, "/v1/me/profile_image", nil)
	refused(t, b.send(http.MethodDelete, "/v1/me/profile_image", nil), 404, "image_not_found")
}

func TestFrontend_PasswordChanges(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	other := in.SignIn(u.ID, "")
	change := func(current, next string) answer {
		return b.send(http.MethodPost, "/v1/me/change_password", form("current_password", current, "new_password", next, "sign_out_of_other_sessions", "true"))
	}
	wrong := change("not the one", "another good password")
	if refused(t, wrong, 422, "form_password_incorrect"); wrong.field() != "current_password" {
		t.Errorf("got param_name %s", wrong.field())
	}
	if short := change(goodPassword, "short"); short.field() != "new_password" || short.code() != "form_password_length_too_short" {
		t.Errorf("got %s", short.raw)
	}
	refused(t, change(goodPassword, goodPassword), 422, "form_new_password_matches_current")
	if done := change(goodPassword, "another good password"); done.status != http.StatusOK || len(done.client().sessions()) != 1 {
		t.Fatalf("got %s", done.raw)
	}
	if got := send(t, in, http.MethodGet, "/sessions/"+other.SessionID, "").text("status"); got != "revoked" {
		t.Errorf("the other session is %s", got)
	}
	refused(t, b.send(http.MethodPost, "/v1/me/remove_password", form("current_password", "another good password")), 403, "password_required")
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.Attributes["password"] = clerktest.Attribute{Enabled: true} })
	refused(t, b.send(http.MethodPost, "/v1/me/remove_password", form("current_password", "x")), 422, "form_password_incorrect")
	b.must(http.MethodPost, "/v1/me/remove_password", form("current_password", "another good password"))
	if theUser(t, in, u.ID).object["password_enabled"] != false {
		t.Error("the password is still there")
	}
	b.must(http.MethodPost, "/v1/me/change_password", form("new_password", goodPassword))
}

func TestFrontend_OwnEmailAddresses(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	stranger := in.CreateUser(clerktest.User{Email: "grace@example.com"})
	refused(t, b.send(http.MethodPost, "/v1/me/email_addresses", form("email_address", "grace@example.com")), 422, "form_identifier_exists")
	added := b.must(http.MethodPost, "/v1/me/email_addresses/", form("email_address", "Ada@Work.example")).response()
	path := "/v1/me/email_addresses/" + added.text("id")
	refused(t, b.send(http.MethodPatch, "/v1/me", form("primary_email_address_id", added.text("id"))), 422, "form_verification_needed")
	refused(t, b.send(http.MethodPost, path+"/attempt_verification", form("code", "000000")), 422, "verification_missing")
	pending := b.must(http.MethodPost, path+"/prepare_verification", form("strategy", "email_code")).response()
	if pending.member("verification").text("status") != "unverified" {
		t.Errorf("got %s", pending.raw)
	}
	refused(t, b.send(http.MethodPost, path+"/attempt_verification", form("code", "wrong")), 422, "form_code_incorrect")
	if in.Emails()[0].To != "ada@work.example" {
		t.Fatalf("the code went to %s", in.Emails()[0].To)
	}
	done := b.must(http.MethodPost, path+"/attempt_verification", form("code", in.Emails()[0].Code)).response()
	if done.member("verification").text("status") != "verified" {
		t.Errorf("got %s", done.raw)
	}
	b.must(http.MethodPatch, "/v1/me", form("primary_email_address_id", added.text("id")))
	if got := theUser(t, in, u.ID).text("primary_email_address_id"); got != added.text("id") {
		t.Errorf("the primary address is %s", got)
	}
	foreign := first(theUser(t, in, stranger.ID).object["email_addresses"])["id"].(string)
	refused(t, b.send(http.MethodDelete, "/v1/me/email_addresses/"+foreign, nil), 404, "resource_not_found")
	old := first(theUser(t, in, u.ID).object["email_addresses"])["id"].(string)
	b.must(http.MethodDelete, "/v1/me/email_addresses/"+old, nil)
	refused(t, b.send(http.MethodDelete, path, nil), 400, "identification_deletion_failed")
	if list := b.must(http.MethodGet, "/v1/me/email_addresses", nil); len(list.list) != 1 {
		t.Errorf("got %s", list.raw)
	}
}

func TestFrontend_OwnEmailAddressByLink(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, _ := signedInBrowser(t, in)
	added := b.must(http.MethodPost, "/v1/me/email_addresses", form("email_address", "ada@work.example")).response()
	path := "/v1/me/email_addresses/" + added.text("id")
	refused(t, b.send(http.MethodPost, path+"/prepare_verification", form("strategy", "email_link", "redirect_url", "https://evil.example.net/")), 400, "redirect_url_not_allowed")
	b.must(http.MethodPost, path+"/prepare_verification", form("strategy", "email_link", "redirect_url", applicationOrigin+"/verified"))
	opened := newCookieBrowser(t, in).send(http.MethodGet, linkIn(in, in.Emails()[0].Body), nil)
	target, err := url.Parse(opened.header.Get("Location"))
	if err != nil || target.Path != "/verified" || target.Query().Get("__clerk_status") != "verified" {
		t.Fatalf("got %d %s", opened.status, opened.header.Get("Location"))
	}
	if got := b.must(http.MethodGet, path, nil).response().member("verification"); got.text("status") != "verified" || got.text("strategy") != "email_link" {
		t.Errorf("got %v", got.object)
	}
}

func TestFrontend_PhoneAsSecondFactor(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	added := b.must(http.MethodPost, "/v1/me/phone_numbers", form("phone_number", "+1 555 555 0100")).response()
	path := "/v1/me/phone_numbers/" + added.text("id")
	refused(t, b.send(http.MethodPatch, path, form("reserved_for_second_factor", "true")), 400, "identification_update_second_factor_unverified")
	b.must(http.MethodPost, path+"/prepare_verification", form("strategy", "phone_code"))
	b.must(http.MethodPost, path+"/attempt_verification", form("code", "424242"))
	reserved := b.must(http.MethodPatch, path, form("reserved_for_second_factor", "true")).response()
	if codes, _ := reserved.object["backup_codes"].([]any); len(codes) != 10 || reserved.object["default_second_factor"] != true {
		t.Errorf("got %s", reserved.raw)
	}
	b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/end", nil)
	b.session = ""
	s := b.must(http.MethodPost, "/v1/client/sign_ins", form("identifier", u.Email, "password", goodPassword)).response()
	if s.text("status") != "needs_second_factor" {
		t.Fatalf("got %s", s.raw)
	}
	signIn := "/v1/client/sign_ins/" + s.text("id")
	refused(t, b.send(http.MethodPost, signIn+"/attempt_second_factor", form("strategy", "totp", "code", "123456")), 422, "strategy_for_user_invalid")
	b.must(http.MethodPost, signIn+"/prepare_second_factor", form("strategy", "phone_code", "phone_number_id", added.text("id")))
	refused(t, b.send(http.MethodPost, signIn+"/attempt_second_factor", form("strategy", "phone_code", "code", "111111")), 422, "form_code_incorrect")
	if done := b.must(http.MethodPost, signIn+"/attempt_second_factor", form("strategy", "phone_code", "code", "424242")); done.response().text("status") != "complete" {
		t.Errorf("got %s", done.raw)
	}
}

func TestFrontend_AuthenticatorApp(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	refused(t, b.send(http.MethodPost, "/v1/me/backup_codes", nil), 403, "backup_codes_not_available")
	secret := b.must(http.MethodPost, "/v1/me/totp", nil).response().text("secret")
	refused(t, b.send(http.MethodPost, "/v1/me/totp/attempt_verification", form("code", "000000x")), 422, "form_code_incorrect")
	done := b.must(http.MethodPost, "/v1/me/totp/attempt_verification", form("code", totpNow(t, secret, in.Clock().Now()))).response()
	codes, _ := done.object["backup_codes"].([]any)
	if done.object["verified"] != true || len(codes) != 10 || done.text("secret") != "" {
		t.Fatalf("got %s", done.raw)
	}
	refused(t, b.send(http.MethodPost, "/v1/me/totp", nil), 400, "totp_already_enabled")
	b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/end", nil)
	b.session = ""
	s := b.must(http.MethodPost, "/v1/client/sign_ins", form("identifier", u.Email, "password", goodPassword)).response()
	attempt := "/v1/client/sign_ins/" + s.text("id") + "/attempt_second_factor"
	refused(t, b.send(http.MethodPost, attempt, form("strategy", "totp", "code", "12345")), 422, "form_code_incorrect")
	complete := b.must(http.MethodPost, attempt, form("strategy", "totp", "code", totpNow(t, secret, in.Clock().Now()))).response()
	b.session = complete.text("created_session_id")
	b.must(http.MethodDelete, "/v1/me/totp", nil)
	stored := theUser(t, in, u.ID)
	if stored.object["totp_enabled"] != false || stored.object["backup_code_enabled"] != false {
		t.Errorf("backup codes stay without a second factor: %s", stored.raw)
	}
}

func TestFrontend_DeleteMyself(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	send(t, in, http.MethodPatch, "/users/"+u.ID, `{"delete_self_enabled":false}`)
	refused(t, b.send(http.MethodDelete, "/v1/me", nil), 403, "user_delete_self_not_enabled")
	send(t, in, http.MethodPatch, "/users/"+u.ID, `{"delete_self_enabled":true}`)
	gone := b.must(http.MethodDelete, "/v1/me", nil)
	if gone.response().object["deleted"] != true || len(gone.client().sessions()) != 0 {
		t.Errorf("got %s", gone.raw)
	}
	refused(t, theUser(t, in, u.ID), 404, "resource_not_found")
	refused(t, b.send(http.MethodGet, "/v1/me", nil), 401, "authentication_invalid")
}
