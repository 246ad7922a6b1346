package clerktest_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// accountBrowser is a browser on the account page of a new user with a password.
func accountBrowser(t *testing.T, in *clerktest.Instance) (*webBrowser, clerktest.User) {
	t.Helper()
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: goodPassword})
	b := newCookieBrowser(t, in)
	b.press("/sign-in", "pick", "user_id", u.ID).leads(t, "user")
	return b, u
}

// idOf is the id of an address or number of a user, by its value.
func idOf(t *testing.T, user answer, list, value string) string {
	t.Helper()
	items, _ := user.object[list].([]any)
	for _, item := range items {
		if i, _ := item.(map[string]any); i[strings.TrimSuffix(list, "es")] == value || i[strings.TrimSuffix(list, "s")] == value {
			id, _ := i["id"].(string)
			return id
		}
	}
	t.Fatalf("%s is not among %v", value, items)
	return ""
}

func TestUserPage_Identifiers(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.CreateUser(clerktest.User{Email: "taken@example.com"})
	b, u := accountBrowser(t, in)
	for _, kind := range []struct{ param, list, value, code, taken string }{
		{"email_address", "email_addresses", "ada@work.example", "", "taken@example.com"},
		{"phone_number", "phone_numbers", "+15555550123", "424242", "no number"},
	} {
		refusal := b.press("/user", "add_identifier", kind.param, kind.taken)
		refusal.shows(t, http.StatusUnprocessableEntity, `value="`+kind.taken+`"`)
		refusal.shows(t, http.StatusUnprocessableEntity, `<span class="problem"`)
		b.press("/user", "add_identifier", kind.param, kind.value).leads(t, "user")
		b.page("/user").shows(t, http.StatusOK, "Code that was sent to "+template(kind.value))
		id := idOf(t, theUser(t, in, u.ID), kind.list, kind.value)
		form := []string{"kind", kind.param, "identifier_id", id}
		b.press("/user", "verify_identifier", append(form, "code", "000000")...).shows(t, http.StatusUnprocessableEntity, "The code is incorrect.")
		b.press("/user", "send_identifier", form...).leads(t, "user")
		if kind.code == "" {
			kind.code = in.Emails()[len(in.Emails())-1].Code
		}
		since := len(in.Events())
		b.press("/user", "verify_identifier", append(form, "code", kind.code)...).leads(t, "user")
		b.press("/user", "primary_identifier", form...).leads(t, "user")
		if got := theUser(t, in, u.ID).text("primary_" + kind.param + "_id"); got != id {
			t.Errorf("the primary one is %s, want %s", got, id)
		}
		if got := kinds(in, since); !slices.Contains(got, "user.updated") {
			t.Errorf("got the events %v", got)
		}
	}
	old := idOf(t, theUser(t, in, u.ID), "email_addresses", "ada@example.com")
	b.press("/user", "drop_identifier", "kind", "email_address", "identifier_id", old).leads(t, "user")
	last := idOf(t, theUser(t, in, u.ID), "email_addresses", "ada@work.example")
	b.press("/user", "drop_identifier", "kind", "email_address", "identifier_id", last).shows(t, http.StatusBadRequest, "this is your last one")
	b.press("/user", "drop_identifier", "kind", "email_address", "identifier_id", "idn_of_others").shows(t, http.StatusNotFound, "problem")
	b.press("/user", "drop_identifier", "kind", "fax", "identifier_id", last).shows(t, http.StatusNotFound, "problem")
	newCookieBrowser(t, in).press("/user", "drop_identifier", "kind", "email_address", "identifier_id", last).leads(t, "sign-in")
	if got, _ := theUser(t, in, u.ID).object["email_addresses"].([]any); len(got) != 1 {
		t.Errorf("got the addresses %v, want one", got)
	}
}

// template writes a text as templates do.
func template(text string) string { return strings.ReplaceAll(text, "+", "&#43;") }

func TestUserPage_Password(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) { s.Attributes["password"] = clerktest.Attribute{Enabled: true} })
	b, u := accountBrowser(t, in)
	elsewhere := in.CreateSession(u.ID, "")
	b.press("/user", "password", "current_password", "wrong", "new_password", "another horse battery").shows(t, http.StatusUnprocessableEntity, "The password is incorrect.")
	short := b.press("/user", "password", "current_password", goodPassword, "new_password", "short")
	short.shows(t, http.StatusUnprocessableEntity, "A password has at least 8 characters.")
	if strings.Contains(string(short.raw), goodPassword) {
		t.Error("the page shows the password again")
	}
	b.press("/user", "password", "current_password", goodPassword, "new_password", "another horse battery", "sign_out_of_other_sessions", "true").leads(t, "user")
	must(t, in, http.MethodPost, "/users/"+u.ID+"/verify_password", `{"password": "another horse battery"}`)
	if got := must(t, in, http.MethodGet, "/sessions/"+elsewhere, "").text("status"); got != "revoked" {
		t.Errorf("the other session is %s", got)
	}
	b.press("/user", "drop_password", "current_password", "wrong").shows(t, http.StatusUnprocessableEntity, "The password is incorrect.")
	b.press("/user", "drop_password", "current_password", "another horse battery").leads(t, "user")
	b.page("/user").shows(t, http.StatusOK, "Set the password")
	b.press("/user", "password", "new_password", goodPassword).leads(t, "user")
	if theUser(t, in, u.ID).object["password_enabled"] != true {
		t.Error("the password was not set")
	}
}

var (
	shownSecret = regexp.MustCompile(`secret into the app: <code>([A-Z2-7]+)</code>`)
	shownCode   = regexp.MustCompile(`<li><code>([^<]+)</code></li>`)
	shownOnce   = regexp.MustCompile(`name="once" value="([0-9a-f]+)"`)
)

func TestUserPage_AuthenticatorAppAndBackupCodes(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := accountBrowser(t, in)
	b.press("/user", "backup_codes").shows(t, http.StatusForbidden, "Set up another second factor first.")
	b.press("/user", "totp").leads(t, "user")
	secret := shownSecret.FindSubmatch(b.page("/user").raw)
	b.press("/user", "totp", "code", "000000").shows(t, http.StatusUnprocessableEntity, "The code is incorrect.")
	made := b.press("/user", "totp", "code", totpNow(t, string(secret[1]), in.Clock().Now()))
	made.shows(t, http.StatusOK, "this is the only time")
	codes := shownCode.FindAllSubmatch(made.raw, -1)
	if got := theUser(t, in, u.ID); got.object["totp_enabled"] != true || got.object["backup_code_enabled"] != true || len(codes) != 10 {
		t.Fatalf("after %d codes the Backend API says %v", len(codes), got.object)
	}
	if again := b.page("/user"); bytes.Contains(again.raw, codes[0][1]) {
		t.Error("the backup codes are shown again")
	}
	next := b.press("/user", "backup_codes")
	next.shows(t, http.StatusOK, "this is the only time")
	if bytes.Contains(next.raw, codes[0][1]) {
		t.Error("the new codes have one of the old")
	}
	b.press("/user", "drop_totp").leads(t, "user")
	if got := theUser(t, in, u.ID); got.object["two_factor_enabled"] != false || got.object["backup_code_enabled"] != false {
		t.Errorf("the Backend API says %v", got.object)
	}
}

func TestSignInPage_TaskOfASecondFactorShowsBackupCodes(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, _ := pendingBrowser(t, in, "setup-mfa")
	b.press(wantsBack, "task_totp").leads(t, "sign-in")
	secret := shownSecret.FindSubmatch(b.page(wantsBack).raw)
	shown := b.press(wantsBack, "task_totp", "code", totpNow(t, string(secret[1]), in.Clock().Now()))
	if codes := shownCode.FindAll(shown.raw, -1); shown.status != http.StatusOK || len(codes) != 10 {
		t.Fatalf("got status %d with %d codes", shown.status, len(codes))
	}
	b.press(wantsBack, "stay").backHome(t)
}

func TestUserPage_Sessions(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := accountBrowser(t, in)
	mine, other := in.CreateSession(u.ID, ""), in.CreateSession(in.CreateUser(clerktest.User{}).ID, "")
	b.page("/user").shows(t, http.StatusOK, `value="`+mine+`"`)
	b.press("/user", "revoke_session", "session_id", other).shows(t, http.StatusNotFound, "problem")
	since := len(in.Events())
	b.press("/user", "revoke_session", "session_id", mine).leads(t, "user")
	same(t, "events", kinds(in, since), "session.revoked")
	if got := must(t, in, http.MethodGet, "/sessions/"+other, "").text("status"); got != "active" {
		t.Errorf("the session of somebody else is %s", got)
	}
}

func TestPages_AFormChangesThingsOnce(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := accountBrowser(t, in)
	once := shownOnce.FindSubmatch(b.page("/organization").raw)
	if once == nil {
		t.Fatal("the page marks no form")
	}
	form := []string{"name", "Engines", "once", string(once[1])}
	b.press("/organization", "create", form[2:]...).shows(t, http.StatusUnprocessableEntity, "problem")
	b.press("/organization", "create", form...).leads(t, "organization")
	since := len(in.Events())
	b.press("/organization", "create", form...).shows(t, http.StatusConflict, "This form was sent before, and nothing was changed again.")
	b.press("/organization", "create", "name", "More", "once", strings.Repeat("a", 65)).shows(t, http.StatusBadRequest, "no page has given it")
	same(t, "events", kinds(in, since))
	if members := must(t, in, http.MethodGet, "/users/"+u.ID+"/organization_memberships", ""); members.object["total_count"] != 1.0 {
		t.Errorf("the user is in %s", members.raw)
	}
	if next := shownOnce.FindSubmatch(b.page("/organization").raw); bytes.Equal(next[1], once[1]) {
		t.Error("the page shown again has the same mark")
	}
}

func TestPages_FormBombs(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := accountBrowser(t, in)
	many, large := url.Values{"action": {"names"}, "first_name": {"Eve"}}, url.Values{"action": {"names"}, "first_name": {strings.Repeat("e", 2<<20)}}
	for range 5000 {
		many.Add("first_name", "Eve")
	}
	since := len(in.Events())
	b.visit(http.MethodPost, "/user", many, in.URL()).shows(t, http.StatusBadRequest, "The form has too many values.")
	b.visit(http.MethodPost, "/user", large, in.URL()).shows(t, http.StatusRequestEntityTooLarge, "larger than this emulator reads")
	same(t, "events", kinds(in, since))
	if got := theUser(t, in, u.ID).text("first_name"); got != "Ada" {
		t.Errorf("the name is %q", got)
	}
}

func TestFrontend_UploadsThatAreTooLarge(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	for name, size := range map[string]int{"a picture": 11 << 20, "a body": 14 << 20} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		file, err := form.CreateFormFile("file", "large.png")
		if err == nil {
			_, err = file.Write(make([]byte, size))
		}
		if err != nil || form.Close() != nil {
			t.Fatal(err)
		}
		address := in.URL() + "/v1/me/profile_image?__clerk_db_jwt=" + b.dev + "&_clerk_session_id=" + b.session
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", form.FormDataContentType())
		req.Header.Set("Origin", b.origin)
		if a := b.do(req); a.status != http.StatusRequestEntityTooLarge || a.code() != "image_too_large" {
			t.Errorf("%s: got %d %s", name, a.status, a.code())
		}
	}
	if theUser(t, in, u.ID).object["has_image"] != false {
		t.Error("the user got a picture")
	}
}
