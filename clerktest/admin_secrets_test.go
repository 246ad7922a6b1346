package clerktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// inspected sends a request, and returns what the admin API shows of it, and the header of the answer.
func inspected(t *testing.T, srv *clerktest.Server, method, path, kind, body string, header ...string) (string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if closed := resp.Body.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
	status, answer := admin(t, srv, http.MethodGet, "/requests/1", nil)
	if status == http.StatusNotFound {
		status, answer = admin(t, srv, http.MethodGet, "/requests/1?stray=true", nil)
	}
	if status != http.StatusOK {
		t.Fatalf("the request is not in the log: %d %v", status, answer)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), resp.Header
}

func TestAdmin_ShowsNoSecretOfARequest(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for name, test := range map[string]struct {
		method, path, kind, body string
		header                   []string
		hidden, shown            []string
		signed                   bool // with the instance's secret key
	}{
		"members of JSON": {
			http.MethodPost, "/v1/users", "application/json",
			`{"first_name":"Ada","password":"opensesame-1","code":"code-4242","token":"tok-abc","secret":"hush-1","client_secret":"hush-2","nested":{"totp_secret":"hush-3","codes":["1-one","2-two"],"code":5151515151515151}}`,
			nil, []string{"opensesame-1", "code-4242", "tok-abc", "hush-1", "hush-2", "hush-3", "1-one", "2-two", "5151515151515151"}, []string{"Ada"}, true,
		},
		"a member that is cut off":       {http.MethodPost, "/v1/users", "application/json", `{"first_name":"Ada","password":"opensesame-1`, nil, []string{"opensesame"}, []string{"Ada"}, true},
		"a secret with a quote in it":    {http.MethodPost, "/v1/users", "application/json", `{"password":"open\"sesame-1","first_name":"Ada"}`, nil, []string{"sesame"}, []string{"Ada"}, true},
		"a name in another letter case":  {http.MethodPost, "/v1/users", "application/json", `{"Password":"opensesame-1","newPassword":"sesame-2","first_name":"Ada"}`, nil, []string{"sesame"}, []string{"Ada"}, true},
		"a secret key in a text":         {http.MethodPost, "/v1/users", "application/json", `{"first_name":"sk_test_0123456789abcdefghij"}`, nil, []string{"0123456789"}, []string{"sk_test_…"}, true},
		"fields of a form":               {http.MethodPost, "/v1/client/sign_ins", form, "identifier=ada&password=opensesame-1&code=code-4242&token=tok-abc&client_secret=hush-2", nil, []string{"opensesame", "code-4242", "tok-abc", "hush"}, []string{"identifier=ada"}, false},
		"fields of a query":              {http.MethodGet, "/v1/client?code=code-4242&token=tok-abc&limit=1", "", "", nil, []string{"code-4242", "tok-abc"}, []string{"limit=1"}, false},
		"credentials of another scheme":  {http.MethodGet, "/v1/client", "", "", []string{"Authorization", "Basic dXNlcjpodXNo"}, []string{"dXNlcjpodXNo"}, []string{"Basic"}, false},
		"a secret key as credentials":    {http.MethodGet, "/v1/users", "", "", []string{"Authorization", "Bearer sk_test_0123456789abcdefghij"}, []string{"0123456789"}, []string{"sk_test_…"}, false},
		"cookies":                        {http.MethodGet, "/v1/client", "", "", []string{"Cookie", "__session=opensesame-1; theme=hush-1; __client_uat=17"}, []string{"opensesame", "hush"}, []string{"__client_uat=17"}, false},
		"the code of an error is shown":  {http.MethodGet, "/v1/users/user_nobody", "", "", nil, nil, []string{"resource_not_found"}, true},
		"credentials without any scheme": {http.MethodGet, "/v1/client", "", "", []string{"Authorization", "opensesame-1"}, []string{"opensesame"}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := clerktest.NewServer(t)
			header := test.header
			if test.signed {
				header = []string{"Authorization", "Bearer " + srv.SecretKey()}
			}
			text, _ := inspected(t, srv, test.method, test.path, test.kind, test.body, header...)
			for _, secret := range append(test.hidden, srv.SecretKey()) {
				if strings.Contains(text, secret) {
					t.Errorf("%q is shown: %s", secret, text)
				}
			}
			for _, plain := range test.shown {
				if !strings.Contains(text, plain) {
					t.Errorf("%q is not shown: %s", plain, text)
				}
			}
		})
	}
}

func TestAdmin_ShowsNoCookieThatIsSet(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	srv.SetProduction(true)
	text, header := inspected(t, srv, http.MethodPost, "/v1/client/sign_ups", "application/x-www-form-urlencoded", "email_address=ada@example.com")
	set := header.Values("Set-Cookie")
	if len(set) == 0 {
		t.Fatal("the answer sets no cookie")
	}
	for _, line := range set {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			t.Fatal(err)
		}
		if len(cookie.Value) > 1 && strings.Contains(text, cookie.Value) {
			t.Errorf("the value of %s is shown: %s", cookie.Name, text)
		}
	}
}

func TestServeHTTP_OnlyCallsBelowTheAdminAPIAreNotLogged(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	for _, path := range []string{"/_clerktest/v1/users", "/v1/users"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL()+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+srv.SecretKey())
		req.Header.Set("X-Clerktest-Console", "1")
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: got status %d", path, resp.StatusCode)
		}
	}
	if got := srv.Requests(); len(got) != 1 || got[0].Path != "/v1/users" {
		t.Errorf("got %v, want the one request that did not go to the admin API", got)
	}
	if status, _ := admin(t, srv, http.MethodGet, "/v1/users", nil, "Authorization", "Bearer "+srv.SecretKey(), "Origin", "https://evil.example"); status != http.StatusForbidden {
		t.Errorf("a page of another origin got status %d", status)
	}
}
