package clerktest_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// page of an application that a webBrowser shows.
const applicationOrigin = "http://localhost:3000"

// webBrowser talks to the Frontend API as ClerkJS does: with a dev browser in the query, the id of the session, and forms.
type webBrowser struct {
	t       *testing.T
	in      *clerktest.Instance
	client  *http.Client
	dev     string
	session string // of /me and the like
	origin  string
	version string // of the API, the latest when empty
}

// newWebBrowser returns a browser that has a dev browser token.
func newWebBrowser(t *testing.T, in *clerktest.Instance) *webBrowser {
	t.Helper()
	b := newCookieBrowser(t, in)
	b.dev = b.must(http.MethodPost, "/v1/dev_browser", nil).text("id")
	return b
}

// newCookieBrowser returns a browser that is known by the __client cookie, as on the pages of the emulator itself.
func newCookieBrowser(t *testing.T, in *clerktest.Instance) *webBrowser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Transport: in.Client().Transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &webBrowser{t: t, in: in, client: client, origin: applicationOrigin}
}

// send makes one request. Like ClerkJS it sends everything but GET as POST.
func (b *webBrowser) send(method, path string, form url.Values) answer {
	b.t.Helper()
	u, err := url.Parse(b.in.URL() + path)
	if err != nil {
		b.t.Fatal(err)
	}
	query := u.Query()
	query.Set("__clerk_api_version", cmp.Or(b.version, "2026-08-20"))
	query.Set("_clerk_js_version", "6.40.0")
	if b.dev != "" {
		query.Set("__clerk_db_jwt", b.dev)
	}
	if b.session != "" {
		query.Set("_clerk_session_id", b.session)
	}
	if method != http.MethodGet && method != http.MethodPost {
		query.Set("_method", method)
		method = http.MethodPost
	}
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(b.t.Context(), method, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.origin)
	return b.do(req)
}

// do sends a request and decodes the answer when it is JSON.
func (b *webBrowser) do(req *http.Request) answer {
	b.t.Helper()
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if a.raw, err = io.ReadAll(resp.Body); err != nil {
		b.t.Fatal(err)
	}
	if raw := bytes.TrimSpace(a.raw); len(raw) > 0 && raw[0] == '[' {
		err = json.Unmarshal(raw, &a.list)
	} else if len(raw) > 0 && raw[0] == '{' {
		err = json.Unmarshal(raw, &a.object)
	}
	if err != nil {
		b.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	for _, v := range untimed(a.object) {
		b.t.Errorf("%s %s: the time of a verification is missing: %v", req.Method, req.URL.Path, v)
	}
	return a
}

// timedVerifications are the types of verifications that have an expire_at in every state.
var timedVerifications = []any{"verification_oauth", "verification_otp", "verification_email_link", "verification_passkey"}

// untimed are the verifications anywhere in an answer whose expire_at is no number, though their type promises one.
func untimed(value any) (out []map[string]any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			out = append(out, untimed(item)...)
		}
	case map[string]any:
		if _, ok := value["expire_at"].(float64); !ok && slices.Contains(timedVerifications, value["object"]) {
			out = append(out, value)
		}
		for _, item := range value {
			out = append(out, untimed(item)...)
		}
	}
	return out
}

// must is send for a request that has to succeed.
func (b *webBrowser) must(method, path string, form url.Values) answer {
	b.t.Helper()
	a := b.send(method, path, form)
	if a.status/100 != 2 {
		b.t.Fatalf("%s %s: status %d: %s", method, path, a.status, a.raw)
	}
	return a
}

// response is the part of an answer that is about the request itself.
func (a answer) response() answer {
	inner, _ := a.object["response"].(map[string]any)
	return answer{status: a.status, header: a.header, raw: a.raw, object: inner}
}

// client is the part of an answer that is about the browser.
func (a answer) client() answer {
	inner, _ := a.object["client"].(map[string]any)
	return answer{status: a.status, header: a.header, raw: a.raw, object: inner}
}

// field is the param_name of the first error.
func (a answer) field() string {
	return answer{object: first(a.object["errors"])}.member("meta").text("param_name")
}

// member is an object inside of an answer.
func (a answer) member(name string) answer {
	inner, _ := a.object[name].(map[string]any)
	return answer{object: inner}
}

// first is the first object of a list.
func first(list any) map[string]any {
	items, _ := list.([]any)
	if len(items) == 0 {
		return nil
	}
	item, _ := items[0].(map[string]any)
	return item
}

// sessions are the ids of the sessions that a client has.
func (a answer) sessions() []string {
	out := []string{}
	items, _ := a.object["sessions"].([]any)
	for _, item := range items {
		session, _ := item.(map[string]any)
		id, _ := session["id"].(string)
		out = append(out, id)
	}
	return out
}

// form makes a form of names and values.
func form(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Add(pairs[i], pairs[i+1])
	}
	return out
}

// signIn signs in by password and makes the session the active one.
func (b *webBrowser) signIn(identifier, password string) {
	b.t.Helper()
	done := b.must(http.MethodPost, "/v1/client/sign_ins", form("identifier", identifier, "password", password, "locale", "en-US"))
	b.session = done.response().text("created_session_id")
	if b.session == "" {
		b.t.Fatalf("the sign-in is not complete: %s", done.raw)
	}
	b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/touch", form("active_organization_id", "", "intent", "select_session"))
}

// signedInBrowser returns a browser where a new user with a password is signed in.
func signedInBrowser(t *testing.T, in *clerktest.Instance) (*webBrowser, clerktest.User) {
	t.Helper()
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: goodPassword})
	b := newWebBrowser(t, in)
	b.signIn(u.Email, goodPassword)
	return b, u
}

// goodPassword is one that no rule refuses.
const goodPassword = "correct horse battery"
