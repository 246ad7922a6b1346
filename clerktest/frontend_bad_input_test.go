package clerktest_test

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// stateOf is everything that an instance keeps.
func stateOf(t *testing.T, in *clerktest.Instance) string {
	t.Helper()
	raw, err := in.MarshalState()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// badRequest is a request that somebody makes who knows no more than the addresses.
type badRequest struct {
	name, method, path string
	query              url.Values
	header             http.Header
	body               string
	status             int
	code               string
}

func (r *badRequest) send(t *testing.T, in *clerktest.Instance) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.method, in.URL()+r.path+"?"+r.query.Encode(), strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	maps.Copy(req.Header, r.header)
	return newCookieBrowser(t, in).do(req)
}

// refuseAll checks that requests are refused as they should be, that nothing has changed and that nothing is told.
func refuseAll(t *testing.T, in *clerktest.Instance, list []badRequest) {
	t.Helper()
	before := stateOf(t, in)
	for _, r := range list {
		a := r.send(t, in)
		if a.status != r.status || a.code() != r.code {
			t.Errorf("%s: got %d %s, want %d %s: %.300s", r.name, a.status, a.code(), r.status, r.code, a.raw)
		}
		if bytes.Contains(a.raw, []byte("ada@")) || bytes.Contains(a.raw, []byte("Lovelace")) {
			t.Errorf("%s: the answer tells of a person: %s", r.name, a.raw)
		}
		if stateOf(t, in) != before {
			t.Fatalf("%s: the refused request has changed something", r.name)
		}
	}
}

func TestFrontend_BrowsersThatAreNotKnown(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, _ := signedInBrowser(t, in)
	dev := func(token string) url.Values { return url.Values{"__clerk_db_jwt": {token}} }
	cookie := func(value string) http.Header { return http.Header{"Cookie": {"__client=" + value}} }
	unknown := "dvb_" + strings.Repeat("0", 40)
	session := "/v1/client/sessions/" + b.session
	stranger := newWebBrowser(t, in).dev
	refuseAll(t, in, []badRequest{
		{"a foreign dev browser reads", http.MethodGet, "/v1/client", dev("eyJhbGciOiJSUzI1NiJ9.e30.x"), nil, "", 401, "dev_browser_unauthenticated"},
		{"a foreign dev browser signs in", http.MethodPost, "/v1/client/sign_ins", dev("dvb_' OR 1=1"), nil, "identifier=ada%40example.com", 401, "dev_browser_unauthenticated"},
		{"an unknown dev browser", http.MethodGet, "/v1/me", dev(unknown), nil, "", 401, "authentication_invalid"},
		{"an unknown dev browser and a session", http.MethodPost, session + "/tokens", dev(unknown), nil, "", 401, "authentication_invalid"},
		{"another browser and a session", http.MethodPost, session + "/tokens", dev(stranger), nil, "", 401, "authentication_invalid"},
		{"another browser ends a session", http.MethodPost, session + "/end", dev(stranger), nil, "", 401, "authentication_invalid"},
		{"another browser removes a session", http.MethodPost, session + "/remove", dev(stranger), nil, "", 401, "authentication_invalid"},
		{"another browser names a session", http.MethodGet, "/v1/me", url.Values{"__clerk_db_jwt": {stranger}, "_clerk_session_id": {b.session}}, nil, "", 401, "authentication_invalid"},
		{"a forged cookie", http.MethodGet, "/v1/me", nil, cookie("eyJhbGciOiJub25lIn0.eyJpZCI6ImNsaWVudF8xIn0."), "", 401, "authentication_invalid"},
		{"a forged cookie and a session", http.MethodPost, session + "/touch", nil, cookie("client_1"), "", 401, "authentication_invalid"},
		{"a forged native token", http.MethodGet, "/v1/me", url.Values{"_is_native": {"1"}}, http.Header{"Authorization": {"client_1"}}, "", 401, "authentication_invalid"},
		{"a forged session token", http.MethodGet, "/v1/me", nil, http.Header{"Authorization": {"Bearer eyJhbGciOiJub25lIn0.eyJzaWQiOiJ4In0."}}, "", 401, "authentication_invalid"},
	})
	if a := newWebBrowser(t, in).must(http.MethodGet, "/v1/client", nil); len(a.response().sessions()) != 0 {
		t.Errorf("a new browser has sessions: %s", a.raw)
	}
}

func TestFrontend_PagesOfOtherSites(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, _ := signedInBrowser(t, in)
	query := url.Values{"__clerk_db_jwt": {b.dev}, "_clerk_session_id": {b.session}}
	var list []badRequest
	for _, origin := range []string{"https://evil.example.net", "null", "http://localhost.evil.example.net", "http://localhost:3000.evil.example.net", "file://", "http://evil.example.net:3000", "https://evil.example.net#http://localhost:3000"} {
		for _, path := range []string{
			"/v1/client/sign_ins", "/v1/client/sign_ups", "/v1/client/sessions", "/v1/client/sessions/" + b.session + "/touch", "/v1/client/sessions/" + b.session + "/tokens",
			"/v1/me", "/v1/me/change_password", "/v1/me/email_addresses", "/v1/organizations", "/v1/me/billing/checkouts", "/v1/dev_browser", "/v1/waitlist", "/v1/oauth_callback", "/api_keys",
		} {
			method := http.MethodPost
			switch path {
			case "/v1/client/sessions":
				method = http.MethodDelete
			case "/v1/me":
				method = http.MethodPatch
			}
			list = append(list, badRequest{origin + " sends " + path, method, path, query, http.Header{"Origin": {origin}}, "first_name=Eve&name=Eve", 400, "origin_invalid"})
		}
	}
	list = append(list, badRequest{
		"a page overrides the method", http.MethodPost, "/v1/me", url.Values{"__clerk_db_jwt": {b.dev}, "_method": {"delete"}}, http.Header{"Origin": {"https://evil.example.net"}}, "", 400, "origin_invalid",
	})
	refuseAll(t, in, list)
}

func TestFrontend_WaysToOtherSites(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		s.Social["oauth_google"] = clerktest.Social{Enabled: true, Authenticatable: true}
	})
	in.CreateUser(clerktest.User{Email: "ada@example.com", LastName: "Lovelace", Password: goodPassword})
	b := newWebBrowser(t, in)
	path, link := b.begin("ada@example.com", "email_link")
	before := stateOf(t, in)
	for _, address := range []string{
		"https://evil.example.net/", "//evil.example.net/", "javascript:alert(1)", "http://localhost:3000@evil.example.net/", "http://localhost.evil.example.net/",
		"https://evil.example.net\\@localhost/", "http:///evil.example.net", "data:text/html,x", "http://evil.example.net#localhost", "/relative", "http://127.0.0.1.evil.example.net/", "\x00http://localhost/",
	} {
		link.Set("redirect_url", address)
		escaped := url.QueryEscape(address)
		for name, a := range map[string]answer{
			"an e-mail link": b.send(http.MethodPost, path+"/prepare_first_factor", link),
			"a provider":     b.send(http.MethodPost, "/v1/client/sign_ins", form("strategy", "oauth_google", "redirect_url", address)),
			"the end of it": b.send(http.MethodPost, "/v1/client/sign_ins",
				form("strategy", "oauth_google", "redirect_url", applicationOrigin+"/callback", "action_complete_redirect_url", "https://evil.example.net/"+escaped)),
			"a sign-up":   b.send(http.MethodPost, "/v1/client/sign_ups", form("strategy", "oauth_google", "redirect_url", address)),
			"a redirect":  b.send(http.MethodGet, "/v1/redirect?redirect_url="+escaped, nil),
			"a handshake": b.send(http.MethodGet, "/v1/client/handshake?redirect_url="+escaped, nil),
		} {
			if a.status != http.StatusBadRequest && a.status != http.StatusUnprocessableEntity || a.header.Get("Location") != "" {
				t.Errorf("%s to %q: got %d to %q", name, address, a.status, a.header.Get("Location"))
			}
		}
	}
	if stateOf(t, in) != before {
		t.Error("a refused way has changed something")
	}
}

// upload is a body of many files.
func upload(t *testing.T, files, size int) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for range files {
		part, err := w.CreateFormFile("file", "a.png")
		if err == nil {
			_, err = part.Write(bytes.Repeat([]byte("a"), size))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestFrontend_BodiesThatAreTooMuch(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, _ := signedInBrowser(t, in)
	query := url.Values{"__clerk_db_jwt": {b.dev}, "_clerk_session_id": {b.session}}
	large := strings.Repeat("a", 11<<20)
	largeKind, largeUpload := upload(t, 1, 11<<20)
	header := func(kind string) http.Header { return http.Header{"Content-Type": {kind}} }
	jsonHeader := header("application/json")
	refuseAll(t, in, []badRequest{
		{"a large form", http.MethodPatch, "/v1/me", query, nil, "first_name=" + large, 413, "request_body_too_large"},
		{"a large form of somebody unknown", http.MethodPost, "/v1/client/sign_ins", nil, nil, "identifier=" + large, 413, "request_body_too_large"},
		{"a large JSON text", http.MethodPatch, "/v1/me", query, jsonHeader, `{"first_name":"` + large + `"}`, 413, "request_body_too_large"},
		{"a large picture", http.MethodPost, "/v1/me/profile_image", query, header("image/png"), large, 413, "request_body_too_large"},
		{"a large upload", http.MethodPost, "/v1/me/profile_image", query, header(largeKind), largeUpload, 413, "image_too_large"},
		{"many values", http.MethodPatch, "/v1/me", query, nil, strings.Repeat("a=1&", 10_000), 400, "request_body_invalid"},
		{"many values of one field", http.MethodPost, "/v1/client/sign_ins", nil, nil, strings.Repeat("identifier=a&", 10_000), 400, "request_body_invalid"},
		{"deep JSON", http.MethodPatch, "/v1/me/metadata", query, nil, "unsafe_metadata=" + strings.Repeat("[", 100_000), 422, "form_param_type_invalid"},
		{"an escape that is none", http.MethodPatch, "/v1/me", query, nil, "first_name=%zz", 400, "request_body_invalid"},
		{"an encoded NUL", http.MethodPatch, "/v1/me", query, nil, "first_name=a%00b", 422, "form_param_format_invalid"},
		{"text that is no UTF-8", http.MethodPatch, "/v1/me", query, nil, "first_name=%ff%fe", 422, "form_param_format_invalid"},
		{"an identifier that is no UTF-8", http.MethodPost, "/v1/client/sign_ins", nil, nil, "identifier=ada%ff", 422, "form_param_format_invalid"},
		{"an identifier with a NUL", http.MethodPost, "/v1/client/sign_ins", nil, nil, "identifier=ada%00", 422, "form_param_format_invalid"},
		{"JSON that is cut off", http.MethodPatch, "/v1/me", query, jsonHeader, `{"first_name":"A`, 400, "request_body_invalid"},
		{"a number for a name", http.MethodPost, "/v1/organizations", query, jsonHeader, `{"name":{"a":1}}`, 422, "form_param_type_invalid"},
		{"metadata that are a list", http.MethodPatch, "/v1/me/metadata", query, nil, "unsafe_metadata=[1]", 422, "form_param_type_invalid"},
		{"a method that is none", http.MethodPost, "/v1/me", url.Values{"__clerk_db_jwt": {b.dev}, "_method": {"TRACE"}}, nil, "", 405, "method_not_allowed"},
		{"a session that is no text", http.MethodGet, "/v1/me", url.Values{"__clerk_db_jwt": {b.dev}, "_clerk_session_id": {"\xff\x00"}}, nil, "", 401, "authentication_invalid"},
	})
}

// TestFrontend_TwoTabs lets two pages of one browser work at once.
func TestFrontend_TwoTabs(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	o := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	session := "/v1/client/sessions/" + b.session
	var tabs sync.WaitGroup
	failed := make(chan string, 100)
	for _, tab := range [][]struct {
		method, path string
		form         url.Values
	}{
		{{http.MethodGet, "/v1/client", nil}, {http.MethodPost, session + "/touch", form("active_organization_id", o.ID, "intent", "select_org")}, {http.MethodPost, session + "/tokens", nil}},
		{{http.MethodPatch, "/v1/me", form("first_name", "Augusta")}, {http.MethodPost, session + "/touch", form("active_organization_id", "", "intent", "select_org")}, {http.MethodGet, "/v1/environment", nil}},
		{{http.MethodPost, session + "/verify", form("level", "first_factor")}, {http.MethodPost, "/v1/me/email_addresses/", form("email_address", "second@example.com")}},
	} {
		tabs.Go(func() {
			for range 10 {
				for _, step := range tab {
					if a := b.send(step.method, step.path, step.form); a.status >= 500 || a.status == http.StatusUnauthorized {
						failed <- step.path + " " + a.code()
					}
				}
			}
		})
	}
	tabs.Wait()
	close(failed)
	for f := range failed {
		t.Errorf("refused: %s", f)
	}
	same(t, "sessions", b.must(http.MethodGet, "/v1/client", nil).response().sessions(), b.session)
	var first sync.WaitGroup
	fresh := newCookieBrowser(t, in)
	fresh.dev = "dvb_" + strings.Repeat("1", 40)
	for range 8 {
		first.Go(func() { fresh.send(http.MethodPut, "/v1/client", nil) })
	}
	first.Wait()
	one, again := fresh.must(http.MethodGet, "/v1/client", nil), fresh.must(http.MethodGet, "/v1/client", nil)
	if one.response().text("id") == "" || one.response().text("id") != again.response().text("id") {
		t.Errorf("got the clients %s and %s", one.raw, again.raw)
	}
}

func FuzzFrontendBody(f *testing.F) {
	srv := clerktest.NewServer(f)
	who := srv.SignedInUser()
	dev := srv.NewBrowser()
	session := srv.SignInBrowser(dev, who.UserID).SessionID
	for kind, bodies := range map[string][]string{
		"application/x-www-form-urlencoded":  {"first_name=Ada&last_name=", "unsafe_metadata=%7B%22a%22%3A1%7D", "first_name=%00%ff", "a[]=1&a[]=2", "&&==&%"},
		"application/json":                   {`{"first_name":"Ada"}`, `{"first_name":null,"x":[1]}`, `[]`, `{"a":1e999}`},
		"multipart/form-data; boundary=x":    {"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nGIF89a\r\n--x--\r\n", "--x"},
		"application/octet-stream":           {"data:image/png;base64,iVBORw0KGgo=", "data:,", "GIF89a"},
		"text/plain; charset=\"utf-8\" ; =x": {"first_name=Ada"},
	} {
		for _, body := range bodies {
			f.Add(kind, body)
		}
	}
	f.Fuzz(func(t *testing.T, kind, body string) {
		for _, path := range []string{"/v1/me?_method=PATCH", "/v1/me/metadata?_method=PATCH", "/v1/client/sign_ups?", "/v1/me/profile_image?"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL()+path+"&__clerk_db_jwt="+dev+"&_clerk_session_id="+session, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if req.Header["Content-Type"] = []string{kind}; strings.ContainsFunc(kind, func(r rune) bool { return r < ' ' || r > '~' }) {
				return // no HTTP client sends it
			}
			resp, err := srv.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s: status %d for %q of %q", path, resp.StatusCode, body, kind)
			}
		}
	})
}
